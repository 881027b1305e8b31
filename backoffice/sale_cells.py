"""Cells of lists of orders, the same for bookshops and staff."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup

from backoffice.cells import Cell, Column, state_in, state_mark
from backoffice.office.wording import due_words
from backoffice.sale_page import MODES
from trade.orders.models import Order
from trade.orders.states import ORDER
from web.database import clock


def reference_in(endpoint: str) -> Cell:
    """The reference as a link to the order's page."""

    def cell(column: Column, row: Order, beside: Any) -> Any:
        return Markup('<a href="{}">{}</a>').format(url_for(endpoint, reference=row.reference), row.reference)

    return cell


def state_cell(column: Column, row: Order, beside: Any) -> Any:
    """The state, or that it is late."""
    if row.phase and row.due_at and clock().now() > row.due_at:
        return state_mark(gettext("Late"), "late")
    return state_in(ORDER)(column, row, beside)


def due_cell(column: Column, row: Order, beside: Any) -> Any:
    """When it is due; nothing once no phase runs."""
    if not row.phase or row.due_at is None:
        return None
    at = clock().now()
    main, left = due_words(due=row.due_at, at=at)
    return Markup('<span class="{}" title="{}">{}</span>').format(
        "due-late" if at > row.due_at else "due-today", left, main
    )


def titles_cell(column: Column, row: Order, beside: Any) -> str:
    """The first title, and how many more."""
    titles = [line.title for line in row.lines]
    return titles[0] + (f" +{len(titles) - 1}" if len(titles) > 1 else "") if titles else ""


def mode_cell(column: Column, row: Order, beside: Any) -> str:
    """Delivered or collected."""
    return gettext(MODES[row.mode])
