"""The money of one order: what was paid, what went back, what is kept by whom (F09, F10, A21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.billing.settings import VAT
from trade.orders.models import Order, OrderLine
from trade.orders.queries.reading import sold
from trade.orders.rules import Shared, share_line
from trade.orders.settings import COMMISSION
from trade.payments.models import Payment, Refund
from trade.shipping.settings import LABEL_PAYER


@dataclass(frozen=True)
class Rates:
    """The commission and its VAT in force when the order was placed, and who pays the labels."""

    commission: int
    commission_vat: int
    label_payer: str


@dataclass(frozen=True)
class Income:
    """What an order brings its bookshop, cents with VAT. ``returned_cents`` is what goes, or went, back to the reader.

    Where the bookshop itself collects nobody takes a commission and ``label_cents`` is 0: all that is left is its own.
    ``label_cents`` is the delivery fee that the platform keeps because it pays the carrier.
    """

    collected_cents: int
    returned_cents: int
    commission_cents: int
    commission_vat_cents: int
    label_cents: int

    @property
    def payout_cents(self) -> int:
        """What comes to the bookshop: the rest, so that no cent is lost."""
        taken = self.commission_cents + self.commission_vat_cents + self.label_cents
        return self.collected_cents - self.returned_cents - taken


def rates_of(session: TenantSession, *, order: Order) -> Rates:
    """What the settings said at the moment of placing."""
    at = order.placed_at
    return Rates(
        value_of(session, COMMISSION, at=at), value_of(session, VAT, at=at), value_of(session, LABEL_PAYER, at=at)
    )


def share_of(line: OrderLine, *, copies: int, rates: Rates) -> Shared:
    """The share of so many copies of a line."""
    return share_line(
        gross=copies * line.price_cents,
        vat_rate=line.vat_rate,
        commission=rates.commission,
        commission_vat=rates.commission_vat,
    )


def payments_of(session: TenantSession, *, order: Order) -> Sequence[Payment]:
    """Every attempt to pay an order, the first one first."""
    return session.scalars(select(Payment).where(Payment.order_id == order.id).order_by(Payment.id)).all()


def refunds_of(session: TenantSession, *, order: Order) -> Sequence[Refund]:
    """Every refund of an order, the first one first."""
    return session.scalars(select(Refund).where(Refund.order_id == order.id).order_by(Refund.id)).all()


def income_of(session: TenantSession, *, order: Order, refunds: Sequence[Refund]) -> Income:
    """What the order brings its bookshop as things stand, served or still to be served.

    Money that was paid a second time never belonged to the order and is left out.
    """
    own = [refund for refund in refunds if refund.cause != "paid_twice"]
    returned = sum(refund.cents for refund in own)
    if session.profile.money_flow == "bookshop":
        return Income(order.total_cents, returned, 0, 0, 0)
    rates = rates_of(session, order=order)
    lines = {line.id: line for line in order.lines}
    shares = [
        share_of(lines[one.line_id], copies=one.copies - one.returned, rates=rates)
        for one in sold(session, order=order)
    ]
    delivery = order.delivery_cents - sum(refund.delivery_cents for refund in own)
    return Income(
        collected_cents=order.total_cents,
        returned_cents=returned,
        commission_cents=sum(share.commission for share in shares),
        commission_vat_cents=sum(share.commission_vat for share in shares),
        label_cents=delivery if rates.label_payer == "platform" else 0,
    )
