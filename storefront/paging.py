"""Lists in pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

LAST_PAGE = 500


class Paging(NamedTuple):
    """Where one page of a list stands."""

    number: int
    last: int
    previous_url: str
    next_url: str


def page_number(written: str) -> int:
    """The page asked for, 1 where it is no page."""
    return min(int(written), LAST_PAGE) if written.isascii() and written.isdigit() and int(written) else 1


def paging(*, total: int, number: int, size: int, last: int, address: Callable[[int], str]) -> Paging:
    """The pages of a list, at most ``last``, with the addresses of the neighbours."""
    last = min(max(1, -(-total // size)), last)
    return Paging(
        number,
        last,
        address(number - 1) if 1 < number <= last else "",
        address(number + 1) if number < last else "",
    )
