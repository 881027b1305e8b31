"""A way of writing stock that staff describe instead of programming: columns, delimiter, encoding, decimal mark (F20).

The description is a plain mapping in an adapter's row. :func:`options_of` checks one, :func:`read` reads a file by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from trade.base.errors import Refused, concerning
from trade.base.raw_text import decode
from trade.base.text import N_, Text
from trade.catalogue.rules import fold
from trade.stock.formats import stocks_json
from trade.stock.quick import Lines, lines_in
from trade.stock.rules import Header, Reading
from trade.stock.table import COLUMNS, Table, cells_of

DELIMITERS: Mapping[str, str] = {
    ";": N_("semicolon ;"),
    ",": N_("comma ,"),
    "\t": N_("tab"),
    "|": N_("vertical bar |"),
    "~": N_("tilde ~"),
}
ENCODINGS: Mapping[str, str] = {
    "": N_("found by itself (UTF-8, UTF-16, Windows)"),
    "utf-8": "UTF-8",
    "cp1252": N_("Windows (cp1252, latin-1)"),
    "cp850": N_("MS-DOS (cp850)"),
}
DECIMALS: Mapping[str, str] = {"": N_("comma or point"), ",": N_("comma"), ".": N_("point")}
MOST_COLUMNS = 200


@dataclass(frozen=True)
class Options:
    """How a configured adapter writes stock. A column is a heading, or its number counted from 1.

    ``in_cents``: prices are whole cents, else euros. ``heading``: the first line names the columns.
    ``whole``: a title that the file does not name is sold out.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    delimiter: str = ";"
    encoding: str = ""
    decimal: str = ""
    in_cents: bool = False
    vat_included: bool = True
    heading: bool = True
    whole: bool = True

    def stored(self) -> dict[str, Any]:
        """The options as their row keeps them."""
        return asdict(self)


def options_of(stored: Mapping[str, Any]) -> Options:
    """The options of a row or of a form. Raises Refused for what no file can be read by, naming the field."""
    known = {name: stored[name] for name in Options.__dataclass_fields__ if name in stored}
    columns = {name: str(known.get("columns", {}).get(name, "")).strip()[:80] for name in COLUMNS}
    options = Options(**known | {"columns": {name: place for name, place in columns.items() if place}})
    for name, allowed in (("delimiter", DELIMITERS), ("encoding", ENCODINGS), ("decimal", DECIMALS)):
        if getattr(options, name) not in allowed:
            raise Refused(N_("Choose one of the list."), field=name)
    return options


def must_be_mapped(options: Options) -> None:
    """Raises Refused where the columns of ISBN and quantity are not named, or a column is no number it could be."""
    for name in ("isbn", "quantity"):
        if name not in options.columns:
            raise Refused(N_("Say which column holds it; without it nothing can be read."), field=f"column_{name}")
    for name, place in options.columns.items():
        with concerning(f"column_{name}"):
            if not options.heading and _number(place) is None:
                raise Refused(N_("Without a heading a column is called by its number, from 1."))


def read(data: bytes, *, options: Options) -> Reading:
    """A delimited file by the description. Raises Refused where its first line lacks a column."""
    must_be_mapped(options)
    lines = lines_in(_text(data, options.encoding))
    head = iter(lines)
    number, first = next(head, (1, ""))
    cells = cells_of(first, options.delimiter)
    places = {name: _place(place, cells, options.heading) for name, place in options.columns.items()}
    table = Table(places, len(cells), options.delimiter, options.decimal, options.in_cents)
    return table.read(lines.after(number) if options.heading else lines, Header(whole=options.whole))


def read_pages(data: bytes, *, options: Options) -> Reading:
    """The pages of a pull by the description: only how its prices are written."""
    return stocks_json.read(data, in_cents=options.in_cents)


def first_cells(data: bytes, *, options: Options, most: int = 8) -> list[list[str]]:
    """The cells of the first lines of a sample, so that a person can see which column is which."""
    return [_cells(line, options.delimiter) for _, line in _few(lines_in(_text(data, options.encoding)), most)]


def _few(lines: Lines, most: int) -> Iterator[tuple[int, str]]:
    for count, line in enumerate(lines):
        if count == most:
            return
        yield line


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return cells_of(line, delimiter)[:MOST_COLUMNS]
    except Refused:
        return [line]


def _text(data: bytes, encoding: str) -> str:
    text = decode(data)
    if not encoding or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return text
    try:
        return data.rstrip(b"\x00\x1a \t\r\n").decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError:
        raise Refused(N_("The file is not written in %(encoding)s."), encoding=encoding) from None


def _number(place: str) -> int | None:
    """The number of a column from 1, or None where it is a heading."""
    if place.isascii() and place.isdigit() and 0 < int(place[:4]) <= MOST_COLUMNS:
        return int(place[:4])
    return None


def _place(place: str, cells: list[str], heading: bool) -> int:
    if heading:
        for number, cell in enumerate(cells):
            if fold(cell) == fold(place) and cell.strip():
                return number
    number_given = _number(place)
    if number_given is not None and number_given <= len(cells):
        return number_given - 1
    raise Refused(
        N_("The first line has no column “%(column)s”. Is it another file, or did the software change?"),
        column=place,
    )


def summary_of(readings: Iterable[Reading]) -> dict[str, Any]:
    """The outcome of a test as its row keeps it: the lines of all samples."""
    counts = [(len(reading.sheet), len(reading.rejected)) for reading in readings]
    return {"accepted": sum(accepted for accepted, _ in counts), "refused": sum(refused for _, refused in counts)}


def failure_of(refused: Refused) -> dict[str, Any]:
    """The failure of a test as its row keeps it."""
    text: Text = refused.text
    return {"message": text.message, "values": {name: str(value) for name, value in text.values.items()}}
