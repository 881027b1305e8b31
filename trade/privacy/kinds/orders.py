"""Orders: open ones end first; of ended ones contact and address are emptied, and the money stays for the accounts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update

from trade.accounts.models import Person
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.members.models import Bookshop
from trade.orders.models import Order, OrderLine, Shipment, Withdrawal
from trade.orders.states import ORDER, PAID, WITHDRAWAL
from trade.payments.models import GatewayEvent, Payment, Refund
from trade.privacy.kinds import Case, PersonalData
from trade.privacy.rules import Outcome

NAME = "orders"
OPEN = (ORDER.first, *PAID)
#: Contact, address and words: what is taken away. Books, amounts and dates stay.
EMPTIED = dict.fromkeys(
    ("reader_name", "reader_email", "reader_phone", "street", "street_more", "postcode", "city", "note", "reason"), ""
)


class Orders(PersonalData):
    """Orders of a reader with the contact and address copied for the bookshop, their payments and refunds."""

    name = NAME
    label = N_("Orders")

    def open(self, session: TenantSession, *, person: Person) -> list[Text]:
        """Each order that is not over, each withdrawal that is not settled, each refund that has not arrived."""
        rows = session.execute(
            select(Order.reference, Bookshop.name)
            .join(Bookshop, Bookshop.id == Order.bookshop_id)
            .where(Order.reader_id == person.id, _is_open())
            .order_by(Order.id)
        ).all()
        message = N_("Order %(reference)s at %(bookshop)s is still open.")
        return [Text(message, {"reference": reference, "bookshop": bookshop}) for reference, bookshop in rows]

    def erase(self, session: TenantSession, *, case: Case) -> Outcome:
        """Empty contact and address and cut the link; what was sold, and its money, stay without a name."""
        mine = select(Order.id).where(Order.reader_id == case.person.id)
        found = session.scalars(select(func.count()).select_from(mine.subquery())).one()
        for part in (OrderLine, Shipment, Withdrawal, Payment, Refund):
            session.execute(update(part).where(part.reader_id == case.person.id).values(reader_id=None))
        session.execute(update(Withdrawal).where(Withdrawal.order_id.in_(mine)).values(reason=""))
        session.execute(update(Payment).where(Payment.order_id.in_(mine)).values(card_tail="", url=""))
        self._empty_events(session, case)
        session.execute(update(Order).where(Order.reader_id == case.person.id).values(reader_id=None, **EMPTIED))
        return Outcome(self.name, self.label, found=found, detached=found)

    def _empty_events(self, session: TenantSession, case: Case) -> None:
        """What the gateway told of these orders is kept as it came, with name and address of whoever paid: empty it."""
        for reference, placed_at in session.execute(
            select(Order.reference, Order.placed_at).where(Order.reader_id == case.person.id)
        ).all():
            session.execute(
                update(GatewayEvent)
                .where(
                    GatewayEvent.received_at >= placed_at,
                    func.encode(GatewayEvent.body, "escape").contains(f'"{reference}"', autoescape=True),
                )
                .values(body=b"")
            )

    def export(self, session: TenantSession, *, person: Person) -> list[dict[str, Any]]:
        """Each order with its books, its bookshop and where it went."""
        rows = session.execute(
            select(Order, Bookshop.name)
            .join(Bookshop, Bookshop.id == Order.bookshop_id)
            .where(Order.reader_id == person.id)
            .order_by(Order.id)
        ).all()
        return [_told(order, bookshop) for order, bookshop in rows]


def _is_open() -> Any:
    withdrawing = select(Withdrawal.order_id).where(
        Withdrawal.state.in_([name for name, state in WITHDRAWAL.states.items() if not state.final])
    )
    waiting_for_money = select(Refund.order_id).where(Refund.state != "done")
    return Order.state.in_(OPEN) | Order.id.in_(withdrawing) | Order.id.in_(waiting_for_money)


def _told(order: Order, bookshop: str) -> dict[str, Any]:
    return {
        "reference": order.reference,
        "bookshop": bookshop,
        "state": ORDER.states[order.state].label,
        "placed_at": order.placed_at.isoformat(),
        "books": [f"{line.copies} × {line.title} ({line.isbn:013d})" for line in order.lines],
        "books_cents": order.books_cents,
        "delivery_cents": order.delivery_cents,
        "handling_cents": order.handling_cents,
        "total_cents": order.total_cents,
        "name": order.reader_name,
        "email": order.reader_email,
        "phone": order.reader_phone,
        "address": ", ".join(filter(None, (order.street, order.street_more, order.postcode, order.city))),
        "tracking": ", ".join(shipment.tracking for shipment in order.shipments if shipment.tracking),
        "note": order.note,
        "answer": order.reason,
    }


KIND = Orders()
