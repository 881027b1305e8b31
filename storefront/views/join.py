"""Joining the network."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from storefront.forms import JoinForm
from storefront.frame import join


@join.get("/")
def apply() -> ResponseReturnValue:
    return render_template("join.html", form=JoinForm(), steps=[])
