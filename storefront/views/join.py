from __future__ import annotations

from flask import Blueprint

from storefront.frame import open_scope

join = Blueprint("join", __name__, url_prefix="/join")
join.before_request(open_scope)
