"""Writing legal texts in versions, and proving who accepted which."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from trade.base import journal
from trade.base.errors import Conflict, NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.texts import rules
from trade.texts.models import Acceptance, LegalText
from trade.texts.queries import all_in_force


def draft(
    session: TenantSession,
    *,
    document: str,
    titles: Mapping[str, str],
    bodies: Mapping[str, str],
    accepted_by: str,
    at: datetime,
) -> LegalText:
    """A new version of a document, not yet in force. Scope staff. Raises Refused."""
    rules.check_text(document=document, accepted_by=accepted_by, titles=titles, bodies=bodies)
    newest = session.scalar(select(func.max(LegalText.version)).where(LegalText.document == document)) or 0
    text = LegalText(
        document=document,
        version=newest + 1,
        titles=dict(titles),
        bodies=dict(bodies),
        accepted_by=accepted_by,
        state="draft",
    )
    session.add(text)
    session.flush()
    journal.write(session, action="legal_text.drafted", thing="legal_text", thing_id=text.id, at=at)
    return text


def edit(
    session: TenantSession,
    *,
    text_id: int,
    titles: Mapping[str, str],
    bodies: Mapping[str, str],
    accepted_by: str,
    at: datetime,
) -> LegalText:
    """Change a draft; a published text is never edited. Scope staff. Raises NotFound, Conflict, Refused."""
    text = _draft(session, text_id)
    rules.check_text(document=text.document, accepted_by=accepted_by, titles=titles, bodies=bodies)
    text.titles, text.bodies, text.accepted_by = dict(titles), dict(bodies), accepted_by
    journal.write(session, action="legal_text.edited", thing="legal_text", thing_id=text.id, at=at)
    return text


def publish(session: TenantSession, *, text_id: int, effective_from: datetime, at: datetime) -> LegalText:
    """Put a draft in force from a moment on, not before now; it can never be edited again. Scope staff.

    Raises NotFound, Conflict where it is published already, Refused for a date in the past.
    """
    text = _draft(session, text_id)
    if effective_from < at:
        raise Refused(N_("A text cannot take effect in the past."), field="effective_from")
    text.state = "published"
    text.effective_from = effective_from
    journal.write(
        session,
        action="legal_text.published",
        thing="legal_text",
        thing_id=text.id,
        at=at,
        details={"document": text.document, "version": text.version},
    )
    return text


def _draft(session: TenantSession, text_id: int) -> LegalText:
    text = session.scalar(select(LegalText).where(LegalText.id == text_id).with_for_update())
    if text is None:
        raise NotFound()
    if text.state != "draft":
        raise Conflict(N_("A published text is never edited. Write a new version."))
    return text


def accept(
    session: TenantSession, *, text_id: int, person_id: int, bookshop_id: int, locale: str, at: datetime
) -> None:
    """Keep the proof that a person accepted a version for her bookshop; a second time changes nothing.

    Raises Refused where that version is not the one in force (the page was open while a new one came).
    """
    if text_id not in {text.id for text in all_in_force(session, at=at).values()}:
        raise Refused(N_("This text has changed in the meantime. Read the new version."))
    known = session.scalar(
        select(Acceptance.id).where(Acceptance.text_id == text_id, Acceptance.bookshop_id == bookshop_id)
    )
    if known is not None:
        return
    session.add(Acceptance(text_id=text_id, person_id=person_id, bookshop_id=bookshop_id, at=at, locale=locale))
    session.flush()
    journal.write(
        session,
        action="legal_text.accepted",
        thing="legal_text",
        thing_id=text_id,
        at=at,
        bookshop_id=bookshop_id,
    )
