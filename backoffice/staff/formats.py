"""Stock formats: what bookshops may send, each with sample, test and state; staff finish new ones (F15-F20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from flask import current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from backoffice.base import ScreenView
from backoffice.forms import AtMost, PaperForm, translated
from trade.base.errors import Refused
from trade.base.raw_text import decode
from trade.base.spreadsheet import is_spreadsheet, rows_of
from trade.base.text import N_, Text
from trade.stock import actions, configured, queries
from trade.stock.actions.samples import LARGEST_SAMPLE, Tried, failure
from trade.stock.models import StockAdapter
from trade.stock.quick import lines_in
from trade.stock.readers import FORMATS
from trade.stock.rules import Reading, Rejected
from trade.stock.table import COLUMNS
from web.database import clock, session
from web.language import say

SHOWN = 8
MOST_ERRORS = 20
STATES = {
    "draft": (N_("Draft"), "working"),
    "in_use": (N_("In use"), "done"),
    "retired": (N_("Retired"), "refused"),
}
KINDS = {
    "code": N_("built in"),
    "delimited": N_("delimited text, described here"),
    "pull": N_("pull API, described here"),
}
COLUMN_NAMES = {
    "isbn": N_("ISBN or EAN"),
    "quantity": N_("Copies"),
    "price": N_("Price"),
    "condition": N_("Condition (new or second-hand)"),
}
ARRIVES = {"delimited": N_("as a text file with columns"), "pull": N_("asked for at an address, /stocks/{siret}")}
YES_NO = (("yes", N_("yes")), ("no", N_("no")))


class NewForm(PaperForm):
    """A new adapter."""

    name = StringField(N_("Name of the software or provider"), [InputRequired(), Length(max=40)])
    kind = RadioField(N_("How its stock arrives"), default="delimited")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = translated(ARRIVES.items())


class KindForm(PaperForm):
    """How the stock of a draft arrives."""

    kind = RadioField(N_("How its stock arrives"))

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, kind=kind, **kwargs)
        self.kind.choices = translated(ARRIVES.items())


class SampleForm(PaperForm):
    """A real file of the provider, or its first some hundred lines."""

    sample = FileField(N_("Sample file"), [FileRequired(), AtMost(LARGEST_SAMPLE)])


class DescribeForm(PaperForm):
    """How the files are written. The columns to choose from are those of the sample."""

    delimiter = SelectField(N_("Columns are parted by"))
    encoding = SelectField(N_("Letters are written in"))
    heading = BooleanField(N_("The first line names the columns"))
    column_isbn = SelectField(COLUMN_NAMES["isbn"])
    column_quantity = SelectField(COLUMN_NAMES["quantity"])
    column_price = SelectField(COLUMN_NAMES["price"])
    column_condition = SelectField(COLUMN_NAMES["condition"])
    decimal = SelectField(N_("Decimal mark of prices"))
    unit = SelectField(N_("Prices are in"))
    vat = SelectField(N_("Prices hold VAT"))
    whole = SelectField(
        N_("Each file is the whole inventory"),
        description=N_("If yes, a title that the file does not name is sold out; if no, it stays as it was."),
    )

    def __init__(self, options: configured.Options, columns: Sequence[str], *args: Any, **kwargs: Any) -> None:
        chosen = {f"column_{name}": options.columns.get(name, "") for name in COLUMNS}
        super().__init__(
            *args,
            **chosen,
            delimiter=options.delimiter,
            encoding=options.encoding,
            heading=options.heading,
            decimal=options.decimal,
            unit="cents" if options.in_cents else "euros",
            vat="yes" if options.vat_included else "no",
            whole="yes" if options.whole else "no",
            **kwargs,
        )
        self.delimiter.choices = translated(configured.DELIMITERS.items())
        self.encoding.choices = translated(configured.ENCODINGS.items())
        self.decimal.choices = translated(configured.DECIMALS.items())
        self.unit.choices = [("euros", gettext("euros")), ("cents", gettext("cents"))]
        self.vat.choices = self.whole.choices = translated(YES_NO)
        for name in COLUMNS:
            known = list(dict.fromkeys([*columns, *filter(None, [chosen[f"column_{name}"]])]))
            self[f"column_{name}"].choices = [("", gettext("none")), *((column, column) for column in known)]
            self[f"column_{name}"].validate_choice = False

    def options(self, adapter: StockAdapter) -> dict[str, Any]:
        """What was chosen, as the domain takes it; columns that are not asked for stay as they were described."""
        prices = {"in_cents": self.unit.data == "cents", "vat_included": self.vat.data == "yes"}
        if adapter.kind == "pull":
            return {**configured.options_of(adapter.options).stored(), **prices}
        return {
            **prices,
            "delimiter": self.delimiter.data,
            "encoding": self.encoding.data,
            "heading": self.heading.data,
            "decimal": self.decimal.data,
            "whole": self.whole.data == "yes",
            "columns": {name: self[f"column_{name}"].data or "" for name in COLUMNS},
        }


class Formats(ScreenView):
    """Every way in which stock may arrive."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The list, and the form to add one."""
        return self.listed(NewForm(None))

    def listed(self, form: NewForm, refused: Refused | None = None) -> ResponseReturnValue:
        """The list with the form as it was sent."""
        rows = queries.adapters(session())
        return self.render(
            "staff/formats.html",
            rows=sorted(rows, key=lambda row: (list(STATES).index(row.state) != 1, row.kind, row.name)),
            title=title_of,
            states=STATES,
            kinds=KINDS,
            users=queries.users_of_formats(session(), at=clock().now()),
            form=form,
            refused=refused,
        )

    @expose("/new", methods=("POST",))
    def add(self) -> ResponseReturnValue:
        """A new draft."""
        form = NewForm()
        if not form.validate():
            return self.listed(form)
        made, refused = self.attempt(
            lambda: actions.add_adapter(session(), name=form.name.data, kind=form.kind.data, at=clock().now())
        )
        if made is None:
            return self.listed(form, refused)
        return redirect(url_for(".adapter", key=made.key))

    @expose("/<key>/")
    def adapter(self, key: str) -> ResponseReturnValue:
        """One format: its description, its sample as it is read, its test."""
        return self.page(queries.adapter(session(), key=key))

    def page(
        self, adapter: StockAdapter, form: DescribeForm | None = None, refused: Refused | None = None
    ) -> ResponseReturnValue:
        """The page, with a form as it was sent and what was refused."""
        options = configured.options_of(adapter.options)
        tried, unread = self.attempt(lambda: actions.try_samples(session(), adapter=adapter, store=_store()))
        data = tried[-1].sample.data if tried else b""
        delimited = adapter.kind == "delimited"
        return self.render(
            "staff/format.html",
            adapter=adapter,
            title=title_of(adapter),
            state=STATES[adapter.state],
            kind=KINDS[adapter.kind],
            form=form or DescribeForm(options, _columns(data, options), None),
            kind_form=KindForm(adapter.kind, None) if delimited or adapter.kind == "pull" else None,
            sample_form=SampleForm(None),
            samples=[_shown(adapter, one, options) for one in tried or ()],
            mapped=_mapped(data, options) if delimited else {},
            column_names=COLUMN_NAMES,
            heading=delimited and options.heading,
            tested=adapter.tested_with,
            failure=_failure(adapter.tested_with),
            shops=queries.bookshops_using(session(), format=adapter.key, at=clock().now()),
            refused=refused or unread,
            largest=LARGEST_SAMPLE // 1_000_000,
        )

    @expose("/<key>/kind", methods=("POST",))
    def kind(self, key: str) -> ResponseReturnValue:
        """Choose how the stock of a draft arrives."""
        adapter, form = queries.adapter(session(), key=key), KindForm("")
        if not form.validate():
            return self.say_no(gettext("Choose one of the list."), _to(key))
        return self.act(
            lambda: actions.choose_kind(session(), adapter=adapter, kind=form.kind.data, at=clock().now()),
            said=gettext("Saved. Below is the sample as it is read now."),
            to=_to(key),
        )

    @expose("/<key>/describe", methods=("POST",))
    def describe(self, key: str) -> ResponseReturnValue:
        """Keep how the files are written, and try the sample by it at once."""
        adapter = queries.adapter(session(), key=key)
        form = DescribeForm(configured.options_of(adapter.options), ())
        if not form.validate():
            return self.page(adapter, form)
        _, refused = self.attempt(
            lambda: actions.describe(session(), adapter=adapter, options=form.options(adapter), at=clock().now())
        )
        if refused is not None:
            return self.page(queries.adapter(session(), key=key), form, refused)
        return self.say_yes(gettext("Saved. Below is the sample as it is read now."), _to(key))

    @expose("/<key>/sample", methods=("POST",))
    def sample(self, key: str) -> ResponseReturnValue:
        """Keep a sample file."""
        adapter, form = queries.adapter(session(), key=key), SampleForm()
        if not form.validate():
            limit = LARGEST_SAMPLE // 1_000_000
            return self.say_no(gettext("Choose a file of at most %(limit)s MB.", limit=limit), _to(key))
        return self.act(
            lambda: actions.keep_sample(
                session(),
                adapter=adapter,
                data=form.sample.data.read(),
                name=form.sample.data.filename or "sample",
                at=clock().now(),
                store=_store(),
            ),
            said=gettext("The sample is kept."),
            to=_to(key),
        )

    @expose("/<key>/test", methods=("POST",))
    def test(self, key: str) -> ResponseReturnValue:
        """Read the sample and keep how it went."""
        adapter = queries.adapter(session(), key=key)
        refused = failure(actions.prove(session(), adapter=adapter, at=clock().now(), store=_store()))
        if refused is not None:
            return self.say_no(say(refused), _to(key))
        return self.say_yes(gettext("The sample was read."), _to(key))

    @expose("/<key>/use", methods=("POST",))
    def use(self, key: str) -> ResponseReturnValue:
        """Let bookshops send files in it."""
        adapter = queries.adapter(session(), key=key)
        return self.act(
            lambda: actions.put_in_use(session(), adapter=adapter, at=clock().now(), store=_store()),
            said=gettext("It is in use: bookshops can choose it now."),
            to=_to(key),
        )

    @expose("/<key>/retire", methods=("POST",))
    def retire(self, key: str) -> ResponseReturnValue:
        """Take no more files in it."""
        adapter = queries.adapter(session(), key=key)
        return self.act(
            lambda: actions.retire(session(), adapter=adapter, at=clock().now()),
            said=gettext("It is retired: no file is taken in it any more. What was read stays."),
            to=_to(key),
        )


