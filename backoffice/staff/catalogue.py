"""The feeds of the catalogue: what came, whose word counts, the services that are asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, ngettext
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField

from backoffice.base import ScreenView
from backoffice.forms import AtMost, PaperForm
from backoffice.office.desk import page_asked
from backoffice.progress import work_on_feed
from trade.base import outbox
from trade.base.errors import NotFound, Refused
from trade.base.text import N_, Text
from trade.catalogue import actions
from trade.catalogue.clients import clients
from trade.catalogue.formats import formats
from trade.catalogue.models import CatalogueRun, CatalogueSource
from trade.catalogue.queries import feeds
from trade.catalogue.rules import GROUPS, SAMPLE
from trade.catalogue.states import CATALOGUE_RUN
from web.database import clock, session
from web.language import number, say
from web.limits import allow_larger

allow_larger("staff_catalogue.upload", file=actions.LARGEST_UPLOAD)

PAGE = 30
SOURCES = {
    "staff": N_("Staff"),
    "publisher": N_("Publishers"),
    "supplier": N_("Distributors"),
    "bibliography": N_("Bibliographies"),
    "sample": N_("Sample data"),
    "feed": N_("Address in a feed"),
}
ORIGINS = {
    "upload": N_("sent by hand"),
    "command": N_("from the command line"),
    "client": N_("asked of the service"),
    "demo": N_("sample"),
}
COUNTS = {
    "new": N_("New books"),
    "changed": N_("Changed books"),
    "unchanged": N_("Unchanged books"),
    "deleted": N_("Withdrawn books"),
    "refused": N_("Refused records"),
    "non_books": N_("No books"),
}


def source_name(source: CatalogueSource | str) -> str:
    """What a source is called."""
    key, name = (source, source) if isinstance(source, str) else (source.key, source.name)
    return gettext(SOURCES[key]) if key in SOURCES else name


class UploadForm(PaperForm):
    """A feed sent by hand."""

    file = FileField(N_("File"), [FileRequired(N_("Choose a file.")), AtMost(actions.LARGEST_UPLOAD)])
    format = SelectField(N_("Format"), default="")
    source = SelectField(N_("Who tells it"), default="")

    def __init__(self, sources: Sequence[CatalogueSource]) -> None:
        super().__init__()
        self.format.choices = [("", gettext("as the file says"))]
        self.format.choices += [(name, gettext(module.TITLE)) for name, module in formats().items()]
        tellers = [source for source in sources if source.key not in {actions.STAFF, SAMPLE}]
        self.source.choices = [("", gettext("the usual source of the format"))]
        self.source.choices += [(source.key, source_name(source)) for source in tellers]


class CatalogueFeeds(ScreenView):
    """Sources and their files."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """What came, and whose word counts."""
        return self.page(UploadForm(feeds.sources(session())))

    def page(self, form: UploadForm, refused: Refused | None = None) -> ResponseReturnValue:
        """The page, with the form as it was sent."""
        sources, page = feeds.sources(session()), page_asked()
        rows = feeds.runs(session(), limit=PAGE + 1, offset=page * PAGE)
        return self.render(
            "staff/catalogue.html",
            form=form,
            refused=refused,
            largest=actions.LARGEST_UPLOAD // 1_000_000,
            runs=rows[:PAGE],
            more=len(rows) > PAGE,
            page=page,
            sources={source.id: source for source in sources},
            source_name=source_name,
            orders={group: _in_order(sources, group) for group in GROUPS},
            groups=GROUPS,
            machine=CATALOGUE_RUN,
            formats=format_names(),
            counts=COUNTS,
            heat=heat,
            services=_services(sources),
            totals=feeds.totals(session(), at=clock().now()),
        )

    @expose("/upload", methods=("POST",))
    def upload(self) -> ResponseReturnValue:
        """Keep the file; a job reads it."""
        form = UploadForm(feeds.sources(session()))
        if not form.validate():
            return self.page(form)
        run, refused = self.attempt(
            lambda: actions.receive_feed(
                session(),
                stream=form.file.data.stream,
                name=form.file.data.filename or "feed",
                origin="upload",
                at=clock().now(),
                store=current_app.extensions["store"],
                format=form.format.data,
                source=form.source.data,
            )
        )
        if run is None:
            return self.page(form, refused)
        return redirect(url_for(".run", run_id=run.id))

    @expose("/covers", methods=("POST",))
    def covers(self) -> ResponseReturnValue:
        """Covers whose names are ISBNs, alone or in a zip."""
        file = request.files.get("file")
        if file is None or not file.filename:
            return self.say_no(gettext("Choose a file."), url_for(".index"))
        data, name = file.stream.read(), file.filename
        done, refused = self.attempt(
            lambda: actions.set_covers(
                session(), data=data, name=name, at=clock().now(), store=current_app.extensions["store"]
            )
        )
        if done is None:
            return self.refuse(refused or NotFound(), url_for(".index"))
        taken, left = done
        said = ngettext("%(num)d cover was taken.", "%(num)d covers were taken.", taken)
        if left:
            more = ", ".join(left[:5]) + ("…" if len(left) > 5 else "")
            said += " " + gettext(
                "Not taken: %(names)s (no picture, or no ISBN of a known book as its name).", names=more
            )
        return self.say_yes(said, url_for(".index")) if taken else self.say_no(said, url_for(".index"))

    @expose("/run/<int:run_id>")
    def run(self, run_id: int) -> ResponseReturnValue:
        """One feed: how far it is, then its counts and what was refused in it."""
        found = feeds.run(session(), run_id=run_id)
        source = feeds.source(session(), source_id=found.source_id)
        reasons = sorted(found.reasons.items(), key=lambda pair: -pair[1])
        asked = request.args.get("reason", -1, int)
        reason = reasons[asked][0] if 0 <= asked < len(reasons) else ""
        page = page_asked()
        rows = feeds.rejections(session(), run_id=run_id, reason=reason, limit=PAGE + 1, offset=page * PAGE)
        return self.render(
            "staff/catalogue_run.html",
            run=found,
            file=feeds.file_of(session(), run=found),
            source=source_name(source),
            machine=CATALOGUE_RUN,
            title=_title(found),
            format=format_names().get(found.format, found.format),
            origin=gettext(ORIGINS[found.origin]) if found.origin in ORIGINS else found.origin,
            error=say(Text(found.error["message"], found.error.get("values", {}))) if found.error else "",
            figures=[{"name": gettext(word), "value": number(getattr(found, key))} for key, word in COUNTS.items()],
            reasons=[(place, _general(message), count) for place, (message, count) in enumerate(reasons)],
            reason=asked if reason else None,
            rows=[(row.place, say(Text(row.reason, row.values)), row.excerpt) for row in rows[:PAGE]],
            others=sorted(found.non_book_codes.items(), key=lambda pair: -pair[1]),
            page=page,
            more=len(rows) > PAGE,
            work=None if CATALOGUE_RUN.states[found.state].final else work_on_feed(found),
        )

    @expose("/source/<int:source_id>/move", methods=("POST",))
    def move(self, source_id: int) -> ResponseReturnValue:
        """One place up or down in the order of a group; the books that several sources tell follow."""
        group, places = request.form.get("group", ""), request.form.get("places", "")
        if group not in GROUPS or places not in {"-1", "1"}:
            abort(404)
        at = clock().now()

        def order() -> None:
            actions.move_source(session(), source_id=source_id, group=group, places=int(places), at=at)
            outbox.post(session(), kind="catalogue.renew", key=f"catalogue.renew:{at.isoformat()}", payload={})

        said = gettext("The order is changed. Books that several sources tell of follow within minutes.")
        return self.act(order, said=said, to=url_for(".index", _anchor=f"order-{group}"))

    @expose("/service/<client>", methods=("POST",))
    def connect(self, client: str) -> ResponseReturnValue:
        """Keep the credentials of a service, and ask it now: what it answers stands among the feeds."""
        at, pepper = clock().now(), current_app.config["SECRET_KEY"].encode()

        def connect() -> None:
            actions.connect(session(), client=client, values=request.form.to_dict(), pepper=pepper, at=at)
            outbox.post(session(), kind="catalogue.ask", key=f"catalogue.ask:{client}:{at.isoformat()}", payload={})

        return self.act(
            connect,
            said=gettext("The service is connected. It is asked every night, and now."),
            to=url_for(".index", _anchor="services"),
        )

    @expose("/source/<int:source_id>/disconnect", methods=("POST",))
    def disconnect(self, source_id: int) -> ResponseReturnValue:
        """Forget the credentials of a service."""
        return self.act(
            lambda: actions.disconnect(session(), source_id=source_id, at=clock().now()),
            said=gettext("The service is not asked any more. What it told stays."),
            to=url_for(".index", _anchor="services"),
        )


def format_names() -> dict[str, str]:
    """What the formats and services are called."""
    return {name: gettext(module.TITLE) for name, module in (*formats().items(), *clients().items())}


def heat(run: CatalogueRun) -> int:
    """How much of a feed was refused, as a step of the heat scale: 0 nothing, 1 up to 1 %, 2 up to 10 %, 3 more."""
    if not run.refused:
        return 0
    share = run.refused / max(run.position, 1)
    return 1 if share <= 0.01 else 2 if share <= 0.1 else 3


def _in_order(sources: Sequence[CatalogueSource], group: str) -> list[CatalogueSource]:
    return sorted(sources, key=lambda source: (source.ranks.get(group, 0), source.id))


def _services(sources: Sequence[CatalogueSource]) -> list[dict[str, Any]]:
    known = {source.reader: source for source in sources if source.kind == "client"}
    return [
        {"key": key, "name": gettext(module.TITLE), "fields": module.CREDENTIALS, "source": known.get(key)}
        for key, module in clients().items()
    ]


def _title(run: CatalogueRun) -> str:
    told = run.new + run.changed + run.unchanged + run.deleted
    titles = {
        "received": gettext("The feed waits for its turn"),
        "importing": gettext("The feed is being read"),
        "unchanged": gettext("The same file as the last one: nothing changes"),
        "broken": gettext(
            "The file is damaged further on: %(count)s records were read before", count=number(run.position)
        ),
        "refused": gettext("The feed cannot be read"),
        "done": ngettext("%(count)s book read", "%(count)s books read", told, count=number(told)),
    }
    return titles[run.state]


def _general(message: str) -> str:
    """A reason without the values of one record."""
    return re.sub(r"%\(\w+\)s", "…", gettext(message))
