"""Reads about legal texts and their acceptance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from trade.base.tenancy import TenantSession
from trade.texts import rules
from trade.texts.models import Acceptance, LegalText


def published(session: TenantSession) -> Sequence[LegalText]:
    """Every published version, few rows."""
    return session.scalars(
        select(LegalText).where(LegalText.state == "published").order_by(LegalText.document, LegalText.version)
    ).all()


def all_in_force(session: TenantSession, *, at: datetime) -> dict[str, LegalText]:
    """The version in force of each document."""
    return rules.in_force(published(session), at=at)


def text_in_force(session: TenantSession, *, document: str, at: datetime) -> LegalText | None:
    """The version in force of one document, None where it has none."""
    return all_in_force(session, at=at).get(document)


def pending_for_bookshop(session: TenantSession, *, bookshop_id: int, at: datetime) -> list[LegalText]:
    """The texts the bookshop must accept before anything else (T06, T07); empty where it has accepted all."""
    accepted = session.scalars(select(Acceptance.text_id).where(Acceptance.bookshop_id == bookshop_id)).all()
    return rules.pending(published(session), accepted=set(accepted), at=at)


def acceptances_of(session: TenantSession, *, bookshop_id: int) -> Sequence[tuple[Acceptance, LegalText]]:
    """What the bookshop accepted, when and by whom, newest first (F51)."""
    rows = session.execute(
        select(Acceptance, LegalText)
        .join(LegalText, LegalText.id == Acceptance.text_id)
        .where(Acceptance.bookshop_id == bookshop_id)
        .order_by(Acceptance.at.desc(), Acceptance.id.desc())
    ).all()
    return [(acceptance, text) for acceptance, text in rows]


def versions(session: TenantSession, *, document: str) -> Sequence[LegalText]:
    """Every version of a document, newest first."""
    return session.scalars(
        select(LegalText).where(LegalText.document == document).order_by(LegalText.version.desc())
    ).all()
