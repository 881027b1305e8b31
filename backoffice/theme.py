"""The Flask-Admin theme "Paper & ink": our templates only, without Bootstrap, and versioned static files."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, current_app, url_for
from flask_admin.theme import Theme

HERE = Path(__file__).parent
# An absolute folder replaces Flask-Admin's own templates altogether: a template that we did not write
# is an error in the tests, never a page with inline handlers.
PAPER_AND_INK = Theme(folder=str(HERE / "templates"), base_template="admin/base.html")

static_files = Blueprint("backoffice", __name__, static_folder="static", static_url_path="/backoffice-static")


@cache
def version(filename: str) -> str:
    """A short digest of a static file, so that browsers keep it until it changes."""
    return hashlib.sha256((HERE / "static" / filename).read_bytes()).hexdigest()[:10]


def asset(filename: str) -> str:
    """The versioned address of a file under ``backoffice/static``. Raises FileNotFoundError if absent."""
    if current_app.debug:
        version.cache_clear()
    return url_for("backoffice.static", filename=filename, v=version(filename))


def install(app: Flask) -> None:
    """Make the static files and the function ``asset`` known to the application."""
    app.register_blueprint(static_files)
    app.jinja_env.globals["asset"] = asset
