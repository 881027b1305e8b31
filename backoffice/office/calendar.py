"""The calendar page: closing days, vacations and hours on one page, the effect shown before saving (T132-T137, A04)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, ngettext
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from backoffice.base import ScreenView
from backoffice.forms import DayField, PaperForm
from backoffice.office.desk import desk, today
from backoffice.office.wording import day_and_month, day_hour, long_day, month_name
from backoffice.office.year import months
from trade.base.errors import Refused
from trade.base.text import N_
from trade.calendar import actions, queries
from trade.calendar.rules import DayKind, DeadlineChange, Vacation, WorkingCalendar, days_between, reopens_on

#: How far ahead the page looks.
AHEAD = timedelta(days=3 * 366)


class ClosingDayForm(PaperForm):
    """One day on which the bookshop is closed."""

    day = DayField(N_("Day"), [InputRequired()])
    name = StringField(N_("Name"), [Length(max=120)], description=N_("For example Inventory; readers see it."))


class VacationForm(PaperForm):
    """Consecutive days on which the bookshop is closed."""

    first_day = DayField(N_("First day"), [InputRequired()])
    last_day = DayField(N_("Last day"), [InputRequired()])
    note = StringField(N_("Name"), [Length(max=120)], description=N_("For example Summer vacation."))


CHOICES = (
    (
        N_("The premises are shut, but I serve orders"),
        N_("Write it into the hours. They only inform readers: orders and reservations keep coming in."),
        N_("Change the hours"),
        "office_settings.basic",
        "",
    ),
    (
        N_("We are closed on one day, from Monday to Friday"),
        N_("Set a closing day: it does not count for deadlines; orders and reservations keep coming in."),
        N_("Add a closing day"),
        "office_calendar.index",
        "#add-closing-day",
    ),
    (
        N_("We are away for several days and serve nothing"),
        N_("Set a vacation: it does not count for deadlines, and no order or reservation comes in."),
        N_("Add a vacation"),
        "office_calendar.index",
        "#add-vacation",
    ),
)


@dataclass(frozen=True)
class Draft:
    """A change that is shown but not saved: its effect on open deadlines and on what readers see."""

    title: str
    span: str
    summary: str
    changes: Sequence[DeadlineChange]
    public: str
    url: str
    fields: dict[str, str]


class Calendar(ScreenView):
    """Closing days, vacations, and the hours that only inform."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The year with what is set."""
        return self.page()

    @expose("/closing-day")
    def draft_closing_day(self) -> ResponseReturnValue:
        """Show what a closing day would move."""
        session, shop, at = desk()
        form = ClosingDayForm(request.args)
        if not form.validate():
            return self.page(closing_day=form)
        changes, refused = self.attempt(
            lambda: actions.preview_closing_day(
                session, bookshop=shop, day=form.day.data, name=form.name.data or "", at=at
            )
        )
        if refused is not None:
            return self.page(closing_day=form, refused=refused)
        day: date = form.day.data
        return self.page(
            extra_day=day,
            draft=Draft(
                title=gettext("Closing day, not saved yet"),
                span=long_day(day),
                summary=gettext("Orders and reservations keep coming in; the day does not count for deadlines."),
                changes=changes or [],
                public="",
                url=url_for(".add_closing_day"),
                fields={"day": day.isoformat(), "name": form.name.data or ""},
            ),
        )

    @expose("/closing-day", methods=("POST",))
    def add_closing_day(self) -> ResponseReturnValue:
        """Save a closing day."""
        session, shop, at = desk()
        form = ClosingDayForm()
        if not form.validate():
            return self.page(closing_day=form)
        moved, refused = self.attempt(
            lambda: actions.add_closing_day(session, bookshop=shop, day=form.day.data, name=form.name.data or "", at=at)
        )
        if refused is not None:
            return self.page(closing_day=form, refused=refused)
        return self.done(gettext("%(day)s is a closing day now.", day=long_day(form.day.data)), moved)

    @expose("/holidays", methods=("POST",))
    def add_holidays(self) -> ResponseReturnValue:
        """One click: every public holiday of the region in the coming year."""
        session, shop, at = desk()
        added, refused = self.attempt(lambda: actions.add_regional_holidays(session, bookshop=shop, at=at))
        if refused is not None:
            return self.page(refused=refused)
        count = len(added or [])
        return self.done(ngettext("%(num)s holiday added.", "%(num)s holidays added.", count), None)

    @expose("/closing-day/<int:closing_day_id>/remove", methods=("POST",))
    def remove_closing_day(self, closing_day_id: int) -> ResponseReturnValue:
        """Open on that day after all."""
        session, shop, at = desk()
        moved, refused = self.attempt(
            lambda: actions.remove_closing_day(session, bookshop=shop, closing_day_id=closing_day_id, at=at)
        )
        if refused is not None:
            return self.page(refused=refused)
        return self.done(gettext("The closing day is removed."), moved)

    @expose("/vacation")
    def draft_vacation(self) -> ResponseReturnValue:
        """Show what a vacation would move and what readers would see."""
        session, shop, at = desk()
        form = VacationForm(request.args)
        if not form.validate():
            return self.page(vacation=form)
        first, last = form.first_day.data, form.last_day.data
        changes, refused = self.attempt(
            lambda: actions.preview_vacation(session, bookshop=shop, first=first, last=last, at=at)
        )
        if refused is not None:
            return self.page(vacation=form, refused=refused)
        calendar = queries.calendar_of(session, bookshop=shop, at=at)
        return self.page(
            extra_vacation=Vacation(first, last),
            draft=Draft(
                title=gettext("Vacation, not saved yet"),
                span=f"{day_and_month(first)} – {day_and_month(last)}",
                summary=_vacation_summary(first, last, calendar),
                changes=changes or [],
                public=_closed_until(Vacation(first, last), calendar),
                url=url_for(".add_vacation"),
                fields={"first_day": first.isoformat(), "last_day": last.isoformat(), "note": form.note.data or ""},
            ),
        )

    @expose("/vacation", methods=("POST",))
    def add_vacation(self) -> ResponseReturnValue:
        """Save a vacation."""
        session, shop, at = desk()
        form = VacationForm()
        if not form.validate():
            return self.page(vacation=form)
        moved, refused = self.attempt(
            lambda: actions.add_vacation(
                session,
                bookshop=shop,
                first=form.first_day.data,
                last=form.last_day.data,
                note=form.note.data or "",
                at=at,
            )
        )
        if refused is not None:
            return self.page(vacation=form, refused=refused)
        return self.done(gettext("The vacation is saved."), moved)

    @expose("/vacation/<int:vacation_id>/remove", methods=("POST",))
    def remove_vacation(self, vacation_id: int) -> ResponseReturnValue:
        """Take a vacation back, or end the present one today."""
        session, shop, at = desk()
        moved, refused = self.attempt(
            lambda: actions.remove_vacation(session, bookshop=shop, vacation_id=vacation_id, at=at)
        )
        if refused is not None:
            return self.page(refused=refused)
        return self.done(gettext("The vacation is removed."), moved)

    @expose("/choose")
    def choose(self) -> ResponseReturnValue:
        """Which setting closes what (T137)."""
        return self.render(
            "office/choose.html",
            choices=[
                (gettext(title), gettext(text), gettext(label), url_for(endpoint) + anchor)
                for title, text, label, endpoint, anchor in CHOICES
            ],
        )

    def done(self, said: str, moved: Sequence[DeadlineChange] | None) -> ResponseReturnValue:
        """Say what was saved and how many deadlines it moved, and show the page."""
        if moved:
            count = len(moved)
            said = f"{said} {ngettext('%(num)s deadline moved.', '%(num)s deadlines moved.', count)}"
        return self.act(lambda: None, said=said, to=url_for(".index"))

    def page(
        self,
        *,
        closing_day: ClosingDayForm | None = None,
        vacation: VacationForm | None = None,
        refused: Refused | None = None,
        draft: Draft | None = None,
        extra_day: date | None = None,
        extra_vacation: Vacation | None = None,
    ) -> ResponseReturnValue:
        """The calendar page with whatever is proposed or wrong."""
        session, shop, at = desk()
        now = today(at)
        calendar = queries.calendar_of(session, bookshop=shop, at=at)
        first, count = _span(request.args.get("year", ""), now)
        last = date(first.year + (first.month + count - 2) // 12, (first.month + count - 2) % 12 + 1, 28)
        missing = queries.missing_holidays(bookshop=shop, calendar=calendar, first=max(first, now), last=last)
        return self.render(
            "office/calendar.html",
            months=months(
                first=first,
                count=count,
                calendar=calendar,
                today=now,
                missing=missing,
                draft=extra_vacation or (Vacation(extra_day, extra_day) if extra_day else None),
            ),
            addable=len(actions.addable_holidays(bookshop=shop, calendar=calendar, at=at)),
            years=_tabs(now),
            closing_days=queries.closing_days(session, bookshop_id=shop.id, first=now, last=now + AHEAD),
            vacations=queries.vacations(session, bookshop_id=shop.id, first=now, last=now + AHEAD),
            closing_day_form=closing_day or ClosingDayForm(None),
            vacation_form=vacation or VacationForm(None),
            refused=refused,
            draft=draft,
            shop=shop,
            calendar=calendar,
            today=now,
            words={"long_day": long_day, "day_and_month": day_and_month, "day_hour": day_hour, "month": month_name},
        )


def _span(year: str, now: date) -> tuple[date, int]:
    if year.isdigit() and now.year <= int(year) <= now.year + 2:
        return date(int(year), 1, 1), 12
    return now.replace(day=1), 12


def _tabs(now: date) -> list[dict[str, Any]]:
    asked = request.args.get("year", "")
    shown = [("", gettext("Next 12 months"))] + [(str(year), str(year)) for year in (now.year, now.year + 1)]
    return [
        {"label": label, "href": url_for("office_calendar.index", year=key or None), "on": key == asked}
        for key, label in shown
    ]


def _vacation_summary(first: date, last: date, calendar: WorkingCalendar) -> str:
    days = list(days_between(first=first, last=last, calendar=calendar))
    working = sum(day.kind is DayKind.WORKING for day in days)
    return gettext(
        "%(days)s days in a row, %(working)s of them working days. No order or reservation comes in.",
        days=len(days),
        working=working,
    )


def _closed_until(vacation: Vacation, calendar: WorkingCalendar) -> str:
    return gettext("Closed until %(day)s", day=long_day(reopens_on(day=vacation.last, calendar=calendar)))
