"""What a new stock file is compared with, and by which settings it is read and judged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, BindParameter, Select, Text, and_, bindparam, func, literal, or_, select
from sqlalchemy.orm import aliased

from trade.base.models import SettingValue
from trade.base.numbers import number_array
from trade.base.settings import NOTHING_SUPPOSED, resolve_many
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book, Category
from trade.catalogue.settings import VAT_RATES
from trade.members.models import StoredFile
from trade.stock.columns import Mask, Titles
from trade.stock.models import BookshopStock, FeedRun, StockHold, StockLine, StockSnapshot
from trade.stock.packing import content_of, unpack_titles
from trade.stock.rules import Facts, Guards, Repeated
from trade.stock.settings import GUARDS, REPEATED, THRESHOLDS
from trade.stock.sheet import NO_PRICE
from trade.stock.states import OPEN

JUDGING = (THRESHOLDS, VAT_RATES, REPEATED)
"""The settings by which lines are read and judged; the guards only hold."""
JUDGED_ANEW = (THRESHOLDS, VAT_RATES)
"""Those that judge lines which were read before; REPEATED acts on the next file only."""
USUAL_CATEGORY = "fixed_price"
"""What the catalogue does not know is a book: the rate of its VAT is this category's."""


SHOWN = and_(
    StockLine.verdict == literal("visible", Text, literal_execute=True),
    StockLine.quantity > literal(0, literal_execute=True),
)
"""Lines that may be shown, in the words of the index ``ix_stock_line_shown``: written out, so that it is found."""
NOT_SHOWN = or_(
    StockLine.verdict != literal("visible", Text, literal_execute=True),
    StockLine.quantity == literal(0, literal_execute=True),
)
"""All other lines, in the words of ``ix_stock_line_not_shown``."""


class Applied(NamedTuple):
    """The last applied run of a bookshop: which file it was, what it said, and by which settings it was judged.

    ``settings_now``: the mark of those settings as they are now; ``open_runs``: whether other runs are not
    decided; ``copies_left``: whether copies left that no file knows of yet.
    """

    run_id: int
    format: str
    file_id: int
    sha256: str
    date: date | None
    sender: str
    vat_included: bool
    file_at: datetime
    titles: int
    judged_by: str
    settings_now: str
    open_runs: bool
    copies_left: bool

    def is_same_file(self, format: str, sha256: str) -> bool:
        """Whether these bytes are those of the last applied file, and would be read and judged alike."""
        return (self.format, self.sha256, self.judged_by) == (format, sha256, self.settings_now)


def _newest_setting() -> Any:
    return (
        select(func.concat(func.max(SettingValue.id), "/", func.extract("epoch", func.max(SettingValue.valid_from))))
        .where(
            SettingValue.key.in_([setting.key for setting in JUDGING]),
            or_(SettingValue.bookshop_id.is_(None), SettingValue.bookshop_id == bindparam("bookshop")),
            SettingValue.valid_from <= bindparam("at"),
        )
        .scalar_subquery()
    )


def _last_applied() -> Select[*tuple[Any, ...]]:
    others = aliased(FeedRun)
    shop: BindParameter[int] = bindparam("bookshop")
    open_runs = select(others.id).where(
        others.bookshop_id == shop, others.state.in_(OPEN), others.id != bindparam("but")
    )
    gone = select(StockHold.id).where(StockHold.bookshop_id == shop, StockHold.state == "until_next_file")
    return (
        select(
            FeedRun.id,
            FeedRun.format,
            FeedRun.file_id,
            StoredFile.sha256,
            FeedRun.file_date,
            BookshopStock.sender,
            BookshopStock.vat_included,
            BookshopStock.file_at,
            BookshopStock.titles,
            BookshopStock.judged_by,
            _newest_setting(),
            open_runs.exists(),
            gone.exists(),
        )
        .select_from(BookshopStock)
        .join(FeedRun, FeedRun.id == BookshopStock.run_id)
        .join(StoredFile, StoredFile.id == FeedRun.file_id)
        .where(BookshopStock.bookshop_id == shop)
    )


# Built once: each takes longer to build than to be answered, and every file of a night asks them.
_LAST_APPLIED = _last_applied()
_SETTINGS_MARK = select(_newest_setting())
_SNAPSHOT = select(StockSnapshot.data, StockSnapshot.content_sha256).where(
    StockSnapshot.bookshop_id == bindparam("bookshop")
)


def last_applied(session: TenantSession, *, bookshop_id: int, at: datetime, but: int | None = None) -> Applied | None:
    """The last applied run of a bookshop; None before its first file. One statement.

    ``but``: a run that does not count among the open ones.
    """
    row = session.execute(_LAST_APPLIED, {"bookshop": bookshop_id, "at": at, "but": but or 0}).one_or_none()
    if row is None:
        return None
    known: list[Any] = list(row)
    known[-3] = _mark(session, known[-3])
    return Applied(*known)


def settings_mark(session: TenantSession, *, bookshop_id: int, at: datetime) -> str:
    """What changes when a setting changes by which lines are read and judged."""
    return _mark(session, session.scalar(_SETTINGS_MARK, {"bookshop": bookshop_id, "at": at}))


def _mark(session: TenantSession, newest: str | None) -> str:
    """The newest values that were set and that came into force, and a digest of those that the profile gives."""
    given = {setting.key: session.profile.settings.get(setting.key) for setting in JUDGING}
    digest = hashlib.sha256(json.dumps(given, sort_keys=True, default=str).encode()).hexdigest()
    return f"{newest}:{digest[:16]}"


@dataclass(frozen=True)
class Snapshot:
    """A bookshop's stock (titles with copies) and the SHA-256 of its content."""

    titles: Titles
    content_sha256: str


def snapshot(session: TenantSession, *, bookshop_id: int) -> Snapshot:
    """A bookshop's stock from its packed snapshot; from its lines where it has none yet."""
    row = session.execute(_SNAPSHOT, {"bookshop": bookshop_id}).one_or_none()
    if row is not None:
        return Snapshot(unpack_titles(row.data), row.content_sha256)
    titles = lines_of(session, bookshop_id=bookshop_id)
    return Snapshot(titles, content_of(titles))


def stock_of(session: TenantSession, *, bookshop_id: int) -> Titles:
    """Every title that a bookshop has copies of, as its last file said it."""
    return snapshot(session, bookshop_id=bookshop_id).titles


def lines_of(session: TenantSession, *, bookshop_id: int) -> Titles:
    """The same from the single lines: what the snapshot must say too."""
    rows = session.execute(
        select(StockLine.isbn, StockLine.quantity, StockLine.price)
        .where(StockLine.bookshop_id == bookshop_id, StockLine.quantity > 0)
        .order_by(StockLine.isbn)
    )
    found = numbers(rows, 3)
    return Titles(found[:, 0], found[:, 1].astype(np.int32), found[:, 2].astype(np.int32))


def numbers(rows: Any, width: int) -> NDArray[np.int64]:
    """Rows of ``width`` whole numbers as one array."""
    flat = np.fromiter((value for row in rows for value in row), dtype=np.int64)
    return flat.reshape(-1, width)


@dataclass(frozen=True)
class Terms:
    """The settings of one bookshop by which a file is read, judged and held."""

    thresholds: Mapping[str, int]
    vat_rates: Mapping[str, int]
    repeated: Repeated
    guards: Guards


def terms(
    session: TenantSession,
    *,
    bookshop_ids: Iterable[int],
    at: datetime,
    supposed: Mapping[str, Any] = NOTHING_SUPPOSED,
) -> dict[int, Terms]:
    """The settings in force for each of these bookshops, in one query; ``supposed`` as in ``resolve_many``."""
    wanted, ids = (*JUDGING, *GUARDS), list(bookshop_ids)
    found = resolve_many(session, wanted, at=at, bookshop_ids=ids, supposed=supposed)
    return {id_: _terms([found[id_, setting.key].value for setting in wanted]) for id_ in ids}


def _terms(values: Sequence[Any]) -> Terms:
    thresholds, rates, repeated, *limits = values
    return Terms(thresholds, rates, Repeated(repeated), Guards(*limits))


@dataclass(frozen=True)
class Books:
    """What the catalogue knows of some ISBNs, sorted; ``category`` is a place in ``categories``."""

    isbn: NDArray[np.int64]
    price: NDArray[np.int64]
    category: NDArray[np.int64]
    vat_rate: NDArray[np.int64]
    categories: tuple[str, ...]

    def knows(self, isbns: NDArray[np.int64]) -> Mask:
        """Which of these ISBNs it knows."""
        return np.isin(isbns, self.isbn)

    def facts(self, isbns: NDArray[np.int64], terms: Terms) -> Facts:
        """What they say of each of these ISBNs under a bookshop's terms."""
        usual = terms.vat_rates[USUAL_CATEGORY]
        rates = np.array([terms.vat_rates.get(key, usual) for key in self.categories], dtype=np.int64)
        limits = np.array([terms.thresholds.get(key, 0) for key in self.categories], dtype=np.int64)
        if not len(self.isbn):
            nothing = np.full(len(isbns), NO_PRICE)
            return Facts(np.zeros(len(isbns), dtype=np.bool_), nothing, nothing, np.full(len(isbns), usual))
        places = np.minimum(np.searchsorted(self.isbn, isbns), len(self.isbn) - 1)
        known = self.isbn[places] == isbns
        category, own = self.category[places], self.vat_rate[places]
        rate = np.where(known, np.where(own >= 0, own, rates[category]), usual)
        return Facts(known, np.where(known, self.price[places], NO_PRICE), limits[category], rate)


_NOTHING = np.empty(0, dtype=np.int64)
_NO_BOOKS = Books(_NOTHING, _NOTHING, _NOTHING, _NOTHING, ())


def books(session: TenantSession, *, isbns: NDArray[np.int64]) -> Books:
    """Price, category and VAT of those of the ISBNs that the catalogue knows."""
    if not len(isbns):
        return _NO_BOOKS
    rows: Any = session.execute(
        select(Book.isbn, func.coalesce(Book.price_cents, NO_PRICE), func.coalesce(Book.vat_rate, -1), Category.key)
        .join_from(Book, Category, Category.id == Book.category_id)
        .where(Book.isbn == func.any(number_array(BigInteger, isbns)))
        .order_by(Book.isbn)
    )
    found = list(zip(*rows, strict=True))
    if not found:
        return _NO_BOOKS
    isbn, price, rate = (np.array(column, dtype=np.int64) for column in found[:3])
    places = {key: place for place, key in enumerate(dict.fromkeys(found[3]))}
    return Books(isbn, price, np.array([places[key] for key in found[3]], dtype=np.int64), rate, tuple(places))
