"""How the money of an order is shared where the platform collects, and what is given back (F09, F10, A21, A23).

Cents with VAT unless said otherwise. Every amount is rounded once, half up, on the line; the rest is by subtraction,
so that no cent is lost: ``payout = collected - commission - VAT on the commission``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trade.base.money import net_of, share


@dataclass(frozen=True, slots=True)
class Shared:
    """One line: what was collected for it, its price without VAT, the commission with its VAT, and the rest."""

    gross: int
    net: int
    commission: int
    commission_vat: int

    @property
    def payout(self) -> int:
        """What the bookshop gets of it."""
        return self.gross - self.commission - self.commission_vat


def share_line(*, gross: int, vat_rate: int, commission: int, commission_vat: int) -> Shared:
    """Share one line: rates per ten thousand. 20.00 at 5.5 % is 18.96 net, 1.33 + 0.27, payout 18.40."""
    net = net_of(gross, vat_rate)
    taken = share(net, commission)
    return Shared(gross, net, taken, share(taken, commission_vat))


@dataclass(frozen=True, slots=True)
class Sold:
    """What bears on giving back of one line: its copies, those given back before, and its price and fee."""

    line_id: int
    copies: int
    returned: int
    price_cents: int
    fee_cents: int


@dataclass(frozen=True, slots=True)
class Returned:
    """What a refund gives back: books, delivery, management fees; ``lines`` maps lines to copies."""

    books_cents: int
    delivery_cents: int
    handling_cents: int
    lines: dict[int, int]

    @property
    def cents(self) -> int:
        """All of it."""
        return self.books_cents + self.delivery_cents + self.handling_cents


def give_back(lines: Sequence[Sold], *, copies: dict[int, int], delivery_cents: int) -> Returned:
    """What these copies give back. A line's fee goes back with its last copy, the delivery with the whole order.

    ``delivery_cents`` is what is left of it. Raises ValueError for more copies than are left of a line.
    """
    books = handling = 0
    for line in lines:
        given = copies.get(line.line_id, 0)
        if not 0 <= given <= line.copies - line.returned:
            raise ValueError(f"line {line.line_id} has {line.copies - line.returned} copies left, not {given}")
        books += given * line.price_cents
        if given and line.returned + given == line.copies:
            handling += line.fee_cents
    whole = all(line.returned + copies.get(line.line_id, 0) == line.copies for line in lines)
    kept = {number: given for number, given in copies.items() if given}
    return Returned(books, delivery_cents if whole and kept else 0, handling, kept)
