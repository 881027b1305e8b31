"""Months: what was redeemed, invoiced and is to be transferred; approvals, papers, and the month in one ZIP."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext

from backoffice.base import ScreenView
from backoffice.papers import statement, stored
from trade.base.errors import NotFound, Refused
from trade.base.identifiers import masked_iban
from trade.base.text import N_
from trade.billing import actions, queries
from trade.billing.models import Invoice, MonthClose, Settlement, TransferBatch
from trade.billing.rules.month import month_of, read_month
from trade.billing.states import APPROVALS_NEEDED, BATCH, SETTLEMENT
from web.database import clock, profile, session
from web.identity import identity

MONTH_STATES = {"closing": (N_("Being closed"), "working"), "closed": (N_("Closed"), "done")}


class Months(ScreenView):
    """The landing page of accountants, and each month's own."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Months, newest first; on top the one that can be closed and transfers that wait for an approval."""
        rows = queries.months(session())
        known = {row.month: row for row in rows}
        last = _last_month()
        return self.render(
            "ledger/months.html",
            rows=[(row, _state(row)) for row in rows],
            to_close=None if last in known else last,
            waiting=queries.open_batches(session()),
        )

    @expose("/month/<month>/")
    def month(self, month: str) -> ResponseReturnValue:
        """One month: totals, each bookshop's settlement, transfers with their approvals, downloads."""
        view = queries.month_view(session(), month=_month(month))
        if view.close is None:
            abort(404)
        return self.render(
            "ledger/month.html",
            view=view,
            state=_state(view.close),
            machine=SETTLEMENT,
            batches=[self.batch(batch) for batch in queries.batches_of(session(), month=view.month)],
            batch_machine=BATCH,
            held=queries.unpaid(session(), until_month=view.month),
            needed=APPROVALS_NEEDED,
            masked=masked_iban,
        )

    def batch(self, batch: TransferBatch) -> dict[str, object]:
        """A batch as the page needs it."""
        approvals, who = queries.approvals(session(), batch_id=batch.id), identity()
        return {
            "batch": batch,
            "lines": queries.lines_of(session(), batch_id=batch.id),
            "approvals": approvals,
            "mine": any(who is not None and each.person_id == who.person_id for each in approvals),
        }

    @expose("/month/<month>/close", methods=("POST",))
    def close(self, month: str) -> ResponseReturnValue:
        """Have a month closed by the worker."""
        wanted = _month(month)
        return self.act(
            lambda: actions.ask_to_close(session(), month=wanted, at=clock().now()),
            said=gettext("The month is being closed."),
            to=url_for(".index"),
        )

    @expose("/month/<month>/open", methods=("POST",))
    def open_further(self, month: str) -> ResponseReturnValue:
        """Have a further batch opened for those who were held."""
        wanted = _month(month)
        return self.act(
            lambda: actions.ask_to_open(session(), month=wanted, at=clock().now()),
            said=gettext("A further batch is being opened."),
            to=url_for(".month", month=wanted),
        )

    @expose("/month/<month>/pack.zip")
    def pack(self, month: str) -> ResponseReturnValue:
        """The month in one file: invoices, statements, bank files, totals."""
        row = queries.month_close(session(), month=_month(month))
        return stored(row.pack_sha256 if row else None, name=f"{month}.zip", media_type="application/zip")

    @expose("/month/<month>/<slug>.csv")
    def statement(self, month: str, slug: str) -> ResponseReturnValue:
        """The statement of one bookshop."""
        settlement, invoice = _settlement(_month(month), slug)
        return statement(settlement, invoice)

    @expose("/transfers/<int:record_id>/approve", methods=("POST",))
    def approve(self, record_id: int) -> ResponseReturnValue:
        """Approve a batch; the second person's approval has the bank's file written."""
        batch, who = queries.batch(session(), batch_id=record_id), identity()
        name = (who.name or who.email) if who else ""
        return self.act(
            lambda: actions.approve(session(), batch_id=batch.id, name=name, at=clock().now()),
            said=gettext("Your approval is written down."),
            to=url_for(".month", month=batch.month),
        )

    @expose("/transfers/<int:record_id>/paid", methods=("POST",))
    def paid(self, record_id: int) -> ResponseReturnValue:
        """Say that the bank has made the transfers."""
        batch = queries.batch(session(), batch_id=record_id)
        return self.act(
            lambda: actions.ask_to_pay(session(), batch_id=batch.id, at=clock().now()),
            said=gettext("The transfers are being booked as paid."),
            to=url_for(".month", month=batch.month),
        )

    @expose("/transfers/<int:record_id>/sepa.xml")
    def sepa(self, record_id: int) -> ResponseReturnValue:
        """The bank's file of a batch."""
        batch = queries.batch(session(), batch_id=record_id)
        name = f"transfers-{batch.reference.replace('/', '-')}.xml"
        return stored(batch.file_sha256, name=name, media_type="application/xml")


def _last_month() -> str:
    """The month before the present one, in the network's time zone."""
    zone = profile().time_zone
    first = month_of(clock().now(), zone).first
    return f"{first - timedelta(days=1):%Y-%m}"


def _month(written: str) -> str:
    try:
        return str(read_month(written))
    except Refused:
        abort(404)


def _state(row: MonthClose) -> tuple[str, str]:
    word, shape = MONTH_STATES[row.state]
    return gettext(word), shape


def _settlement(month: str, slug: str) -> tuple[Settlement, Invoice]:
    for settlement, _, found, reference, _ in queries.month_view(session(), month=month).settlements:
        if found == slug and reference:
            return settlement, queries.invoice_by_reference(session(), reference=reference)
    raise NotFound()
