"""Samples: small files by which a format proves that it reads what it should, before any bookshop sends one (F15-F21).

Every format of code makes its own (``samples()``) of the same two titles, and says what a right reading of it holds.
A provider's real file, which staff keep beside a format, is a sample too; nobody knows what it should hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from trade.stock.sheet import Sheet, lines_of

Shelved = tuple[int, int, int | None]
"""ISBN, copies, and the price as the file writes it, in cents."""
SHELF: tuple[tuple[int, int, int], ...] = ((9788437604947, 3, 1595), (9782070368228, 1, 860))
MAGAZINE = 9771135983810
"""The barcode of a magazine, which no format may take for a book."""
DAY = date(2026, 11, 24)


@dataclass(frozen=True)
class Sample:
    """A sample file and its name. ``holds`` is what it was made of, None for a real one; ``refuses`` counts lines."""

    name: str
    data: bytes
    holds: tuple[Shelved, ...] | None = None
    refuses: int = 0

    def is_read_right(self, sheet: Sheet, refused: int) -> bool:
        """Whether a reading says what the sample was made of; nothing is known against that of a real file."""
        if self.holds is None:
            return True
        return refused == self.refuses and sorted(self.holds, key=str) == sorted(
            ((line.isbn, line.quantity, line.price) for line in lines_of(sheet)), key=str
        )
