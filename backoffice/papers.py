"""Downloads of stored papers: made once by jobs, kept by their digest, only handed out here."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Response, abort, current_app, send_file
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_translations

from invoices.statement import statement_csv
from trade.billing import queries
from trade.billing.models import Invoice, Settlement
from trade.billing.rules.document import from_json
from web.database import profile, session


def stored(sha256: str | None, *, name: str, media_type: str) -> ResponseReturnValue:
    """A stored file as a download; 404 while it has not been made."""
    if sha256 is None:
        return abort(404)
    return _download(current_app.extensions["store"].get(sha256), name=name, media_type=media_type)


def statement(settlement: Settlement, invoice: Invoice) -> ResponseReturnValue:
    """The statement of a month: its lines, the invoice deducted, and the transfer they add up to."""
    document = from_json(invoice.data)
    lines = queries.statement_lines(session(), settlement_id=settlement.id)
    with force_locale(document.locale):
        data = statement_csv(document, lines, get_translations(), time_zone=profile().time_zone)
    return _download(data, name=f"{document.number}.csv", media_type="text/csv")


def _download(data: bytes, *, name: str, media_type: str) -> Response:
    content: Any = BytesIO(data)
    answer = send_file(content, mimetype=media_type, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
