"""One-time links: only a hash is stored, and using one is a compare-and-set (safety.md R11)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update

from trade.accounts.models import Token
from trade.accounts.queries import usable_token
from trade.accounts.rules import TOKEN_LIFE, Purpose
from trade.base import journal
from trade.base.crypto import digest, new_token
from trade.base.errors import Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_

USED_UP = N_("This link has already been used, or it has expired. Ask for a new one.")


def issue(
    session: TenantSession,
    *,
    purpose: Purpose,
    at: datetime,
    person_id: int | None = None,
    bookshop_id: int | None = None,
    payload: dict[str, Any] | None = None,
) -> str:
    """A new one-time token; it is known only to the caller, who puts it into a link."""
    token = new_token()
    journal.add_unseen(
        session,
        Token,
        purpose=purpose,
        token_hash=digest(token),
        person_id=person_id,
        bookshop_id=bookshop_id,
        payload=payload or {},
        created_at=at,
        expires_at=at + TOKEN_LIFE[purpose],
    )
    return token


def look(session: TenantSession, *, token: str, purpose: Purpose, at: datetime) -> Token:
    """The row of a link that still works, unused. Scope door. Raises Refused."""
    found = usable_token(session, token=token, purpose=purpose, at=at)
    if found is None:
        raise Refused(USED_UP)
    return found


def use(session: TenantSession, *, token: str, purpose: Purpose, at: datetime) -> Token:
    """Use a link up: of two at once, one wins. Scope door. Raises Refused for the other."""
    found = look(session, token=token, purpose=purpose, at=at)
    won = session.execute(
        update(Token)
        .where(Token.id == found.id, Token.used_at.is_(None), Token.expires_at > at)
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )
    if won.rowcount != 1:  # type: ignore[attr-defined]
        raise Refused(USED_UP)
    session.refresh(found)
    return found


def retire(session: TenantSession, *, purpose: Purpose, person_id: int, at: datetime) -> None:
    """Make every other open link of that purpose useless. Scope door."""
    session.execute(
        update(Token)
        .where(Token.person_id == person_id, Token.purpose == purpose, Token.used_at.is_(None))
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )


def retire_of_bookshop(session: TenantSession, *, purpose: Purpose, bookshop_id: int, at: datetime) -> None:
    """Make every open link of that purpose for a bookshop useless. Scope staff or door."""
    session.execute(
        update(Token)
        .where(Token.bookshop_id == bookshop_id, Token.purpose == purpose, Token.used_at.is_(None))
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )
