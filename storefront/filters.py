"""The filters of a search as its address writes them, and the facets as the page shows them: every choice a link.

An address holds only what is chosen: ``language``, ``subject`` and ``form`` as often as wished, ``price`` as cents
from-to, ``available`` (now, near), ``km``. What names nothing is left out, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from flask import request
from werkzeug.datastructures import MultiDict

from storefront.near import Here
from storefront.wording import form_name, language_name, subject_name
from trade.availability.finding import Facet, Filters
from trade.base.text import N_
from web.language import money
from web.words import gettext as _

LISTED = ("language", "subject", "form")
DISTANCES = (5, 10, 25, 50)
NEAR_KM = 25
SHOWN = 6
"""Choices of a facet seen at once; the rest unfolds."""
_MOST = 20
_LONGEST = 120
_PRICE = re.compile(r"^(\d{0,7})-(\d{0,7})$")

NAMES = {
    "available": N_("Available"),
    "language": N_("Language"),
    "subject": N_("Subjects"),
    "form": N_("Format"),
    "price": N_("Price"),
}


class Choice(NamedTuple):
    """One value of a facet: how many books it would leave, and where a click leads."""

    words: str
    count: int | None
    chosen: bool
    url: str


class Group(NamedTuple):
    """A facet: its choices, the first of them seen at once."""

    key: str
    name: str
    choices: list[Choice]
    more: list[Choice]


class Chip(NamedTuple):
    """A chosen filter, and the address without it."""

    words: str
    url: str


class Asked(NamedTuple):
    """What the address asks for: the filters, and the arguments that write them."""

    filters: Filters
    arguments: MultiDict[str, str]

    @property
    def any(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self.arguments)


def asked(place: Here) -> Asked:
    """The filters of this request. Nearness counts only where a place is known."""
    kept: MultiDict[str, str] = MultiDict()
    for name in LISTED:
        for value in dict.fromkeys(request.args.getlist(name)[:_MOST]):
            if value and len(value) <= _LONGEST and value.isprintable():
                kept.add(name, value)
    price = _PRICE.match(request.args.get("price", ""))
    if price and price[0] != "-":
        kept.add("price", price[0])
    available = request.args.get("available", "")
    if available == "now" or (available == "near" and place.point):
        kept.add("available", available)
    kilometres = request.args.get("km", "")
    if kilometres in {str(km) for km in DISTANCES} and kept.get("available") == "near":
        kept.add("km", kilometres)
    return Asked(filters_of(kept), kept)


def filters_of(kept: MultiDict[str, str]) -> Filters:
    """The arguments as the search takes them."""
    price = _PRICE.match(kept.get("price", ""))
    return Filters(
        languages=tuple(kept.getlist("language")),
        subjects=tuple(kept.getlist("subject")),
        forms=tuple(kept.getlist("form")),
        price_from=int(price[1]) if price and price[1] else None,
        price_to=int(price[2]) if price and price[2] else None,
        available=kept.get("available", ""),
        kilometres=int(kept.get("km", NEAR_KM)),
    )


def toggled(kept: MultiDict[str, str], name: str, value: str) -> MultiDict[str, str]:
    """The arguments with one choice more or less; of price and availability only one holds at a time."""
    changed = MultiDict(kept)
    values = changed.poplist(name)
    if name == "available":
        changed.poplist("km")
    if value in values:
        values.remove(value)
    else:
        values = [*values, value] if name in LISTED else [value]
    changed.setlist(name, values)
    return changed


def groups(facets: Iterable[Facet], kept: MultiDict[str, str], address: Callable[[Any], str]) -> list[Group]:
    """The facets in words; ``address`` makes a link of arguments. A facet that has no choice to offer is left out."""
    found = {facet.key: facet for facet in facets}
    shown = []
    for key, name in NAMES.items():
        choices = choices_of(found[key], kept, address) if key in found else []
        if len(choices) > 1 or key == "available" or any(choice.chosen for choice in choices):
            first = [choice for place, choice in enumerate(choices) if place < SHOWN or choice.chosen]
            shown.append(Group(key, _(name), first, [choice for choice in choices if choice not in first]))
    return [group for group in shown if group.choices]


def choices_of(facet: Facet, kept: MultiDict[str, str], address: Callable[[Any], str]) -> list[Choice]:
    """The values of a facet as links."""
    # The index counts without looking at shelves: beside "available" its numbers would promise too much.
    counted = facet.key == "available" or "available" not in kept
    found = []
    for value, label, books, chosen in facet.choices:
        count = books if counted else None
        if value == "near" and chosen:
            found += spans(kept, count, address)
        else:
            link = address(toggled(kept, facet.key, value))
            found.append(Choice(words_of(facet.key, value, label, kept), count, chosen, link))
    return found


def spans(kept: MultiDict[str, str], count: int | None, address: Callable[[Any], str]) -> list[Choice]:
    """Where nearness is chosen, how near it is to be: the span in force, and the others."""
    chosen = int(kept.get("km", NEAR_KM))
    found = []
    for km in DISTANCES:
        words = _("Within %(km)s km", km=km)
        if km == chosen:
            found.append(Choice(words, count, True, address(toggled(kept, "available", "near"))))
        else:
            wider = MultiDict(kept)
            wider.setlist("km", [str(km)])
            found.append(Choice(words, None, False, address(wider)))
    return found


def chips(facets: Iterable[Facet], kept: MultiDict[str, str], address: Callable[[Any], str]) -> list[Chip]:
    """What is chosen, each with a way back."""
    labels = {(facet.key, value): label for facet in facets for value, label, _count, _chosen in facet.choices}
    return [
        Chip(words_of(name, value, labels.get((name, value), ""), kept), address(toggled(kept, name, value)))
        for name, value in kept.items(multi=True)
        if name != "km"
    ]


def words_of(key: str, value: str, label: str, kept: MultiDict[str, str]) -> str:
    """A choice in the reader's language."""
    if key == "language":
        return language_name(value)
    if key == "form":
        return form_name(value)
    if key == "price":
        return price_range(value)
    if key == "available":
        if value == "near":
            return _("Within %(km)s km", km=kept.get("km", NEAR_KM))
        return _("Today in a bookshop")
    return subject_name(label or value) if key == "subject" else label or value


def price_range(value: str) -> str:
    """A span of cents in words."""
    match = _PRICE.match(value)
    low, high = (match[1], match[2]) if match else ("", "")
    if not low or low == "0":
        return _("Up to %(price)s", price=whole(high)) if high else value
    if not high:
        return _("More than %(price)s", price=whole(low))
    return _("%(low)s to %(high)s", low=whole(low), high=whole(high))


def whole(cents: str) -> str:
    """Cents as an amount, without cents where there are none."""
    return money(int(cents)).replace(",00", "").replace(".00", "")
