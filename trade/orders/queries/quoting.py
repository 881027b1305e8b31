"""What a basket costs at some bookshops, and when it would be ready: one answer for the book page and the order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import func, select

from trade.availability.queries import Asked, ask
from trade.availability.rules import Label
from trade.base.errors import NotFound
from trade.base.settings import Resolved, Setting, resolve_many
from trade.base.tenancy import TenantSession
from trade.base.territories import territory_of
from trade.base.text import N_
from trade.calendar.queries import calendars_of
from trade.calendar.rules import Allowance, AllowanceUnit, Deadline, WorkingCalendar, add_working_time, at_wall_time
from trade.catalogue.models import Book
from trade.catalogue.queries import books as books_by_isbn
from trade.catalogue.records import Form
from trade.members.models import Bookshop
from trade.orders import settings as own
from trade.orders.queries.ways import ways_of
from trade.orders.rules import Column, Line, Plan, Terms, Way, make_plan
from trade.payments.models import PaymentAccount
from trade.shipping import settings as shipping
from trade.shipping.queries import brackets_of, table_in_force
from trade.shipping.rules import DeliveryRules, Mode
from trade.trastienda.rules import LiveAnswer

Answers = Mapping[tuple[int, int], LiveAnswer]
Basket = Sequence[tuple[int, int]]
"""Pairs of ISBN and copies."""

#: Which allowance each way has from accepting on (T145).
SENDING = {
    Label.ON_SHELF: own.SEND_SHELF,
    Label.SHORT_TERM: own.SEND_SUPPLIER,
    Label.PRINT_ON_DEMAND: own.SEND_SUPPLIER,
    Label.DELEGATED: own.SEND_SUPPLIER,
    Label.OTHER_BOOKSHOP: own.SEND_BOOKSHOP,
    Label.PRESALE: own.SEND_PRESALE,
}
_NETWORK = (
    *own.ACCEPT, *own.SEND_SHELF, *own.SEND_SUPPLIER, *own.SEND_BOOKSHOP, *own.SEND_PRESALE, own.FEE_MULTIPLICITY,
    own.COMMISSION, shipping.PACKAGING_GRAMS, shipping.FREE_ABOVE, shipping.FLOOR, shipping.FLOOR_BELOW,
    shipping.FLOOR_SCOPE,    shipping.POCKET_GRAMS, shipping.BOOK_GRAMS,
)  # fmt: skip
_BOOKSHOPS = (own.ON, own.LAST_RESORT_FEE)

STOPPED = {
    "off": N_("This bookshop takes no online orders at the moment."),
    "not_active": N_("This bookshop is not active in the network."),
    "vacation": N_("This bookshop is on vacation: it takes no orders."),
    "no_payment": N_("This bookshop cannot take payments yet."),
    "pickup_closed": N_("During its vacation this bookshop only delivers."),
    "not_delivered": N_("Nothing is delivered to this postcode."),
    "not_yet": N_("A book of this basket would come from elsewhere: it cannot be ordered online at this bookshop yet."),
}
#: Quoted, so that readers can compare; ordered once trade between bookshops and the back room place their own orders.
NOT_YET = frozenset({Label.OTHER_BOOKSHOP, Label.DELEGATED})


@dataclass(frozen=True)
class Quote:
    """What one bookshop offers for a basket. ``stopped`` is a key of STOPPED where it takes no such order now.

    ``ready`` tells for each line when it would be sent or ready to collect, None where it is not served. ``versions``
    are the rows of settings and tariff that were used. ``kilometres`` is None where no place was given.
    """

    bookshop: Bookshop
    plan: Plan
    terms: Terms
    column: Column
    calendar: WorkingCalendar
    stopped: str
    versions: dict[str, Any]
    kilometres: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the whole basket can be ordered here now."""
        return not self.stopped and self.plan.is_whole

    @property
    def due(self) -> datetime | None:
        """When everything would be ready; None where it is not whole."""
        moments = [moment for moment in self.column.ready if moment]
        return max(moments) if self.plan.is_whole and moments else None


def quotes(
    session: TenantSession,
    *,
    basket: Basket,
    bookshop_ids: Iterable[int],
    mode: Mode,
    postcode: str,
    at: datetime,
    answers: Answers | None = None,
) -> dict[int, Quote]:
    """The quotes of some bookshops for a basket, in a fixed number of queries whatever their size.

    ``postcode`` decides the zone of a delivery. Raises NotFound for a book or a bookshop that there is not, NotSet
    where a deadline or weight was never set.
    """
    wanted = list(dict.fromkeys(bookshop_ids))
    shops = {shop.id: shop for shop in session.scalars(select(Bookshop).where(Bookshop.id == func.any(wanted)))}
    books = books_by_isbn(session, isbns=[isbn for isbn, _ in basket])
    asked = ask(session, isbns=books, at=at, answers=answers or {})
    if asked is None or len(books) < len({isbn for isbn, _ in basket}) or len(shops) < len(wanted):
        raise NotFound()
    rules = resolve_many(session, _NETWORK, at=at, bookshop_ids=[None])
    theirs = resolve_many(session, _BOOKSHOPS, at=at, bookshop_ids=wanted)
    calendars = calendars_of(session, bookshops=shops.values(), at=at)
    paid = payable(session, bookshop_ids=wanted)
    terms, table_id = _terms(session, rules, mode, postcode, at)
    lines = [_line(books[isbn], copies) for isbn, copies in basket]
    versions = {setting.key: rules[None, setting.key].version_id for setting in _NETWORK} | {"shipping_table": table_id}
    found = {}
    for shop_id in wanted:
        own_versions = {setting.key: theirs[shop_id, setting.key].version_id for setting in _BOOKSHOPS}
        found[shop_id] = _quote(
            asked,
            shops[shop_id],
            lines,
            terms,
            calendars[shop_id],
            rules,
            theirs,
            shop_id in paid,
            versions | own_versions,
        )
    return found


