"""Taking a redemption back: the bookshop for a quarter of an hour, then staff until the month is closed (A26)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from trade.base import settings
from trade.base.errors import Conflict, NotAllowed, NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.gift_cheques import queries, rules
from trade.gift_cheques.actions.changing import change_balance, lock_money, record
from trade.gift_cheques.models import ChequeEntry, GiftCheque
from trade.gift_cheques.settings import UNDO_MINUTES
from trade.gift_cheques.states import CHEQUE


def undo(session: TenantSession, *, entry_id: int, at: datetime, reason: str = "") -> ChequeEntry:
    """Give a redemption back to the cheque; undoing it twice returns the first undoing.

    In a bookshop's scope its own redemptions within the minutes of the setting; in staff's scope any, with a
    reason. Raises NotFound, NotAllowed after the minutes, Refused where the month is closed, the reason is
    missing or the cheque was blocked or expired since, Conflict where the cheque changed in this moment.
    """
    entry = session.scalar(select(ChequeEntry).where(ChequeEntry.id == entry_id, ChequeEntry.kind == "redeem"))
    if entry is None or entry.bookshop_id is None:
        raise NotFound()
    lock_money(session, bookshop_id=entry.bookshop_id)
    earlier = queries.undo_of(session, entry_id=entry.id)
    if earlier is not None:
        return earlier
    _check(session, entry, at, reason)
    cheque = session.scalars(select(GiftCheque).where(GiftCheque.id == entry.cheque_id)).one()
    session.refresh(cheque)
    remaining = cheque.remaining_cents - entry.cents
    move = "undo_all" if remaining == cheque.face_cents else "undo_part"
    if cheque.state not in CHEQUE.move(move).origins:
        raise Refused(N_("This cheque was blocked or has expired since: nothing can be given back to it."))
    if not change_balance(session, cheque=cheque, move=move, remaining=remaining):
        raise Conflict()
    return record(
        session,
        cheque=cheque,
        kind="undo",
        cents=-entry.cents,
        key=f"undo:{entry.id}",
        at=at,
        to_account="bookshop",
        bookshop_id=entry.bookshop_id,
        undoes_id=entry.id,
        reason=reason,
    )


def _check(session: TenantSession, entry: ChequeEntry, at: datetime, reason: str) -> None:
    if queries.is_settled(session, entry_id=entry.id):
        raise Refused(N_("The month of this redemption is closed: it can no longer be undone."))
    if session.scope.kind == "bookshop":
        minutes = settings.value_of(session, UNDO_MINUTES, at=at)
        if not rules.may_undo(redeemed_at=entry.at, at=at, minutes=minutes):
            raise NotAllowed(
                N_("A redemption can be undone for %(minutes)s minutes; ask the network now."), minutes=minutes
            )
    elif not reason.strip():
        raise Refused(N_("Give a reason: the other side will read it."), field="reason")
