"""The gate: texts the bookshop must accept before anything else, and what a bookshop may enter for (T05-T07)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import get_locale, gettext

from backoffice.base import ScreenView
from backoffice.office.desk import bookshop, desk
from trade.base.errors import Refused
from trade.base.text import N_
from trade.members.actions import accept_texts
from trade.members.rules import waiting_for
from trade.members.states import MAY_SIGN_IN
from trade.texts.models import LegalText
from trade.texts.queries import pending_for_bookshop
from trade.texts.rules import blocks, in_language
from web.identity import may
from web.language import LOCALES

GATE = "office_terms"


class Terms(ScreenView):
    """Every pending text in full, each with its own unticked box."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """What is to be accepted, or what the bookshop waits for."""
        return self.page()

    @expose("/accept", methods=("POST",))
    def accept(self) -> ResponseReturnValue:
        """Accept what was ticked; with the last text everything opens."""
        session, shop, at = desk()
        if not may("office.settings"):
            abort(403)
        pending = pending_for_bookshop(session, bookshop_id=shop.id, at=at)
        ticked = [text.id for text in pending if request.form.get(f"text-{text.id}") == "y"]
        person = session.scope.person_id
        if len(ticked) < len(pending) or person is None:
            return self.page(Refused(N_("Tick each text that you accept; both are needed to go on.")))
        _, refused = self.attempt(
            lambda: accept_texts(
                session,
                bookshop_id=shop.id,
                person_id=person,
                text_ids=ticked,
                locale=str(get_locale()),
                at=at,
            )
        )
        if refused is not None:
            return self.page(refused)
        flash(gettext("Welcome. Everything is open now."), "success")
        return redirect(url_for("office_today.index"))

    def page(self, refused: Refused | None = None) -> ResponseReturnValue:
        """The texts in the reader's language."""
        session, shop, at = desk()
        pending = pending_for_bookshop(session, bookshop_id=shop.id, at=at)
        if not pending and shop.state in MAY_SIGN_IN:
            return redirect(url_for("office_today.index"))
        return self.render(
            "office/terms.html",
            texts=[_shown(text) for text in pending] if shop.state in MAY_SIGN_IN else [],
            may_accept=may("office.settings"),
            waiting=waiting_for(shop.state),
            refused=refused,
            shop=shop,
        )


def _shown(text: LegalText) -> dict[str, Any]:
    languages = (str(get_locale()), *LOCALES)
    language, body = in_language(text.bodies, locales=languages)
    return {
        "id": text.id,
        "title": in_language(text.titles, locales=languages)[1],
        "version": text.version,
        "language": language,
        "blocks": blocks(body),
    }


def gate() -> Any:
    """Where everything leads while a text is pending or the bookshop is not admitted yet; None where all is open."""
    if request.blueprint == GATE:
        return None
    session, shop, at = desk()
    if bookshop().state in MAY_SIGN_IN and not pending_for_bookshop(session, bookshop_id=shop.id, at=at):
        return None
    return redirect(url_for(f"{GATE}.index"))
