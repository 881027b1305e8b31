"""Tables of delivery tariffs: the one in force, those to come and past, a new one compared before it is saved (A28)."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from backoffice.base import ScreenView
from backoffice.forms import DayField, PaperForm
from trade.base import typed
from trade.base.errors import Refused
from trade.base.money import euros
from trade.base.text import N_
from trade.calendar.rules import at_wall_time
from trade.shipping import actions, queries
from trade.shipping.models import ShippingTable
from trade.shipping.rules import Brackets
from web.database import clock, profile, session
from web.language import say

LONGEST = 20_000


class TariffForm(PaperForm):
    """A whole table, one weight a line."""

    valid_from = DayField(N_("First day"), [InputRequired()])
    lines = TextAreaField(
        N_("Zone; up to grams; price"),
        [InputRequired(), Length(max=LONGEST)],
        description=N_("One weight a line, for example: peninsula; 2000; 4,50. The price includes VAT."),
    )
    note = StringField(N_("Note"), [Length(max=500)], description=N_("For example which contract it comes from."))


class Tariffs(ScreenView):
    """Staff's tables; what has begun is never changed, what is to come may be withdrawn."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Every table, and the one in force in full."""
        here, at = session(), clock().now()
        force = queries.table_in_force(here, at=at)
        return self.render(
            "staff/tariffs.html",
            rows=queries.tables(here),
            force=force,
            compared=compared(queries.brackets_of(force), {}),
            word=lambda table: _word(table, force, at),
            at=at,
        )

    @expose("/new", methods=("GET", "POST"))
    def create(self) -> ResponseReturnValue:
        """A new table: filled with the one in force, compared with it, then saved."""
        here, at = session(), clock().now()
        present = queries.brackets_of(queries.table_in_force(here, at=at))
        form, refused, wanted = TariffForm(), None, None
        if request.method == "GET":
            form.lines.data = as_lines(present)
        elif form.validate():
            try:
                wanted = read_lines(form.lines.data or "")
            except Refused as wrong:
                form.refuse("lines", say(wrong))
            if wanted is not None and "save" in request.form:
                table, refused = self.attempt(lambda: _add(form, wanted or {}, at))
                if table is not None:
                    return self.say_yes(gettext("Saved. It holds from its first day on."), url_for(".index"))
        return self.render(
            "staff/tariff_form.html",
            form=form,
            refused=refused,
            compared=compared(wanted, present) if wanted is not None else None,
        )

    @expose("/<int:table_id>")
    def table(self, table_id: int) -> ResponseReturnValue:
        """One table compared with the one in force."""
        here, at = session(), clock().now()
        found = here.get(ShippingTable, table_id) or abort(404)
        force = queries.table_in_force(here, at=at)
        return self.render(
            "staff/tariff.html",
            table=found,
            state=_word(found, force, at),
            may_withdraw=found.withdrawn_at is None and found.valid_from > at,
            compared=compared(queries.brackets_of(found), queries.brackets_of(force)),
        )

    @expose("/<int:table_id>/withdraw", methods=("POST",))
    def withdraw(self, table_id: int) -> ResponseReturnValue:
        """Take back a table that has not begun."""
        if session().get(ShippingTable, table_id) is None:
            abort(404)
        return self.act(
            lambda: actions.withdraw_table(session(), table_id=table_id, at=clock().now()),
            said=gettext("Withdrawn: it will not hold."),
            to=url_for(".index"),
        )


def _add(form: TariffForm, wanted: Brackets, at: datetime) -> ShippingTable:
    """From the first moment of its day, or from now where that is today."""
    zone = ZoneInfo(profile().time_zone)
    day = form.valid_from.data
    start = at if day == at.astimezone(zone).date() else at_wall_time(day=day, wall=time(0), zone=zone)  # type: ignore[arg-type]
    return actions.add_table(session(), brackets=wanted, valid_from=start, at=at, note=form.note.data or "")


def _word(table: ShippingTable, force: ShippingTable | None, at: datetime) -> tuple[str, str]:
    """What a table is now, with its shape."""
    if table.withdrawn_at is not None:
        return gettext("Withdrawn"), "refused"
    if force is not None and table.id == force.id:
        return gettext("In force"), "done"
    return (gettext("To come"), "open") if table.valid_from > at else (gettext("Past"), "refused")


def as_lines(brackets: Brackets) -> str:
    """A table as it is typed."""
    return "\n".join(
        f"{zone}; {grams}; {euros(cents):.2f}" for zone, steps in brackets.items() for grams, cents in steps
    )


def read_lines(text: str) -> Brackets:
    """The table that was typed. Raises Refused naming the line that is none."""
    found: dict[str, list[tuple[int, int]]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split(";")]
        try:
            zone, grams, price = parts
            found.setdefault(zone[:40], []).append((typed.whole_number(grams), typed.money(price)))
        except (ValueError, Refused):
            raise Refused(
                N_("Line %(line)s, “%(typed)s”: write zone; grams; price."),
                field="lines",
                line=number,
                typed=line.strip()[:60],
            ) from None
    return found


def compared(wanted: Brackets, present: Brackets) -> list[dict[str, Any]]:
    """Zone by zone, weight by weight: the price, and what it is at present; None where there is none."""
    rows = []
    for zone in dict.fromkeys((*wanted, *present)):
        new, old = dict(wanted.get(zone, ())), dict(present.get(zone, ()))
        for grams in sorted({*new, *old}):
            then, now = new.get(grams), old.get(grams)
            difference = None if then is None or now is None else then - now
            rows.append({"zone": zone, "grams": grams, "then": then, "now": now, "difference": difference})
    return rows
