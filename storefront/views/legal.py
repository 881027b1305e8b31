"""Legal texts in their versions (T06, T07, F51)."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from storefront.frame import Link, public
from trade.base.errors import NotFound
from trade.texts.models import LegalText
from trade.texts.queries import text_in_force, versions
from trade.texts.rules import blocks, in_language
from web.database import clock, profile, session
from web.language import short_day


@public.get("/legal/<document>")
@public.get("/legal/<document>/<int:version>")
def legal(document: str, version: int | None = None) -> ResponseReturnValue:
    """A text in force, or an earlier or coming version of it; never a draft."""
    work = session()
    published = [text for text in versions(work, document=document) if text.state == "published"]
    present = text_in_force(work, document=document, at=clock().now())
    shown = present if version is None else next((text for text in published if text.version == version), None)
    if shown is None:
        raise NotFound()
    locales = (str(get_locale()), profile().locale)
    language, title = in_language(shown.titles, locales=locales)
    return render_template(
        "legal.html",
        text=shown,
        title=title,
        language=language,
        blocks=blocks(in_language(shown.bodies, locales=locales)[1]),
        is_present=present is not None and shown.id == present.id,
        present_url=url_for("public.legal", document=document),
        versions=[(text.id == shown.id, version_link(text)) for text in published],
    )


def version_link(text: LegalText) -> Link:
    """A version with the day it came into force."""
    words = _("Version %(version)s, %(day)s", version=text.version, day=short_day(text.effective_from))
    return Link(url_for("public.legal", document=text.document, version=text.version), words)