def title_of(adapter: StockAdapter) -> str:
    """The name as it is shown: that of a built-in format is translated."""
    return gettext(FORMATS[adapter.key].TITLE) if adapter.key in FORMATS else adapter.name


def _store() -> Any:
    return current_app.extensions["store"]


def _to(key: str) -> str:
    return url_for(".adapter", key=key)


def _shown(adapter: StockAdapter, tried: Tried, options: configured.Options) -> dict[str, Any]:
    """A sample as it is written and as it is read, as the page shows it."""
    rejected = tried.reading.rejected if tried.reading else []
    return {
        "name": tried.sample.name,
        "own": tried.sample.holds is not None,
        "cells": _written(adapter, tried.sample.data, options),
        "read": _read(tried.reading),
        "errors": rejected[:MOST_ERRORS],
        "errors_in_all": len(rejected),
        "unread": tried.refused,
    }


def _written(adapter: StockAdapter, data: bytes, options: configured.Options) -> list[list[str]]:
    """The first lines of a sample: in cells where a person must say what they hold, else as they are."""
    if adapter.kind == "delimited":
        return _first(data, options, SHOWN)
    try:
        if is_spreadsheet(data):
            return [[str(cell) for cell in cells] for _, cells in islice(rows_of(data), SHOWN)]
        return [[line] for _, line in islice(lines_in(decode(data)), SHOWN)]
    except Refused:
        return []


