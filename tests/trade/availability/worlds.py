"""Small networks as plain values: what chance may make of them, and what the rules of the house say of each.

The second half is the oracle. It is written from ``domain.md`` 1.6.1, 1.6.2 and 3.5 and the rows F01, T55, T79, T80,
T86, T88, T109, T124, T134-T142 and T150 alone, bookshop by bookshop, and imports no rule of availability or of stock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from trade.base.coordinates import Point

ZONES = ("Europe/Madrid", "Atlantic/Canary")
PLACES = (None, (40.4, -3.7), (41.4, 2.2), (28.1, -15.4))
CATEGORIES = ("fixed_price", "imported")
HIDE_HOURS, MARK_HOURS, HIDE_DISTRIBUTOR_HOURS = 72, 36, 96
#: domain.md 3.5, the last column: yes, in a presale, stock of bookshops only, no; own copies always.
SELLABLE = {
    "available": "yes",
    "short_term_out": "yes",
    "out_indefinitely": "no",
    "reprinting": "no",
    "forthcoming": "presale",
    "replaced": "no",
    "print_on_demand": "yes",
    "not_ours": "no",
    "sold_out": "bookshops",
    "discontinued": "bookshops",
}
MODULES = frozenset({"back_room", "trade", "presales"})


@dataclass(frozen=True)
class Line:
    """A title in a bookshop's file, and how many copies are set apart."""

    quantity: int
    declared: int | None
    several_prices: bool
    held: int


@dataclass(frozen=True)
class Trust:
    """One distributor in a bookshop's list, trusted or delegated."""

    distributor: int
    on: bool
    fee: int = 0
    charge: bool = False


@dataclass(frozen=True)
class Shop:
    """A bookshop. ``file_age`` in hours, None without a file; ``vacation`` in days from the day of the question."""

    state: str
    zone: str
    place: tuple[float, float] | None
    province: str
    shipping_zone: str
    file_age: int | None
    vacation: tuple[int, int] | None
    thresholds: dict[str, int]
    back_room: bool
    sells: bool
    buys: bool
    trusted: list[Trust]
    delegated: list[Trust]
    lines: dict[int, Line]
    presales: frozenset[int]


@dataclass(frozen=True)
class Title:
    """A book of the catalogue; ``release`` in days from the day of the question."""

    category: str
    price: int | None
    said: str
    release: int | None


@dataclass(frozen=True)
class Supplier:
    """A distributor. ``stock_age`` in hours, ``certified`` in days from now; ``live``: what it answers by title."""

    state: str
    delegated: bool
    certified: int | None
    prints: bool
    stock_age: int | None
    has: frozenset[int]
    live: dict[int, int]


@dataclass(frozen=True)
class World:
    """Everything that bears on who can serve what at one moment, asked from one place."""

    at: datetime
    near: Point | None
    modules: frozenset[str]
    shops: list[Shop]
    titles: list[Title]
    suppliers: list[Supplier]


def _often(usual: object, *others: object) -> st.SearchStrategy:
    """The usual value in about two of three cases."""
    return st.sampled_from([*[usual] * (2 * len(others)), *others])


