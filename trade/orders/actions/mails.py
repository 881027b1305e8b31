"""The mails of an order's life; each event tells each side once (T147, F44)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.messages.actions import send
from trade.messages.rules import Euros, Value
from trade.orders.models import Order
from trade.orders.queries.reading import link_of
from trade.orders.rules.rejecting import REJECTION_REASONS, RejectionReason
from trade.orders.settings import WITHDRAWAL_DAYS


def tell_reader(
    session: TenantSession,
    *,
    event: str,
    order: Order,
    at: datetime,
    key: str = "",
    more: Mapping[str, Value | None] | None = None,
) -> None:
    """Queue the reader's mail of this event; an erased reader is told nothing.

    ``key`` where it may happen again; ``more``: values that the order does not know, or that replace its own.
    """
    if not order.reader_email:
        return
    send(
        session,
        key=f"sale.{event}.reader:{order.id}{key}",
        template=f"sale.{event}",
        locale=order.locale,
        to_email=order.reader_email,
        to_name=order.reader_name,
        person_id=order.reader_id,
        bookshop_id=order.bookshop_id,
        at=at,
        time_zone=order.bookshop.time_zone,
        values=_values(session, order) | {"moment": at} | dict(more or {}),
    )


def tell_bookshop(
    session: TenantSession,
    *,
    event: str,
    order: Order,
    at: datetime,
    key: str = "",
    more: Mapping[str, Value | None] | None = None,
) -> None:
    """Queue the bookshop's mail of this event, in the network's language."""
    if not order.bookshop.email:
        return
    send(
        session,
        key=f"sale.{event}.bookshop:{order.id}{key}",
        template=f"sale.{event}",
        locale=session.profile.locale,
        to_email=order.bookshop.email,
        to_name=order.bookshop.name,
        bookshop_id=order.bookshop_id,
        about_id=order.reader_id,
        at=at,
        time_zone=order.bookshop.time_zone,
        values=_values(session, order) | {"moment": at} | dict(more or {}),
    )


def _values(session: TenantSession, order: Order) -> dict[str, Value | None]:
    shop = order.bookshop
    tracking = ", ".join(shipment.tracking for shipment in order.shipments if shipment.tracking)
    return {
        "reference": order.reference,
        "books": "\n".join(f"{line.copies} × {line.title}" for line in order.lines),
        "total": Euros(order.total_cents),
        "bookshop": shop.name,
        "bookshop_address": ", ".join(filter(None, (shop.address, f"{shop.postcode} {shop.city}".strip()))),
        "bookshop_phone": shop.phone,
        "reader": order.reader_name,
        "due": order.due_at,
        "release": order.release_on,
        "collect_by": order.collect_by,
        "tracking": tracking,
        "reason": _reason(order),
        "note": order.reason if order.reason_code else order.note,
        "link": link_of(session.profile, order.reference),
        "days": int(value_of(session, WITHDRAWAL_DAYS, at=order.placed_at)),
        "withdrawn": "",
    }


def _reason(order: Order) -> Value | None:
    if order.state == "rejected_by_platform":
        return Text(N_("The bookshop did not answer in time."))
    if not order.reason_code:
        return None
    return Text(REJECTION_REASONS[RejectionReason(order.reason_code)])
