"""The catalogue: books come from feeds, not from forms; staff look whose word counts, set a price, send a cover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.contrib.sqla.filters import FilterEmpty, FilterEqual, FilterLike
from flask_babel import get_locale, gettext
from markupsafe import Markup
from wtforms.validators import InputRequired

from backoffice.base import RecordView
from backoffice.cells import Column, isbn_cell, link_to, money_cell, money_plain
from backoffice.forms import CentsField, PaperForm
from backoffice.staff import told
from backoffice.staff.catalogue import source_name
from trade.base.errors import Refused
from trade.base.files import FileStore
from trade.base.text import N_
from trade.catalogue import actions
from trade.catalogue.actions import STAFF
from trade.catalogue.models import Book
from trade.catalogue.queries import DEEPEST, searched
from trade.catalogue.queries.covers import cover
from trade.catalogue.queries.prices import price_history, prices_at
from trade.catalogue.queries.telling import sources_of, told_of
from trade.catalogue.rules import GROUPS
from web.database import clock, session
from web.language import isbn


class PriceForm(PaperForm):
    """The platform's price, VAT included."""

    price = CentsField(N_("Price with VAT"), [InputRequired(N_("Give a price."))])


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

    def _apply_search(self, query: Any, count_query: Any, joins: Any, count_joins: Any, search: str) -> Any:
        """What the search index finds: no index of the database knows words."""
        hits = searched(session(), words=search, limit=DEEPEST).hits.isbns
        found = [each if each is None else each.filter(Book.isbn.in_(hits)) for each in (query, count_query)]
        return *found, joins, count_joins

    @expose("/<int:record_id>/")
    def book(self, record_id: int) -> ResponseReturnValue:
        """One book: what readers see of it, which source said so, its prices, its cover."""
        return self.page(self.record(record_id), PriceForm())

    def page(self, found: Book, form: PriceForm, refused: Refused | None = None) -> ResponseReturnValue:
        """The page, with the form as it was sent."""
        now, fields = clock().now(), told.in_order(told_of(session(), isbn=found.isbn))
        tellers = sources_of(session(), isbn=found.isbn)
        in_force = prices_at(session(), isbns=[found.isbn], at=now).get(found.isbn)
        return self.render(
            "staff/book.html",
            book=found,
            isbn=isbn(found.isbn),
            authors=authors_cell(None, found, {}),
            form=form,
            refused=refused,
            cover=cover(session(), isbn=found.isbn),
            groups={group: [each for each in fields if each.group == group] for group in GROUPS},
            group_words=GROUPS,
            field_name=told.field_name,
            shown=told.shown,
            word=told.word,
            source_name=source_name,
            sources=tellers,
            staff_speaks=any(each.key == STAFF for each in tellers),
            prices=price_history(session(), isbn=found.isbn),
            in_force=in_force.id if in_force else None,
            now=now,
        )

    @expose("/<int:record_id>/price", methods=("POST",))
    def price(self, record_id: int) -> ResponseReturnValue:
        """Say the platform's price; it goes before every feed."""
        found, form = self.record(record_id), PriceForm()
        if not form.validate():
            return self.page(found, form)
        _, refused = self.attempt(
            lambda: actions.set_price(session(), isbn=found.isbn, cents=form.price.data, at=clock().now())
        )
        if refused is not None:
            return self.page(self.record(record_id), form, refused)
        return self.say_yes(gettext("The price is changed. Stock is judged by it."), self._here(record_id))

    @expose("/<int:record_id>/feeds", methods=("POST",))
    def follow(self, record_id: int) -> ResponseReturnValue:
        """Take back what staff said: the feeds are believed again."""
        return self.act(
            lambda: actions.follow_feeds(session(), isbn=self.record(record_id).isbn, at=clock().now()),
            said=gettext("The book follows its feeds again."),
            to=self._here(record_id),
        )

    @expose("/<int:record_id>/cover", methods=("POST",))
    def put_cover(self, record_id: int) -> ResponseReturnValue:
        """A cover of the book, sent by hand."""
        found, file = self.record(record_id), request.files.get("file")
        if file is None or not file.filename:
            return self.say_no(gettext("Choose a file."), self._here(record_id))
        data = file.stream.read()
        return self.act(
            lambda: actions.set_cover(
                session(), isbn=found.isbn, data=data, source=STAFF, at=clock().now(), store=_store()
            ),
            said=gettext("The cover is there."),
            to=self._here(record_id),
        )

    @expose("/<int:record_id>/cover/remove", methods=("POST",))
    def drop_cover(self, record_id: int) -> ResponseReturnValue:
        """Take the cover away; the drawn one stands in."""
        return self.act(
            lambda: actions.remove_cover(session(), isbn=self.record(record_id).isbn, at=clock().now()),
            said=gettext("The cover is gone; one is drawn instead."),
            to=self._here(record_id),
        )

    def _here(self, record_id: int) -> str:
        return url_for(".book", record_id=record_id)


def _store() -> FileStore:
    store: FileStore = current_app.extensions["store"]
    return store
