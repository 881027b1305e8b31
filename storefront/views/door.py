from __future__ import annotations

from flask import Blueprint

from storefront.frame import open_scope

door = Blueprint("door", __name__)
door.before_request(open_scope)
