"""What goes by itself when its time is over; every run says how much it took away (F40, F44)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Delete, Update, delete, or_, update

from trade.accounts.models import SignInAttempt, SignInSession, Token
from trade.base import journal
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.messages.models import Message
from trade.privacy.models import BlockedRecord
from trade.privacy.settings import CONTACT_DAYS, LOG_MONTHS, SECURITY_DAYS
from trade.reservations.models import Reservation
from trade.reservations.states import HOLDING

DAYS_A_MONTH = 30


def retain(session: TenantSession, *, at: datetime) -> dict[str, int]:
    """Apply every period of retention. Scope system. Returns how many rows of each kind went or lost their contact."""
    mails = at - timedelta(days=DAYS_A_MONTH * int(value_of(session, LOG_MONTHS, at=at)))
    security = at - timedelta(days=int(value_of(session, SECURITY_DAYS, at=at)))
    contact = at - timedelta(days=int(value_of(session, CONTACT_DAYS, at=at)))
    work: dict[str, Delete | Update] = {
        "messages": delete(Message).where(Message.created_at < mails, Message.state != "queued"),
        "attempts": delete(SignInAttempt).where(SignInAttempt.at < security),
        "sessions": delete(SignInSession).where(
            or_(SignInSession.expires_at < security, SignInSession.revoked_at < security)
        ),
        "tokens": delete(Token).where(or_(Token.expires_at < security, Token.used_at < security)),
        "contacts": update(Reservation)
        .where(
            Reservation.state.not_in(HOLDING),
            Reservation.closed_at < contact,
            or_(Reservation.reader_name != "", Reservation.reader_email != ""),
        )
        .values(reader_name="", reader_email="", reader_phone="", note="", reason=""),
        "blocked": delete(BlockedRecord).where(BlockedRecord.keep_until < at.date()),
    }
    counts = {
        name: int(session.execute(statement.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
        for name, statement in work.items()
    }
    journal.write(session, action="privacy.retained", thing="privacy", thing_id=0, at=at, details=counts)
    return counts
