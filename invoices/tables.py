"""CSV files that open alike in every spreadsheet: UTF-8 with a mark, semicolons, amounts in two writings.

Each amount stands twice: as people of the document's language write it (``1284,50``), and as whole cents,
which no spreadsheet can mistake for a date or a thousand. Texts are guarded against formulas.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from trade.base.money import euros

DANGEROUS = frozenset("=+-@\t\r")
POINT_LANGUAGES = frozenset({"en"})


def safe(text: str) -> str:
    """The text as a cell that no spreadsheet runs: an apostrophe before ``= + - @`` TAB CR, also after spaces."""
    risky = text[:1] in DANGEROUS or text.lstrip()[:1] in DANGEROUS
    return f"'{text}" if risky else text


def decimal(cents: int, locale: str) -> str:
    """Cents with two decimals and no thousands separator: ``1284,50``, in English ``1284.50``."""
    text = str(euros(cents))
    return text if locale.split("_")[0] in POINT_LANGUAGES else text.replace(".", ",")


def write_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The table as a file. Cells are written as they come: guard texts of people by :func:`safe`."""
    output = StringIO(newline="")
    writer = csv.writer(output, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return output.getvalue().encode("utf-8-sig")
