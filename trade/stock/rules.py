"""What a stock file says, what changed since the last one, and what of it may be shown to readers.

Prices are cents; a price None was not given. Whether they hold VAT is the format's to say; :func:`with_vat` adds
it, each price rounded once, half up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from heapq import merge

from trade.base.errors import Refused
from trade.base.money import PER, gross_of
from trade.base.raw_text import digits
from trade.base.text import N_, Text
from trade.stock.sheet import Line, Sheet, lines_of, sheet_of

MAX_PRICE = 1_000_000
"""No book costs more than 10,000 EUR: a higher price is a shifted field."""
MAX_QUANTITY = 99_999
EXCERPT = 80


@dataclass(frozen=True, slots=True)
class Rejected:
    """One refused line: its number, why, and how it begins."""

    number: int
    reason: Text
    excerpt: str


Entry = Line | Rejected


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says of itself, where the format tells: the day of the stock, who sent it, is it all there is.

    ``whole`` None leaves it to the format whether a title that the file does not name is sold out.
    """

    date: date | None = None
    sender: str = ""
    whole: bool | None = None


@dataclass(frozen=True)
class Memory:
    """What a format must know of this file to read the next one: its number, and bytes of the format's own."""

    number: int | None
    data: bytes


@dataclass(frozen=True)
class Reading:
    """A file that was read: what it says of itself, its accepted lines as columns, its refused lines in their order.

    Every data line is in ``sheet`` or in ``rejected``.
    """

    header: Header
    sheet: Sheet
    rejected: list[Rejected]
    memory: Memory | None = None

    @property
    def entries(self) -> Iterator[Entry]:
        """Accepted and refused lines one by one, in the order of the file: for small files and for tests."""
        return merge(lines_of(self.sheet), self.rejected, key=lambda entry: entry.number)


def reading_of(header: Header, entries: Iterable[Entry]) -> Reading:
    """The reading of a file whose lines were read one by one."""
    lines: list[Line] = []
    rejected: list[Rejected] = []
    for entry in entries:
        if isinstance(entry, Rejected):
            rejected.append(entry)
        else:
            lines.append(entry)
    return Reading(header, sheet_of(lines), rejected)


def refusal(number: int, line: str, refused: Refused) -> Rejected:
    """The refused line as it is shown to the bookseller."""
    shown = "".join(c if c.isprintable() else " " for c in line.strip())
    return Rejected(number, refused.text, shown[:EXCERPT])


def quantity_of(field: str) -> int:
    """Copies of a line; ASCII digits only. Raises Refused for a missing, negative or absurd number."""
    text = field.strip()
    if text.startswith("-"):
        raise Refused(N_("The quantity %(quantity)s is negative; stock is zero or more."), quantity=text[:20])
    copies = digits(text)
    if copies is None:
        raise Refused(N_("“%(quantity)s” is no quantity; write a whole number."), quantity=text[:20])
    if copies > MAX_QUANTITY:
        raise Refused(N_("%(quantity)s copies are more than any bookshop holds."), quantity=text[:20])
    return copies


def price_of(field: str) -> int | None:
    """Cents of a field with two implied decimals; None where it is blank or zero (A15).

    Raises Refused for a negative price, for anything but ASCII digits, and above 10,000 EUR.
    """
    text = field.strip()
    if text.startswith("-"):
        raise Refused(N_("The price %(price)s is negative."), price=text[:20])
    cents = digits(text) if text else 0
    if cents is None:
        raise Refused(N_("“%(price)s” is no price in cents."), price=text[:20])
    if cents > MAX_PRICE:
        raise Refused(N_("The price %(price)s is above 10,000 EUR: its field has shifted."), price=text[:20])
    return cents or None


# --- one file ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Title:
    """What a file says of one ISBN: copies in all, the price, whether its lines disagree on it."""

    quantity: int
    price: int | None
    several_prices: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """An ISBN on several lines: their numbers, and the prices found on them."""

    isbn: int
    lines: tuple[int, ...]
    prices: tuple[int, ...]


@dataclass(frozen=True)
class Tally:
    """The sum of a file: lines read, those refused, titles, and the ISBNs that came more than once."""

    accepted: int
    rejected: list[Rejected]
    titles: dict[int, Title]
    repeats: list[Repeat]

    @property
    def read(self) -> int:
        """Data lines: every one is either accepted or refused."""
        return self.accepted + len(self.rejected)

    @property
    def repeated(self) -> int:
        """Lines that repeat the ISBN of an earlier one."""
        return self.accepted - len(self.titles)


