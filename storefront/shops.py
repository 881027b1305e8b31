"""Bookshops as lists and maps show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _

from storefront.shown import CountryMap, country_map
from trade.base.coordinates import Point
from trade.members.models import Bookshop
from web.language import km


class ShopShown(NamedTuple):
    """A bookshop in a list."""

    name: str
    city: str
    url: str
    where: str


def point_of(shop: Bookshop) -> Point | None:
    """Where the bookshop is, if it told."""
    if shop.latitude is None or shop.longitude is None:
        return None
    return Point(shop.latitude, shop.longitude)


def points_of(shops: Iterable[Bookshop]) -> list[Point]:
    """Where bookshops are, as far as they told."""
    return [point for point in map(point_of, shops) if point]


def by_distance(shops: Sequence[Bookshop], here: Point | None) -> list[tuple[Bookshop, float | None]]:
    """Bookshops with their distance in kilometres, nearest first; in their order where no place is given."""
    if here is None:
        return [(shop, None) for shop in shops]
    measured = [(shop, here.kilometres_to(point) if (point := point_of(shop)) else None) for shop in shops]
    return sorted(measured, key=lambda pair: (pair[1] is None, pair[1] or 0.0))


def address_of(shop: Bookshop) -> list[str]:
    """The postal address in lines."""
    return [line for line in (shop.address, " ".join(part for part in (shop.postcode, shop.city) if part)) if line]


def shop_shown(shop: Bookshop, kilometres: float | None = None) -> ShopShown:
    """A bookshop with its street, and how far it is."""
    parts = [shop.address or shop.city, km(kilometres) if kilometres is not None else shop.city if shop.address else ""]
    return ShopShown(
        shop.name, shop.city, url_for("public.bookshop", slug=shop.slug), ", ".join(part for part in parts if part)
    )


def map_of(
    code: str,
    points: Sequence[Point],
    *,
    you: Point | None = None,
    listed: Sequence[tuple[Point, bool]] = (),
    caption: str = "",
    title: str = "",
    close: bool = False,
) -> CountryMap:
    """The bookshops of the network on the country's outline."""
    return country_map(
        code,
        points,
        title=title or _("The bookshops of the network on a map"),
        you=you,
        listed=listed,
        caption=caption,
        close=close,
    )
