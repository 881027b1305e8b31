"""Counting attempts against guessing and flooding; subjects are keyed hashes, never addresses."""

from __future__ import annotations

from datetime import datetime

from trade.accounts.models import SignInAttempt
from trade.accounts.queries import failures
from trade.accounts.rules import MAILS_PER_ADDRESS, WINDOW
from trade.base.crypto import keyed_hash
from trade.base.tenancy import TenantSession


def subject_of(kind: str, value: str, *, pepper: bytes) -> str:
    """How a subject is stored."""
    return keyed_hash(pepper, f"attempt:{kind}", value)


def count(session: TenantSession, *, kind: str, value: str, at: datetime, pepper: bytes) -> int:
    """Failed attempts of a subject within the window. Scope door."""
    return failures(session, kind=kind, subject=subject_of(kind, value, pepper=pepper), since=at - WINDOW)


def note(session: TenantSession, *, kind: str, value: str, succeeded: bool, at: datetime, pepper: bytes) -> None:
    """Write down one attempt. Scope door."""
    subject = subject_of(kind, value, pepper=pepper)
    session.add(SignInAttempt(kind=kind, subject=subject, succeeded=succeeded, at=at))
    session.flush()


def may_mail(session: TenantSession, *, email: str, at: datetime, pepper: bytes) -> bool:
    """Whether one more link may be mailed to this address now; counts it if so."""
    if count(session, kind="mail", value=email, at=at, pepper=pepper) >= MAILS_PER_ADDRESS:
        return False
    note(session, kind="mail", value=email, succeeded=False, at=at, pepper=pepper)
    return True
