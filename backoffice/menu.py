"""The sidebar as data: groups of items; what a person may not open is not shown.

An area declares its menu in its own package::

    MENU = (
        Group("", (Item(N_("Now"), "staff.index", "home", count="problems"),)),
        Group(N_("Network"), (Item(N_("Members"), "staff_members.index_view", "people", count="applications"),)),
    )

``count`` is a key of the counts the area computes once per page (``Area.counts``): a number, shown muted,
or an :class:`Alarm`, shown in red because something broke.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


class Alarm(int):
    """A count that says something broke: shown in red."""


@dataclass(frozen=True)
class Item:
    """One line of the menu. ``phone`` items also stand in the bottom bar of a phone (four at most), as ``short``.

    ``module`` is the module of the network that the page belongs to, ``without`` one in whose place it stands.
    """

    label: str
    endpoint: str
    icon: str
    count: str = ""
    phone: bool = False
    short: str = ""
    module: str = ""
    without: str = ""

    @property
    def blueprint(self) -> str:
        """The view the item leads to; every page of that view lights the item."""
        return self.endpoint.rpartition(".")[0]


@dataclass(frozen=True)
class Group:
    """A headed group of items; the first group of an area has no heading."""

    label: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class ShownItem:
    """An item as the template needs it: words, address, count, and whether it is the present page."""

    label: str
    url: str
    icon: str
    count: int
    alarm: bool
    on: bool
    phone: bool
    short: str


@dataclass(frozen=True)
class ShownGroup:
    """A group with the items that the person may open."""

    label: str
    items: tuple[ShownItem, ...]


def of_network(menu: tuple[Group, ...], *, runs: Callable[[str], bool]) -> tuple[Group, ...]:
    """The menu as far as the network runs the modules that its items belong to."""

    def fits(item: Item) -> bool:
        return (not item.module or runs(item.module)) and not (item.without and runs(item.without))

    return tuple(Group(group.label, tuple(filter(fits, group.items))) for group in menu)


def shown(
    menu: tuple[Group, ...],
    *,
    allowed: Callable[[str], bool],
    url: Callable[[str], str],
    say: Callable[[str], str],
    counts: Mapping[str, int],
    lit: str,
    endpoint: str,
) -> tuple[ShownGroup, ...]:
    """The groups a person sees. ``lit`` is the blueprint of the present page, ``endpoint`` its endpoint.

    The item of the endpoint is lit, else the first one of the blueprint.
    """
    items = [item for group in menu for item in group.items]
    here = next((item for item in items if item.endpoint == endpoint), None)
    here = here or next((item for item in items if item.blueprint == lit), None)

    def show(item: Item) -> ShownItem:
        count = counts.get(item.count, 0) if item.count else 0
        return ShownItem(
            label=say(item.label),
            url=url(item.endpoint),
            icon=item.icon,
            count=count,
            alarm=isinstance(count, Alarm),
            on=item is here,
            phone=item.phone,
            short=say(item.short or item.label),
        )

    groups = (
        ShownGroup(
            say(group.label) if group.label else "",
            tuple(map(show, filter(lambda i: allowed(i.endpoint), group.items))),
        )
        for group in menu
    )
    return tuple(group for group in groups if group.items)
