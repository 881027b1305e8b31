"""Gift cheques at the counter: look up, redeem, undo; what was redeemed; commission invoices (T60-T67)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import datetime, time, timedelta

from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from wtforms import BooleanField, HiddenField, StringField

from backoffice.base import ScreenView
from backoffice.forms import CentsField, PaperForm
from backoffice.office.desk import desk, today
from backoffice.office.wording import day_hour, long_day
from trade.base.errors import Refused
from trade.base.settings import resolve_many, value_of
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.billing.queries import settlements_of
from trade.billing.queries.forecast import open_month, transfer_day
from trade.billing.settings import VAT
from trade.catalogue.queries import books
from trade.catalogue.rules import isbn13
from trade.gift_cheques import actions, queries
from trade.gift_cheques.actions import ChequeView
from trade.gift_cheques.queries import Redemption
from trade.gift_cheques.settings import UNDO_MINUTES
from web.language import money, zone
from web.limits import limiter

#: Looking codes up is slowed down: a code cannot be found by trying.
LOOK_UPS = "30 per minute; 300 per hour"
KINDS = {"counter": N_("In the bookshop"), "orders": N_("In orders on the web")}


class CodeForm(PaperForm):
    """The code on the cheque; it is posted, so that it stands in no address and no log."""

    code = StringField(N_("Code of the cheque"))


class RedeemForm(PaperForm):
    """What is taken from the cheque. The tick starts unticked (T66)."""

    code = HiddenField()
    key = HiddenField()
    amount = CentsField(N_("Amount to redeem"))
    isbns = StringField(N_("ISBNs of the books sold"))
    responsible = BooleanField()


class Cheques(ScreenView):
    """The counter."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The counter is what booksellers come for."""
        return redirect(url_for(".redeem"))

    @expose("/redeem")
    def redeem(self) -> ResponseReturnValue:
        """An empty code field."""
        return self.counter(CodeForm(None))

    @expose("/look-up", methods=("POST",))
    def look_up(self) -> ResponseReturnValue:
        """What the cheque is worth here; nothing is taken from it (T64)."""
        form = CodeForm()
        with limiter.limit(LOOK_UPS):
            view, refused = self.view_of(form.code.data or "")
        if view is None:
            return self.counter(form, refused=refused)
        return self.counter(form, view=view, redeem=self.fresh(form.code.data or "", view))

    @expose("/redeem", methods=("POST",))
    def redeem_now(self) -> ResponseReturnValue:
        """Take the amount, once, however often the form is sent."""
        session, shop, at = desk()
        form = RedeemForm()
        form.validate()
        code = form.code.data or ""
        if form.errors or form.amount.data is None:
            return self.again(code, form, Refused(N_("Type the amount to redeem, above zero."), field="amount"))
        done, refused = self.attempt(
            lambda: actions.redeem(
                session,
                code=code,
                cents=form.amount.data,
                bookshop_id=shop.id,
                key=form.key.data or "",
                responsible=bool(form.responsible.data),
                pepper=current_app.extensions["secret"],
                at=at,
                isbns=_isbns(form.isbns.data or ""),
            )
        )
        if done is None:
            return self.again(code, form, refused)
        minutes = value_of(session, UNDO_MINUTES, at=at)
        said = gettext(
            "%(amount)s redeemed. You can undo it for %(minutes)s minutes.", amount=money(-done.cents), minutes=minutes
        )
        return self.act(lambda: None, said=said, to=url_for(".redeem"))

    @expose("/undo/<int:entry_id>", methods=("POST",))
    def undo(self, entry_id: int) -> ResponseReturnValue:
        """Give a redemption back to the cheque."""
        session, _, at = desk()
        back = url_for(".redeemed") if request.form.get("back") == "redeemed" else url_for(".redeem")
        return self.act(lambda: actions.undo(session, entry_id=entry_id, at=at), said=gettext("Undone."), to=back)

    @expose("/redeemed")
    def redeemed(self) -> ResponseReturnValue:
        """What was redeemed in a month, by channel, with totals (T61)."""
        session, shop, at = desk()
        month = _month(request.args.get("month", ""), at)
        since, until = _borders(month)
        return self.render(
            "office/cheques_redeemed.html",
            month=month,
            months=_months(at),
            rows=queries.redemptions(session, bookshop_id=shop.id, since=since, until=until, limit=500),
            sums=queries.sums(session, bookshop_id=shop.id, since=since, until=until),
            channels=KINDS,
            undoable=_undoable(session, at),
            day_hour=day_hour,
        )

    @expose("/invoices")
    def invoices(self) -> ResponseReturnValue:
        """The commission invoices, newest first (T67)."""
        session, shop, _ = desk()
        months = settlements_of(session, bookshop_id=shop.id)
        return self.render("office/invoices.html", invoices=[invoice for _, invoice in months if invoice is not None])

    def view_of(self, code: str) -> tuple[ChequeView | None, Refused | None]:
        """The cheque of a code as this bookshop sees it."""
        session, shop, at = desk()
        return self.attempt(
            lambda: actions.look_up(
                session, code=code, bookshop_id=shop.id, pepper=current_app.extensions["secret"], at=at
            )
        )

    def fresh(self, code: str, view: ChequeView) -> RedeemForm:
        """An empty redemption with its own key; the whole balance is proposed nowhere, only offered."""
        form = RedeemForm(None)
        form.code.data, form.key.data = code, secrets.token_urlsafe(18)
        return form

    def again(self, code: str, form: RedeemForm, refused: Refused | None) -> ResponseReturnValue:
        """The same cheque, with what was typed and why it was refused."""
        view, unknown = self.view_of(code)
        form.responsible.data = False
        typed = CodeForm(None)
        typed.code.data = code
        return self.counter(typed, view=view, redeem=form if view else None, refused=refused or unknown)

    def counter(
        self,
        form: CodeForm,
        *,
        view: ChequeView | None = None,
        redeem: RedeemForm | None = None,
        refused: Refused | None = None,
    ) -> ResponseReturnValue:
        """The counter's page."""
        session, shop, at = desk()
        since, until = _borders_of_day(at)
        month_since, month_until = _borders(_month("", at))
        return self.render(
            "office/redeem.html",
            form=form,
            view=view,
            redeem=redeem,
            refused=refused,
            shop=shop,
            titles=books(session, isbns=view.isbns[:12]) if view else {},
            today=queries.redemptions(session, bookshop_id=shop.id, since=since, until=until, limit=20),
            sums=queries.sums(session, bookshop_id=shop.id, since=month_since, until=month_until),
            coming=open_month(session, bookshop_id=shop.id, at=at),
            transferred=transfer_day(session, at=at),
            channels=KINDS,
            undoable=_undoable(session, at),
            minutes=value_of(session, UNDO_MINUTES, at=at),
            vat=resolve_many(session, [VAT], at=at, bookshop_ids=[None], missing="none")[None, VAT.key].value or 0,
            currency=session.profile.currency,
            long_day=long_day,
            month=_month("", at),
        )


def _undoable(session: TenantSession, at: datetime) -> Callable[[Redemption], bool]:
    """Whether a redemption gets an undo button: the action decides again."""
    minutes = value_of(session, UNDO_MINUTES, at=at)

    def undoable(redemption: Redemption) -> bool:
        recent = at - redemption.at <= timedelta(minutes=minutes)
        return recent and redemption.undone_at is None and not redemption.settled

    return undoable


def _isbns(typed: str) -> tuple[int, ...]:
    return tuple(isbn13(word) for word in re.split(r"[,;\n]+", typed) if word.strip())


def _month(asked: str, at: datetime) -> str:
    now = f"{today(at):%Y-%m}"
    return asked if asked in _months(at) else now


def _months(at: datetime) -> list[str]:
    first = today(at).replace(day=1)
    found = []
    for _ in range(12):
        found.append(f"{first:%Y-%m}")
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def _borders(month: str) -> tuple[datetime, datetime]:
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=zone())
    return first, (first + timedelta(days=32)).replace(day=1)


def _borders_of_day(at: datetime) -> tuple[datetime, datetime]:
    midnight = datetime.combine(today(at), time(), zone())
    return midnight, datetime.combine(today(at) + timedelta(days=1), time(), zone())
