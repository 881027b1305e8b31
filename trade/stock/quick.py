"""Lines of a stock file in normal form, read by the thousand as columns of bytes (numpy), never one by one.

What is not in strict normal form (other letters, signs, blanks, quotes, wrong check digits) is left to the careful
reader of the format, line by line, which also words every refusal. The two must agree: ``tests/fuzz`` compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trade.base.errors import Refused
from trade.base.listening import counted, tell
from trade.base.raw_text import BOUNDS, Bounds
from trade.base.text import N_
from trade.stock.rules import MAX_QUANTITY, Entry, Header, Reading, reading_of
from trade.stock.sheet import NO_PRICE, Sheet, joined

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]

CHUNK = 65_536
ZERO, NINE, BLANK, HYPHEN = (ord(c) for c in "09 -")
_EAN_WEIGHTS = np.array([1, 3] * 6 + [1], dtype=np.int64)


@dataclass(frozen=True)
class Lines:
    """The lines of a text as places in its UTF-8 bytes, line ends, carriage returns and NULs behind them left out.

    A NUL stands behind the text: what is read beyond it is that.
    """

    buffer: Bytes
    starts: Places
    ends: Places
    first: int = 1

    def __len__(self) -> int:
        return len(self.starts)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Each line that is not blank with its number, as ``raw_text.numbered_lines`` gives them."""
        return self.at(range(len(self)))

    def at(self, places: Iterator[int] | range | list[int]) -> Iterator[tuple[int, str]]:
        """The lines of these places, blank ones left out; one longer than the bound is cut behind it."""
        for place in places:
            longest = self.starts[place] + 4 * (BOUNDS.line_length + 1)
            raw = self.buffer[self.starts[place] : min(self.ends[place], longest)].tobytes()
            line = raw.decode("utf-8", errors="replace")[: BOUNDS.line_length + 1]
            if line.strip():
                yield self.first + place, line

    def after(self, number: int) -> Lines:
        """The lines behind the one of that number."""
        skip = number - self.first + 1
        return Lines(self.buffer, self.starts[skip:], self.ends[skip:], number + 1)

    def part(self, start: int) -> Lines:
        """A piece of at most CHUNK lines from a place on."""
        stop = start + CHUNK
        return Lines(self.buffer, self.starts[start:stop], self.ends[start:stop], self.first + start)

    def trimmed(self, letters: bytes) -> Lines:
        """The same lines without these letters behind them."""
        return Lines(self.buffer, self.starts, _trim(self.buffer, self.starts, self.ends, letters), self.first)

    @property
    def lengths(self) -> Places:
        """How many bytes each line has."""
        return self.ends - self.starts


@dataclass(frozen=True)
class Found:
    """What a pattern found in some lines: which match, and for all of them the three columns."""

    matches: Mask
    isbn: Places
    quantity: Places
    price: Places


Pattern = Callable[[Lines], Found]


def lines_in(text: str, *, bounds: Bounds = BOUNDS) -> Lines:
    """The lines of a decoded text, whatever ends them (CRLF, LF or CR). Raises Refused where there are too many."""
    buffer = np.frombuffer(text.encode("utf-8", errors="replace") + b"\x00", dtype=np.uint8)
    ending = ord("\n") if "\n" in text else ord("\r")
    found = np.flatnonzero(buffer == ending)
    if len(found) + 1 > bounds.lines:
        raise Refused(
            N_("The file has %(lines)s lines; at most %(limit)s are read."), lines=len(found) + 1, limit=bounds.lines
        )
    starts = np.concatenate([[0], found + 1]).astype(np.int64)
    ends = np.concatenate([found, [len(buffer) - 1]]).astype(np.int64)
    return Lines(buffer, starts, _trim(buffer, starts, ends, b"\r\x00"))


def read_by(lines: Lines, pattern: Pattern | None, careful: Callable[[int, str], Entry], header: Header) -> Reading:
    """Every line: by the pattern where it matches, else by the careful reader. None for no pattern at all."""
    sheets: list[Sheet] = []
    left: list[int] = []
    for start in range(0, len(lines) if pattern else 0, CHUNK):
        part = lines.part(start)
        found = pattern(part) if pattern else None
        assert found is not None
        hit = np.flatnonzero(found.matches)
        number = (part.first + hit).astype(np.int32)
        columns = [column[hit].astype(np.int32) for column in (found.quantity, found.price)]
        sheets.append(Sheet(number, found.isbn[hit], *columns))
        left += (start + np.flatnonzero(~found.matches)).tolist()
        tell(start + len(part) - len(left), len(lines))
    places = left if pattern else range(len(lines))
    careful_ones = counted(lines.at(places), of=len(lines), before=len(lines) - len(places))
    slow = reading_of(header, (careful(number, line) for number, line in careful_ones))
    if not sheets:
        return slow
    fast = Sheet(
        *(
            np.concatenate([getattr(sheet, name) for sheet in sheets])
            for name in ("number", "isbn", "quantity", "price")
        )
    )
    return Reading(header, joined(fast, slow.sheet) if len(slow.sheet) else fast, slow.rejected)


# --- fields ------------------------------------------------------------------------------------------
#
# One row a line, but in memory column by column: a line has a dozen bytes, and numpy is quick along the long way.


def letters(lines: Lines, starts: Places, width: int) -> Bytes:
    """``width`` bytes of each line from its start on, one row a line; what lies behind the text is zero."""
    return lines.buffer.take(starts + np.arange(width)[:, None], mode="clip").T


