"""What a distributor's file must not do unseen, and the order of the distributors that a bookshop trusts."""

from __future__ import annotations

from collections.abc import Sequence

from trade.base.money import PER

#: A file that would remove more than half of a distributor's titles is more often half a file than half a stock.
MOST_REMOVED = PER // 2


def removes_too_much(*, before: int, removed: int) -> bool:
    """Whether a person should look before so many titles go (share per ten thousand of those before)."""
    return before > 0 and removed * PER > MOST_REMOVED * before


def moved(order: Sequence[int], one: int, *, to: int) -> list[int]:
    """The order with one member at another place (0 is first); a place outside is the nearest one inside.

    Raises ValueError where it is not in the order.
    """
    rest = list(order)
    rest.remove(one)
    rest.insert(min(max(to, 0), len(rest)), one)
    return rest
