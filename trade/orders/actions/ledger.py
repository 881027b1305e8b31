"""The postings of an order: every step of its money, balanced (F09, F10, A21).

Where the platform collects: ``orders_open`` is what it owes to readers until they are served, ``gateway`` its money at
the gateway, ``bookshop`` what it owes to a bookshop, ``delivery`` what readers paid for labels that the platform pays,
``refunds_due`` what is on its way back. Where the bookshop collects the same entries stand on ``own_gateway`` and
``own_sales`` of that bookshop: the platform never has the money, and its books show that. Every leg names the bookshop,
which may read its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from trade.base.errors import NotFound
from trade.base.ledger import Leg, enter
from trade.base.tenancy import TenantSession
from trade.orders.models import Order
from trade.orders.queries.money import Rates, rates_of, share_of
from trade.orders.rules import Returned, Shared
from trade.orders.states import ORDER
from trade.payments.models import Refund


def book_payment(session: TenantSession, *, order: Order, at: datetime) -> None:
    """The reader's money came in."""
    _enter(
        session,
        order,
        "paid",
        at,
        [Leg("orders_open", order.total_cents), _collected(session, -order.total_cents)],
    )


def book_fulfilled(session: TenantSession, *, order: Order, returned: Mapping[int, int], at: datetime) -> None:
    """Everything that was not given back is served: it is the bookshop's, less the commission.

    ``returned`` maps lines to copies given back before.
    """
    rates = rates_of(session, order=order)
    left = {line.id: line.copies - returned.get(line.id, 0) for line in order.lines}
    shares = [share_of(line, copies=left[line.id], rates=rates) for line in order.lines]
    handling = sum(line.fee_cents for line in order.lines if left[line.id])
    books = sum(share.gross for share in shares)
    legs = [Leg("orders_open", -(books + handling + order.delivery_cents))]
    if session.profile.money_flow == "bookshop":
        legs.append(Leg("own_sales", books + handling + order.delivery_cents))
    else:
        legs += _shared(shares, handling, order.delivery_cents, rates, sign=1)
    _enter(session, order, "fulfilled", at, legs)


def book_return(
    session: TenantSession, *, order: Order, back: Returned, before: Mapping[int, int], key: str, at: datetime
) -> None:
    """Money is to go back: from what is owed to the reader, or, once the order was served, from the bookshop's share.

    ``before`` maps lines to the copies given back earlier. A line's commission goes back as the difference of what it
    was and what it is, so that copy by copy comes to the same as all at once.
    """
    legs = [Leg("refunds_due", back.cents)]
    if order.sent_at is None:
        legs.append(Leg("orders_open", -back.cents))
    elif session.profile.money_flow == "bookshop":
        legs.append(Leg("own_sales", -back.cents))
    else:
        rates = rates_of(session, order=order)
        shares = []
        for line in order.lines:
            had = line.copies - before.get(line.id, 0)
            was, rest = (
                share_of(line, copies=had, rates=rates),
                share_of(line, copies=had - back.lines.get(line.id, 0), rates=rates),
            )
            shares.append(
                Shared(
                    was.gross - rest.gross,
                    was.net - rest.net,
                    was.commission - rest.commission,
                    was.commission_vat - rest.commission_vat,
                )
            )
        legs += _shared(shares, back.handling_cents, back.delivery_cents, rates, sign=-1)
    _enter(session, order, key, at, legs)


def book_refund_moved(session: TenantSession, *, refund_id: int, bounced: bool, at: datetime) -> None:
    """The money has left for the reader, or (``bounced``) her bank sent it back; in a system session.

    What somebody gave back at the gateway's own pages is booked as a return first: from the bookshop's part, without
    its commission. What was paid twice never entered the order's books. Raises NotFound.
    """
    refund = session.get(Refund, refund_id)
    order = None if refund is None else session.get(Order, refund.order_id)
    if refund is None or order is None:
        raise NotFound()
    if refund.cause == "paid_twice":
        return
    if refund.cause == "goodwill":
        owner = "own_sales" if session.profile.money_flow == "bookshop" else "bookshop"
        source = "orders_open" if order.sent_at is None else owner
        _enter(
            session, order, f"returned:{refund.id}", at, [Leg("refunds_due", refund.cents), Leg(source, -refund.cents)]
        )
    sign = -1 if bounced else 1
    legs = [Leg("refunds_due", -sign * refund.cents), _collected(session, sign * refund.cents)]
    _enter(session, order, f"{'bounced' if bounced else 'refunded'}:{refund.id}", at, legs)


def _shared(shares: list[Shared], handling: int, delivery: int, rates: Rates, *, sign: int) -> list[Leg]:
    """What a bookshop gets, or gives back: its part, the commission, the delivery where the platform pays labels."""
    to_bookshop = sum(share.payout for share in shares) + handling
    legs = [
        Leg("commission", sign * sum(share.commission for share in shares)),
        Leg("vat_due", sign * sum(share.commission_vat for share in shares)),
    ]
    if rates.label_payer == "platform":
        legs.append(Leg("delivery", sign * delivery))
    else:
        to_bookshop += delivery
    return [*legs, Leg("bookshop", sign * to_bookshop)]


def _collected(session: TenantSession, cents: int) -> Leg:
    """The leg of whoever's gateway has the money: it gives where money came in."""
    if session.profile.money_flow == "bookshop":
        return Leg("own_gateway", cents)
    return Leg("gateway", cents)


def _enter(session: TenantSession, order: Order, what: str, at: datetime, legs: list[Leg]) -> None:
    enter(
        session,
        kind=f"sale.{what.partition(':')[0]}",
        key=f"sale.{what}:{order.id}",
        at=at,
        thing=ORDER.name,
        thing_id=order.id,
        bookshop_id=order.bookshop_id,
        legs=[Leg(leg.account, leg.cents, order.bookshop_id) for leg in legs],
    )
