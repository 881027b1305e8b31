"""The network's own model file (F21): delimited text that any spreadsheet can write, or the spreadsheet itself (XLSX).

The first line names the columns, in Spanish, French or English: ISBN and quantity are needed; price (with VAT,
euros) and condition may follow, others are ignored. Parted by ";", "," or tab; decimal comma or point; one
title a line. The whole inventory is sent each time: an absent title means zero.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from openpyxl import Workbook
from openpyxl.styles import Font

from trade.base.errors import Refused
from trade.base.listening import counted
from trade.base.raw_text import decode
from trade.base.spreadsheet import Row, is_spreadsheet, rows_of
from trade.base.text import N_
from trade.catalogue.rules import fold
from trade.stock.quick import lines_in
from trade.stock.rules import Entry, Header, Reading, reading_of, refusal
from trade.stock.samples import SHELF, Sample
from trade.stock.table import Table, cells_of

NAME = "model_csv"
TITLE = N_("Model file (CSV or Excel)")
VAT_INCLUDED = True
WHOLE_INVENTORY = True

DELIMITERS = ";\t,"
NAMES: Mapping[str, frozenset[str]] = {
    "isbn": frozenset({"isbn", "isbn13", "isbn 13", "ean", "ean13", "ean 13", "codigo", "code"}),
    "quantity": frozenset({"cantidad", "quantite", "quantity", "stock", "existencias", "unidades", "copies"}),
    "price": frozenset({"pvp", "precio", "prix", "prix ttc", "price", "precio con iva", "price with vat"}),
    "condition": frozenset({"estado", "etat", "condition"}),
}

_HEADINGS = {
    "es": ("isbn", "cantidad", "pvp", "estado"),
    "fr": ("ean", "quantité", "prix_ttc", "état"),
    "en": ("isbn", "quantity", "price", "condition"),
}
_CONDITION = {"es": "nuevo", "fr": "neuf", "en": "new"}
_EXAMPLES = tuple((isbn, copies, f"{cents // 100},{cents % 100:02}") for isbn, copies, cents in SHELF)


def template(language: str) -> bytes:
    """The model file to download, with headings in the language and two sample lines; it reads without a refusal."""
    headings = _HEADINGS.get(language, _HEADINGS["en"])
    condition = _CONDITION.get(language, _CONDITION["en"])
    rows = [";".join(headings)]
    rows += [f"{isbn};{quantity};{price};{condition}" for isbn, quantity, price in _EXAMPLES]
    return "\r\n".join([*rows, ""]).encode("utf-8-sig")


def spreadsheet(language: str) -> bytes:
    """The same as a spreadsheet (XLSX): ISBNs as text, so that no digit is lost; prices as numbers."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(_HEADINGS.get(language, _HEADINGS["en"]))
    for isbn, quantity, price in _EXAMPLES:
        sheet.append((str(isbn), quantity, float(price.replace(",", ".")), _CONDITION.get(language, "new")))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.column_dimensions["A"].width = 18
    for row in sheet.iter_rows(min_row=2, max_row=2_000, max_col=3):
        row[0].number_format, row[2].number_format = "@", "0.00"
    sheet.freeze_panes = "A2"
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


@cache
def samples() -> tuple[Sample, ...]:
    """The model as it is downloaded, in both kinds; each is made once, since a spreadsheet takes its time."""
    return Sample("model.csv", template("es"), SHELF), Sample("model.xlsx", spreadsheet("fr"), SHELF)


def read(data: bytes) -> Reading:
    """The lines of a model file. Raises Refused where its first line does not name ISBN and quantity."""
    if is_spreadsheet(data):
        rows = rows_of(data)
        number, cells = next(rows, (1, []))
        return reading_of(Header(), _rows(rows, _table(number, [str(cell) for cell in cells], ";")))
    lines = lines_in(decode(data))
    head = iter(lines)
    number, heading = next(head, (1, ""))
    if heading.lower().startswith("sep="):
        number, heading = next(head, (number, ""))
    delimiter = max(DELIMITERS, key=heading.count)
    return _table(number, cells_of(heading, delimiter), delimiter).read(lines.after(number), Header())


def _table(number: int, heading: Sequence[str], delimiter: str) -> Table:
    cells = [fold(cell) for cell in heading]
    places = {name: place for name, known in NAMES.items() for place, cell in enumerate(cells) if cell in known}
    missing = [name for name in ("isbn", "quantity") if name not in places]
    if missing:
        raise Refused(
            N_("Line %(line)s must name the columns, and “%(column)s” is not among them. Download the model file."),
            line=number,
            column=missing[0],
        )
    return Table(places, len(cells), delimiter)


def _rows(rows: Iterator[Row], table: Table) -> Iterator[Entry]:
    for number, cells in counted(rows):
        try:
            wanted = [cells[place] for place in table.places.values() if place < len(cells)]
            for cell in wanted:
                cell.check()
            yield table.title(number, [str(cell) for cell in cells])
        except Refused as refused:
            yield refusal(number, "; ".join(map(str, cells)), refused)