def tally(
    entries: Iterator[Entry], *, progress: Callable[[int], None] = lambda lines: None, every: int = 2_000
) -> Tally:
    """Sum up a file. Copies of a repeated ISBN are added; where its lines name several prices it has none.

    ``progress`` hears how many lines were read, each ``every`` lines.
    """
    by_isbn: dict[int, list[Line]] = {}
    rejected: list[Rejected] = []
    for count, entry in enumerate(entries, 1):
        if isinstance(entry, Rejected):
            rejected.append(entry)
        else:
            by_isbn.setdefault(entry.isbn, []).append(entry)
        if count % every == 0:
            progress(count)
    return Tally(
        accepted=sum(map(len, by_isbn.values())),
        rejected=rejected,
        titles={isbn: _title(lines) for isbn, lines in by_isbn.items()},
        repeats=[_repeat(isbn, lines) for isbn, lines in by_isbn.items() if len(lines) > 1],
    )


def _prices(lines: Sequence[Line]) -> tuple[int, ...]:
    return tuple(sorted({line.price for line in lines if line.price is not None}))


def _title(lines: Sequence[Line]) -> Title:
    prices = _prices(lines)
    copies = min(sum(line.quantity for line in lines), MAX_QUANTITY)
    return Title(copies, prices[0] if len(prices) == 1 else None, len(prices) > 1)


def _repeat(isbn: int, lines: Sequence[Line]) -> Repeat:
    return Repeat(isbn, tuple(line.number for line in lines), _prices(lines))


def with_vat(titles: Mapping[int, Title], rate_of: Callable[[int], int]) -> dict[int, Title]:
    """Titles of a file without VAT, with it: ``rate_of`` tells the rate per ten thousand of an ISBN (A13)."""
    return {
        isbn: title if title.price is None else replace(title, price=gross_of(title.price, rate_of(isbn)))
        for isbn, title in titles.items()
    }


def remark(repeat: Repeat) -> Text:
    """What the bookseller reads about a repeated ISBN: summed, or hidden since its lines disagree."""
    values = {"isbn": str(repeat.isbn), "times": len(repeat.lines)}
    if len(repeat.prices) > 1:
        return Text(N_("%(isbn)s stands on %(times)s lines with different prices: it stays hidden."), values)
    return Text(N_("%(isbn)s stands on %(times)s lines: their copies are added."), values)


# --- against the last applied file -------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """ISBNs whose copies appear, change (copies or price) or go to zero."""

    added: list[int]
    changed: list[int]
    zeroed: list[int]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.zeroed)


def difference(before: Mapping[int, Title], after: Mapping[int, Title]) -> Difference:
    """What applying ``after`` over ``before`` would do. A title with no copies is as good as absent."""
    held = {isbn for isbn, title in before.items() if title.quantity}
    found = {isbn for isbn, title in after.items() if title.quantity}
    return Difference(
        added=sorted(found - held),
        changed=sorted(isbn for isbn in found & held if after[isbn] != before[isbn]),
        zeroed=sorted(held - found),
    )


@dataclass(frozen=True)
class Guards:
    """The limits of a file that goes through by itself (settings; shares per ten thousand)."""

    removed_share: int = 3_000
    price_moved: int = 5_000
    price_moved_share: int = 500


@dataclass(frozen=True)
class Last:
    """What is known of the last applied file of a bookshop."""

    titles: Mapping[int, Title] = field(default_factory=dict)
    date: date | None = None
    sender: str = ""


def suspicions(*, last: Last, header: Header, titles: Mapping[int, Title], today: date, guards: Guards) -> list[Text]:
    """Why a person should look before the file is applied (domain.md 3.9); empty means it may pass.

    Held are: a file that removes 30 % of the titles or more, moves more than 5 % of the prices by more than half,
    has no copies at all, is older than the last one or dated after tomorrow, or comes from another sender.
    A bookshop's first file teaches its sender.
    """
    found = [_nothing_left(titles), _removed(last, titles, guards), _price_moved(last, titles, guards)]
    found += [_out_of_time(last, header, today), _other_sender(last, header)]
    return [reason for reason in found if reason is not None]


def _nothing_left(titles: Mapping[int, Title]) -> Text | None:
    if any(title.quantity for title in titles.values()):
        return None
    return Text(N_("The file has no copies of anything: all stock would be zero."))


def _removed(last: Last, titles: Mapping[int, Title], guards: Guards) -> Text | None:
    held = [isbn for isbn, title in last.titles.items() if title.quantity]
    gone = sum(1 for isbn in held if isbn not in titles or not titles[isbn].quantity)
    if not gone or gone * PER < guards.removed_share * len(held):
        return None
    return Text(N_("It would remove %(gone)s of %(held)s titles."), {"gone": gone, "held": len(held)})


