"""Stock one title at a time: how files were summed up, compared and judged before there were columns.

Slow and plain on purpose: property tests hold the columns of ``trade/stock`` to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from trade.base.money import PER
from trade.stock.rules import MAX_QUANTITY, Guards, Header, Repeated, Title
from trade.stock.sheet import Line


@dataclass(frozen=True)
class Difference:
    """ISBNs whose copies appear, change (copies or price) or go to zero."""

    added: list[int]
    changed: list[int]
    zeroed: list[int]


def titles_in(lines: Iterable[Line], rule: Repeated = Repeated.HIDE) -> dict[int, Title]:
    """One title an ISBN, by the rule for repeated ones."""
    by_isbn: dict[int, list[Line]] = {}
    for line in lines:
        by_isbn.setdefault(line.isbn, []).append(line)
    return {isbn: _title(found, rule) for isbn, found in by_isbn.items()}


def _title(lines: Sequence[Line], rule: Repeated) -> Title:
    named = [line.price for line in lines if line.price is not None]
    if rule is Repeated.LAST:
        return Title(min(lines[-1].quantity, MAX_QUANTITY), lines[-1].price)
    if rule is Repeated.HIGHEST:
        return Title(max(min(line.quantity, MAX_QUANTITY) for line in lines), max(named, default=None))
    copies = min(sum(line.quantity for line in lines), MAX_QUANTITY)
    if rule is Repeated.ADD:
        return Title(copies, named[-1] if named else None)
    several = len(set(named)) > 1
    return Title(copies, None if several or not named else named[0], several)


def difference(before: Mapping[int, Title], after: Mapping[int, Title], *, whole: bool = True) -> Difference:
    """What applying ``after`` over ``before`` would do. A title with no copies is as good as absent."""
    held = {isbn for isbn, title in before.items() if title.quantity}
    found = {isbn for isbn, title in after.items() if title.quantity}
    gone = held - found if whole else {isbn for isbn in held & after.keys() if not after[isbn].quantity}
    return Difference(
        added=sorted(found - held),
        changed=sorted(isbn for isbn in found & held if after[isbn] != before[isbn]),
        zeroed=sorted(gone),
    )


def applied(before: Mapping[int, Title], after: Mapping[int, Title], *, whole: bool = True) -> dict[int, Title]:
    """The stock afterwards: titles with copies."""
    stock = dict(after) if whole else {**before, **after}
    return {isbn: title for isbn, title in stock.items() if title.quantity}


def removes_too_much(before: Mapping[int, Title], after: Mapping[int, Title], guards: Guards) -> bool:
    """The guard of shrinkage."""
    held = [isbn for isbn, title in before.items() if title.quantity]
    gone = sum(1 for isbn in held if isbn not in after or not after[isbn].quantity)
    return bool(gone) and gone * PER >= guards.removed_share * len(held)


def moves_prices_too_far(before: Mapping[int, Title], after: Mapping[int, Title], guards: Guards) -> bool:
    """The guard of prices: of titles that were held and are named."""
    pairs = [(title.price, after[isbn].price) for isbn, title in before.items() if title.quantity and isbn in after]
    priced = [(old, new) for old, new in pairs if old is not None and new is not None]
    moved = sum(1 for old, new in priced if abs(new - old) * PER > guards.price_moved * old)
    return moved * PER > guards.price_moved_share * len(priced)


def out_of_time(last: date | None, header: Header, today: date) -> bool:
    """The guard of dates."""
    if header.date is None:
        return False
    return header.date > today + timedelta(days=1) or (last is not None and header.date < last)