def _first(data: bytes, options: configured.Options, most: int) -> list[list[str]]:
    """The cells of the first lines of a sample; none of one that is no text."""
    try:
        return configured.first_cells(data, options=options, most=most) if data else []
    except Refused:
        return []


def _columns(data: bytes, options: configured.Options) -> list[str]:
    """What the columns of a sample may be called: by its first line, or by their numbers."""
    first = next(iter(_first(data, options, 1)), [])
    names = [cell.strip() for cell in first] if options.heading else [str(place) for place, _ in enumerate(first, 1)]
    return [name for name in names if name]


def _mapped(data: bytes, options: configured.Options) -> Mapping[int, str]:
    """Which column of the sample holds what, by its place from 0."""
    first = next(iter(_first(data, options, 1)), [])
    names = [cell.strip() for cell in first] if options.heading else [str(place) for place, _ in enumerate(first, 1)]
    return {names.index(column): name for name, column in options.columns.items() if column in names}


def _read(reading: Reading | None) -> list[dict[str, Any]]:
    """The first entries of a reading as the page shows them."""
    entries = [] if reading is None else list(islice(reading.entries, SHOWN))
    return [
        {"line": entry.number, "reason": say(entry.reason), "excerpt": entry.excerpt}
        if isinstance(entry, Rejected)
        else {"line": entry.number, "isbn": entry.isbn, "quantity": entry.quantity, "price": entry.price}
        for entry in entries
    ]


def _failure(tested: Mapping[str, Any]) -> str:
    return say(Text(tested["message"], tested.get("values", {}))) if tested.get("message") else ""
