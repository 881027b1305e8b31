"""Spreadsheets (XLSX) from outside, read within bounds: unpacked size, sheets, rows, columns (safety.md R7).

A spreadsheet is a zip of XML. Only the values of its first sheet are read; what a formula would make, or a day
that a number was taken for, is not guessed: such a cell refuses itself when it is asked for.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from trade.base.errors import Refused
from trade.base.text import N_

ARCHIVE = b"PK\x03\x04"
_WORKBOOK = "xl/workbook.xml"


@dataclass(frozen=True)
class SheetBounds:
    """What a spreadsheet may measure: bytes unpacked, how many times more than packed, sheets, rows, columns."""

    unpacked: int = 128_000_000
    strings: int = 32_000_000
    ratio: int = 200
    members: int = 200
    sheets: int = 20
    rows: int = 200_000
    columns: int = 100


BOUNDS = SheetBounds()


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell, where it stands, and why it cannot be taken as it is, if so."""

    text: str
    name: str = ""
    wrong: str = ""

    def __str__(self) -> str:
        return self.text

    def check(self) -> None:
        """Raises Refused for a formula, a date and an error, naming the cell."""
        if self.wrong:
            raise Refused(self.wrong, cell=self.name)


Row = tuple[int, list[Cell]]

_FORMULA = N_("Cell %(cell)s holds a formula. Paste its value instead, and save again.")
_DATE = N_("Cell %(cell)s holds a date: the spreadsheet took a number for one. Format the column as text.")
_ERROR = N_("Cell %(cell)s holds an error of the spreadsheet.")
_WRONG = {"f": _FORMULA, "e": _ERROR, "d": _DATE}


def is_spreadsheet(data: bytes) -> bool:
    """Whether the bytes are a zip with a workbook inside."""
    if not data.startswith(ARCHIVE):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _WORKBOOK in archive.namelist()
    except Exception:
        return False  # whatever the library makes of a damaged zip, it is none


def rows_of(data: bytes, *, bounds: SheetBounds = BOUNDS) -> Iterator[Row]:
    """The rows of the first sheet that hold anything, each with its number from 1.

    Raises Refused, before the first row or at a row, where it is damaged, locked or out of bounds.
    """
    _measure(data, bounds)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        if len(book.sheetnames) > bounds.sheets:
            raise Refused(N_("The spreadsheet has more than %(limit)s sheets."), limit=bounds.sheets)
        sheet = book.worksheets[0]
        for number, cells in enumerate(sheet.iter_rows(max_row=bounds.rows + 1, max_col=bounds.columns), 1):
            width = next((place for place in range(len(cells), 0, -1) if cells[place - 1].value is not None), 0)
            row = [_cell(cell, number, place) for place, cell in enumerate(cells[:width], 1)]
            if row and number > bounds.rows:
                raise Refused(
                    N_("The sheet has more than %(limit)s rows; at most that many are read."), limit=bounds.rows
                )
            if any(cell.text.strip() for cell in row):
                yield number, row
    except Refused:
        raise
    except Exception as error:
        # The library fails in dozens of ways on a file that is damaged or made to harm: KeyError, ParseError, ...
        raise Refused(N_("The spreadsheet is damaged or locked. Save it again as .xlsx, or as CSV.")) from error


def _measure(data: bytes, bounds: SheetBounds) -> None:
    """Raises Refused for a zip bomb, by its own directory and by what truly comes out of it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > bounds.members:
                raise _too_large()
            total = 0
            for member in members:
                limit = bounds.strings if "sharedstrings" in member.filename.lower() else bounds.unpacked
                total += _size(archive, member, min(limit, bounds.unpacked - total))
            if total > bounds.ratio * len(data):
                raise _too_large()
    except Refused:
        raise
    except Exception as error:
        raise Refused(N_("The spreadsheet is damaged or locked. Save it again as .xlsx, or as CSV.")) from error


def _size(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> int:
    if member.file_size > limit:
        raise _too_large()
    size = 0
    with archive.open(member) as stream:
        head = stream.read(1_024)
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise Refused(N_("The spreadsheet holds declarations that no spreadsheet needs; it is not read."))
        size = len(head)
        while piece := stream.read(1 << 16):
            size += len(piece)
            if size > limit:
                raise _too_large()
    return size


def _too_large() -> Refused:
    return Refused(N_("Unpacked, the spreadsheet would be too large. Send it as CSV."))


def _cell(cell: object, row: int, column: int) -> Cell:
    value, kind = getattr(cell, "value", None), getattr(cell, "data_type", "n")
    if value is None:
        return Cell("")
    if kind in _WRONG:
        return Cell(str(value)[:80], f"{get_column_letter(column)}{row}", _WRONG[kind])
    if isinstance(value, float):
        return Cell(f"{value:.0f}" if value.is_integer() else f"{value:.10g}")
    return Cell(str(value))
