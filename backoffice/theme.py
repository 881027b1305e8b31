"""The Flask-Admin theme "Paper & ink": our templates only, without Bootstrap, and versioned static files."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask, url_for
from flask_admin.theme import Theme

HERE = Path(__file__).parent
# An absolute folder replaces Flask-Admin's own templates altogether: a template that we did not write
# is an error in the tests, never a page with inline handlers.
PAPER_AND_INK = Theme(folder=str(HERE / "templates"), base_template="admin/base.html")

static_files = Blueprint("backoffice", __name__, static_folder="static", static_url_path="/backoffice-static")


def asset(filename: str) -> str:
    """The versioned address of a file under ``backoffice/static`` (web/assets.py adds the version)."""
    return url_for("backoffice.static", filename=filename)


def install(app: Flask) -> None:
    """Make the static files and the function ``asset`` known to the application."""
    app.register_blueprint(static_files)
    app.jinja_env.globals["asset"] = asset
