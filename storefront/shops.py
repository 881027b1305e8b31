"""Bookshops as lists and maps show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from flask import url_for

from storefront import map as drawing
from storefront.links import bookshop_path
from storefront.near import Here
from trade.base.coordinates import Point
from trade.base.tenancy import TenantSession
from trade.members.models import Bookshop
from trade.members.queries import Standing, standing
from web.language import km
from web.words import gettext as _


class ShopShown(NamedTuple):
    """A bookshop in a list."""

    name: str
    city: str
    url: str
    where: str
    phone: str


def point_of(shop: Bookshop | Standing) -> Point | None:
    """Where the bookshop is, if it told."""
    if shop.latitude is None or shop.longitude is None:
        return None
    return Point(shop.latitude, shop.longitude)


def points_of(shops: Iterable[Standing]) -> list[Point]:
    """Where bookshops are, as far as they told."""
    return [point for point in map(point_of, shops) if point]


def by_distance(shops: Sequence[Standing], here: Point | None) -> list[tuple[Standing, float | None]]:
    """Bookshops with their distance in kilometres, nearest first; in their order where no place is given."""
    if here is None:
        return [(shop, None) for shop in shops]
    measured = [(shop, here.kilometres_to(point) if (point := point_of(shop)) else None) for shop in shops]
    return sorted(measured, key=lambda pair: (pair[1] is None, pair[1] or 0.0))


def address_of(shop: Bookshop) -> list[str]:
    """The postal address in lines."""
    return [line for line in (shop.address, " ".join(part for part in (shop.postcode, shop.city) if part)) if line]


def shop_shown(shop: Standing, kilometres: float | None = None) -> ShopShown:
    """A bookshop with its street, and how far it is."""
    parts = [shop.address or shop.city, km(kilometres) if kilometres is not None else shop.city if shop.address else ""]
    return ShopShown(
        name=shop.name,
        city=shop.city,
        url=bookshop_path(shop.slug),
        where=", ".join(part for part in parts if part),
        phone=shop.phone,
    )


PANEL = 276
PANEL = 276
"""The width in pixels at which a numbered map is usually seen: discs keep their size whatever part is shown."""


class NumberedSpot(NamedTuple):
    """A bookshop of the list on the country's outline."""

    number: int
    x: float
    y: float
    filled: bool


class CountryMap(NamedTuple):
    """The outline of the country with what lies on it; sizes are in the drawing's units."""

    view: str
    width: int
    height: int
    outline: str
    title: str
    caption: str
    dots: str
    spots: list[NumberedSpot]
    you: tuple[float, float] | None
    ring: float
    scale: float


def near_shops(work: TenantSession, place: Here, limit: int) -> list[ShopShown]:
    """The nearest bookshops with how to call them; the first by name where no place is given."""
    return [shop_shown(shop, km) for shop, km in by_distance(standing(work), place.point)[:limit]]


@lru_cache(maxsize=16)
def dots_of(code: str, points: tuple[Point, ...]) -> str:
    """One path with a dot for each bookshop: a country has fifteen hundred, many in one street."""
    dots = {(round(xy[0]), round(xy[1])) for xy in (drawing.on_country(code, point) for point in points) if xy}
    return "".join(f"M{x} {y}h0" for x, y in sorted(dots))


def map_of(
    code: str,
    points: Iterable[Point],
    *,
    you: Point | None = None,
    listed: Sequence[tuple[Point, bool]] = (),
    caption: str = "",
    title: str = "",
    close: bool = False,
) -> CountryMap:
    """Bookshops as dots on the country's outline; the ``listed`` ones numbered, the reader ringed.

    ``close`` shows only the part of the country in which the numbered ones and the reader are.
    """
    country = drawing.COUNTRIES[code]
    x, y, width, height = 0.0, 0.0, float(country.width), float(country.height)
    if close:
        x, y, width, height = drawing.zoom(code, [*(point for point, _filled in listed), *([you] if you else [])])
    spots = []
    for number, (point, filled) in enumerate(listed, 1):
        xy = drawing.on_country(code, point)
        if xy:
            spots.append(NumberedSpot(number, *xy, filled))
    return CountryMap(
        view=f"{x:g} {y:g} {width:g} {height:g}",
        width=country.width,
        height=country.height,
        outline=url_for("storefront.static", filename=f"map/{code}.svg"),
        title=title or _("The bookshops of the network on a map"),
        caption=caption,
        dots=dots_of(code, tuple(points)),
        spots=list(reversed(spots)),
        you=drawing.on_country(code, you) if you else None,
        ring=round(width / 40, 1),
        scale=round(width / PANEL, 3),
    )
