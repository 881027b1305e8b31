"""Money as administrators move it: closing a month, and transfers that two different people approve."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy import select
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from backoffice.base import ScreenView
from backoffice.forms import PaperForm
from backoffice.papers import stored
from trade.base.errors import Refused
from trade.base.identifiers import masked_iban
from trade.base.models import Effect
from trade.base.text import N_
from trade.billing import actions, queries
from trade.billing.models import MonthClose, TransferBatch
from trade.billing.rules.month import read_month
from trade.billing.states import APPROVALS_NEEDED, BATCH, SETTLEMENT
from web.database import clock, profile, session
from web.identity import identity

MONTH_STATES = {"closing": (N_("Closing"), "working"), "closed": (N_("Closed"), "done")}
MOST_BATCHES = 60


class MonthForm(PaperForm):
    """Which month is closed."""

    month = StringField(N_("Month"), [InputRequired(), Length(max=7)], description=N_("Year and month: 2026-10"))


class Months(ScreenView):
    """The ends of the months: what was redeemed, invoiced and is to be transferred."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The months, newest first, and the way to close the next one."""
        return self._index(MonthForm(formdata=None, month=_last_month()), None)

    @expose("/close", methods=("POST",))
    def close(self) -> ResponseReturnValue:
        """Have a month closed by the worker."""
        form = MonthForm()
        if not form.validate():
            return self._index(form, None)
        _, refused = self.attempt(
            lambda: actions.ask_to_close(session(), month=form.month.data or "", at=clock().now())
        )
        if refused is not None:
            return self._index(form, refused)
        return redirect(url_for(".month", month=str(read_month(form.month.data or ""))))

    @expose("/<month>/")
    def month(self, month: str) -> ResponseReturnValue:
        """One month: how far it is, its totals, and each bookshop's settlement."""
        view = queries.month_view(session(), month=_month(month))
        if view.close is None:
            abort(404)
        return self.render(
            "staff/month.html",
            view=view,
            state=_state(view.close),
            job=_closing_job(view.month),
            machine=SETTLEMENT,
            batches=queries.batches_of(session(), month=view.month),
            batch_machine=BATCH,
        )

    def _index(self, form: MonthForm, refused: Refused | None) -> ResponseReturnValue:
        rows = queries.months(session())
        return self.render("staff/months.html", rows=[(row, _state(row)) for row in rows], form=form, refused=refused)


def _last_month() -> str:
    """The month before the present one, in the network's time zone."""
    today = clock().now().astimezone(ZoneInfo(profile().time_zone)).date()
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"


def _month(written: str) -> str:
    try:
        return str(read_month(written))
    except Refused:
        abort(404)


def _state(row: MonthClose) -> tuple[str, str]:
    word, shape = MONTH_STATES[row.state]
    return gettext(word), shape


def _closing_job(month: str) -> Effect | None:
    """The last job that was asked to close the month: it says why, where it could not."""
    newest = select(Effect).where(Effect.kind == "billing.close", Effect.key.startswith(f"billing.close:{month}:"))
    return session().scalar(newest.order_by(Effect.id.desc()).limit(1))


class Transfers(ScreenView):
    """Batches of transfers: what two different people approve is what the bank is told."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The batches, newest first."""
        rows = session().scalars(select(TransferBatch).order_by(TransferBatch.id.desc()).limit(MOST_BATCHES)).all()
        return self.render("staff/transfers.html", rows=rows, machine=BATCH)

    @expose("/<int:record_id>/")
    def batch(self, record_id: int) -> ResponseReturnValue:
        """One batch: each transfer with its account, who approved it, and what comes next."""
        batch = _batch(record_id)
        approvals = queries.approvals(session(), batch_id=batch.id)
        who = identity()
        return self.render(
            "staff/transfer.html",
            batch=batch,
            machine=BATCH,
            lines=queries.lines_of(session(), batch_id=batch.id),
            approvals=approvals,
            needed=APPROVALS_NEEDED,
            mine=any(who is not None and each.person_id == who.person_id for each in approvals),
            masked=masked_iban,
        )

    @expose("/<int:record_id>/approve", methods=("POST",))
    def approve(self, record_id: int) -> ResponseReturnValue:
        """Approve a batch; the second person's approval has the bank's file written."""
        batch, who = _batch(record_id), identity()
        return self.act(
            lambda: actions.approve(
                session(), batch_id=batch.id, name=(who.name or who.email) if who else "", at=clock().now()
            ),
            said=gettext("Your approval is written down."),
            to=url_for(".batch", record_id=batch.id),
        )

    @expose("/<int:record_id>/paid", methods=("POST",))
    def paid(self, record_id: int) -> ResponseReturnValue:
        """Say that the bank has made the transfers."""
        batch = _batch(record_id)
        return self.act(
            lambda: actions.ask_to_pay(session(), batch_id=batch.id, at=clock().now()),
            said=gettext("The transfers are being booked as paid."),
            to=url_for(".batch", record_id=batch.id),
        )

    @expose("/<int:record_id>/sepa.xml")
    def sepa(self, record_id: int) -> ResponseReturnValue:
        """The bank's file."""
        batch = _batch(record_id)
        name = f"transfers-{batch.reference.replace('/', '-')}.xml"
        return stored(batch.file_sha256, name=name, media_type="application/xml")


def _batch(record_id: int) -> TransferBatch:
    return queries.batch(session(), batch_id=record_id)
