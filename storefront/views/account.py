from __future__ import annotations

from flask import Blueprint

from storefront.frame import open_scope

account = Blueprint("account", __name__, url_prefix="/account")
account.before_request(open_scope)
