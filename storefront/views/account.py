"""The reader's account."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from storefront.frame import account


@account.get("/")
def home() -> ResponseReturnValue:
    return render_template("message.html", heading="", lines=[])
