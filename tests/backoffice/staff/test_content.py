"""Words at the desk: legal texts in versions, mail templates with preview and history, the outbox."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.backoffice.browser import Screen, said
from tests.cast import NOW
from tests.conftest import House
from trade.base.models import Effect
from trade.messages.actions import send
from trade.messages.models import MessageTemplate
from trade.messages.rules import TEMPLATES
from trade.texts.models import LegalText
from trade.texts.queries import text_in_force

WORDS = {"accepted_by": "bookshop", "title_es": "Condiciones", "body_es": "# Condiciones\n\nHola **negrita**.\n\n- uno"}


def newest(desk: House, document: str = "terms") -> LegalText:
    """The newest version of a document."""
    with desk.session() as session:
        rows = session.scalars(select(LegalText).where(LegalText.document == document))
        return max(rows, key=lambda text: text.version)


def test_a_new_version_begins_with_the_words_of_the_last_one(desk: House, dora: Screen) -> None:
    page = dora.get("/staff/legal/new/terms/")
    assert newest(desk).titles["es"] in page


@pytest.mark.seed("T06")
def test_a_draft_is_shown_edited_and_published_once(desk: House, dora: Screen) -> None:
    dora.do("/staff/legal/new/privacy/", WORDS)
    draft = newest(desk, "privacy")
    assert (draft.state, list(draft.bodies)) == ("draft", ["es"])
    page = dora.get(f"/staff/legal/{draft.id}/")
    assert "<strong>negrita</strong>" in page
    assert "<li>uno</li>" in page
    dora.do(f"/staff/legal/{draft.id}/edit", {**WORDS, "title_es": "Privacidad"})
    dora.do(f"/staff/legal/{draft.id}/publish", {"effective_from": "2026-11-24"})
    with desk.session() as session:
        in_force = text_in_force(session, document="privacy", at=NOW + timedelta(hours=1))
        assert in_force is not None
        assert (in_force.id, in_force.titles["es"]) == (draft.id, "Privacidad")
    assert dora.client.get(f"/staff/legal/{draft.id}/edit").status_code == 404
    again = dora.do(f"/staff/legal/{draft.id}/publish", {"effective_from": "2026-12-24"})
    assert "never edited" in again


def test_a_text_cannot_be_published_into_the_past(desk: House, dora: Screen) -> None:
    dora.do("/staff/legal/new/terms/", WORDS)
    draft = newest(desk)
    page = dora.do(f"/staff/legal/{draft.id}/publish", {"effective_from": "2026-11-23"})
    assert "A text cannot take effect in the past." in page
    assert newest(desk).state == "draft"


def test_a_language_with_half_its_words_is_refused_and_kept(desk: House, dora: Screen) -> None:
    before = newest(desk).id
    page = dora.do("/staff/legal/new/terms/", {**WORDS, "title_fr": "Conditions"})
    assert "Each language needs a title and a text." in page
    assert 'value="Conditions"' in page
    assert newest(desk).id == before


def test_hostile_words_stay_words(desk: House, dora: Screen) -> None:
    dora.do("/staff/legal/new/terms/", {**WORDS, "body_es": "<script>alert(1)</script> **<b>x</b>**"})
    page = dora.client.get(f"/staff/legal/{newest(desk).id}/").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


# --- mail templates ----------------------------------------------------------------------------------

ADDRESS = "/staff/emails/reservation.notified/es/"


def in_force(desk: House, key: str = "reservation.notified", locale: str = "es") -> MessageTemplate:
    """The words in force."""
    with desk.session() as session:
        rows = select(MessageTemplate).where(MessageTemplate.key == key, MessageTemplate.locale == locale)
        return session.scalars(rows.order_by(MessageTemplate.id.desc())).first()


def test_every_mail_in_every_language_has_its_page(desk: House, dora: Screen) -> None:
    page = dora.get("/staff/emails/")
    assert "missing in" not in page
    for key in TEMPLATES:
        assert f"/staff/emails/{key}/en/" in page, key
    assert dora.client.get("/staff/emails/no.such/es/").status_code == 404
    assert dora.client.get("/staff/emails/reservation.notified/xx/").status_code == 404


def test_words_are_previewed_before_they_are_saved(desk: House, dora: Screen) -> None:
    before = in_force(desk).id
    given = {"subject": "Ven a {bookshop}", "body": "Hola {reader}, tu {title} espera."}
    page = dora.do(ADDRESS, {**given, "preview": "1"})
    assert "Ven a Librería Alba" in page
    assert "Hola Clara Ruiz, tu Hamnet espera." in page
    assert in_force(desk).id == before
    dora.do(ADDRESS, {**given, "save": "1"})
    assert in_force(desk).subject == "Ven a {bookshop}"


def test_an_unknown_variable_is_refused(desk: House, dora: Screen) -> None:
    before = in_force(desk).id
    page = dora.do(ADDRESS, {"subject": "x {password}", "body": "y", "save": "1"})
    assert "“{password}” is not a variable of this mail." in page
    assert in_force(desk).id == before


def test_earlier_words_can_be_taken_up_again(desk: House, dora: Screen) -> None:
    first = in_force(desk, "stock.held")
    dora.do("/staff/emails/stock.held/es/", {"subject": "Otra cosa", "body": "Otra.", "save": "1"})
    page = dora.get(f"/staff/emails/stock.held/es/?version={first.id}")
    assert f'value="{first.subject}"' in page


# --- the outbox --------------------------------------------------------------------------------------


def test_the_outbox_shows_every_mail_with_its_words(desk: House, dora: Screen) -> None:
    with desk.session() as session:
        send(
            session,
            key="test:outbox",
            template="membership.left",
            to_email="alba@mostrador.example",
            locale="es",
            values={"bookshop": "<Alba> & co"},
            at=NOW,
        )
    page = dora.get("/staff/outbox/?search=alba@mostrador.example")
    assert "Bookshop has left" in page
    number = page.partition("/staff/outbox/")[2]
    mails = [part.partition("/")[0] for part in page.split('href="/staff/outbox/')[1:] if part[:1].isdigit()]
    raw = dora.client.get(f"/staff/outbox/{mails[0]}/").text
    assert "&lt;Alba&gt; &amp; co" in raw
    assert number


def test_messages_of_the_screens_are_told(desk: House, dora: Screen) -> None:
    page = dora.do(ADDRESS, {"subject": "Ven", "body": "Ya.", "save": "1"})
    assert said(page) == ["The new words are in force."]


def test_a_mail_that_cannot_be_delivered_stands_under_failed(desk: House, dora: Screen) -> None:
    with desk.session() as session:
        send(
            session,
            key="test:undelivered",
            template="membership.left",
            to_email="gone@mostrador.example",
            locale="es",
            values={"bookshop": "Alba"},
            at=NOW,
        )
    assert "gone@mostrador.example" not in dora.get("/staff/outbox/?tab=failed")
    with desk.session() as session:
        effect = session.scalars(select(Effect).where(Effect.key == "message.deliver:test:undelivered")).one()
        effect.state = "dead"
    assert "gone@mostrador.example" in dora.get("/staff/outbox/?tab=failed")
    assert "1 mail could not be sent" in dora.get("/staff/")