TITLES = 2


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Networks of two to four bookshops, two titles and up to three distributors, dense in boundary values."""
    # At 23:30 UTC it is the next day in Madrid, not yet in the Canaries.
    at = draw(
        st.sampled_from(
            (
                datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("UTC")),
                datetime(2026, 11, 24, 23, 30, tzinfo=ZoneInfo("UTC")),
            )
        )
    )
    titles = [
        Title(
            draw(st.sampled_from(CATEGORIES)),
            draw(_often(2000, None, 2100)),
            draw(_often("available", "recalled", *["forthcoming"] * 2, *["print_on_demand"] * 2, *SELLABLE)),
            draw(st.sampled_from((None, 0, 1, 2, 30))),
        )
        for _ in range(TITLES)
    ]
    suppliers = [draw(_suppliers()) for _ in range(draw(st.integers(0, 3)))]
    shops = [draw(_shops(len(suppliers))) for _ in range(draw(st.integers(2, 4)))]
    near = draw(st.sampled_from((None, Point(40.0, -3.0), Point(28.0, -15.0))))
    return World(at, near, draw(_often(MODULES, frozenset())), shops, titles, suppliers)


@st.composite
def _suppliers(draw: st.DrawFn) -> Supplier:
    every = range(TITLES)
    return Supplier(
        draw(_often("active", "suspended")),
        draw(_often(True, False)),
        draw(_often(30, None, -1, 0)),
        draw(_often(False, True)),
        draw(_often(5, 95, 96, None)),
        frozenset(title for title in every if draw(st.booleans())),
        {title: draw(st.sampled_from((0, 1, 3))) for title in every if draw(st.booleans())},
    )


@st.composite
def _shops(draw: st.DrawFn, suppliers: int) -> Shop:
    lines = {
        title: Line(
            draw(_often(2, 0, 1)),
            # Around 5 and 10 % of 2000, one cent apart, and nothing.
            draw(_often(2000, None, 1999, 2001, 2002, 1904, 1905, 1818, 1819, 2105, 2106, 2222, 2223)),
            draw(_often(False, True)) and draw(st.booleans()),
            draw(_often(0, 1, 2, 3)),
        )
        for title in range(TITLES)
        if draw(_often(True, False))
    }
    order = draw(st.permutations(range(suppliers)))
    back = draw(st.permutations(range(suppliers)))
    return Shop(
        draw(_often("active", "suspended")),
        draw(st.sampled_from(ZONES)),
        draw(st.sampled_from(PLACES)),
        draw(st.sampled_from(("MD", "CT"))),
        draw(st.sampled_from(("peninsula", "islands"))),
        draw(st.sampled_from((5, 5, None, 36, 71, 72, 72))),
        draw(st.sampled_from((None, None, (0, 3), (-3, 0), (-3, -1), (1, 3)))),
        draw(_often({}, {"fixed_price": 0}, {"fixed_price": 1000}, {"imported": 0, "fixed_price": 200})),
        draw(_often(False, True)),
        draw(st.booleans()),
        draw(st.booleans()),
        [Trust(one, draw(st.booleans()), draw(st.sampled_from((0, 150))), draw(st.booleans())) for one in order],
        [Trust(one, draw(st.booleans())) for one in back],
        lines,
        frozenset(title for title in range(TITLES) if draw(st.booleans())),
    )


# --- the oracle --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Served:
    """What one bookshop does for one title; ``kilometres`` rounded to metres."""

    shop: int
    label: str
    copies: int = 0
    stale: bool = False
    source: str = ""
    fee: int = 0
    release: date | None = None
    collected: bool = True
    kilometres: float | None = field(default=None)


NETWORK_THRESHOLDS = {"fixed_price": 500, "imported": 1000}


def visible(world: World, shop: Shop, title: int) -> bool:
    """1.6.2: hidden if the prices are further apart than U percent of the declared one; one cent is always allowed."""
    book, line = world.titles[title], shop.lines[title]
    if book.price is None or line.several_prices or line.declared is None:
        return False
    apart = abs(book.price - line.declared)
    allowed = Fraction((NETWORK_THRESHOLDS | shop.thresholds)[book.category], 100)
    return apart <= 1 or Fraction(apart, line.declared) * 100 <= allowed


def day(world: World, shop: Shop) -> date:
    """The calendar day in the bookshop's own zone."""
    return world.at.astimezone(ZoneInfo(shop.zone)).date()


def asked_on(world: World) -> date:
    """The day that offsets are counted from: the question's, in UTC."""
    return world.at.date()


def on_vacation(world: World, shop: Shop) -> bool:
    """T134, T135: both ends included, on the bookshop's own calendar."""
    if shop.vacation is None:
        return False
    first, last = (asked_on(world) + timedelta(days=days) for days in shop.vacation)
    return first <= day(world, shop) <= last


def back_room(world: World, shop: Shop) -> bool:
    """T79: as far as the network has back rooms at all."""
    return shop.back_room and "back_room" in world.modules


