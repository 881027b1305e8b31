"""Stock: send a file, see what it would change before it does, decide on a held one (F05, F06, F21, T111, T124)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import get_locale, gettext
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField

from backoffice import feeds, stock_files
from backoffice.base import ScreenView
from backoffice.forms import AtMost, PaperForm
from backoffice.office.arrival import failure
from backoffice.office.desk import desk, page_asked
from backoffice.office.wording import day_hour
from backoffice.progress import work_on_stock
from backoffice.stock_lines import PARTS, Part, as_file, figures, lines, part_asked
from trade.base.errors import Refused
from trade.base.raw_text import BOUNDS
from trade.base.text import N_, Text
from trade.reservations.queries import open_for
from trade.stock import actions, queries
from trade.stock.formats import model_csv
from trade.stock.models import FeedRun
from trade.stock.states import FEED_RUN, WAITING
from web.database import session as web_session
from web.language import say

HISTORY = 25
AGAIN = ("refused", "rejected", "superseded", "reverted", *WAITING)
"""States of files that may be worth reading again."""
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(PaperForm):
    """A stock file and what is to be done with it."""

    file = FileField(N_("File"), [FileRequired(), AtMost(BOUNDS.size)])
    format = SelectField(N_("Format"))
    then = RadioField(N_("And then"), default="look")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.format.choices = list(feeds.format_names().items())
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
        page = page_asked()
        runs = queries.runs(session, bookshop_id=shop.id, limit=HISTORY + 1, offset=page * HISTORY)
        if not form.is_submitted() and runs:
            form.format.data = runs[0].format
        histories = queries.histories(session, bookshop_ids=[shop.id], at=at)
        summary = queries.summary(session, bookshop_id=shop.id, at=at)
        truth = queries.truths(session, histories=histories, at=at)[shop.id]
        arrival = queries.arrival(session, bookshop_id=shop.id)
        return self.render(
            "office/stock_feeds.html",
            form=form,
            refused=refused,
            runs=runs[:HISTORY],
            more=len(runs) > HISTORY,
            page=page,
            machine=FEED_RUN,
            formats=feeds.format_names(),
            summary=summary,
            unread=failure(arrival.folder_trouble) if arrival else "",
            open_run=queries.open_decision(session, bookshop_id=shop.id),
            work=work_on_stock(runs[0]) if runs and runs[0].state == FEED_RUN.first else None,
            back=_back(queries.run(session, run_id=summary.run_id)) if summary.run_id else None,
            plot=feeds.time_plot(histories[shop.id].days),
            strip=feeds.strip(histories[shop.id].days),
            legend=feeds.legend(),
            truth=truth,
            why=feeds.why(truth),
            origin=feeds.origin,
            took=feeds.took,
            limits=queries.limits(session, at=at),
            day_hour=day_hour,
            largest=BOUNDS.size // 1_000_000,
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
        session, shop, at = desk()
        if run.state == FEED_RUN.first:
            return self.render(
                "office/stock_progress.html",
                run=run,
                work=work_on_stock(run),
                format=feeds.format_names().get(run.format, run.format),
                origin=feeds.origin(run),
                day_hour=day_hour,
            )
        part = part_asked(run)
        waits = run.state in WAITING
        summary = queries.summary(session, bookshop_id=shop.id, at=at)
        days = queries.histories(session, bookshop_ids=[shop.id], at=at)[shop.id].days if waits else []
        return self.render(
            "office/stock_run.html",
            run=run,
            waits=waits,
            refused=refused,
            machine=FEED_RUN,
            format=feeds.format_names().get(run.format, run.format),
            title=stock_files.title(run),
            meaning=stock_files.meaning(run),
            reasons=stock_files.reasons(run),
            error=say(Text(run.error["message"], run.error["values"])) if run.error else "",
            summary=summary,
            back=_back(run) if run.id == summary.run_id else None,
            earlier=_earlier(run, summary.run_id),
            again=run.state in AGAIN,
            losing=open_for(session, bookshop_id=shop.id, isbns=queries.removed(session, run_id=run.id))
            if waits and run.zeroed
            else [],
            part=part,
            figures=figures(part, lambda name: url_for(".run", run_id=run.id, lines=name)),
            shown=lines(session, part, at=at),
            plot=feeds.time_plot(days, proposed=summary.titles + run.added - run.zeroed) if waits else None,
            count=stock_files.count_to_type(run),
            origin=feeds.origin(run),
            took=feeds.took(run),
            day_hour=day_hour,
        )

    @expose("/run/<int:run_id>/apply", methods=("POST",))
    def apply(self, run_id: int) -> ResponseReturnValue:
        """Make a compared file the stock; a suspicious one needs its count typed."""
        session, _, at = desk()
        run = self.found(run_id)
        force = bool(run.hold_reasons)
        count = stock_files.count_to_type(run)
        if force and request.form.get("count", "").strip().replace(".", "") != str(count):
            wrong = Refused(N_("Type %(count)s to say that you want this."), field="count", count=count)
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

    @expose("/back")
    def back(self) -> ResponseReturnValue:
        """What bringing back the stock before a run, or that of the end of a day (yesterday's), would do."""
        session, shop, at = desk()
        today = at.astimezone(ZoneInfo(session.profile.time_zone)).date()
        day = _day_asked() or today - timedelta(days=1)
        asked = request.args.get("run", type=int)
        run_id = None if asked is None else self.found(asked).id
        way, why_not = None, ""
        try:
            wanted = run_id or queries.first_after(session, bookshop_id=shop.id, on=day)
            way = queries.way_back(session, run_id=wanted, at=at)
        except Refused as refused:
            why_not = say(refused.text)
        hidden_after = queries.limits(session, at=at).hide
        shown = stock_files.back_shown(way, hidden_after=hidden_after, at=at) if way else None
        return self.render(
            "office/stock_back.html",
            back=shown,
            why_not=why_not,
            losing=open_for(session, bookshop_id=shop.id, isbns=shown.removed) if shown else [],
            machine=FEED_RUN,
            origin=feeds.origin,
            day=day.isoformat(),
            latest=(today - timedelta(days=1)).isoformat(),
        )

    @expose("/run/<int:run_id>/revert", methods=("POST",))
    def revert(self, run_id: int) -> ResponseReturnValue:
        """Bring back the stock before an applied file and all that came after it."""
        session, _, at = desk()
        run = self.found(run_id)
        over = request.form.get("over", type=int)
        return self.act(
            lambda: actions.revert(session, run_id=run.id, at=at, over=over),
            said=gettext("The stock before this file is back; readers see it now."),
            to=url_for(".index"),
        )

    @expose("/run/<int:run_id>/replay", methods=("POST",))
    def replay(self, run_id: int) -> ResponseReturnValue:
        """Read the kept file anew and show what it would change."""
        session, _, at = desk()
        old = self.found(run_id)
        run, refused = self.attempt(lambda: actions.replay(session, run_id=old.id, at=at, apply_when_safe=False))
        if run is None:
            return self.verdict(self.found(run_id), refused)
        return redirect(url_for(".run", run_id=run.id))

    @expose("/run/<int:run_id>/<kind>.csv")
    def lines(self, run_id: int, kind: str) -> ResponseReturnValue:
        """The lines of a tab as a file."""
        if kind not in PARTS:
            abort(404)
        return as_file(desk()[0], Part(self.found(run_id), kind, "", 0))

    @expose("/model.csv")
    def model(self) -> ResponseReturnValue:
        """Our model file in the reader's language (F21)."""
        return _download(model_csv.template(str(get_locale())), "csv", "text/csv")

    @expose("/model.xlsx")
    def model_spreadsheet(self) -> ResponseReturnValue:
        """The same as a spreadsheet."""
        return _download(model_csv.spreadsheet(str(get_locale())), "xlsx", SPREADSHEET)


def _download(data: bytes, kind: str, media_type: str) -> Response:
    disposition = {"Content-Disposition": f"attachment; filename=stock-model.{kind}"}
    return Response(data, mimetype=media_type, headers=disposition)


def _back(run: FeedRun) -> tuple[int, str, str] | None:
    """The file that can be undone, the words of the button that does it, and its question."""
    session = web_session()
    if run.origin == "revert" or run.previous_id is None or not queries.can_revert(session, run_id=run.id):
        return None
    return run.id, *stock_files.back_words(run, queries.run(session, run_id=run.previous_id))


def _earlier(run: FeedRun, last: int | None) -> bool:
    """Whether the stock before an older file than the last one can be brought back."""
    return run.id != last and queries.can_revert(web_session(), run_id=run.id)


def _day_asked() -> date | None:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
