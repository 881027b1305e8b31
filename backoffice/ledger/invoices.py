"""The invoice register as a list: found by number, bookshop or month; each with its PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import select

from backoffice.base import RecordView, Tab
from backoffice.cells import Beside, Column, day_cell, money_cell, money_plain, named, state_mark
from backoffice.papers import stored
from trade.base.text import N_
from trade.billing import queries
from trade.billing.models import Invoice
from trade.members.models import Bookshop
from web.database import session
from web.language import month

BOOKSHOP = named("bookshops", "bookshop_id")


def _month_cell(column: Column, row: Any, beside: Beside) -> Any:
    return month(row.month)


def _pdf_cell(column: Column, row: Any, beside: Beside) -> Any:
    if row.pdf_sha256 is None:
        return state_mark(gettext("PDF being made"), "working")
    address = url_for("ledger_invoices.pdf", reference=row.reference)
    return Markup('<a href="{}">{}</a>').format(address, gettext("PDF"))


class Invoices(RecordView):
    """Every invoice the network has issued; none of them can be changed."""

    lede = N_("Numbered without gaps, chained one to the next, frozen with their data. A correction is a credit note.")
    columns = (
        Column("reference", N_("Number"), css="ref", sort=True),
        Column(
            "bookshop_id",
            N_("Bookshop"),
            cell=named("bookshops", "bookshop_id"),
            plain=named("bookshops", "bookshop_id"),
        ),
        Column("month", N_("Month"), cell=_month_cell, sort=True),
        Column("issued_on", N_("Date of issue"), cell=day_cell, sort=True),
        Column("net_cents", N_("Amount without VAT"), cell=money_cell, plain=money_plain, css="num"),
        Column("vat_cents", N_("VAT"), cell=money_cell, plain=money_plain, css="num"),
        Column("total_cents", N_("Total"), cell=money_cell, plain=money_plain, css="num", sort=True),
        Column("pdf_sha256", N_("Paper"), cell=_pdf_cell, exported=False),
    )
    tabs = (
        Tab("all", N_("All")),
        Tab("waiting", N_("Waiting for their PDF"), lambda: Invoice.pdf_sha256.is_(None)),
    )
    column_default_sort = ("id", True)
    column_searchable_list = ("reference", "month")
    empty_title = N_("No invoice has been issued")
    empty_text = N_("Invoices are issued when a month is closed.")
    empty_icon = "euro"

    def beside(self, rows: Sequence[Any]) -> Mapping[str, Any]:
        """The names of the bookshops of this page."""
        ids = {row.bookshop_id for row in rows}
        names = session().execute(select(Bookshop.id, Bookshop.name).where(Bookshop.id.in_(ids)))
        return {"bookshops": dict(names.all())}

    @expose("/<reference>.pdf")
    def pdf(self, reference: str) -> ResponseReturnValue:
        """The invoice as it was made once; 404 while it is not made yet."""
        invoice = queries.invoice_by_reference(session(), reference=reference)
        return stored(invoice.pdf_sha256, name=f"{invoice.reference}.pdf", media_type="application/pdf")