def _price_moved(last: Last, titles: Mapping[int, Title], guards: Guards) -> Text | None:
    pairs = [(title.price, titles[isbn].price) for isbn, title in last.titles.items() if isbn in titles]
    priced = [(old, new) for old, new in pairs if old is not None and new is not None]
    moved = sum(1 for old, new in priced if abs(new - old) * PER > guards.price_moved * old)
    if moved * PER <= guards.price_moved_share * len(priced):
        return None
    return Text(
        N_("%(moved)s of %(priced)s prices would move by more than %(percent)s %%."),
        {"moved": moved, "priced": len(priced), "percent": guards.price_moved // 100},
    )


def _out_of_time(last: Last, header: Header, today: date) -> Text | None:
    if header.date is None:
        return None
    if header.date > today + timedelta(days=1):
        return Text(N_("It is dated %(date)s, in the future."), {"date": header.date.isoformat()})
    if last.date is not None and header.date < last.date:
        return Text(
            N_("It is dated %(date)s, before the last one (%(last)s)."),
            {"date": header.date.isoformat(), "last": last.date.isoformat()},
        )
    return None


def _other_sender(last: Last, header: Header) -> Text | None:
    if not header.sender or not last.sender or header.sender == last.sender:
        return None
    return Text(
        N_("It was sent by “%(sender)s”; this bookshop's files come from “%(known)s”."),
        {"sender": header.sender, "known": last.sender},
    )


# --- what may be shown -------------------------------------------------------------------------------


class Verdict(StrEnum):
    """May a title in stock be shown, and if not, why: decided when a file, a price or a threshold changes."""

    VISIBLE = "visible"
    UNKNOWN_BOOK = "unknown_book"
    NO_NETWORK_PRICE = "no_network_price"
    SEVERAL_PRICES = "several_prices"
    NO_PRICE = "no_price"
    PRICE_ERROR = "price_error"


@dataclass(frozen=True, slots=True)
class KnownBook:
    """What the catalogue knows of an ISBN: its price with VAT, None where it has none, and its category."""

    price: int | None
    category: str


def verdict_on(title: Title, *, book: KnownBook | None, thresholds: Mapping[str, int]) -> Verdict:
    """Whether a title may be shown (T124, A13, A15). ``thresholds`` are per ten thousand, by category.

    A category without a threshold tolerates nothing.
    """
    if book is None:
        return Verdict.UNKNOWN_BOOK
    if book.price is None:
        return Verdict.NO_NETWORK_PRICE
    if title.several_prices:
        return Verdict.SEVERAL_PRICES
    if title.price is None:
        return Verdict.NO_PRICE
    within = price_within(book.price, title.price, threshold=thresholds.get(book.category, 0))
    return Verdict.VISIBLE if within else Verdict.PRICE_ERROR


def price_within(network: int, declared: int, *, threshold: int) -> bool:
    """Whether two prices with VAT are near enough: a difference of exactly the threshold is (T124).

    The threshold is a share of the declared price. One cent is always tolerated: taking VAT off a price and
    adding it again may lose one.
    """
    apart = abs(network - declared)
    return apart <= 1 or apart * PER <= threshold * declared


@dataclass(frozen=True, slots=True)
class Gap:
    """The network's price and the declared one of a title in stock, VAT included, with its category."""

    category: str
    network: int
    declared: int


def hidden_by(gaps: Iterable[Gap], *, category: str, threshold: int) -> int:
    """How many titles of a category a threshold hides: the what-if of a bookseller who changes it (T112)."""
    return sum(
        not price_within(gap.network, gap.declared, threshold=threshold) for gap in gaps if gap.category == category
    )


class Freshness(StrEnum):
    """How old a bookshop's stock is (A32)."""

    NEVER = "never"
    FRESH = "fresh"
    LATE = "late"
    STALE = "stale"
    EXPIRED = "expired"


@dataclass(frozen=True)
class FreshnessLimits:
    """Hours after which staff are warned, readers see the age, and the stock is hidden (settings)."""

    warn: int = 26
    mark: int = 36
    hide: int = 72


def freshness(*, received_at: datetime | None, at: datetime, limits: FreshnessLimits) -> Freshness:
    """Late from 26 h, stale ("seen n h ago") from 36 h, expired (hidden) from 72 h after the last file."""
    if received_at is None:
        return Freshness.NEVER
    age = at - received_at
    for hours, state in (
        (limits.hide, Freshness.EXPIRED),
        (limits.mark, Freshness.STALE),
        (limits.warn, Freshness.LATE),
    ):
        if age >= timedelta(hours=hours):
            return state
    return Freshness.FRESH
