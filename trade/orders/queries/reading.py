"""Reads of orders: one by reference or link, a bookshop's queue and lists, a reader's own, what bears on refunds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select

from trade.base.crypto import digest
from trade.base.models import JournalEntry
from trade.base.tenancy import Profile, TenantSession
from trade.calendar.rules import Allowance, AllowanceUnit, Deadline, OpenDeadline
from trade.orders.models import Order, Withdrawal
from trade.orders.rules import Sold
from trade.orders.states import FULFILLED, ORDER, PAID, REJECTED, WITHDRAWAL
from trade.payments.models import Refund
from trade.reservations.queries import skipped_of

#: The saved views of a bookshop's list, each with its states.
VIEWS: Mapping[str, tuple[str, ...]] = {"open": PAID, "done": FULFILLED, "rejected": REJECTED}


def by_reference(session: TenantSession, *, reference: str) -> Order | None:
    """One order as far as the scope may see it."""
    return session.scalar(select(Order).where(Order.reference == reference))


def by_link(session: TenantSession, *, reference: str, token: str) -> Order | None:
    """The order that a link without sign-in names; for a session at the door. None where the token is another's."""
    return session.scalar(select(Order).where(Order.reference == reference, Order.access_digest == digest(token)))


def link_of(profile: Profile, reference: str) -> str:
    """The address by which whoever ordered follows the order without signing in."""
    return f"{profile.base_url}/order/{reference}?k={token_of(profile, reference)}"


def token_of(profile: Profile, reference: str) -> str:
    """The token of that link; it can be made again, and is stored as its digest only."""
    return profile.sign(f"order|{reference}")


def queue(session: TenantSession, *, bookshop_id: int, limit: int = 200) -> Sequence[Order]:
    """The orders a bookshop has to work on, the most urgent first."""
    return session.scalars(
        _of_bookshop(bookshop_id).where(Order.state.in_(PAID)).order_by(Order.due_at, Order.id).limit(limit)
    ).all()


def page(
    session: TenantSession, *, bookshop_id: int, view: str, words: str = "", offset: int = 0, limit: int = 50
) -> Sequence[Order]:
    """One page of a saved view; open ones by due time, ended ones newest first. ``words`` finds a reference or name."""
    statement = _of_bookshop(bookshop_id).where(Order.state.in_(VIEWS[view]))
    if words:
        begins = words.strip()
        statement = statement.where(
            Order.reference.icontains(begins, autoescape=True) | Order.reader_name.icontains(begins, autoescape=True)
        )
    order = (Order.due_at, Order.id) if view == "open" else (Order.closed_at.desc(), Order.id.desc())
    return session.scalars(statement.order_by(*order).offset(offset).limit(limit)).all()


def counts(session: TenantSession, *, bookshop_id: int) -> dict[str, int]:
    """How many orders stand in each saved view."""
    rows = session.execute(
        select(Order.state, func.count()).where(Order.bookshop_id == bookshop_id).group_by(Order.state)
    )
    found = {row[0]: row[1] for row in rows}
    return {view: sum(found.get(state, 0) for state in states) for view, states in VIEWS.items()}


def of_reader(session: TenantSession, *, reader_id: int, limit: int = 100) -> Sequence[Order]:
    """A reader's own orders, newest first; attempts that were never paid are left out."""
    return session.scalars(
        select(Order)
        .where(Order.reader_id == reader_id, Order.state != "abandoned")
        .order_by(Order.id.desc())
        .limit(limit)
    ).all()


def events(session: TenantSession, *, order: Order, limit: int = 200) -> Sequence[JournalEntry]:
    """What happened to an order and to its withdrawals, oldest first."""
    withdrawn = select(Withdrawal.id).where(Withdrawal.order_id == order.id)
    return session.scalars(
        select(JournalEntry)
        .where(
            or_(
                and_(JournalEntry.thing == ORDER.name, JournalEntry.thing_id == order.id),
                and_(JournalEntry.thing == WITHDRAWAL.name, JournalEntry.thing_id.in_(withdrawn)),
            )
        )
        .order_by(JournalEntry.id)
        .limit(limit)
    ).all()


def next_number(session: TenantSession) -> int:
    """A fresh number, for a reference that is known before the row is written."""
    return int(session.execute(select(func.nextval("sale_id_seq"))).scalar_one())


def sold(session: TenantSession, *, order: Order) -> list[Sold]:
    """The lines of an order with the copies that refunds have given back, or are about to."""
    returned: dict[int, int] = {}
    counting = select(Refund.lines).where(Refund.order_id == order.id, Refund.state != "bounced")
    for (lines,) in session.execute(counting):
        for line, copies in lines.items():
            returned[int(line)] = returned.get(int(line), 0) + copies
    return [
        Sold(line.id, line.copies, returned.get(line.id, 0), line.price_cents, line.fee_cents) for line in order.lines
    ]


def delivery_left(session: TenantSession, *, order: Order) -> int:
    """What is left of the delivery fee after refunds, cents."""
    given = session.scalar(select(func.coalesce(func.sum(Refund.delivery_cents), 0)).where(Refund.order_id == order.id))
    return order.delivery_cents - int(given or 0)


def deadline_of(order: Order) -> Deadline | None:
    """The stored deadline of the running phase with its trace, as it was counted; None where none runs."""
    if order.due_at is None or order.phase_at is None or not order.due_because:
        return None
    kept = order.due_because
    return Deadline(
        due=order.due_at,
        start=order.phase_at,
        counts_from=datetime.fromisoformat(kept["counts_from"]),
        allowance=Allowance(kept["amount"], AllowanceUnit(kept["unit"])),
        skipped=skipped_of(kept),
    )


def open_deadlines(session: TenantSession, *, bookshop_id: int, at: datetime) -> list[OpenDeadline]:
    """The deadlines that run: orders that are being worked on and are not late yet."""
    rows = session.scalars(
        _of_bookshop(bookshop_id)
        .where(Order.phase != "", Order.late_at.is_(None), Order.due_at > at)
        .order_by(Order.due_at)
    )
    return [
        OpenDeadline(row.reference, deadline.start, deadline.allowance, deadline.due)
        for row in rows
        if (deadline := deadline_of(row))
    ]


def _of_bookshop(bookshop_id: int) -> Select[Order]:
    return select(Order).where(Order.bookshop_id == bookshop_id)
