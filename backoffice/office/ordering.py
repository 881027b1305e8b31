"""The order of a list as a form posts it: dragged as a whole, or one row moved by its arrow (T142)."""

from __future__ import annotations

from flask import request

from trade.distributors.rules import moved

LONGEST_ORDER = 2_000


def order_asked(present: list[int]) -> list[int] | None:
    """The order that was posted: ``order=3,1,2`` or ``move=3:up``; None where it is neither."""
    step = request.form.get("move", "")
    one, _, way = step.partition(":")
    if step:
        if not one.isascii() or not one.isdigit() or int(one) not in present or way not in ("up", "down"):
            return None
        place = present.index(int(one))
        return moved(present, int(one), to=place - 1 if way == "up" else place + 1)
    words = request.form.get("order", "")[:LONGEST_ORDER].split(",")
    if not all(word.isascii() and word.isdigit() for word in words):
        return None
    shown = [int(word) for word in words]
    # A suspended distributor is not shown, but keeps its place at the end.
    return shown + [one for one in present if one not in shown]
