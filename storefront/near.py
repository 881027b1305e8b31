"""Where the reader is: asked for in the address, remembered in the browser's session, never stored elsewhere."""

from __future__ import annotations

from typing import NamedTuple

from flask import request
from flask import session as cookie

from trade.base.coordinates import Point
from trade.base.tenancy import TenantSession
from trade.places.queries import find
from web.words import gettext as _

NEAR = "near"
LONGEST_PLACE = 80


class Here(NamedTuple):
    """The place in force, what was typed, and whether it is known."""

    name: str = ""
    point: Point | None = None
    typed: str = ""

    @property
    def words(self) -> str:
        """The place as the form shows it: its name, or that it is the browser's position."""
        return self.name or (_("your position") if self.point else self.typed)

    @property
    def unknown(self) -> bool:
        """Something was typed that names no place."""
        return bool(self.typed) and self.point is None


def here(session: TenantSession) -> Here:
    """The place typed into this page's form, else the remembered one; an emptied field forgets it."""
    typed = request.args.get(NEAR)
    if typed is None:
        return remembered()
    typed = " ".join(typed.split())[:LONGEST_PLACE]
    kept = remembered()
    if typed and typed == kept.words:
        return kept
    cookie.pop(NEAR, None)
    spot = find(session, words=typed) if typed else None
    if spot is None:
        return Here(typed=typed)
    cookie[NEAR] = [spot.name, round(spot.point.latitude, 4), round(spot.point.longitude, 4)]
    return Here(spot.name, spot.point)


def remembered() -> Here:
    """The place of an earlier page, if any."""
    kept = cookie.get(NEAR)
    if not isinstance(kept, list) or len(kept) != 3:
        return Here()
    return Here(kept[0], Point(kept[1], kept[2]))
