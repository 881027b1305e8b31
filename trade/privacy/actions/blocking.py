"""Blocking: kept out of everybody's sight but the law's, until a date, then destroyed (LOPDGDD art. 32)."""

from __future__ import annotations

from trade.base.crypto import seal
from trade.base.tenancy import TenantSession
from trade.privacy.kinds import Case
from trade.privacy.models import BlockedRecord
from trade.privacy.rules import LAWS, keep_until


def block(session: TenantSession, *, kind: str, plain: bytes, case: Case) -> None:
    """Seal what the law makes us keep; only the installation's secret opens it, and only in its place."""
    session.add(
        BlockedRecord(
            kind=kind,
            subject=case.subject,
            sealed=seal(plain, pepper=case.pepper, context=f"blocked:{kind}:{case.subject}"),
            keep_until=keep_until(case.at, country=case.country),
            law=LAWS[case.country],
            created_at=case.at,
        )
    )
    session.flush()
