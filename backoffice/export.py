"""Lists as CSV files that a spreadsheet opens safely: bounded, with formulas made harmless (safety.md, CSV)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Response
from werkzeug.utils import secure_filename

MAXIMUM_ROWS = 10_000
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: Any) -> Any:
    """The value as a cell: text that a spreadsheet would compute gets an apostrophe; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, Decimal)):
        return str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if text.lstrip(" \n").startswith(DANGEROUS) else text


def csv_response(name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A download of at most MAXIMUM_ROWS rows: UTF-8 with its mark, semicolons, as the two countries read it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(heading) for heading in headings])
    for number, row in enumerate(rows):
        if number == MAXIMUM_ROWS:
            break
        writer.writerow([harmless(value) for value in row])
    filename = secure_filename(f"{name}.csv")
    return Response(
        out.getvalue().encode("utf-8-sig"),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )
