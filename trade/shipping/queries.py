"""Reads of delivery: the tariff in force and its history, contracts with carriers, who sends and who receives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import ModuleType

from sqlalchemy import select

from trade.base.errors import NotFound
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.members.models import BillingData, Bookshop
from trade.orders.models import Order
from trade.shipping.carriers import MANUAL, Address, carriers
from trade.shipping.models import CarrierAccount, ShippingTable
from trade.shipping.rules import Brackets
from trade.shipping.settings import LABEL_PAYER


def table_in_force(session: TenantSession, *, at: datetime) -> ShippingTable | None:
    """The table that holds at a moment: of those begun and not withdrawn, the one that began last (A28)."""
    return session.scalar(
        select(ShippingTable)
        .where(ShippingTable.valid_from <= at, ShippingTable.withdrawn_at.is_(None))
        .order_by(ShippingTable.valid_from.desc(), ShippingTable.id.desc())
        .limit(1)
    )


def tables(session: TenantSession, *, limit: int = 100) -> Sequence[ShippingTable]:
    """Every table, the newest first: those to come, the one in force, those of the past."""
    return session.scalars(
        select(ShippingTable).order_by(ShippingTable.valid_from.desc(), ShippingTable.id.desc()).limit(limit)
    ).all()


def brackets_of(table: ShippingTable | None) -> Brackets:
    """The brackets of each zone, lightest first; none where there is no table."""
    found: dict[str, list[tuple[int, int]]] = {}
    for bracket in table.brackets if table else ():
        found.setdefault(bracket.zone, []).append((bracket.up_to_grams, bracket.cents))
    return {zone: sorted(steps) for zone, steps in found.items()}


def carrier(name: str) -> ModuleType:
    """The adapter of a carrier. Raises NotFound."""
    if name not in carriers():
        raise NotFound()
    return carriers()[name]


def carriers_of(country: str) -> Sequence[ModuleType]:
    """The carriers with contracts in a country, in the order of their names."""
    return [module for module in carriers().values() if country in module.COUNTRIES and module.NAME != MANUAL]


def payer(session: TenantSession, *, bookshop_id: int, at: datetime) -> int | None:
    """Whose contract labels of a bookshop are made with: its own, None for the platform's (A22)."""
    return bookshop_id if value_of(session, LABEL_PAYER, at=at) == "bookshop" else None


def contract(session: TenantSession, *, carrier: str, owner_id: int | None) -> CarrierAccount | None:
    """The contract in use with a carrier; ``owner_id`` None is the platform."""
    return session.scalar(
        select(CarrierAccount).where(
            CarrierAccount.carrier == carrier,
            CarrierAccount.bookshop_id.is_not_distinct_from(owner_id),
            CarrierAccount.replaced_at.is_(None),
        )
    )


def sealed_otherwise(session: TenantSession, *, name: str, limit: int) -> Sequence[CarrierAccount]:
    """Contracts whose secrets another key than this one sealed."""
    stale = (CarrierAccount.sealed.is_not(None), CarrierAccount.sealed_with != name)
    return session.scalars(select(CarrierAccount).where(*stale).order_by(CarrierAccount.id).limit(limit)).all()


def offered(session: TenantSession, *, bookshop_id: int, at: datetime) -> Sequence[str]:
    """The carriers of which a bookshop can ask a label. The platform's contracts are no bookshop's to read: where the
    platform pays, those of the country are offered, and the job says if one is missing."""
    names = [module.NAME for module in carriers_of(session.profile.country)]
    owner_id = payer(session, bookshop_id=bookshop_id, at=at)
    if owner_id is None:
        return names
    return [name for name in names if contract(session, carrier=name, owner_id=owner_id) is not None]


def sender_of(session: TenantSession, *, bookshop_id: int) -> Address:
    """The bookshop as a sender. Raises NotFound."""
    found = session.get(Bookshop, bookshop_id)
    if found is None:
        raise NotFound()
    tax_id = session.scalar(select(BillingData.tax_id).where(BillingData.bookshop_id == bookshop_id))
    return Address(
        name=found.name,
        street=found.address,
        postcode=found.postcode,
        city=found.city,
        country=found.country,
        phone=found.phone,
        email=found.email,
        tax_id=tax_id or "",
    )


def addressee_of(order: Order) -> Address:
    """The reader as an addressee."""
    return Address(
        name=order.reader_name,
        street=order.street,
        more=order.street_more,
        postcode=order.postcode,
        city=order.city,
        country=order.country,
        phone=order.reader_phone,
        email=order.reader_email,
    )


def any_sender(session: TenantSession) -> Address | None:
    """A bookshop with a whole address, for trying a contract of the platform; None where there is none."""
    whole = (Bookshop.state == "active", Bookshop.address != "", Bookshop.postcode != "", Bookshop.city != "")
    found = session.scalar(select(Bookshop.id).where(*whole).order_by(Bookshop.id).limit(1))
    return None if found is None else sender_of(session, bookshop_id=found)


def contracts(session: TenantSession, *, carrier: str) -> Sequence[tuple[CarrierAccount, str]]:
    """The bookshops' own contracts with a carrier and the bookshops' names, by name."""
    rows = session.execute(
        select(CarrierAccount, Bookshop.name)
        .join(Bookshop, Bookshop.id == CarrierAccount.bookshop_id)
        .where(CarrierAccount.carrier == carrier, CarrierAccount.replaced_at.is_(None))
        .order_by(Bookshop.name)
    )
    return [(account, name) for account, name in rows]
