"""Columns of lists, and how a value is shown in a cell and written in a file.

    COLUMNS = (
        Column("slug", N_("Bookshop"), cell=link_to("staff_members.file", "name"), css="ref"),
        Column("state", N_("State"), cell=state_in(MEMBER)),
        Column("applied_at", N_("Applied"), cell=moment_cell, sort=True),
    )

A cell function gets the row and what the list loaded beside it in one query (``RecordView.beside``).
Cells return text (escaped by the template) or Markup.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext
from markupsafe import Markup

from trade.base.money import euros
from trade.base.states import Machine
from web.language import ago, isbn, moment, money, number, percent, short_day

Beside = Mapping[str, Any]
Cell = Callable[["Column", Any, Beside], Any]
DASH = Markup('<span class="none">–</span>')


@dataclass(frozen=True)
class Column:
    """One column. ``name`` is an attribute of the row unless ``cell`` and ``plain`` say otherwise.

    ``css``: ``ref`` (the link, first), ``num`` (right), ``minor`` (leaves on narrow screens), ``wide``.
    ``plain`` gives the value for the exported file; by default the attribute itself.
    """

    name: str
    label: str
    cell: Cell | None = None
    css: str = ""
    sort: bool = False
    plain: Cell | None = None
    exported: bool = True

    def value(self, row: Any) -> Any:
        """The raw value."""
        return getattr(row, self.name, None)

    def shown(self, row: Any, beside: Beside) -> Any:
        """What stands in the cell."""
        found = self.cell(self, row, beside) if self.cell else self.value(row)
        return DASH if found is None or found == "" else found

    def written(self, row: Any, beside: Beside) -> Any:
        """What stands in the exported file."""
        return self.plain(self, row, beside) if self.plain else self.value(row)


def money_cell(column: Column, row: Any, beside: Beside) -> str | None:
    """Cents as an amount."""
    value = column.value(row)
    return None if value is None else money(value)


def money_plain(column: Column, row: Any, beside: Beside) -> Any:
    """Cents as a decimal number for a file."""
    value = column.value(row)
    return None if value is None else euros(value)


def rate_cell(column: Column, row: Any, beside: Beside) -> str | None:
    """A rate per ten thousand as a percentage."""
    value = column.value(row)
    return None if value is None else percent(value)


def number_cell(column: Column, row: Any, beside: Beside) -> str | None:
    """A number with separators."""
    value = column.value(row)
    return None if value is None else number(value)


def isbn_cell(column: Column, row: Any, beside: Beside) -> str | None:
    """An ISBN as its 13 digits."""
    value = column.value(row)
    return None if value is None else isbn(value)


def day_cell(column: Column, row: Any, beside: Beside) -> str | None:
    """A date, short."""
    value: date | None = column.value(row)
    return None if value is None else short_day(value)


def moment_cell(column: Column, row: Any, beside: Beside) -> Any:
    """Date and time; the exact moment stays readable for machines."""
    return _time(column.value(row), moment)


def ago_cell(column: Column, row: Any, beside: Beside) -> Any:
    """How long ago, with the exact moment on hover."""
    return _time(column.value(row), ago)


def _time(value: datetime | None, words: Callable[[datetime | None], str]) -> Any:
    if value is None:
        return None
    return Markup('<time class="nowrap" datetime="{}" title="{}">{}</time>').format(
        value.isoformat(), moment(value), words(value)
    )


def yes_no_cell(column: Column, row: Any, beside: Beside) -> Any:
    """Yes with its mark, or a dash."""
    return state_mark(gettext("Yes"), "done") if column.value(row) else None


def state_in(machine: Machine) -> Cell:
    """A state as shape and word, read from its table."""

    def cell(column: Column, row: Any, beside: Beside) -> Any:
        state = machine.states[column.value(row)]
        return state_mark(gettext(state.label), state.shape)

    return cell


def state_word(machine: Machine) -> Cell:
    """A state's word alone, for files."""

    def plain(column: Column, row: Any, beside: Beside) -> Any:
        return gettext(machine.states[column.value(row)].label)

    return plain


def link_to(endpoint: str, attribute: str = "", key: str = "id", argument: str = "record_id") -> Cell:
    """A link to the row's own page; the text is ``attribute`` (by default the column's value)."""

    def cell(column: Column, row: Any, beside: Beside) -> Any:
        words = getattr(row, attribute) if attribute else column.value(row)
        return Markup('<a href="{}">{}</a>').format(
            url_for(endpoint, **{argument: getattr(row, key)}), words or f"#{getattr(row, key)}"
        )

    return cell


def named(collection: str, attribute: str) -> Cell:
    """The name that ``beside[collection]`` gives for the row's foreign key."""

    def cell(column: Column, row: Any, beside: Beside) -> Any:
        return beside.get(collection, {}).get(getattr(row, attribute))

    return cell


def state_mark(word: str, shape: str) -> Markup:
    """A state drawn by the kit's own macro, so that there is one look."""
    kit: Any = current_app.jinja_env.get_template("components/ui.html").module
    return Markup(str(kit.state(word, shape)).strip())
