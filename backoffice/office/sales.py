"""Sales: the list of paid orders, one order as one page, and what the bookshop does with it (T50-T54)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy import and_

from backoffice.base import RecordView, ScreenView, Tab
from backoffice.cells import Column, money_cell, money_plain, state_word
from backoffice.office.desk import bookshop, desk
from backoffice.office.wording import day_hour
from backoffice.sale_cells import due_cell, mode_cell, reference_in, state_cell, titles_cell
from backoffice.sale_page import decided_again, lines_of, page_of
from trade.base.errors import Refused
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.catalogue.rules import isbn_in
from trade.orders import actions, queries
from trade.orders.models import Order
from trade.orders.states import ORDER
from trade.shipping.settings import TRACKING_NEEDED

SAID = {
    "take": N_("Accepted. The time to send or have it ready runs now."),
    "send": N_("Marked as sent. %(reader)s has been told by mail."),
    "notify": N_("Ready. %(reader)s has been told by mail."),
    "reject": N_("Rejected. %(reader)s has been told why, and the money goes back."),
    "refuse": N_("Refused. Its price goes back and %(reader)s has been told."),
    "collected": N_("Marked as collected."),
    "came_back": N_("Noted: the books are back. Refund now."),
    "withdrawal_refunded": N_("The money goes back, and %(reader)s has been told."),
    "withdrawal_declined": N_("Declined. %(reader)s has been told why."),
}
WITHDRAWALS: dict[str, tuple[str, Callable[..., Any]]] = {
    "returned": ("came_back", actions.books_came_back),
    "refunded": ("withdrawal_refunded", actions.refund_withdrawal),
    "declined": ("withdrawal_declined", actions.decline_withdrawal),
}
MOST_TO_PICK = 200


def _mine(*conditions: Callable[[], Any]) -> Callable[[], Any]:
    # A bookseller is a reader elsewhere, too: her own orders do not belong into this list.
    return lambda: and_(
        Order.bookshop_id == bookshop().id, Order.paid_at.is_not(None), *(condition() for condition in conditions)
    )


def _view(key: str) -> Callable[[], Any]:
    return _mine(lambda: Order.state.in_(queries.VIEWS[key]))


class Sales(RecordView):
    """The orders of one bookshop."""

    columns = (
        Column("reference", N_("Sale"), cell=reference_in("office_sale.page"), css="ref"),
        Column("state", N_("State"), cell=state_cell, plain=state_word(ORDER)),
        Column("due_at", N_("Due"), cell=due_cell, sort=True),
        Column("titles", N_("Titles"), cell=titles_cell, plain=titles_cell, css="wide"),
        Column("reader_name", N_("Reader")),
        Column("mode", N_("Handed over"), cell=mode_cell, plain=mode_cell, css="minor"),
        Column("total_cents", N_("Amount"), cell=money_cell, plain=money_plain, css="num", sort=True),
    )
    column_default_sort = ("due_at", False)
    column_searchable_list = ("reference", "reader_name")
    tabs = (
        Tab("open", N_("To serve"), _view("open")),
        Tab("accept", N_("To accept"), _mine(lambda: Order.state == "received")),
        Tab(
            "pickup",
            N_("To be collected"),
            _mine(lambda: and_(Order.state == "notified", Order.collected_at.is_(None))),
        ),
        Tab("done", N_("Ended"), _view("done")),
        Tab("rejected", N_("Rejected"), _view("rejected")),
    )
    lede = N_("Paid orders: accept, pick, then send or notify. What passes its deadline is rejected and refunded.")
    empty_title = N_("No order here")
    empty_text = N_("Orders appear as soon as they are paid.")
    empty_icon = "bag"
    head_acts = ((N_("Picking list"), "office_sale.picking_list", ""),)


class Sale(ScreenView):
    """One order, its papers, and its verbs."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The list."""
        return redirect(url_for("office_sales.index_view"))

    @expose("/picking-list")
    def picking_list(self) -> ResponseReturnValue:
        """What is to be taken from the shelves for every order to be served, by title; to be printed."""
        session, shop, at = desk()
        rows = [
            (order, each)
            for order in queries.queue(session, bookshop_id=shop.id, limit=MOST_TO_PICK)
            for each in lines_of(order)
            if each["left"]
        ]
        rows.sort(key=lambda row: (not row[1]["is_here"], row[1]["line"].title.casefold()))
        return self.render("office/picking_list.html", rows=rows, moment=day_hour(at), day_hour=day_hour)

    @expose("/<reference>")
    def page(self, reference: str) -> ResponseReturnValue:
        """The order on one page."""
        return self.show(reference)

    def show(self, reference: str, refused: Refused | None = None, again: Any = None) -> ResponseReturnValue:
        """The page, with what was refused, or with the decision made again."""
        session, _, at = desk()
        order = self.order(reference)
        return self.render(
            "office/sale.html",
            **page_of(session, order=order, at=at),
            moves={move.name for move in ORDER.allowed(order.state, "bookshop")},
            tracking_needed=value_of(session, TRACKING_NEEDED, at=at),
            may_refuse_some=sum(line.copies - line.refused for line in order.lines) > 1,
            refused=refused,
            again=again,
            typed=request.form,
        )

    def order(self, reference: str) -> Order:
        """The paid order of that reference in this bookshop, or 404."""
        session, shop, _ = desk()
        found = queries.by_reference(session, reference=reference)
        if found is None or found.bookshop_id != shop.id or found.paid_at is None:
            return abort(404)
        return found

    @expose("/<reference>/packing-slip")
    def packing_slip(self, reference: str) -> ResponseReturnValue:
        """What lies in the parcel, for the reader; to be printed."""
        session, shop, _ = desk()
        order = self.order(reference)
        slip = [each for each in lines_of(order) if each["line"].refused < each["line"].copies]
        return self.render("office/packing_slip.html", order=order, shop=shop, lines=slip, day_hour=day_hour)

    @expose("/<reference>/again", methods=("POST",))
    def again(self, reference: str) -> ResponseReturnValue:
        """Decide again from where its lines come, with the stored inputs; nothing is changed."""
        return self.show(reference, again=decided_again(self.order(reference)))

    @expose("/<reference>/pick", methods=("POST",))
    def pick(self, reference: str) -> ResponseReturnValue:
        """One copy scanned or typed."""
        session, _, at = desk()
        self.order(reference)
        isbn = isbn_in(request.form.get("isbn", "")[:40])
        if isbn is None:
            return self.show(
                reference, Refused(N_("That is no ISBN. Scan it again, or type its 13 digits."), field="isbn")
            )
        line, refused = self.attempt(lambda: actions.pick(session, reference=reference, isbn=isbn, at=at))
        if line is None:
            return self.show(reference, refused)
        return self.say_yes(
            gettext("“%(title)s”: %(picked)s of %(copies)s.", title=line.title, picked=line.picked, copies=line.copies),
            url_for(".page", reference=reference) + "#pick",
        )

    @expose("/<reference>/refuse", methods=("POST",))
    def refuse_copies(self, reference: str) -> ResponseReturnValue:
        """Some copies cannot be served; the rest goes on."""
        order = self.order(reference)
        typed = {line.id: request.form.get(f"copies-{line.id}", "0").strip() or "0" for line in order.lines}
        copies = {line: int(count) if count.isascii() and count.isdigit() else -1 for line, count in typed.items()}
        return self.answer("refuse", reference, actions.refuse, copies=copies, **self.why())

    @expose("/<reference>/take", methods=("POST",))
    def take(self, reference: str) -> ResponseReturnValue:
        """Accept."""
        return self.answer("take", reference, actions.take)

    @expose("/<reference>/send", methods=("POST",))
    def send(self, reference: str) -> ResponseReturnValue:
        """The parcel has left."""
        form = request.form
        return self.answer(
            "send", reference, actions.send, tracking=form.get("tracking", ""), carrier=form.get("carrier", "")[:40]
        )

    @expose("/<reference>/notify", methods=("POST",))
    def notify(self, reference: str) -> ResponseReturnValue:
        """Ready to be collected."""
        return self.answer("notify", reference, actions.notify)

    @expose("/<reference>/reject", methods=("POST",))
    def reject(self, reference: str) -> ResponseReturnValue:
        """Reject the whole order."""
        return self.answer("reject", reference, actions.reject, **self.why())

    @expose("/<reference>/collected", methods=("POST",))
    def collected(self, reference: str) -> ResponseReturnValue:
        """The reader has the books."""
        return self.answer("collected", reference, actions.hand_over)

    @expose("/<reference>/withdrawals/<int:withdrawal_id>/<step>", methods=("POST",))
    def withdrawal(self, reference: str, withdrawal_id: int, step: str) -> ResponseReturnValue:
        """Withdrawn books came back; their money goes back; or the withdrawal is declined."""
        session, _, at = desk()
        found = {each.id: each for each in queries.withdrawals_of(session, order=self.order(reference))}
        if withdrawal_id not in found or step not in WITHDRAWALS:
            return abort(404)
        name, verb = WITHDRAWALS[step]
        values = {"reason": request.form.get("reason", "")} if step == "declined" else {}

        def act(session: TenantSession, *, reference: str, at: datetime) -> Any:
            return verb(session, reference=found[withdrawal_id].reference, at=at, **values)

        return self.answer(name, reference, act)

    def why(self) -> dict[str, str]:
        """The reason that was chosen, and the words beside it."""
        return {"reason_code": request.form.get("reason_code", ""), "note": request.form.get("note", "")}

    def answer(self, name: str, reference: str, verb: Callable[..., Any], **values: Any) -> ResponseReturnValue:
        """Do it, say so, and go back to where the button was; or show the order with what was refused."""
        session, _, at = desk()
        reader = self.order(reference).reader_name
        _, refused = self.attempt(lambda: verb(session, reference=reference, at=at, **values))
        if refused is not None and request.form.get("back") != "today":
            return self.show(reference, refused)
        to = (
            url_for("office_today.index")
            if request.form.get("back") == "today"
            else url_for(".page", reference=reference)
        )
        if refused is not None:
            return self.refuse(refused, to)
        return self.say_yes(gettext(SAID[name], reader=reader), to)
