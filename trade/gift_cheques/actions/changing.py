"""The one way a cheque's balance changes: compare-and-set on its version, then entry and ledger (R2, R13)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from trade.base import journal, ledger
from trade.base.ledger import Leg
from trade.base.tenancy import TenantSession
from trade.gift_cheques.models import ChequeEntry, GiftCheque
from trade.gift_cheques.states import CHEQUE

MONEY_LOCK = 727_010


def change_balance(session: TenantSession, *, cheque: GiftCheque, move: str, remaining: int) -> bool:
    """Set what is left and the state, if nobody changed the cheque since it was read; True where it was done."""
    step = CHEQUE.move(move)
    statement = (
        update(GiftCheque)
        .where(GiftCheque.id == cheque.id, GiftCheque.version == cheque.version, GiftCheque.state.in_(step.origins))
        .values(remaining_cents=remaining, state=step.target, version=cheque.version + 1)
        .execution_options(synchronize_session=False)
    )
    done: bool = session.execute(statement).rowcount == 1  # type: ignore[attr-defined]
    session.refresh(cheque)
    return done


def record(
    session: TenantSession,
    *,
    cheque: GiftCheque,
    kind: str,
    cents: int,
    key: str,
    at: datetime,
    to_account: str,
    bookshop_id: int | None = None,
    undoes_id: int | None = None,
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> ChequeEntry:
    """Write the movement of a changed balance: its entry, the ledger's two legs, a line in the journal.

    ``cents`` is signed as on the cheque; the counterpart on ``to_account`` is found by its opposite.
    """
    entry = ChequeEntry(
        cheque_id=cheque.id,
        kind=kind,
        cents=cents,
        key=key,
        at=at,
        bookshop_id=bookshop_id,
        person_id=session.scope.person_id,
        undoes_id=undoes_id,
        details=details or {},
    )
    session.add(entry)
    session.flush()
    ledger.enter(
        session,
        kind=f"gift_cheque.{kind}",
        key=f"gift_cheque.{key}",
        at=at,
        thing="cheque_entry",
        thing_id=entry.id,
        bookshop_id=bookshop_id,
        legs=[Leg("cheques_issued", cents, bookshop_id), Leg(to_account, -cents, bookshop_id)],
    )
    journal.write(
        session,
        action=f"gift_cheque.{kind}",
        thing="gift_cheque",
        thing_id=cheque.id,
        at=at,
        bookshop_id=bookshop_id,
        reason=reason,
        details={"cents": cents, "entry_id": entry.id},
    )
    return entry


def lock_money(session: TenantSession, *, bookshop_id: int) -> None:
    """Let one transaction at a time settle or take back a bookshop's redemptions; freed at its end."""
    session.execute(select(func.pg_advisory_xact_lock(MONEY_LOCK, bookshop_id % 2**31)))
