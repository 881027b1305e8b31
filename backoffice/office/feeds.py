"""Stock: send a file, see what it would change before it does, decide on a held one (F05, F06, F21, T111, T124)."""

from __future__ import annotations

from itertools import islice
from typing import Any

from flask import Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import get_locale, gettext, ngettext
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField

from backoffice.base import ScreenView
from backoffice.export import MAXIMUM_ROWS, csv_response
from backoffice.forms import AtMost, PaperForm, translated
from backoffice.office.desk import desk, page_asked
from backoffice.office.progress import progress_of
from backoffice.office.wording import day_hour
from trade.base.errors import Refused
from trade.base.raw_text import BOUNDS
from trade.base.text import N_, Text
from trade.stock import actions, queries
from trade.stock.formats import model_csv
from trade.stock.models import FeedRun
from trade.stock.states import FEED_RUN
from web.language import isbn as isbn_words
from web.language import number, percent, say

PAGE = 50
CHANGES = ("zeroed", "added", "changed")
REMARKS = ("refused", "repeated")

TITLES = {
    "received": N_("This file is being read"),
    "compared": N_("Nothing is changed yet: look, then decide"),
    "held": N_("This file is held: nothing was changed"),
    "applied": N_("This file is your stock now"),
    "unchanged": N_("The same file as last time: nothing changed"),
    "refused": N_("This file cannot be read"),
    "rejected": N_("This file was discarded: nothing was changed"),
    "superseded": N_("A newer file has overtaken this one"),
}
KINDS = {
    "zeroed": N_("removed"),
    "added": N_("new"),
    "changed": N_("changed"),
    "refused": N_("lines refused"),
    "repeated": N_("repeated lines"),
}


class UploadForm(PaperForm):
    """A stock file and what is to be done with it."""

    file = FileField(N_("File"), [FileRequired(), AtMost(BOUNDS.size)])
    format = SelectField(N_("Format"))
    then = RadioField(N_("And then"), default="look")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.format.choices = translated((name, module.TITLE) for name, module in queries.FORMATS.items())
        self.then.choices = [
            ("look", gettext("Show me first what it would change")),
            ("apply", gettext("Apply it at once, unless it is suspicious")),
        ]


