"""The catalogue, read only: books come from catalogue feeds, not from forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.contrib.sqla.filters import FilterEmpty, FilterEqual, FilterLike
from flask_babel import get_locale, gettext
from markupsafe import Markup

from backoffice.base import RecordView
from backoffice.cells import Column, isbn_cell, link_to, money_cell, money_plain
from trade.base.text import N_
from trade.catalogue.models import Book
from web.language import isbn


def authors_cell(column: Column, row: Any, beside: Mapping[str, Any]) -> str:
    """The authors, in the order of the title page."""
    return ", ".join(author.name for author in row.authors)


def category_cell(column: Column, row: Any, beside: Mapping[str, Any]) -> str:
    """The price category in the reader's language."""
    return str(row.category.names.get(str(get_locale())) or row.category.key)


def price_cell(column: Column, row: Any, beside: Mapping[str, Any]) -> Any:
    """The price in force; a sample is labelled as one."""
    price = money_cell(column, row, beside)
    if price is None or not row.price_is_sample:
        return price
    return Markup('{} <span class="muted small">{}</span>').format(price, gettext("sample"))


class Books(RecordView):
    """Every book the network knows."""

    lede = N_("The platform's price is the only one charged. Books arrive with the catalogue's feeds.")
    columns = (
        Column("isbn", "ISBN", cell=link_to("staff_books.book", "isbn", key="isbn"), css="ref", plain=isbn_cell),
        Column("title", N_("Title"), css="wide", sort=True),
        Column("authors", N_("Authors"), cell=authors_cell, plain=authors_cell),
        Column("publisher", N_("Publisher"), css="minor", sort=True),
        Column("year", N_("Year"), css="minor num", sort=True),
        Column("category_id", N_("Price category"), cell=category_cell, plain=category_cell, css="minor"),
        Column("price_cents", N_("Price"), cell=price_cell, plain=money_plain, css="num", sort=True),
    )
    column_default_sort = ("sort_key", False)
    column_searchable_list = ("search_key",)
    column_filters = (
        FilterLike(Book.publisher, N_("Publisher")),
        FilterEqual(Book.language, N_("Language (two letters)")),
        FilterEmpty(Book.price_cents, N_("Price"), options=(("1", N_("Without price")), ("0", N_("With price")))),
    )
    empty_title = N_("The catalogue is empty")
    empty_icon = "book"

    @expose("/<int:record_id>/")
    def book(self, record_id: int) -> ResponseReturnValue:
        """One book as the catalogue knows it."""
        found = self.record(record_id)
        return self.render("staff/book.html", book=found, isbn=isbn(found.isbn), authors=authors_cell(None, found, {}))
