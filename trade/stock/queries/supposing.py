"""What other settings of the network would do to the stock of every bookshop, told before they are saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Integer, and_, case, cast, func, not_, or_, select

from trade.base.models import SettingValue
from trade.base.money import PER
from trade.base.sets import value_table
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book, Category
from trade.stock.models import BookshopStock, StockLine
from trade.stock.queries.comparing import JUDGED_ANEW, USUAL_CATEGORY, Terms, terms
from trade.stock.rules import Verdict


@dataclass(frozen=True)
class NetworkEffect:
    """How many titles in stock would be shown and hidden anew, and in how many bookshops."""

    shown: int
    hidden: int
    bookshops: int


def with_stock(session: TenantSession) -> dict[int, bool]:
    """The bookshops that have sent a stock file, and whether its prices hold VAT."""
    rows = session.execute(
        select(BookshopStock.bookshop_id, BookshopStock.vat_included).order_by(BookshopStock.bookshop_id)
    )
    return {row.bookshop_id: row.vat_included for row in rows}


def newest_value(session: TenantSession, *, at: datetime) -> int | None:
    """The value of the platform by which lines are judged that came into force last; None where there is none."""
    return session.scalar(
        select(SettingValue.id)
        .where(
            SettingValue.key.in_([setting.key for setting in JUDGED_ANEW]),
            SettingValue.bookshop_id.is_(None),
            SettingValue.valid_from <= at,
        )
        .order_by(SettingValue.valid_from.desc(), SettingValue.id.desc())
        .limit(1)
    )


def effect_on_network(session: TenantSession, *, supposed: Mapping[str, Any], at: datetime) -> NetworkEffect:
    """What other values of the platform would show and hide, as ``rules.verdicts_on`` would judge (T112, T124).

    ``supposed``: values by the keys of ``JUDGED_ANEW``, None for what the platform inherits. Bookshops with values
    of their own keep them. One statement over the lines of the bookshops and categories that the values bear on.
    """
    shops = with_stock(session)
    before = terms(session, bookshop_ids=shops, at=at)
    after = terms(session, bookshop_ids=shops, at=at, supposed=supposed)
    kinds = {row.key: row.id for row in session.execute(select(Category.key, Category.id))}
    moved = [
        (shop, category, limit, rate, vat)
        for shop, vat in shops.items()
        for category, limit, rate in _moved(before[shop], after[shop], kinds, judges_vat=not vat)
    ]
    if not moved:
        return NetworkEffect(0, 0, 0)
    each = [list(column) for column in zip(*moved, strict=True)]
    names = ("bookshop_id", "category_id", "threshold", "vat_rate", "vat_included")
    types = (BigInteger, BigInteger, Integer, Integer, Boolean)
    rows = session.execute(_counted(value_table(**dict(zip(names, zip(types, each, strict=True), strict=True))))).all()
    touched = [row for row in rows if row.shown or row.hidden]
    return NetworkEffect(sum(row.shown for row in touched), sum(row.hidden for row in touched), len(touched))


def _moved(
    before: Terms, after: Terms, kinds: Mapping[str, int], *, judges_vat: bool
) -> Iterator[tuple[int, int, int]]:
    """The categories that are judged otherwise, with the threshold and the VAT by which they would be."""
    for key, category_id in kinds.items():
        limits = [its.thresholds.get(key, 0) for its in (before, after)]
        rates = [its.vat_rates.get(key, its.vat_rates[USUAL_CATEGORY]) for its in (before, after)]
        if limits[0] != limits[1] or (judges_vat and rates[0] != rates[1]):
            yield category_id, limits[1], rates[1]


def _counted(given: Any) -> Any:
    """By bookshop, what would appear and what would go."""
    rate = PER + func.coalesce(Book.vat_rate, given.c.vat_rate)
    with_vat = (2 * cast(StockLine.price, BigInteger) * rate + PER) // (2 * PER)
    declared = case((given.c.vat_included, StockLine.price), else_=with_vat)
    apart = func.abs(cast(Book.price_cents, BigInteger) - declared)
    within = or_(apart <= 1, apart * PER <= given.c.threshold * declared)
    seen = StockLine.verdict == Verdict.VISIBLE
    return (
        select(
            func.count().filter(and_(not_(seen), within)).label("shown"),
            func.count().filter(and_(seen, not_(within))).label("hidden"),
        )
        .select_from(given)
        .join(StockLine, StockLine.bookshop_id == given.c.bookshop_id)
        .join(Book, and_(Book.isbn == StockLine.isbn, Book.category_id == given.c.category_id))
        .where(
            StockLine.quantity > 0,
            StockLine.price > 0,
            StockLine.verdict.in_((Verdict.VISIBLE, Verdict.PRICE_ERROR)),
            Book.price_cents.is_not(None),
        )
        .group_by(StockLine.bookshop_id)
    )
