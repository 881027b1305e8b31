"""Sample reservations in every state, each brought there by the steps of readers and bookshops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs.context import Context
from jobs.demo.bookshops import Shop
from jobs.demo.people import READERS
from trade.availability.queries import shown
from trade.base.settings import set_value
from trade.base.tenancy import Scope, TenantSession
from trade.reservations import actions
from trade.reservations.settings import REJECT_WHEN_LATE

Step = Callable[[TenantSession, str, datetime], object]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _take(session: TenantSession, reference: str, at: datetime) -> object:
    return actions.take(session, reference=reference, at=at)


def _notify(session: TenantSession, reference: str, at: datetime) -> object:
    return actions.notify(session, reference=reference, at=at)


def _collect(session: TenantSession, reference: str, at: datetime) -> object:
    return actions.collect(session, reference=reference, at=at)


def _reject(session: TenantSession, reference: str, at: datetime) -> object:
    return actions.reject(session, reference=reference, reason_code="not_in_stock", note="", at=at)


def _cancel(session: TenantSession, reference: str, at: datetime) -> object:
    return actions.cancel(session, reference=reference, at=at)


BOOKSHOP_STEPS: dict[str, tuple[tuple[timedelta, Step], ...]] = {
    "received": (),
    "in_process": ((2 * HOUR, _take),),
    "notified": ((3 * HOUR, _notify),),
    "rejected_by_shop": ((4 * HOUR, _reject),),
    "collected": ((3 * HOUR, _notify), (1 * DAY, _collect)),
}


@dataclass(frozen=True)
class Plan:
    """One reservation: how long ago it was placed, how far it went, and by whom."""

    ago: timedelta
    state: str
    reader: str


LONG_AGO = (
    Plan(26 * DAY, "lapsed", "bruno"),
    Plan(25 * DAY, "rejected_by_platform", "carla"),
)
BUSY = (
    Plan(14 * DAY, "collected", "clara"),
    Plan(13 * DAY, "collected", "diego"),
    Plan(12 * DAY, "rejected_by_shop", "elena"),
    Plan(11 * DAY, "rejected_by_reader", "fatima"),
    Plan(9 * DAY, "collected", "gael"),
    Plan(5 * DAY, "received", "hugo"),
    Plan(4 * DAY, "notified", "ines"),
    Plan(3 * DAY, "notified", "clara"),
    Plan(2 * DAY, "notified", "jade"),
    Plan(26 * HOUR, "in_process", "leo"),
    Plan(25 * HOUR, "in_process", "marta"),
    Plan(20 * HOUR, "received", "noe"),
    Plan(6 * HOUR, "received", "bruno"),
    Plan(3 * HOUR, "received", "carla"),
    Plan(1 * HOUR, "received", "clara"),
)
QUIET = (
    Plan(10 * DAY, "collected", ""),
    Plan(6 * DAY, "notified", ""),
    Plan(2 * HOUR, "received", ""),
)
QUIET_BOOKSHOPS = 10


def create_reservations(context: Context, shops: list[Shop], people: dict[str, int], *, now: datetime) -> int:
    """Make the reservations of the sample bookshops; returns how many."""
    made = [_make(context, shops[0], people, plan, place, now) for place, plan in enumerate(LONG_AGO)]
    _let_time_pass(context, now)
    made += [_make(context, shops[0], people, plan, 10 + place, now) for place, plan in enumerate(BUSY)]
    for shop in shops[1 : 1 + QUIET_BOOKSHOPS]:
        for place, plan in enumerate(QUIET):
            reader = READERS[(shop.number + place) % len(READERS)]
            made.append(_make(context, shop, people, Plan(plan.ago, plan.state, reader), place, now))
    with context.session() as session:
        actions.mark_late(session, at=now)
    return len(made)


def _let_time_pass(context: Context, now: datetime) -> None:
    """What nobody answered was rejected while the network did that by itself; what nobody fetched lapsed."""
    with context.session() as session:
        set_value(session, REJECT_WHEN_LATE, True, at=now - 24 * DAY, note="sample")
        actions.mark_late(session, at=now - 20 * DAY)
        set_value(session, REJECT_WHEN_LATE, False, at=now - 19 * DAY, note="sample")
        actions.lapse_uncollected(session, at=now - 15 * DAY)


def _make(context: Context, shop: Shop, people: dict[str, int], plan: Plan, place: int, now: datetime) -> str:
    reader = Scope("reader", person_id=people[plan.reader])
    placed = now - plan.ago
    with context.session() as session:
        isbn = shown(session, bookshop_id=shop.id, at=now, limit=1, offset=place)[0].isbn
    with context.session(reader) as session:
        reservation = actions.place(session, bookshop_id=shop.id, isbn=isbn, locale=context.profile.locale, at=placed)
        reference = reservation.reference
    if plan.state == "rejected_by_reader":
        with context.session(reader) as session:
            _cancel(session, reference, placed + HOUR)
    steps = BOOKSHOP_STEPS.get(plan.state) or (BOOKSHOP_STEPS["notified"] if plan.state == "lapsed" else ())
    for after, step in steps:
        with context.session(shop.scope) as session:
            step(session, reference, placed + after)
    return reference
