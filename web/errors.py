"""Answers to what goes wrong: refusals of the domain become pages, nothing shows an inner detail."""

from __future__ import annotations

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from trade.base.errors import Conflict, NotAllowed, NotFound, Refused
from web.database import db
from web.language import say


def init(app: Flask) -> None:
    """Install the handlers; the page is ``error.html`` of the storefront."""

    def page(code: int, message: str = "") -> ResponseReturnValue:
        db.session.rollback()
        return render_template("error.html", code=code, message=message), code

    @app.errorhandler(NotFound)
    def absent(error: NotFound) -> ResponseReturnValue:
        return page(404)

    @app.errorhandler(NotAllowed)
    def forbidden(error: NotAllowed) -> ResponseReturnValue:
        return page(403, say(error))

    @app.errorhandler(Conflict)
    def conflict(error: Conflict) -> ResponseReturnValue:
        return page(409, say(error))

    @app.errorhandler(Refused)
    def refused(error: Refused) -> ResponseReturnValue:
        return page(422, say(error))

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> ResponseReturnValue:
        return page(400)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error
        return page(error.code)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> ResponseReturnValue:
        app.logger.exception("unexpected error")
        if app.config.get("PROPAGATE_EXCEPTIONS") or app.testing:
            raise error
        return page(500)
