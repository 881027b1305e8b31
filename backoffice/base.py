"""The base views every view of the back office derives from (rule of conduct 3); a test fails on any other.

:class:`ScreenView` is a job screen with its own templates; :class:`RecordView` a list of records. Both are
denied unless the access table names their endpoint, render our shell, and commit once, at the edge.
Flask-Admin's own create, edit, delete, look-up and in-cell editing do not exist here: their routes are not
even registered, for they write around the domain (safety.md section 6). Changes are posts to routes of
the view itself, which call the actions of ``trade`` through :meth:`Guarded.attempt`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import BaseView, expose
from flask_admin.contrib.sqla import ModelView
from flask_babel import gettext
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Query
from wtforms import Form

from backoffice.cells import Column
from backoffice.export import MAXIMUM_ROWS, csv_response
from backoffice.shell import allowed, shell_for
from trade.base.errors import NotAllowed, NotFound, Refused
from trade.base.text import N_
from web.addresses import LARGEST_ID
from web.database import db, session
from web.language import number, say

Outcome = TypeVar("Outcome")
LARGEST_COUNT = 10_000
MOST_CHOSEN = 500


class Guarded(BaseView):
    """What both kinds of views share. ``name`` is a msgid."""

    def is_accessible(self) -> bool:
        """Denied by default: only what the access table allows this person."""
        return allowed(request.endpoint or "")

    def inaccessible_callback(self, name: str, **kwargs: Any) -> ResponseReturnValue:
        """403 for who is signed in but may not; the access guard has sent everybody else to the door."""
        return abort(403)

    def render(self, template: str, **kwargs: Any) -> str:
        """A template inside the shell of the area."""
        return super().render(template, shell=shell_for(self.admin.area), allowed=allowed, **kwargs)

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # Not Flask-Admin's: it takes every TypeError for a plug-in view and calls the view a second time.
        answer = fn(self, *args, **kwargs)
        if request.method == "POST":
            session().commit()
        return answer

    def attempt(self, verb: Callable[[], Outcome]) -> tuple[Outcome | None, Refused | None]:
        """Do something of the domain: its result, or why it was refused (then nothing was changed).

        NotFound and NotAllowed pass through: they are the answers 404 and 403.
        """
        try:
            return verb(), None
        except (NotFound, NotAllowed):
            raise
        except Refused as refused:
            session().rollback()
            return None, refused

    def act(self, verb: Callable[[], Any], *, said: str, to: str) -> ResponseReturnValue:
        """A button: do it, say so, and go on; or say why not. ``said`` is already translated."""
        _, refused = self.attempt(verb)
        return self.say_yes(said, to) if refused is None else self.refuse(refused, to)

    def say_yes(self, said: str, to: str) -> ResponseReturnValue:
        """Go on after something was done; ``said`` is already translated."""
        flash(said, "success")
        return redirect(to)

    def refuse(self, refused: Refused, to: str) -> ResponseReturnValue:
        """Go back and say why the domain refused."""
        return self.say_no(say(refused), to)

    def say_no(self, why: str, to: str) -> ResponseReturnValue:
        """Go back without having done anything, and say why; ``why`` is already translated."""
        flash(why, "error")
        return redirect(to)


class ScreenView(Guarded):
    """A job screen: routes by ``@expose`` and templates of ours."""


class AreaIndexView(ScreenView):
    """The landing page of an area; its endpoint is the area's key."""


@dataclass(frozen=True)
class Tab:
    """A saved view of a list: ``criterion`` makes its condition; None shows everything."""

    key: str
    label: str
    criterion: Callable[[], ColumnElement[bool]] | None = None


