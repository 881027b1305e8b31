"""Orders as staff see them: every one of the network, read-only, with the trace of its decision and its replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import and_

from backoffice.base import RecordView, ScreenView, Tab
from backoffice.cells import Column, money_cell, money_plain, named, state_word
from backoffice.sale_cells import due_cell, mode_cell, reference_in, state_cell, titles_cell
from backoffice.sale_page import decided_again, page_of
from backoffice.staff.names import bookshop_names
from trade.base.text import N_
from trade.orders import queries
from trade.orders.models import Order
from trade.orders.states import ORDER
from web.database import clock, session


class Orders(RecordView):
    """Every order of the network, those that were never paid apart."""

    lede = N_("What readers bought. Only bookshops move an order; past its deadline it is rejected by itself.")
    columns = (
        Column("reference", N_("Sale"), cell=reference_in("staff_order.page"), css="ref"),
        Column("bookshop_id", N_("Bookshop"), cell=named("bookshops", "bookshop_id"), css="wide"),
        Column("state", N_("State"), cell=state_cell, plain=state_word(ORDER)),
        Column("due_at", N_("Due"), cell=due_cell, sort=True),
        Column("titles", N_("Titles"), cell=titles_cell, plain=titles_cell, css="minor"),
        Column("mode", N_("Handed over"), cell=mode_cell, plain=mode_cell, css="minor"),
        Column("total_cents", N_("Amount"), cell=money_cell, plain=money_plain, css="num", sort=True),
    )
    column_default_sort = ("due_at", False)
    column_searchable_list = ("reference",)
    tabs = (
        Tab("open", N_("To serve"), lambda: Order.state.in_(queries.VIEWS["open"])),
        Tab("late", N_("Late"), lambda: and_(Order.phase != "", Order.due_at < clock().now())),
        Tab("done", N_("Ended"), lambda: Order.state.in_(queries.VIEWS["done"])),
        Tab("rejected", N_("Rejected"), lambda: Order.state.in_(queries.VIEWS["rejected"])),
        Tab("unpaid", N_("Not paid"), lambda: Order.state.in_((ORDER.first, "abandoned"))),
    )
    empty_title = N_("No order here")
    empty_text = N_("Orders appear as soon as they are paid.")
    empty_icon = "bag"

    def beside(self, rows: Sequence[Any]) -> Mapping[str, Any]:
        """The names of the bookshops."""
        return {"bookshops": bookshop_names(session(), {row.bookshop_id for row in rows})}


class OrderPage(ScreenView):
    """One order, to be read."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The list."""
        return redirect(url_for("staff_orders.index_view"))

    @expose("/<reference>")
    def page(self, reference: str) -> ResponseReturnValue:
        """The order on one page."""
        return self.show(reference)

    @expose("/<reference>/again", methods=("POST",))
    def again(self, reference: str) -> ResponseReturnValue:
        """Decide again from where its lines come, with the stored inputs; nothing is changed."""
        return self.show(reference, replayed=True)

    def show(self, reference: str, *, replayed: bool = False) -> ResponseReturnValue:
        """The page; ``replayed`` with the decision made again."""
        order = queries.by_reference(session(), reference=reference) or abort(404)
        return self.render(
            "staff/order.html",
            **page_of(session(), order=order, at=clock().now()),
            again=decided_again(order) if replayed else None,
        )