def own(world: World, shop: Shop, title: int) -> int:
    """Copies on the shelf that readers may have, 0 for none."""
    line = shop.lines.get(title)
    if line is None or shop.state != "active" or on_vacation(world, shop) or back_room(world, shop):
        return 0
    if shop.file_age is None or shop.file_age >= HIDE_HOURS or not visible(world, shop, title):
        return 0
    return max(line.quantity - line.held, 0)


def sold(world: World, title: int) -> bool:
    """A book that has a price and is not recalled."""
    return world.titles[title].price is not None and world.titles[title].said != "recalled"


def supplied(world: World, shop: Shop, title: int, *, printed: bool) -> Trust | None:
    """The first distributor in the bookshop's order that is switched on and has it, from stock or by printing."""
    if SELLABLE[world.titles[title].said] != "yes":
        return None
    for trust in shop.trusted:
        supplier = world.suppliers[trust.distributor]
        counts = supplier.stock_age is not None and supplier.stock_age < HIDE_DISTRIBUTOR_HOURS
        by_printing = supplier.prints or world.titles[title].said == "print_on_demand"
        if trust.on and supplier.state == "active" and counts and title in supplier.has and by_printing == printed:
            return trust
    return None


def seller(world: World, number: int, title: int) -> int | None:
    """Another bookshop that has it and sells to bookshops: same province, same zone, newest file, first."""
    buyer = world.shops[number]
    passed_on = SELLABLE[world.titles[title].said] in ("yes", "bookshops")
    if "trade" not in world.modules or not buyer.buys or not passed_on:
        return None
    found = [
        (shop.province != buyer.province, shop.shipping_zone != buyer.shipping_zone, shop.file_age or 0, other)
        for other, shop in enumerate(world.shops)
        if other != number and shop.sells and own(world, shop, title)
    ]
    return min(found)[3] if found else None


def delegate(world: World, shop: Shop, title: int) -> int | None:
    """T80, T86: the first delegated distributor that is certified today and says that it has it."""
    if SELLABLE[world.titles[title].said] != "yes":
        return None
    for trust in shop.delegated:
        supplier = world.suppliers[trust.distributor]
        certified = supplier.delegated and supplier.certified is not None and supplier.certified >= 0
        if trust.on and supplier.state == "active" and certified and supplier.live.get(title, 0) > 0:
            return trust.distributor
    return None


def answer(world: World, number: int, title: int) -> Served | None:
    """1.6.1 for one bookshop and one title."""
    shop, book = world.shops[number], world.titles[title]
    if shop.state != "active" or not sold(world, title):
        return None
    if back_room(world, shop):
        source = delegate(world, shop, title)
        if source is None:
            return None
        return Served(number, "delegated", source=f"S{source}", collected=not on_vacation(world, shop))
    if on_vacation(world, shop):
        return None
    if copies := own(world, shop, title):
        return Served(number, "on_shelf", copies, (shop.file_age or 0) >= MARK_HOURS)
    for printed, label in ((False, "short_term"), (True, "print_on_demand")):
        trust = supplied(world, shop, title, printed=printed)
        if trust:
            return Served(number, label, source=f"S{trust.distributor}", fee=trust.fee if trust.charge else 0)
    other = seller(world, number, title)
    if other is not None:
        return Served(number, "other_bookshop", source=f"B{other}")
    release = None if book.release is None else asked_on(world) + timedelta(days=book.release)
    taking_part = "presales" in world.modules and title in shop.presales and book.said == "forthcoming"
    if taking_part and release is not None and day(world, shop) < release:
        return Served(number, "presale", release=release)
    return None


ORDER = ("on_shelf", "short_term", "print_on_demand", "other_bookshop", "presale", "delegated")


def answers(world: World, title: int) -> list[Served]:
    """Everybody who serves it: by the order of sources, then the nearest first, then by name."""
    found = []
    for number, shop in enumerate(world.shops):
        served = answer(world, number, title)
        if served is not None:
            far = None if world.near is None or shop.place is None else world.near.kilometres_to(Point(*shop.place))
            found.append(Served(**{**vars(served), "kilometres": None if far is None else round(far, 3)}))

    def place(served: Served) -> tuple[int, float, int]:
        far = served.kilometres
        return ORDER.index(served.label), float("inf") if far is None and world.near else far or 0.0, served.shop

    return sorted(found, key=place)