class RecordView(Guarded, ModelView):
    """A list of one model's rows: tabs, search, filters, sorting, selection, export. It writes nothing.

    A subclass names ``columns`` and ``column_default_sort``; it may name ``tabs``, ``column_searchable_list``,
    ``column_filters``, actions (``@flask_admin.actions.action``, which get checked rows through
    :meth:`chosen`), and routes of its own. Rows come through the scoped session only.
    """

    columns: ClassVar[Sequence[Column]] = ()
    tabs: ClassVar[Sequence[Tab]] = ()
    lede: ClassVar[str] = ""
    empty_title: ClassVar[str] = N_("Nothing here yet")
    empty_text: ClassVar[str] = ""
    empty_icon: ClassVar[str] = "lines"
    packed: ClassVar[bool] = False
    """On a phone the numbers of a row stand beside each other."""
    empty_action: ClassVar[tuple[str, str] | None] = None
    head_acts: ClassVar[Sequence[tuple[str, str, str]]] = ()

    can_create = can_edit = can_delete = can_view_details = False
    can_export = True
    page_size = 50
    can_set_page_size = True
    page_size_options = (50, 100, 200)
    simple_list_pager = True
    column_display_actions = False
    list_template = "admin/model/list.html"

    # Routes of Flask-Admin that write or look up around the domain do not exist.
    create_view = edit_view = delete_view = details_view = ajax_lookup = ajax_update = None
    action_delete = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.columns or not cls.column_default_sort:
            raise TypeError(f"{cls.__name__} must name its columns and its order.")
        forbidden = (cls.can_create, cls.can_edit, cls.can_delete, cls.column_editable_list)
        if any(forbidden) or cls.form_ajax_refs or cls.inline_models:
            raise TypeError(f"{cls.__name__} may not use Flask-Admin's own writing: post to a route instead.")
        cls.column_list = [column.name for column in cls.columns]
        cls.column_labels = {column.name: column.label for column in cls.columns}
        cls.column_sortable_list = [column.name for column in cls.columns if column.sort]

    def __init__(self, model: type, **kwargs: Any) -> None:
        super().__init__(model, db, **kwargs)

    def scaffold_form(self) -> type[Form]:
        """No form is ever made from columns: this one is empty."""
        return Form

    def scaffold_auto_joins(self) -> list[Any]:
        """Rows are plain; names of neighbours come by :meth:`beside`, in one query."""
        return []

    @property
    def key(self) -> Any:
        """The one column that is the primary key, a whole number."""
        return getattr(self.model, self._primary_key)

    # --- reading ------------------------------------------------------------------------------

    def get_query(self) -> Query[Any]:
        """The rows of the present tab, through the scoped session."""
        query = session().query(self.model)
        tab = self.tab
        return query.filter(tab.criterion()) if tab and tab.criterion else query

    def get_count_query(self) -> Query[Any]:
        """How many rows the present tab has, up to LARGEST_COUNT."""
        return session().query(func.count()).select_from(self._few(self.get_query()))

    def get_one(self, id: Any) -> Any:
        """The row of that id; None for a foreign, absent or garbage id."""
        try:
            number = int(id)
        except (TypeError, ValueError):
            return None
        if not 0 < number <= LARGEST_ID:
            return None
        return session().scalars(select(self.model).where(self.key == number)).one_or_none()

    def record(self, record_id: Any) -> Any:
        """The row of that id, or the answer 404."""
        found = self.get_one(record_id)
        return abort(404) if found is None else found

    def beside(self, rows: Sequence[Any]) -> Mapping[str, Any]:
        """What the cells need from other tables, loaded for all rows at once."""
        return {}

    def get_list(
        self,
        page: int | None,
        sort_column: Any,
        sort_desc: Any,
        search: str | None,
        filters: Any,
        execute: bool = True,
        page_size: int | None = None,
    ) -> tuple[int, list[Any]]:
        """One page of rows in a stable order, and the bounded count."""
        _, query = super().get_list(None, sort_column, bool(sort_desc), search, filters, execute=False, page_size=False)
        count = session().scalar(select(func.count()).select_from(self._few(query))) or 0
        size = page_size or self.page_size
        last = max(count - 1, 0) // size
        start = min(page or 0, last) * size
        rows = query.order_by(self.key.desc()).limit(size).offset(start).all()
        g.list_beside = self.beside(rows)
        g.list_count = count
        return count, rows

    def _few(self, query: Query[Any]) -> Any:
        return query.order_by(None).with_entities(self.key).limit(LARGEST_COUNT + 1).subquery()

    def _get_list_extra_args(self) -> Any:
        args = super()._get_list_extra_args()
        args.page = min(max(args.page or 0, 0), LARGEST_COUNT)
        args.search = (args.search or "").replace("\0", "")[:200] or None
        args.extra_args = {"tab": self.tab.key} if self.tab else {}
        return args

    def _get_list_filter_args(self) -> Any:
        """The filters of the URL; what is empty or not understood is passed over."""
        found = []
        for name, value in request.args.items():
            key = name[3:].partition("_")[2] if name.startswith("flt") else ""
            clean = value.replace("\0", "").strip()[:200]
            if clean and key in (self._filter_args or {}):
                index, flt = self._filter_args[key]
                if flt.validate(clean):
                    found.append((index, str(flt.name), clean))
        return found[:20]

    # --- what the template asks ----------------------------------------------------------------

    @property
    def tab(self) -> Tab | None:
        """The tab of the URL, or the first one."""
        asked = request.args.get("tab")
        return next((tab for tab in self.tabs if tab.key == asked), self.tabs[0] if self.tabs else None)

    def shown_tabs(self) -> list[dict[str, Any]]:
        """The tabs with their counts, counted in one query."""
        if not self.tabs:
            return []
        counted = [func.count().filter(tab.criterion()) if tab.criterion else func.count() for tab in self.tabs]
        counts = session().execute(select(*counted).select_from(self.model)).one()
        return [
            {
                "label": gettext(tab.label),
                "href": url_for(".index_view", tab=tab.key),
                "count": count,
                "on": tab is self.tab,
            }
            for tab, count in zip(self.tabs, counts, strict=True)
        ]

    def count_words(self, count: int) -> str:
        """How many rows there are, in words; large lists say "10,000+"."""
        if count > LARGEST_COUNT:
            return gettext("%(count)s+ rows", count=number(LARGEST_COUNT))
        return gettext("1 row") if count == 1 else gettext("%(count)s rows", count=number(count))

    def filter_words(self, flt: Any, value: str) -> str:
        """The value of a filter as its chip shows it."""
        options = dict(flt.get_options(self) or ())
        return str(options.get(value, value))

    def filtered_by(self, active: Any, index: int, value: str) -> bool:
        """Whether the list is filtered by this option now."""
        return any(found == index and chosen == str(value) for found, _, chosen in active or ())

    def acts(self) -> list[tuple[str, str, str]]:
        """The buttons of the page's head that this person may use: words, address, kind."""
        return [
            (gettext(label), url_for(endpoint), kind) for label, endpoint, kind in self.head_acts if allowed(endpoint)
        ]

    # --- export and actions --------------------------------------------------------------------

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> ResponseReturnValue:
        """The list as it is filtered now, as a CSV file of at most MAXIMUM_ROWS rows."""
        if export_type != "csv" or not self.can_export:
            abort(404)
        args = self._get_list_extra_args()
        chosen = self._get_column_by_idx(args.sort)
        _, rows = self.get_list(
            0, chosen[0] if chosen else None, args.sort_desc, args.search, args.filters, page_size=MAXIMUM_ROWS
        )
        columns = [column for column in self.columns if column.exported]
        return csv_response(
            str(self.endpoint),
            [gettext(column.label) for column in columns],
            [[column.written(row, g.list_beside) for column in columns] for row in rows],
        )

    def handle_action(self, return_view: str | None = None) -> ResponseReturnValue:
        """An action on chosen rows: unknown actions are 404, garbage ids too."""
        name = request.form.get("action", "")
        if name not in self._actions_data or not self.is_action_allowed(name):
            abort(404)
        answer = self._actions_data[name][0](request.form.getlist("rowid"))
        return answer or redirect(url_for(".index_view"))

    def chosen(self, ids: Sequence[str]) -> list[Any]:
        """The rows of the posted ids, loaded through the scope; a foreign or garbage id is 404."""
        try:
            numbers = {int(each) for each in ids}
        except ValueError:
            abort(404)
        if not numbers or len(numbers) > MOST_CHOSEN or not all(0 < n <= LARGEST_ID for n in numbers):
            abort(404)
        rows = session().scalars(select(self.model).where(self.key.in_(numbers))).all()
        return list(rows) if len(rows) == len(numbers) else abort(404)