def payable(session: TenantSession, *, bookshop_ids: Iterable[int]) -> set[int]:
    """Those of these bookshops for which money can be taken: by their own account, or by the platform's."""
    wanted = list(bookshop_ids)
    good = select(PaymentAccount.bookshop_id).where(
        PaymentAccount.state == "good", PaymentAccount.replaced_at.is_(None)
    )
    if session.profile.money_flow == "platform":
        has_one = session.scalars(good.where(PaymentAccount.bookshop_id.is_(None)).limit(1)).all()
        return set(wanted) if has_one else set()
    return {shop for shop in session.scalars(good.where(PaymentAccount.bookshop_id == func.any(wanted))) if shop}


def _terms(
    session: TenantSession, rules: Mapping[Any, Resolved], mode: Mode, postcode: str, at: datetime
) -> tuple[Terms, int | None]:
    def value(setting: Setting) -> Any:
        return rules[None, setting.key].value

    zone = territory_of(postcode, country=session.profile.country).zone if postcode else ""
    table = table_in_force(session, at=at)
    terms = Terms(
        mode=mode,
        zone=zone,
        brackets=tuple(brackets_of(table).get(zone, ())),
        delivery=DeliveryRules(
            value(shipping.FREE_ABOVE), value(shipping.FLOOR), value(shipping.FLOOR_BELOW), value(shipping.FLOOR_SCOPE)
        ),
        packaging=value(shipping.PACKAGING_GRAMS),
        pocket=value(shipping.POCKET_GRAMS),
        other=value(shipping.BOOK_GRAMS),
        multiplicity=value(own.FEE_MULTIPLICITY),
    )
    return terms, table.id if table else None


def _line(book: Book, copies: int) -> Line:
    return Line(
        book.isbn,
        copies,
        book.price_cents or 0,
        book.weight_grams,
        book.form == Form.POCKET,
        book.weight_is_estimate,
    )


def _quote(
    asked: Asked,
    shop: Bookshop,
    lines: Sequence[Line],
    terms: Terms,
    calendar: WorkingCalendar,
    rules: Mapping[Any, Resolved],
    theirs: Mapping[Any, Resolved],
    can_pay: bool,
    versions: dict[str, Any],
) -> Quote:
    directory = asked.directory
    place = directory.place(shop.id)
    fee = theirs[shop.id, own.LAST_RESORT_FEE.key].value
    ways = tuple(
        () if place is None else ways_of(asked, isbn=line.isbn, place=place, last_resort_fee=fee) for line in lines
    )
    back_room = place is not None and bool(directory.back_room[place])
    away = place is not None and bool(directory.day(asked.at).away[place])
    here = Terms(**{name: getattr(terms, name) for name in Terms.__slots__} | {"back_room": back_room})
    plan = make_plan(lines, ways, here)
    stopped = _stopped(shop, theirs[shop.id, own.ON.key].value, can_pay, back_room, away, here)
    if not stopped and any(line.way and line.way.label in NOT_YET for line in plan.lines):
        stopped = "not_yet"
    ready = tuple(
        _ready(line.way, calendar=calendar, rules=rules, at=asked.at) if line.way else None for line in plan.lines
    )
    return Quote(shop, plan, here, Column(shop.id, ways, ready, here), calendar, stopped, versions)


def _stopped(shop: Bookshop, is_on: bool, can_pay: bool, back_room: bool, away: bool, terms: Terms) -> str:
    """The first cause that forbids ordering here now (T125, T135, T136, A06)."""
    causes = (
        ("not_active", shop.state != "active"),
        ("off", not is_on),
        ("vacation", away and not back_room),
        ("pickup_closed", away and back_room and terms.mode == "pickup"),
        ("no_payment", not can_pay),
        ("not_delivered", terms.mode == "delivery" and not terms.brackets),
    )
    return next((cause for cause, holds in causes if holds), "")


def allowance(rules: Mapping[Any, Resolved], pair: tuple[Setting, Setting]) -> Allowance:
    """What the two settings of a phase say."""
    amount, unit = pair
    return Allowance(rules[None, amount.key].value, AllowanceUnit(rules[None, unit.key].value))


def _ready(way: Way, *, calendar: WorkingCalendar, rules: Mapping[Any, Resolved], at: datetime) -> datetime:
    """The last moment in time: accepted at the end of that phase, sent at the end of the next (T145)."""
    if way.release is not None:
        return sending_deadline(calendar=calendar, rules=rules, label=way.label, start=at, release=way.release).due
    accepted = add_working_time(start=at, allowance=allowance(rules, own.ACCEPT), calendar=calendar).due
    return sending_deadline(calendar=calendar, rules=rules, label=way.label, start=accepted).due


def sending_deadline(
    *,
    calendar: WorkingCalendar,
    rules: Mapping[Any, Resolved],
    label: Label,
    start: datetime,
    release: date | None = None,
) -> Deadline:
    """By when what comes this way must be sent or ready; a presale counts from the opening on its day of release."""
    if release is not None:
        start = max(start, at_wall_time(day=release, wall=time(0), zone=calendar.zone))
    return add_working_time(start=start, allowance=allowance(rules, SENDING[label]), calendar=calendar)
