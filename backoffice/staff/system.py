"""The machine room: effects that wait, failed or are done, and the journal of who did what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.actions import action
from flask_admin.contrib.sqla.filters import FilterEqual, FilterLike
from flask_babel import gettext, ngettext

from backoffice.base import RecordView, Tab
from backoffice.cells import Cell, Column, ago_cell, link_to, moment_cell, state_mark
from backoffice.filters import NumberFilter
from backoffice.staff.names import bookshop_names, person_names
from trade.base import outbox
from trade.base.models import Effect, JournalEntry
from trade.base.text import N_
from web.database import clock, session

EFFECT_STATES = {
    "pending": (N_("Pending"), "open"),
    "done": (N_("Done"), "done"),
    "dead": (N_("Failed for good"), "late"),
}


def effect_state(column: Column, row: Any, beside: Mapping[str, Any]) -> Any:
    """The state of an effect; one that failed and will be tried again is working."""
    if row.state == "pending" and row.attempts:
        return state_mark(gettext("Tried %(count)s times", count=row.attempts), "working")
    word, shape = EFFECT_STATES[row.state]
    return state_mark(gettext(word), shape)


def name_of(collection: str, attribute: str) -> Cell:
    """A link-free name from what the list loaded beside its rows."""
    return lambda column, row, beside: beside[collection].get(getattr(row, attribute))


class Jobs(RecordView):
    """The outbox: intents that were committed and are carried out exactly once."""

    lede = N_("Mails, imports, invoices and everything else that happens after a decision. Each is done once.")
    columns = (
        Column("id", N_("Job"), cell=link_to("staff_jobs.job", "kind"), css="ref"),
        Column("state", N_("State"), cell=effect_state),
        Column("key", N_("Key"), css="minor"),
        Column("bookshop_id", N_("Bookshop"), cell=name_of("bookshops", "bookshop_id"), css="minor"),
        Column("attempts", N_("Attempts"), css="num", sort=True),
        Column("created_at", N_("Asked"), cell=ago_cell, sort=True),
        Column("done_at", N_("Done"), cell=ago_cell, sort=True),
    )
    column_default_sort = ("id", True)
    column_searchable_list = ("kind", "key")
    tabs = (
        Tab("open", N_("Pending"), lambda: Effect.state == "pending"),
        Tab("dead", N_("Failed"), lambda: Effect.state == "dead"),
        Tab("done", N_("Done"), lambda: Effect.state == "done"),
    )
    empty_title = N_("No job is waiting")
    empty_text = N_("Everything that was asked for has been carried out.")
    empty_icon = "check"

    def beside(self, rows: Sequence[Any]) -> Mapping[str, Any]:
        """The names of the bookshops concerned."""
        return {"bookshops": bookshop_names(session(), {row.bookshop_id for row in rows})}

    def get_actions_list(self) -> tuple[list[Any], dict[Any, Any]]:
        """Only failed jobs can be tried again."""
        return super().get_actions_list() if self.tab and self.tab.key == "dead" else ([], {})

    @expose("/<int:record_id>/")
    def job(self, record_id: int) -> ResponseReturnValue:
        """One job: what it was asked to do, and what became of it."""
        effect = self.record(record_id)
        word, shape = EFFECT_STATES[effect.state]
        return self.render("staff/job.html", effect=effect, state=(gettext(word), shape))

    @expose("/<int:record_id>/retry", methods=("POST",))
    def retry(self, record_id: int) -> ResponseReturnValue:
        """Try a failed job again."""
        effect = self.record(record_id)
        return self.act(
            lambda: outbox.revive(session(), effect_id=effect.id, at=clock().now()),
            said=gettext("The job will be tried again."),
            to=url_for(".job", record_id=effect.id),
        )

    @action("retry", N_("Try again"))
    def retry_chosen(self, ids: Sequence[str]) -> ResponseReturnValue:
        """Try several failed jobs again."""
        rows = self.chosen(ids)
        return self.act(
            lambda: [outbox.revive(session(), effect_id=row.id, at=clock().now()) for row in rows],
            said=ngettext("%(num)d job will be tried again.", "%(num)d jobs will be tried again.", len(rows)),
            to=url_for(".index_view", tab="open"),
        )


def actor_cell(column: Column, row: Any, beside: Mapping[str, Any]) -> str:
    """Who acted: a person's name, or the part of the system."""
    kinds = {"system": N_("the system"), "public": N_("somebody not signed in"), "door": N_("the door")}
    return beside["people"].get(row.actor_id) or gettext(kinds.get(row.actor_kind, row.actor_kind))


def details_cell(column: Column, row: Any, beside: Mapping[str, Any]) -> str:
    """The details, in one line."""
    return ", ".join(f"{name}: {value}" for name, value in row.details.items())


class Journal(RecordView):
    """The audit journal: append-only, without personal data in its details."""

    lede = N_("Every change that matters: who, what, when and why. Nothing here is ever changed or deleted.")
    columns = (
        Column("at", N_("When"), cell=moment_cell, css="ref", sort=True),
        Column("action", N_("What"), sort=True),
        Column("thing", N_("Thing"), cell=lambda column, row, beside: f"{row.thing} {row.thing_id or ''}"),
        Column("bookshop_id", N_("Bookshop"), cell=name_of("bookshops", "bookshop_id")),
        Column("actor_id", N_("Who"), cell=actor_cell, plain=actor_cell),
        Column("reason", N_("Why"), css="minor"),
        Column("details", N_("Details"), cell=details_cell, plain=details_cell, css="minor wide"),
    )
    column_default_sort = ("id", True)
    column_searchable_list = ("action", "reason")
    column_filters = (
        FilterLike(JournalEntry.action, N_("What contains")),
        FilterEqual(JournalEntry.thing, N_("Thing")),
        NumberFilter(JournalEntry.thing_id, N_("Number of the thing")),
    )
    empty_title = N_("The journal is empty")

    def beside(self, rows: Sequence[Any]) -> Mapping[str, Any]:
        """The names of the people and bookshops concerned."""
        return {
            "people": person_names(session(), {row.actor_id for row in rows}),
            "bookshops": bookshop_names(session(), {row.bookshop_id for row in rows}),
        }
