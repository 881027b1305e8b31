"""Withdrawing from an order: declared by its reader without signing in, acknowledged at once, ended by the bookshop.

The declaration is a fact that nobody refuses in time; what comes of it (books back, money back) is its own life, and
never reopens the order (domain.md 1.5.3, 5.1).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from trade.base import journal, outbox
from trade.base.errors import NotFound, Refused
from trade.base.journal import fire
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.orders.actions.mails import tell_bookshop, tell_reader
from trade.orders.actions.returning import return_copies
from trade.orders.models import Order, Withdrawal
from trade.orders.queries.reading import sold
from trade.orders.queries.withdrawals import named_by, titles_of
from trade.orders.rules.withdrawing import Window, window, withdrawable
from trade.orders.settings import WITHDRAWAL_DAYS
from trade.orders.states import FULFILLED, WITHDRAWAL

CHOOSE = N_("Choose on the page of the order which books you withdraw from.")


def window_of(session: TenantSession, *, order: Order, at: datetime) -> Window:
    """Until when the reader of this order may withdraw: from when she has it, as far as anybody told us."""
    had_at = order.collected_at if order.mode == "pickup" else order.delivered_at
    days: int = value_of(session, WITHDRAWAL_DAYS, at=order.placed_at)
    return window(had_at=had_at, days=days, zone=ZoneInfo(order.bookshop.time_zone))


def left_to_withdraw(session: TenantSession, *, order: Order) -> dict[int, int]:
    """For each line of the order the copies that can still be withdrawn."""
    declared: dict[int, int] = {}
    open_ones = select(Withdrawal.lines).where(
        Withdrawal.order_id == order.id, Withdrawal.state.in_(["declared", "returned"])
    )
    for (lines,) in session.execute(open_ones):
        for line, copies in lines.items():
            declared[int(line)] = declared.get(int(line), 0) + copies
    return withdrawable(sold(session, order=order), declared=declared)


def why_not(session: TenantSession, *, order: Order, at: datetime) -> Refused | None:
    """Why nothing of this order can be withdrawn now; None where something can."""
    if order.state not in FULFILLED:
        return Refused(N_("This order is not served yet: cancel it instead, or wait until the bookshop has sent it."))
    limit = window_of(session, order=order, at=at)
    if not limit.is_open(at.astimezone(ZoneInfo(order.bookshop.time_zone)).date()):
        return Refused(N_("The time to withdraw from this order ended on %(day)s."), day=limit.last)
    if not left_to_withdraw(session, order=order):
        return Refused(N_("You have withdrawn from all of this order, or its money has gone back already."))
    return None


def ask_by_number(session: TenantSession, *, reference: str, email: str, whole: bool, at: datetime) -> None:
    """Withdraw by the order's number and address, without its link; for a session at the door.

    Whoever asks learns nothing, not even by the time it takes: the same is written for an order that is not there, and
    what comes of it is told by mail to the order's own address. ``whole``: from all of it; else the mail leads to the
    choice of books.
    """
    found = named_by(session, reference=reference, email=email)
    payload = {"order_id": found or 0, "whole": whole, "asked_at": at.isoformat()}
    outbox.post(session, kind="sales.withdraw", key=f"sales.withdraw:{secrets.token_hex(16)}", payload=payload)


def settle_asked(session: TenantSession, *, order_id: int, whole: bool, asked_at: datetime) -> Withdrawal | None:
    """Carry out what :func:`ask_by_number` wrote, as of that moment; None where a mail says how to go on, or why not.

    That mail leaves at most once a day for an order, however often somebody asks.
    """
    order = session.scalar(select(Order).where(Order.id == order_id).with_for_update(of=Order))
    if order is None:
        return None
    obstacle = why_not(session, order=order, at=asked_at)
    if whole and obstacle is None:
        left = left_to_withdraw(session, order=order)
        return declare(session, order_id=order.id, copies=left, at=asked_at)
    tell_reader(
        session,
        event="withdrawal_asked",
        order=order,
        at=asked_at,
        key=f":{asked_at.date()}:{obstacle is None}",
        more={"note": obstacle.text if obstacle else Text(CHOOSE)},
    )
    return None


def declare(session: TenantSession, *, order_id: int, copies: Mapping[int, int], at: datetime) -> Withdrawal:
    """Declare the withdrawal from these copies of lines; the acknowledgement with date and time leaves at once.

    Works for the reader signed in, and at the door for whoever holds the order's link. Raises NotFound; Refused for
    an order that is not served yet (it is cancelled instead), too late, or for copies that are not there.
    """
    order = session.scalar(select(Order).where(Order.id == order_id).with_for_update(of=Order))
    if order is None or (session.scope.kind == "reader" and order.reader_id != session.scope.person_id):
        raise NotFound()
    if obstacle := why_not(session, order=order, at=at):
        raise obstacle
    wanted = {line: given for line, given in copies.items() if given}
    left = left_to_withdraw(session, order=order)
    if not wanted or any(not 0 < given <= left.get(line, 0) for line, given in wanted.items()):
        raise Refused(N_("Choose the books you withdraw from."), field="copies")
    number = int(session.execute(select(func.nextval("withdrawal_id_seq"))).scalar_one())
    withdrawal = Withdrawal(
        id=number,
        order_id=order.id,
        bookshop_id=order.bookshop_id,
        reader_id=order.reader_id,
        reference=f"W-{number}",
        state=WITHDRAWAL.first,
        lines={str(line): given for line, given in wanted.items()},
        declared_at=at,
        acknowledged_at=at,
    )
    session.add(withdrawal)
    session.flush()
    _write(session, withdrawal, "withdrawal.declared", at)
    books = {"withdrawn": "\n".join(titles_of(order, withdrawal))}
    tell_reader(session, event="withdrawn", order=order, at=at, key=f":{number}", more=books)
    tell_bookshop(session, event="withdrawn_bookshop", order=order, at=at, key=f":{number}", more=books)
    return withdrawal


def books_came_back(session: TenantSession, *, reference: str, at: datetime) -> Withdrawal:
    """The bookshop has the books again. Raises NotFound, Conflict."""
    withdrawal, _ = _load(session, reference)
    fire(session, WITHDRAWAL, withdrawal, "return", role="bookshop", at=at)
    return withdrawal


def refund_withdrawal(session: TenantSession, *, reference: str, at: datetime) -> Withdrawal:
    """Give the money of the withdrawn copies back, the delivery too where nothing of the order is left.

    The bookshop may wait until the books are back, or not. Raises NotFound, Conflict.
    """
    withdrawal, order = _load(session, reference)
    fire(session, WITHDRAWAL, withdrawal, "refund", role="bookshop", at=at, closed_at=at)
    copies = {int(line): given for line, given in withdrawal.lines.items()}
    return_copies(session, order=order, copies=copies, cause="withdrawal", at=at)
    tell_reader(session, event="withdrawal_refunded", order=order, at=at, key=f":{withdrawal.id}")
    return withdrawal


def decline_withdrawal(session: TenantSession, *, reference: str, reason: str, at: datetime) -> Withdrawal:
    """Decline with a reason that the reader reads (the books never came back, or are spoilt). Raises NotFound,
    Conflict, Refused without a reason."""
    withdrawal, order = _load(session, reference)
    fire(session, WITHDRAWAL, withdrawal, "decline", role="bookshop", at=at, reason=reason, closed_at=at)
    withdrawal.reason = reason.strip()[:500]
    session.flush()
    told = {"note": withdrawal.reason}
    tell_reader(session, event="withdrawal_declined", order=order, at=at, key=f":{withdrawal.id}", more=told)
    return withdrawal


def _load(session: TenantSession, reference: str) -> tuple[Withdrawal, Order]:
    """The withdrawal and its order, locked, as the bookshop of this session has them."""
    found = session.scalar(select(Withdrawal).where(Withdrawal.reference == reference))
    if found is None or found.bookshop_id != session.scope.bookshop_id:
        raise NotFound()
    order = session.scalar(select(Order).where(Order.id == found.order_id).with_for_update(of=Order))
    assert order is not None, "a withdrawal hangs on its order"
    return found, order


def _write(session: TenantSession, withdrawal: Withdrawal, action: str, at: datetime) -> None:
    journal.write(
        session,
        action=action,
        thing=WITHDRAWAL.name,
        thing_id=withdrawal.id,
        at=at,
        bookshop_id=withdrawal.bookshop_id,
        details={"order_id": withdrawal.order_id, "lines": withdrawal.lines},
    )