class FeedPages(ScreenView):
    """The feed of one bookshop."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Files received, newest first, and the form to send one."""
        return self.feeds(UploadForm(None))

    def feeds(self, form: UploadForm, refused: Refused | None = None) -> ResponseReturnValue:
        """The page, with the form as it was sent."""
        session, shop, at = desk()
        runs = queries.runs(session, bookshop_id=shop.id, limit=PAGE)
        if not form.is_submitted() and runs:
            form.format.data = runs[0].format
        return self.render(
            "office/stock_feeds.html",
            form=form,
            refused=refused,
            runs=runs,
            machine=FEED_RUN,
            formats=queries.FORMATS,
            summary=queries.summary(session, bookshop_id=shop.id, at=at),
            open_run=queries.open_decision(session, bookshop_id=shop.id),
            day_hour=day_hour,
            limit=BOUNDS.size // 1_000_000,
        )

    @expose("/upload", methods=("POST",))
    def upload(self) -> ResponseReturnValue:
        """Keep the file; a job reads it."""
        session, shop, at = desk()
        form = UploadForm()
        if not form.validate():
            return self.feeds(form)
        run, refused = self.attempt(
            lambda: actions.receive_file(
                session,
                bookshop_id=shop.id,
                format=form.format.data,
                data=form.file.data.read(),
                name=form.file.data.filename or "stock",
                origin="upload",
                at=at,
                store=current_app.extensions["store"],
                apply_when_safe=form.then.data == "apply",
            )
        )
        if run is None:
            return self.feeds(form, refused)
        return redirect(url_for(".run", run_id=run.id))

    @expose("/run/<int:run_id>")
    def run(self, run_id: int) -> ResponseReturnValue:
        """One file: while it is read its progress, then the verdict with the lines under it."""
        return self.verdict(self.found(run_id))

    def found(self, run_id: int) -> FeedRun:
        """The run of this bookshop, or 404."""
        session, shop, _ = desk()
        run = queries.run(session, run_id=run_id)
        return run if run.bookshop_id == shop.id else abort(404)

    def verdict(self, run: FeedRun, refused: Refused | None = None) -> ResponseReturnValue:
        """The page of a run."""
        session, shop, _ = desk()
        if run.state == FEED_RUN.first:
            waiting = self.render("office/stock_progress.html", run=run, progress=progress_of(f"stock:{run.id}"))
            return waiting, {"Refresh": "2"}
        kind = self.kind(run)
        page = page_asked()
        rows, total = self.rows(run, kind, page)
        return self.render(
            "office/stock_run.html",
            run=run,
            refused=refused,
            machine=FEED_RUN,
            formats=queries.FORMATS,
            title=_title(run),
            reasons=[say(Text(reason["message"], reason["values"])) for reason in run.hold_reasons],
            error=say(Text(run.error["message"], run.error["values"])) if run.error else "",
            figures=_figures(run, kind),
            kind=kind,
            rows=rows,
            page=page,
            pages=-(-total // PAGE),
            curve=_titles_over_time(queries.runs(session, bookshop_id=shop.id, limit=60), run),
            count=_count_to_type(run),
            remark=lambda row: say(Text(row.reason, row.values)),
            day_hour=day_hour,
        )

    def kind(self, run: FeedRun) -> str:
        """The tab of the address, or the first that has lines."""
        asked = request.args.get("lines", "")
        if asked in KINDS:
            return asked
        counts = (("zeroed", run.zeroed), ("added", run.added), ("changed", run.changed), ("refused", run.refused))
        return next((name for name, count in counts if count), "zeroed")

    def rows(self, run: FeedRun, kind: str, page: int) -> tuple[Any, int]:
        """The lines of a tab, and how many it has in all."""
        session, _, _ = desk()
        total = {"repeated": run.repeated}.get(kind, getattr(run, kind))
        if kind in CHANGES:
            return queries.changes(session, run_id=run.id, kind=kind, limit=PAGE, offset=page * PAGE), total
        return queries.rejections(session, run_id=run.id, kind=kind, limit=PAGE, offset=page * PAGE), total

    @expose("/run/<int:run_id>/apply", methods=("POST",))
    def apply(self, run_id: int) -> ResponseReturnValue:
        """Make a compared file the stock; a suspicious one needs its count typed."""
        session, _, at = desk()
        run = self.found(run_id)
        force = bool(run.hold_reasons)
        if force and request.form.get("count", "").strip().replace(".", "") != str(_count_to_type(run)):
            wrong = Refused(N_("Type %(count)s to say that you want this."), field="count", count=_count_to_type(run))
            return self.verdict(run, wrong)
        done, refused = self.attempt(lambda: actions.apply(session, run_id=run.id, at=at, force=force))
        if done is None:
            return self.verdict(self.found(run_id), refused)
        return self.act(lambda: None, said=gettext("Applied."), to=url_for(".run", run_id=run_id))

    @expose("/run/<int:run_id>/reject", methods=("POST",))
    def reject(self, run_id: int) -> ResponseReturnValue:
        """Leave the stock as it is."""
        session, _, at = desk()
        run = self.found(run_id)
        return self.act(
            lambda: actions.reject(session, run_id=run.id, at=at),
            said=gettext("The file is discarded; nothing was changed. Send a new one."),
            to=url_for(".index"),
        )

    @expose("/run/<int:run_id>/<kind>.csv")
    def lines(self, run_id: int, kind: str) -> ResponseReturnValue:
        """The lines of a tab as a file."""
        run = self.found(run_id)
        if kind not in KINDS:
            abort(404)
        pages = -(-min(getattr(run, kind), MAXIMUM_ROWS) // PAGE)
        rows = (row for page in range(pages) for row in self.rows(run, kind, page)[0])
        if kind in REMARKS:
            headings = [gettext("Line"), gettext("Reason"), gettext("Begins with")]
            values: Any = ((row.line, say(Text(row.reason, row.values)), row.excerpt) for row in rows)
        else:
            headings = [gettext("ISBN"), gettext("Title"), gettext("Before"), gettext("After")]
            values = ((isbn_words(c.isbn), title, c.quantity_before, c.quantity_after) for c, title in rows)
        return csv_response(f"stock-{run.id}-{kind}", headings, islice(values, MAXIMUM_ROWS))

    @expose("/model.csv")
    def model(self) -> ResponseReturnValue:
        """Our model file in the reader's language (F21)."""
        return Response(
            model_csv.template(str(get_locale())),
            mimetype="text/csv",
            headers={"Content-Disposition": "attachment; filename=stock-model.csv"},
        )


def _count_to_type(run: FeedRun) -> int:
    """The number a person types to force a suspicious file: what it removes, else what it holds."""
    return run.zeroed or run.isbns


def _title(run: FeedRun) -> str:
    """The verdict as a heading."""
    if run.state == "held" and run.zeroed:
        before = run.zeroed + run.isbns - run.added
        share = percent(-run.zeroed * 10_000 // max(before, 1), 0)
        return ngettext(
            "This file removes %(count)s title (%(share)s): held",
            "This file removes %(count)s titles (%(share)s): held",
            run.zeroed,
            count=number(run.zeroed),
            share=share,
        )
    return gettext(TITLES[run.state])


def _figures(run: FeedRun, kind: str) -> list[dict[str, Any]]:
    """The numbers as tabs over the lines."""
    signs = {"zeroed": "\u2212", "added": "+"}
    return [
        {
            "name": gettext(KINDS[name]),
            "value": f"{signs.get(name, '') if getattr(run, name) else ''}{number(getattr(run, name))}",
            "href": url_for(".run", run_id=run.id, lines=name),
            "on": name == kind,
            "kind": "bad" if name == "zeroed" and run.state == "held" else "",
        }
        for name in KINDS
    ]


def _titles_over_time(runs: Any, run: FeedRun) -> dict[str, Any] | None:
    """Titles of the applied files before this one, and of this one where it waits: a cliff is the alarm."""
    before = [r.isbns for r in reversed(runs) if r.state in ("applied", "unchanged") and r.id < run.id]
    if len(before) < 2:
        return None
    return {"values": before, "proposed": run.isbns if run.state in ("held", "compared") else None}
