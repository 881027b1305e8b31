from __future__ import annotations

from flask import Blueprint

from storefront.frame import open_scope

public = Blueprint("public", __name__)
public.before_request(open_scope)
