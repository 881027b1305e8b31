"""Stock files as staff watch them: what arrived, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext

from backoffice import feeds, stock_files
from backoffice.base import RecordView, Tab
from backoffice.cells import Column, ago_cell, link_to, moment_cell, named, number_cell, state_in, state_word
from backoffice.progress import work_on_stock
from backoffice.staff.names import bookshop_names, person_names
from backoffice.stock_lines import PARTS, Part, as_file, figures, lines, part_asked
from trade.base.errors import Refused
from trade.base.text import N_, Text
from trade.stock import actions, queries
from trade.stock.models import FeedRun
from trade.stock.states import FEED_RUN, WAITING
from web.database import clock, session
from web.language import say

TYPED_WORD_LENGTH = 20


def _format(column: Column, row: FeedRun, beside: Mapping[str, Any]) -> str:
    """What the format of a file is called; its key where it is no longer in use."""
    return str(beside.get("formats", {}).get(row.format, row.format))


class Runs(RecordView):
    """Every stock file of the network and what became of it."""

    lede = N_("Every file that arrived. A suspicious one is held: nothing changes until somebody decides.")
    columns = (
        Column("id", N_("File"), cell=link_to("staff_runs.run"), css="ref"),
        Column("bookshop_id", N_("Bookshop"), cell=named("bookshops", "bookshop_id"), css="wide"),
        Column("state", N_("State"), cell=state_in(FEED_RUN), plain=state_word(FEED_RUN)),
        Column("received_at", N_("Arrived"), cell=ago_cell, plain=moment_cell, sort=True),
        Column("format", N_("Format"), cell=_format, css="minor"),
        Column("read", N_("Lines"), cell=number_cell, css="num minor"),
        Column("refused", N_("Refused lines"), cell=number_cell, css="num", sort=True),
        Column("added", N_("Added"), cell=number_cell, css="num minor"),
        Column("changed", N_("Changed"), cell=number_cell, css="num minor"),
        Column("zeroed", N_("Removed"), cell=number_cell, css="num", sort=True),
    )
    column_default_sort = ("id", True)
    packed = True
    tabs = (
        Tab("waiting", N_("Wait for a decision"), lambda: FeedRun.state.in_(WAITING)),
        Tab("reading", N_("Being read"), lambda: FeedRun.state == FEED_RUN.first),
        Tab("unreadable", N_("Unreadable"), lambda: FeedRun.state == "refused"),
        Tab("all", N_("All")),
    )
    empty_title = N_("No file waits for a decision")
    empty_text = N_("Files that change little are applied by themselves.")
    empty_icon = "upload"

    def beside(self, rows: Sequence[Any]) -> Mapping[str, Any]:
        """The names of the bookshops and of the formats."""
        return {
            "bookshops": bookshop_names(session(), {row.bookshop_id for row in rows}),
            "formats": feeds.format_names(),
        }

    @expose("/<int:record_id>/")
    def run(self, record_id: int) -> ResponseReturnValue:
        """One file: the verdict, what it changes or would change, and the decision where one is due."""
        run = self.record(record_id)
        if run.state == FEED_RUN.first:
            shop = bookshop_names(session(), {run.bookshop_id})[run.bookshop_id]
            return self.render("staff/run_progress.html", run=run, bookshop=shop, work=work_on_stock(run))
        part = part_asked(run)
        return self.render(
            "staff/run.html",
            run=run,
            bookshop=bookshop_names(session(), {run.bookshop_id})[run.bookshop_id],
            decided_by=person_names(session(), {run.decided_by}).get(run.decided_by, ""),
            machine=FEED_RUN,
            waits=run.state in WAITING,
            title=stock_files.title(run),
            meaning=stock_files.meaning(run),
            reasons=stock_files.reasons(run),
            error=say(Text(run.error["message"], run.error.get("values", {}))) if run.error else "",
            format=feeds.format_names().get(run.format, run.format),
            origin=feeds.origin(run),
            took=feeds.took(run),
            part=part,
            figures=figures(part, lambda name: url_for(".run", record_id=run.id, lines=name)),
            shown=lines(session(), part, at=clock().now()),
            back=_back(run),
            earlier=_is_earlier(run),
            count=stock_files.count_to_type(run),
        )

    @expose("/<int:record_id>/<kind>.csv")
    def lines(self, record_id: int, kind: str) -> ResponseReturnValue:
        """The lines of a part as a file."""
        if kind not in PARTS:
            abort(404)
        return as_file(session(), Part(self.record(record_id), kind, "", 0))

    @expose("/<int:record_id>/release", methods=("POST",))
    def release(self, record_id: int) -> ResponseReturnValue:
        """Apply a waiting file; a suspicious one must be confirmed by typing its number."""
        run = self.record(record_id)
        count = str(stock_files.count_to_type(run))
        if run.hold_reasons and request.form.get("typed", "").strip()[:TYPED_WORD_LENGTH].replace(".", "") != count:
            told = gettext("Type %(count)s to say that you want this.", count=count)
            return self.say_no(told, url_for(".run", record_id=run.id))
        return self.act(
            lambda: actions.apply(session(), run_id=run.id, at=clock().now(), force=True),
            said=gettext("The file is applied."),
            to=url_for(".run", record_id=run.id),
        )

    @expose("/<int:record_id>/back")
    def back(self, record_id: int) -> ResponseReturnValue:
        """What bringing back the stock before this file would do."""
        run, now = self.record(record_id), clock().now()
        shown, why_not = None, ""
        try:
            way = queries.way_back(session(), run_id=run.id, at=now)
            shown = stock_files.back_shown(way, hidden_after=queries.limits(session(), at=now).hide, at=now)
        except Refused as refused:
            why_not = say(refused.text)
        return self.render(
            "staff/run_back.html",
            run=run,
            bookshop=bookshop_names(session(), {run.bookshop_id})[run.bookshop_id],
            back=shown,
            why_not=why_not,
            machine=FEED_RUN,
            origin=feeds.origin,
        )

    @expose("/<int:record_id>/revert", methods=("POST",))
    def revert(self, record_id: int) -> ResponseReturnValue:
        """Bring back the stock before an applied file of a bookshop and all that came after it."""
        run = self.record(record_id)
        over = request.form.get("over", type=int)
        return self.act(
            lambda: actions.revert(session(), run_id=run.id, at=clock().now(), over=over),
            said=gettext("The stock before this file is back; readers see it now."),
            to=url_for("staff_members.file", record_id=run.bookshop_id, part="stock"),
        )

    @expose("/<int:record_id>/replay", methods=("POST",))
    def replay(self, record_id: int) -> ResponseReturnValue:
        """Read the kept file anew; nothing is applied by itself."""
        run = self.record(record_id)
        return self.act(
            lambda: actions.replay(session(), run_id=run.id, at=clock().now(), apply_when_safe=False),
            said=gettext("The file is read again; the new reading is the first of the list."),
            to=url_for("staff_members.file", record_id=run.bookshop_id, part="stock"),
        )

    @expose("/<int:record_id>/reject", methods=("POST",))
    def reject(self, record_id: int) -> ResponseReturnValue:
        """Do not apply a waiting file."""
        run = self.record(record_id)
        return self.act(
            lambda: actions.reject(session(), run_id=run.id, at=clock().now()),
            said=gettext("The file is rejected. The stock stays as it was."),
            to=url_for(".run", record_id=run.id),
        )


def _back(run: FeedRun) -> tuple[str, str] | None:
    """The words of the button that undoes the last file and its question; None where it cannot be undone."""
    if run.origin == "revert" or run.previous_id is None or _is_earlier(run):
        return None
    if not queries.can_revert(session(), run_id=run.id):
        return None
    return stock_files.back_words(run, queries.run(session(), run_id=run.previous_id))


def _is_earlier(run: FeedRun) -> bool:
    """Whether it is an older file than the last one, and the stock before it can be brought back."""
    last = queries.summary(session(), bookshop_id=run.bookshop_id, at=clock().now()).run_id
    return run.id != last and queries.can_revert(session(), run_id=run.id)
