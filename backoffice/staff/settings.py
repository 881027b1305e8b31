"""Platform settings: the form is drawn from the declarations; every value is dated and stays in the history."""

from __future__ import annotations

import json
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, ngettext
from wtforms import StringField
from wtforms.validators import Length, Optional

from backoffice.base import ScreenView
from backoffice.forms import DayField, PaperForm
from backoffice.setting_rows import SettingRow, place_refusal, read, save, setting_rows, shown
from backoffice.staff.names import person_names
from invoices.logo import MOST_BYTES, clean_logo
from trade.base.errors import Refused, concerning
from trade.base.settings import all_declared, declared, history
from trade.base.text import N_
from trade.stock.actions import judge_later
from trade.stock.queries import JUDGED_ANEW, NetworkEffect, effect_on_network
from web.database import clock, profile, session

SECTIONS = {
    "operator": N_("Operator"),
    "members": N_("Joining"),
    "options": N_("What bookshops may offer"),
    "reservations": N_("Reservations"),
    "sales": N_("Orders"),
    "shipping": N_("Delivery"),
    "calendar": N_("Deadlines"),
    "stock": N_("Stock"),
    "thresholds": N_("Price thresholds"),
    "distributors": N_("Distributors"),
    "catalogue": N_("Catalogue"),
    "money": N_("Money"),
    "privacy": N_("Privacy"),
    "general": N_("General"),
}


class WhenForm(PaperForm):
    """From when a change counts, and why it is made."""

    valid_from = DayField(N_("In force from"), [Optional()], description=N_("Empty: at once."))
    note = StringField(N_("Why"), [Length(max=300)])

    def moment(self) -> datetime | None:
        """The beginning of the day, in the network's time zone."""
        if self.valid_from.data is None:
            return None
        return datetime.combine(self.valid_from.data, time(), ZoneInfo(profile().time_zone))


class Settings(ScreenView):
    """The platform's own values."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The first section."""
        return redirect(url_for(".section", section=_sections()[0]))

    @expose("/<section>/", methods=("GET", "POST"))
    def section(self, section: str) -> ResponseReturnValue:
        """One section: look at its values and where they come from, change them."""
        if section not in _sections():
            abort(404)
        now, when, refused, effect = clock().now(), WhenForm(), None, None
        rows = setting_rows(session(), all_declared(scope="platform", section=section), at=now)
        if request.method == "POST":
            read(rows, request.form)
            if when.validate() and not any(row.errors for row in rows):
                count = None
                effect, refused = self.attempt(lambda: _effect(rows, now))
                if effect is None and refused is None:
                    count, refused = self.attempt(lambda: _save(rows, when, now))
                if count is not None:
                    flash(_saved(count, when), "success")
                    return redirect(url_for(".section", section=section))
                if refused is not None:
                    place_refusal(rows, refused)
        return self.render(
            "staff/settings.html",
            rows=rows,
            effect=effect,
            seen=_judging(rows),
            when=when,
            refused=refused,
            sections=[(key, gettext(SECTIONS.get(key, key))) for key in _sections()],
            section=section,
            missing=_missing(now),
            history=lambda row: url_for(".history", key=row.setting.key),
        )

    @expose("/history/<key>/")
    def history(self, key: str) -> ResponseReturnValue:
        """Every value a setting ever had, those of the future included."""
        try:
            setting = declared(key)
        except KeyError:
            abort(404)
        rows = history(session(), setting, limit=100)
        now = clock().now()
        return self.render(
            "staff/setting_history.html",
            setting=setting,
            section=gettext(SECTIONS.get(setting.section, setting.section)),
            values=[
                (
                    row,
                    shown(setting, row.value) if row.value is not None else gettext("as inherited"),
                    row.valid_from > now,
                )
                for row in rows
            ],
            people=person_names(session(), {row.set_by for row in rows}),
        )


def _sections() -> list[str]:
    present = {setting.section for setting in all_declared(scope="platform")}
    return [key for key in SECTIONS if key in present] + sorted(present - set(SECTIONS))


def _judging(rows: list[SettingRow]) -> str:
    """What is typed of the values that decide which titles readers see, as one text; empty where nothing is."""
    wanted = {row.setting.key: row.wanted for row in rows if row.changed and row.setting in JUDGED_ANEW}
    return json.dumps(wanted, sort_keys=True) if wanted else ""


def _effect(rows: list[SettingRow], now: datetime) -> NetworkEffect | None:
    """What such values would do; None where there are none, or the page has shown it before. Raises Refused."""
    if _judging(rows) in ("", request.form.get("seen")):
        return None
    changed = [row for row in rows if row.changed and row.setting in JUDGED_ANEW]
    supposed = {row.setting.key: row.setting.validate(row.wanted) for row in changed}
    return effect_on_network(session(), supposed=supposed, at=now)


def _save(rows: list[SettingRow], when: WhenForm, now: datetime) -> int:
    valid_from = when.moment()
    if valid_from is not None and valid_from < now:
        if valid_from.date() != now.astimezone(valid_from.tzinfo).date():
            raise Refused(N_("A value cannot take effect in the past."), field="valid_from")
        valid_from = None
    _take_images(rows)
    count = save(session(), rows, at=now, valid_from=valid_from, note=when.note.data or "")
    if _judging(rows):
        judge_later(session(), at=now)
    return count


def _take_images(rows: list[SettingRow]) -> None:
    """An image's value is the digest of its file, cleaned of everything but the drawing."""
    for row in rows:
        upload = request.files.get(row.name)
        if row.setting.kind != "image" or upload is None or not upload.filename:
            continue
        with concerning(row.setting.key):
            picture = clean_logo(upload.stream.read(MOST_BYTES + 1))
        row.wanted, row.changed = current_app.extensions["store"].put(picture.content), True


def _saved(count: int, when: WhenForm) -> str:
    if count == 0:
        return gettext("Nothing was changed.")
    if when.moment() is None:
        return ngettext("%(num)d value is in force now.", "%(num)d values are in force now.", count)
    return ngettext("%(num)d change is scheduled.", "%(num)d changes are scheduled.", count)


def _missing(now: datetime) -> list[dict[str, Any]]:
    """What must be set before going live and nobody has set."""
    settings = all_declared(scope="platform")
    return [
        {"label": gettext(row.setting.label), "url": url_for(".section", section=row.setting.section) + f"#{row.name}"}
        for row in setting_rows(session(), settings, at=now)
        if row.above is None and not row.own
    ]
