"""Fixed-width records, declared column by column as their manuals print them."""

from __future__ import annotations

from dataclasses import dataclass

from trade.base.errors import Refused
from trade.base.text import N_


@dataclass(frozen=True)
class Column:
    """One field: its first position counted from 1, its length, and whether a line may end before it."""

    name: str
    start: int
    length: int
    may_be_absent: bool = False

    @property
    def end(self) -> int:
        """The last position, counted from 1."""
        return self.start + self.length - 1


@dataclass(frozen=True)
class Layout:
    """The columns of one kind of record, in order and without gaps."""

    name: str
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        position = 1
        for column in self.columns:
            if column.start != position:
                raise ValueError(f"{self.name}: {column.name} begins at {column.start}, not at {position}")
            position += column.length

    @property
    def width(self) -> int:
        """How many characters a whole line has."""
        return self.columns[-1].end

    def cut(self, line: str) -> dict[str, str]:
        """The fields of a line, blanks kept. Raises Refused for a line of another length.

        Blanks behind the last column do not count; a line may end where the columns left may be absent.
        """
        line = line.rstrip(" ") if len(line) > self.width else line
        if len(line) != self.width and not self._may_end(line):
            raise Refused(
                N_("The line has %(length)s characters instead of %(width)s: its fields have shifted."),
                length=len(line),
                width=self.width,
            )
        return {column.name: line[column.start - 1 : column.end] for column in self.columns}

    def _may_end(self, line: str) -> bool:
        left = [column for column in self.columns if column.end > len(line)]
        return bool(left) and left[0].start == len(line) + 1 and all(column.may_be_absent for column in left)
