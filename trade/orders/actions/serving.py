"""What a bookshop does with an order: take, pick, refuse copies, send, notify, reject (T50-T54, F14)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from trade.availability.rules import Label
from trade.base import journal
from trade.base.errors import NotFound, Refused
from trade.base.journal import fire
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.calendar.queries import calendar_of
from trade.orders.actions import clock
from trade.orders.actions.ledger import book_fulfilled
from trade.orders.actions.mails import tell_reader
from trade.orders.actions.placing import hold_reference
from trade.orders.actions.returning import return_copies, return_everything
from trade.orders.models import Order, OrderLine, Shipment
from trade.orders.queries.reading import sold
from trade.orders.rules.rejecting import GONE_REASONS, RejectionReason
from trade.orders.settings import COLLECT_DAYS
from trade.orders.states import ORDER, PAID
from trade.reservations.rules import collect_by
from trade.shipping.settings import TRACKING_NEEDED
from trade.stock.actions import keep_until_next_file, release_hold


def take(session: TenantSession, *, reference: str, at: datetime) -> Order:
    """Accept the order: the clock of sending starts. Raises NotFound, Conflict."""
    order = load(session, reference=reference)
    fire(session, ORDER, order, "take", role="bookshop", at=at, **clock.sending(session, order=order, at=at))
    return order


def pick(session: TenantSession, *, reference: str, isbn: int, at: datetime) -> OrderLine:
    """One copy of this book is in the hand: the line's next copy is picked.

    Raises NotFound, and Refused for a book that the order does not have, or has no further copy of.
    """
    order = load(session, reference=reference)
    _open_for_work(order)
    lines = [line for line in order.lines if line.isbn == isbn]
    if not lines:
        raise Refused(N_("This book is not part of the order: put it back."), field="isbn")
    line = next((line for line in lines if line.picked + line.refused < line.copies), None)
    if line is None:
        raise Refused(N_("All copies of this book are picked already."), field="isbn")
    line.picked += 1
    session.flush()
    return line


def refuse(
    session: TenantSession, *, reference: str, copies: Mapping[int, int], reason_code: str, note: str, at: datetime
) -> Order:
    """Refuse some copies of lines and go on with the rest; their money goes back and the reader is told (domain 1.5.3).

    ``copies`` maps ids of lines to copies. Raises NotFound, Refused for copies the order does not have, for a reason
    that is none, and where nothing would be left: then the whole order is to be rejected.
    """
    order = load(session, reference=reference)
    _open_for_work(order)
    _check_reason(reason_code)
    wanted = {number: given for number, given in copies.items() if given}
    lines = {line.id: line for line in order.lines}
    if not wanted or any(
        number not in lines or not 0 < given <= lines[number].copies - lines[number].refused
        for number, given in wanted.items()
    ):
        raise Refused(N_("Choose which copies cannot be served."), field="copies")
    if all(line.refused + wanted.get(line.id, 0) == line.copies for line in order.lines):
        raise Refused(N_("Nothing would be left of the order: reject it instead."), field="copies")
    for number, given in wanted.items():
        line = lines[number]
        line.refused += given
        line.picked = min(line.picked, line.copies - line.refused)
        line.refusal = reason_code
    session.flush()
    refund = return_copies(session, order=order, copies=wanted, cause="line_refused", at=at)
    journal.write(
        session,
        action="sale.refused",
        thing=ORDER.name,
        thing_id=order.id,
        at=at,
        bookshop_id=order.bookshop_id,
        reason=note.strip()[:500],
        details={"code": reason_code, "copies": {str(number): given for number, given in wanted.items()}},
    )
    tell_reader(session, event="partly_refused", order=order, at=at, key=f":{refund.id if refund else 0}")
    return order


def send(session: TenantSession, *, reference: str, tracking: str = "", carrier: str = "", at: datetime) -> Order:
    """The parcel has left: the reader gets exactly one mail with its tracking number.

    Raises NotFound, Conflict; Refused for an order that is collected, and where the network demands a tracking number
    that is missing (F14).
    """
    order = load(session, reference=reference)
    if order.mode != "delivery":
        raise Refused(N_("This order is collected in the bookshop: notify the reader instead."))
    shipments = [shipment for shipment in order.shipments if shipment.state in {"open", "labelled"}]
    tracked = all(shipment.tracking or tracking.strip() for shipment in shipments)
    if not tracked and value_of(session, TRACKING_NEEDED, at=at):
        raise Refused(N_("Write the tracking number: in this network every parcel is tracked."), field="tracking")
    _end(session, order, "send", at, {})
    for shipment in shipments:
        _close(shipment, tracking.strip(), carrier.strip(), at)
    session.flush()
    tell_reader(session, event="sent", order=order, at=at)
    return order


def notify(session: TenantSession, *, reference: str, at: datetime) -> Order:
    """Everything is ready to be collected: the reader gets exactly one mail, with the last day. Raises NotFound,
    Conflict; Refused for an order that is delivered."""
    order = load(session, reference=reference)
    if order.mode != "pickup":
        raise Refused(N_("This order is delivered: mark it as sent instead."))
    calendar = calendar_of(session, bookshop=order.bookshop, at=at)
    last = collect_by(notified_at=at, days=value_of(session, COLLECT_DAYS, at=at), calendar=calendar)
    _end(session, order, "notify", at, {"collect_by": last})
    tell_reader(session, event="ready", order=order, at=at)
    return order


def reject(session: TenantSession, *, reference: str, reason_code: str, note: str, at: datetime) -> Order:
    """Reject the whole order with a reason that the reader reads; all the money goes back. Raises NotFound, Conflict,
    Refused for a reason that is none."""
    order = load(session, reference=reference)
    _check_reason(reason_code)
    fire(
        session,
        ORDER,
        order,
        "reject",
        role="bookshop",
        at=at,
        reason=reason_code,
        reason_code=reason_code,
        closed_at=at,
        **clock.stopped(),
    )
    order.reason = note.strip()[:500]
    free_copies(session, order=order, at=at, gone=RejectionReason(reason_code) in GONE_REASONS)
    return_everything(session, order=order, cause="rejected", at=at)
    tell_reader(session, event="rejected", order=order, at=at)
    return order


def hand_over(session: TenantSession, *, reference: str, at: datetime) -> Order:
    """The reader has collected the order. Raises NotFound, Refused where it was not ready, or collected before."""
    order = load(session, reference=reference)
    if order.state != "notified" or order.collected_at is not None:
        raise Refused(N_("Only an order that is ready, and not collected yet, can be handed over."))
    order.collected_at = at
    session.flush()
    journal.write(
        session, action="sale.collected", thing=ORDER.name, thing_id=order.id, at=at, bookshop_id=order.bookshop_id
    )
    return order


def load(session: TenantSession, *, reference: str) -> Order:
    """The order as the bookshop of this session has it, locked; booksellers are readers elsewhere, too.

    Raises NotFound; an order that was never paid does not exist for its bookshop.
    """
    order = session.scalar(
        select(Order)
        .where(Order.reference == reference, Order.paid_at.is_not(None))
        .with_for_update(of=Order)
        .execution_options(populate_existing=True)
    )
    if order is None or order.bookshop_id != session.scope.bookshop_id:
        raise NotFound()
    return order


def free_copies(session: TenantSession, *, order: Order, at: datetime, gone: bool = False) -> None:
    """Put held copies back on the shelf, or, where they are ``gone``, keep them out until the next file."""
    free = keep_until_next_file if gone else release_hold
    for line in sorted(order.lines, key=lambda line: line.isbn):
        if line.source == Label.ON_SHELF:
            free(session, reference=hold_reference(order=order, line=line), at=at)


def _end(session: TenantSession, order: Order, move: str, at: datetime, changes: clock.Changes) -> None:
    """The order is served: its state, its copies, its money."""
    fire(session, ORDER, order, move, role="bookshop", at=at, sent_at=at, closed_at=at, **clock.stopped(), **changes)
    free_copies(session, order=order, at=at, gone=True)
    returned = {line.line_id: line.returned for line in sold(session, order=order)}
    book_fulfilled(session, order=order, returned=returned, at=at)


def _close(shipment: Shipment, tracking: str, carrier: str, at: datetime) -> None:
    if tracking and not shipment.tracking:
        shipment.tracking, shipment.carrier = tracking[:60], carrier or "manual"
    shipment.state, shipment.sent_at = "sent", at


def _open_for_work(order: Order) -> None:
    if order.state not in PAID:
        raise Refused(N_("This order is ended: nothing can be changed on it any more."))


def _check_reason(reason_code: str) -> None:
    if reason_code not in set(RejectionReason):
        raise Refused(N_("Choose the reason: the reader will read it."), field="reason_code")
