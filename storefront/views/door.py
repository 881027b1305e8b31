"""The door: signing in and out, accounts, passwords, the second step."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from storefront.forms import MailForm, SecondFactorForm, SignInForm
from storefront.frame import door


@door.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    return render_template("sign_in.html", form=SignInForm(), next=request.args.get("next"))


@door.route("/second-step", methods=["GET", "POST"])
def second_factor() -> ResponseReturnValue:
    return render_template("second_factor.html", form=SecondFactorForm())


@door.route("/password", methods=["GET", "POST"])
def recover() -> ResponseReturnValue:
    return render_template("forgotten.html", form=MailForm())


@door.route("/register", methods=["GET", "POST"])
def register() -> ResponseReturnValue:
    return render_template("forgotten.html", form=MailForm())


@door.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    return "", 204
