"""The comparison of a basket as readers see it: what each answer costs, when, how often one goes, and why (T143)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask import url_for

from storefront.shown import LabelShown, label_shown, names
from trade.availability.rules import Label
from trade.base.text import N_
from trade.orders.queries import STOPPED, Quote
from trade.orders.rules import ANSWERS, Answer
from trade.orders.rules.compare import Kind, Part
from trade.shipping.rules import Mode
from web.language import day, km
from web.words import gettext as _
from web.words import ngettext

WHY: dict[Kind, str] = {
    "fewest": N_("Everything in the fewest visits or parcels."),
    "cheapest": N_("No other way costs less: the books cost the same, the rest does not."),
    "soonest": N_("Nobody has everything ready before."),
    "mine": N_("All of it from your bookshop."),
}


class Go(NamedTuple):
    """What orders a part of an answer."""

    words: str
    url: str


class AnswerShown(NamedTuple):
    """One of the four answers. ``best``: which of its figures no other one beats; ``ways`` has one for each title."""

    kind: str
    name: str
    total_cents: int
    books_cents: int
    delivery_cents: int
    handling_cents: int
    day: str
    bookshops: str
    distance: str
    how: str
    trips: str
    ways: list[tuple[LabelShown, str]]
    why: str
    best: frozenset[str]
    go: list[Go]


def answers_shown(
    answers: Mapping[Kind, Answer], quotes: Mapping[int, Quote], isbns: Sequence[int], kilometres: Mapping[int, float]
) -> list[AnswerShown]:
    """The answers in their order."""
    least = {
        "total": min(one.total_cents for one in answers.values()),
        "day": min(one.due for one in answers.values()),
        "trips": min(one.trips for one in answers.values()),
    }
    return [_shown(kind, answers[kind], quotes, isbns, kilometres, least) for kind in ANSWERS if kind in answers]


def _shown(
    kind: Kind,
    answer: Answer,
    quotes: Mapping[int, Quote],
    isbns: Sequence[int],
    kilometres: Mapping[int, float],
    least: Mapping[str, object],
) -> AnswerShown:
    shops = [quotes[part.bookshop_id].bookshop for part in answer.parts]
    mode = answer.parts[0].plan.mode
    split = len(answer.parts) > 1
    far = [km(kilometres[shop.id]) for shop in shops if shop.id in kilometres]
    reached = {"total": answer.total_cents, "day": answer.due, "trips": answer.trips}
    return AnswerShown(
        kind=kind,
        name=_(ANSWERS[kind]),
        total_cents=answer.total_cents,
        books_cents=sum(part.plan.books_cents for part in answer.parts),
        delivery_cents=sum(part.plan.delivery_cents for part in answer.parts),
        handling_cents=sum(part.plan.handling_cents for part in answer.parts),
        day=day(answer.due),
        bookshops=names(shop.name for shop in shops),
        distance=names(far),
        how=_("Delivered to you") if mode == "delivery" else _("You collect it"),
        trips=trips(mode, answer.trips),
        ways=[_way(answer, quotes, number, split) for number in range(len(isbns))],
        why=_(WHY[kind]),
        best=frozenset(name for name, value in reached.items() if value == least[name]),
        go=[_go(part, quotes, isbns, mode, split) for part in answer.parts],
    )


def trips(mode: Mode, number: int) -> str:
    """How often one goes, or how many parcels come."""
    if mode == "delivery":
        return ngettext("%(num)s parcel", "%(num)s parcels", number)
    return ngettext("%(num)s visit", "%(num)s visits", number)


def _way(answer: Answer, quotes: Mapping[int, Quote], number: int, split: bool) -> tuple[LabelShown, str]:
    part = next(one for one in answer.parts if number in one.titles)
    way = part.plan.lines[part.titles.index(number)].way
    shop = quotes[part.bookshop_id].bookshop.name
    return label_shown(way.label if way else Label.ON_SHELF), (_("at %(bookshop)s", bookshop=shop) if split else "")


def _go(part: Part, quotes: Mapping[int, Quote], isbns: Sequence[int], mode: Mode, split: bool) -> Go:
    shop = quotes[part.bookshop_id].bookshop
    only = ",".join(f"{isbns[number]:013d}" for number in part.titles) if split else None
    words = _("Choose %(bookshop)s", bookshop=shop.name)
    return Go(words, url_for("checkout.review", shop=shop.slug, mode=mode, books=only))


def obstacle(quote: Quote, titles: Mapping[int, str]) -> str:
    """Why the whole basket cannot be ordered at a bookshop now; empty where it can (A24)."""
    if quote.stopped:
        return _(STOPPED[quote.stopped])
    lacking = [titles[line.line.isbn] for line in quote.plan.lines if line.way is None]
    return _("It does not have %(titles)s.", titles=names(lacking)) if lacking else ""