def right_aligned(lines: Lines, starts: Places, ends: Places, width: int) -> Bytes:
    """The last ``width`` bytes of each field, one row a line, filled with zeros ("0") on the left."""
    places = ends - np.arange(width, 0, -1)[:, None]
    columns = lines.buffer.take(places, mode="clip")
    columns[places < starts] = ZERO
    return columns.T


def are_digits(columns: Bytes) -> NDArray[np.bool_]:
    """Which bytes are ASCII digits."""
    return columns - ZERO <= NINE - ZERO  # what is below "0" wraps around


def value_of(columns: Bytes) -> Places:
    """The whole number that each row of digits spells; rows that hold anything else spell nonsense."""
    value = np.zeros(len(columns), dtype=np.int64)
    for column in columns.T:
        value *= 10
        value += column
    value -= ZERO * (10 ** columns.shape[1] // 9)
    return value


def isbn_of(columns: Bytes) -> tuple[Places, Mask]:
    """The ISBNs that rows of bytes spell, and which rows do: thirteen digits among hyphens and blanks."""
    digit = are_digits(columns)
    right = (digit | (columns == HYPHEN) | (columns == BLANK)).all(axis=1) & (digit.sum(axis=1, dtype=np.uint8) == 13)
    thirteen = columns[:, :13].copy("F")
    parted = np.flatnonzero(right & ~digit[:, :13].all(axis=1))
    thirteen[parted] = columns[parted][digit[parted]].reshape(-1, 13)
    value = value_of(thirteen)
    sums = (thirteen - ZERO).astype(np.int16)
    whole = (sums[:, ::2].sum(axis=1) + 3 * sums[:, 1::2].sum(axis=1)) % 10 == 0
    start = value // 10**7
    book = (start // 1_000 == 978) | ((start // 1_000 == 979) & (start // 100 != 9790))
    right &= whole & book & (start != 978978)
    return np.where(right, value, 0), right


def fields(lines: Lines, delimiter: str, count: int) -> tuple[Places, Mask]:
    """Where the fields of lines with exactly ``count`` of them begin and end, and which lines those are.

    Row by row the places before the first field and behind each: field n lies between column n (plus one) and
    n + 1. Lines with a quotation mark or a carriage return inside are not among them.
    """
    start, stop = int(lines.starts[0]), int(lines.ends[-1])
    piece = lines.buffer[start:stop]
    marks = np.flatnonzero(piece == ord(delimiter)) + start
    returns = np.flatnonzero(piece == ord("\r"))
    returns = returns[lines.buffer[start:][returns + 1] != ord("\n")]
    quotes = np.concatenate([np.flatnonzero(piece == ord('"')), returns]) + start
    places = np.zeros((count + 1, len(lines)), dtype=np.int64).T
    places[:, 0], places[:, -1] = lines.starts - 1, lines.ends
    between = places[:, 1:-1]
    right = lines.lengths <= BOUNDS.line_length
    regular = len(marks) == between.size
    if regular:
        between[:] = marks.reshape(between.shape)
        regular = bool((places[:, 1:] > places[:, :-1]).all())
    if not regular:
        line_of = np.searchsorted(lines.starts, marks, side="right") - 1
        right &= np.bincount(line_of, minlength=len(lines)) == count - 1
        between[:] = 0
        between[right] = marks[right[line_of]].reshape(-1, count - 1) if count > 1 else 0
    quoted = np.searchsorted(lines.starts, quotes, side="right") - 1
    right[quoted[quotes < lines.ends[quoted]]] = False
    return places, right


def price_in_cents(columns: Bytes, length: Places, marks: bytes = b",.") -> tuple[Places, Mask]:
    """Cents of right-aligned fields "12", "12.5", "12,50" of that many bytes; NO_PRICE where empty or zero.

    ``marks`` are the letters that may part euros and cents.
    """
    mark = np.zeros_like(columns, dtype=np.bool_)
    for letter in marks:
        mark |= columns == letter
    two = mark[:, -3] & (length > 3)
    one = mark[:, -2] & (length > 2) & ~two
    # The mark is read as a digit 0: what stands before it is ten times too much.
    value = value_of(np.where(mark, np.uint8(ZERO), columns))
    tenths = np.where(one, value // 100 * 100 + value % 10 * 10, value * 100)
    cents = np.where(two, value // 1000 * 100 + value % 100, tenths)
    clean = (are_digits(columns) | mark).all(axis=1) & (mark.sum(axis=1) == (two | one))
    right = clean & (length - np.where(two, 3, np.where(one, 2, 0)) <= 6)
    return np.where(cents == 0, NO_PRICE, cents), right


def whole_numbers(lines: Lines, starts: Places, ends: Places, *, most: int, width: int) -> tuple[Places, Mask]:
    """The numbers that fields of one to ``width`` digits spell, and which fields do and are not above ``most``."""
    columns = right_aligned(lines, starts, ends, width)
    value = value_of(columns)
    length = ends - starts
    return value, are_digits(columns).all(axis=1) & (length >= 1) & (length <= width) & (value <= most)


def copies(lines: Lines, starts: Places, ends: Places) -> tuple[Places, Mask]:
    """The copies that fields spell, and which fields do."""
    return whole_numbers(lines, starts, ends, most=MAX_QUANTITY, width=6)


def _trim(buffer: Bytes, starts: Places, ends: Places, letters: bytes) -> Places:
    unwanted = np.zeros(256, dtype=bool)
    unwanted[list(letters)] = True
    ends = ends.copy()
    left = np.flatnonzero(ends > starts)
    while len(left):
        left = left[unwanted[buffer[ends[left] - 1]]]
        ends[left] -= 1
        left = left[ends[left] > starts[left]]
    return ends
