"""The bookshop's settings: public data, billing, place, price thresholds, options, account, history (T113-T131)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import get_locale, gettext, ngettext
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired

from backoffice.base import ScreenView
from backoffice.forms import PaperForm
from backoffice.office.desk import desk
from backoffice.office.wording import day_hour
from backoffice.setting_rows import SettingRow, place_refusal, read, save, setting_rows, shown
from trade.accounts.queries import people_of
from trade.base.coordinates import parse_coordinates
from trade.base.errors import Refused
from trade.base.identifiers import masked_iban
from trade.base.settings import all_declared, history, value_of
from trade.base.text import N_
from trade.members import actions, queries
from trade.shipping.settings import LABEL_PAYER
from trade.stock.actions import rejudge
from trade.stock.queries import Effect, effect_of, price_gaps
from trade.stock.rules import Gap, hidden_by
from trade.stock.settings import THRESHOLDS
from trade.texts.queries import acceptances_of, all_in_force, text_in_force
from trade.texts.rules import DOCUMENTS, blocks, in_language
from web.database import profile
from web.language import LOCALES, say

SECTIONS = (
    ("basic", N_("Basic data")),
    ("billing", N_("Billing data")),
    ("location", N_("Place on the map")),
    ("thresholds", N_("Price thresholds")),
    ("options", N_("Platform options")),
    ("payments", N_("Payments")),
    ("history", N_("History")),
)
#: The curve of visible titles is drawn from 0 to 15 %.
CURVE = range(0, 1_600, 100)


class BasicForm(PaperForm):
    """What readers see (T114); the hours only inform (T115)."""

    name = StringField(N_("Name of the bookshop"), [InputRequired()])
    address = StringField(N_("Address"))
    postcode = StringField(N_("Postcode"), [InputRequired()])
    city = StringField(N_("Town"), [InputRequired()])
    email = StringField(N_("E-mail for readers"), description=N_("New reservations are announced here."))
    phone = StringField(N_("Telephone"))
    website = StringField(N_("Web page"), description=N_("Your main page, for example https://libreria.example"))
    hours = TextAreaField(
        N_("Opening hours"),
        description=N_("In your own words. They only inform: orders and reservations come in at any hour."),
    )
    description = TextAreaField(N_("About the bookshop"))


class BillingForm(PaperForm):
    """Who is invoiced (T116)."""

    legal_name = StringField(N_("Legal name"), [InputRequired()])
    tax_id = StringField(N_("Tax identification number"), [InputRequired()])
    address = StringField(N_("Address"))
    postcode = StringField(N_("Postcode"), [InputRequired()])
    city = StringField(N_("Town"), [InputRequired()])
    email = StringField(N_("E-mail for invoices"))


class PlaceForm(PaperForm):
    """Coordinates or the address of a map (T120)."""

    pasted = StringField(
        N_("Coordinates, or the address of a map"),
        [InputRequired()],
        description=N_("For example 41.38, 2.17, or the address that a map on the web shows for your premises."),
    )


class AccountForm(PaperForm):
    """The account that transfers go to (T130)."""

    iban = StringField(N_("IBAN"), [InputRequired()])
    holder = StringField(N_("Holder of the account"), [InputRequired()])


class Settings(ScreenView):
    """One page a section; each is saved by itself."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The first section."""
        return redirect(url_for(".basic"))

    @expose("/basic", methods=("GET", "POST"))
    def basic(self) -> ResponseReturnValue:
        """Public data."""
        session, shop, at = desk()
        form = BasicForm(obj=None if request.method == "POST" else shop)
        return self.sheet(
            "basic",
            form,
            lambda: actions.change_public_data(session, bookshop_id=shop.id, given=_given(form), at=at),
            lede=gettext("What readers see of your bookshop."),
        )

    @expose("/billing", methods=("GET", "POST"))
    def billing(self) -> ResponseReturnValue:
        """Billing data, with the tax id checked."""
        session, shop, at = desk()
        billing = queries.billing_of(session, bookshop_id=shop.id)
        form = BillingForm(obj=None if request.method == "POST" else billing)
        return self.sheet(
            "billing",
            form,
            lambda: actions.change_billing(session, bookshop_id=shop.id, given=_given(form), at=at),
            lede=gettext("For invoices to you and by you. Readers do not see it, apart from what the law demands."),
        )

    @expose("/location", methods=("GET", "POST"))
    def location(self) -> ResponseReturnValue:
        """The place, from whatever was pasted; a place abroad is warned about."""
        session, shop, at = desk()
        form = PlaceForm()
        present = "" if shop.latitude is None else f"{shop.latitude}, {shop.longitude}"
        if request.method == "GET":
            form.pasted.data = present
        return self.sheet(
            "location",
            form,
            lambda: actions.set_place(session, bookshop_id=shop.id, pasted=form.pasted.data or "", at=at),
            lede=gettext("Readers see the distance from them to you. Check that it is your door."),
            field="pasted",
            point=parse_coordinates(present) if present else None,
        )

    @expose("/payments", methods=("GET", "POST"))
    def payments(self) -> ResponseReturnValue:
        """The account; every change is told to the addresses on file."""
        session, shop, at = desk()
        billing = queries.billing_of(session, bookshop_id=shop.id)
        form = AccountForm()
        if request.method == "GET":
            form.holder.data = billing.iban_holder
        return self.sheet(
            "payments",
            form,
            lambda: actions.change_iban(
                session, bookshop_id=shop.id, iban=form.iban.data or "", holder=form.holder.data or "", at=at
            ),
            lede=gettext("Redeemed gift cheques are transferred to this account in the first days of the next month."),
            field="iban",
            cards=profile().money_flow == "bookshop",
            note=gettext(
                "On file: %(iban)s. A change is told by mail to every address of the bookshop.",
                iban=masked_iban(billing.iban),
            )
            if billing.iban
            else gettext("No account is on file: gift cheques cannot be switched on."),
        )

    def sheet(
        self, section: str, form: PaperForm, verb: Callable[[], Any], *, lede: str, field: str = "", **more: Any
    ) -> ResponseReturnValue:
        """One form of plain fields: show it, or save it and say so."""
        refused = None
        if request.method == "POST":
            answer, refused = self.attempt(verb)
            if refused is None:
                flash(say(answer) if answer else gettext("Saved."), "error" if answer else "success")
                return redirect(url_for(f".{section}"))
            name = refused.field or field
            if name in form:
                form.refuse(name, say(refused))
        return self.render(
            "office/settings_sheet.html",
            section=section,
            tabs=tabs(section),
            title=gettext(dict(SECTIONS)[section]),
            form=form,
            refused=refused if refused and not form.errors else None,
            lede=lede,
            **more,
        )

    @expose("/thresholds", methods=("GET", "POST"))
    def thresholds(self) -> ResponseReturnValue:
        """Price thresholds by category, with what they hide, before and after (T123, T124, T112)."""
        session, shop, at = desk()
        rows = setting_rows(session, all_declared(scope="bookshop", section="thresholds"), at=at, bookshop_id=shop.id)
        refused = None
        if request.method == "POST":
            read(rows, request.form)
            if not any(row.errors for row in rows) and "look" not in request.form:
                _, refused = self.attempt(lambda: self.save_thresholds(rows))
                if refused is None:
                    return redirect(url_for(".thresholds"))
                place_refusal(rows, refused)
        gaps = price_gaps(session, bookshop_id=shop.id)
        wrong = refused is not None or any(row.errors for row in rows)
        return self.render(
            "office/thresholds.html",
            tabs=tabs("thresholds"),
            rows=rows,
            refused=refused,
            effects=_effects(rows, gaps),
            curves=_curves(rows, gaps),
            looked="look" in request.form and not wrong,
            effect=self.effect(rows) if "look" in request.form and not wrong else None,
        )

    def effect(self, rows: list[SettingRow]) -> Effect:
        """Which titles the typed thresholds would show and hide, with some of each."""
        session, shop, _ = desk()
        row = next(row for row in rows if row.setting is THRESHOLDS)
        present = dict(row.present.value or {}) if row.present else {}
        return effect_of(session, bookshop_id=shop.id, present=present, wanted=_wanted(row))

    def save_thresholds(self, rows: list[SettingRow]) -> None:
        """Save, judge every title anew, and say what that did."""
        session, shop, at = desk()
        if not save(session, rows, at=at, bookshop_id=shop.id, note=request.form.get("note", "")[:300]):
            flash(gettext("Nothing was changed."), "success")
            return
        moved = rejudge(session, bookshop_id=shop.id, at=at)
        flash(
            ngettext(
                "Saved. %(num)s title is shown or hidden anew.",
                "Saved. %(num)s titles are shown or hidden anew.",
                moved,
            ),
            "success",
        )

    @expose("/options")
    def options(self) -> ResponseReturnValue:
        """Each model of the platform, joined by accepting its conditions, left at any time (T125)."""
        return self.options_page()

    def options_page(self, refused: Refused | None = None, option: str = "") -> ResponseReturnValue:
        """The page, with the option that was refused."""
        session, shop, at = desk()
        offered = [
            (
                setting,
                value_of(session, setting, at=at, bookshop_id=shop.id),
                _conditions(setting.key.partition(".")[0]),
            )
            for setting in all_declared(scope="bookshop", section="options")
            if session.profile.has(setting.key.partition(".")[0])
        ]
        return self.render(
            "office/options.html", tabs=tabs("options"), offered=offered, refused=refused, refused_option=option
        )

    @expose("/options/<option>", methods=("POST",))
    def set_option(self, option: str) -> ResponseReturnValue:
        """Switch an option on or off."""
        session, shop, at = desk()
        on = request.form.get("on") == "yes"
        if option not in actions.OPTIONS or not session.profile.has(option):
            abort(404)
        _, refused = self.attempt(
            lambda: actions.set_option(
                session,
                bookshop_id=shop.id,
                option=option,
                on=on,
                accepted=request.form.get("accepted") == "y",
                at=at,
                locale=str(get_locale()),
            )
        )
        if refused is not None:
            return self.options_page(refused, option)
        flash(gettext("Switched on.") if on else gettext("Switched off. What is open is still served."), "success")
        return redirect(url_for(".options"))

    @expose("/history")
    def history(self) -> ResponseReturnValue:
        """What was accepted, when and by whom; every value of the bookshop's own settings (F51)."""
        session, shop, at = desk()
        settings = all_declared(scope="bookshop")
        values = [
            (setting, row, shown(setting, row.value) if row.value is not None else gettext("as inherited"))
            for setting in settings
            for row in history(session, setting, bookshop_id=shop.id)
        ]
        values.sort(key=lambda entry: entry[1].valid_from, reverse=True)
        return self.render(
            "office/settings_history.html",
            tabs=tabs("history"),
            acceptances=acceptances_of(session, bookshop_id=shop.id),
            documents=DOCUMENTS,
            in_force={text.id for text in all_in_force(session, at=at).values()},
            values=values[:100],
            people=dict(_names()),
            day_hour=day_hour,
        )


def _given(form: PaperForm) -> dict[str, str]:
    return {field.name: field.data or "" for field in form}


def tabs(section: str) -> list[dict[str, Any]]:
    """The sections of the settings, the present one lit."""
    found = [
        {"label": gettext(label), "href": url_for(f"office_settings.{key}"), "on": key == section}
        for key, label in SECTIONS
    ]
    found.insert(
        3, {"label": gettext("Your web shop"), "href": url_for("office_web_shop.index"), "on": section == "web_shop"}
    )
    session, _, at = desk()
    if value_of(session, LABEL_PAYER, at=at) == "bookshop":
        own = {"label": gettext("Carriers"), "href": url_for("office_carriers.index"), "on": section == "carriers"}
        found.insert(-1, own)
    found.insert(-1, {"label": gettext("People"), "href": url_for("office_people.index"), "on": section == "people"})
    return found


def _conditions(option: str) -> dict[str, Any] | None:
    """The conditions of an option in the reader's language, as blocks; None where it has none."""
    session, _, at = desk()
    document = actions.CONDITIONS.get(option, option)
    text = text_in_force(session, document=document, at=at)
    if text is None:
        return None
    language, body = in_language(text.bodies, locales=(str(get_locale()), *LOCALES))
    return {
        "language": language,
        "blocks": blocks(body),
        "version": text.version,
        "title": gettext(DOCUMENTS[document]),
    }


def _wanted(row: SettingRow) -> dict[str, int]:
    """What would be in force by category: the typed rates, else those inherited."""
    base = dict(row.above.value or {}) if row.above else {}
    if row.changed:
        return base | (row.wanted or {})
    return dict(row.present.value or {}) if row.present else base


def _effects(rows: list[SettingRow], gaps: list[Gap]) -> dict[str, dict[str, Any]]:
    """By field: titles with both prices, hidden now, hidden with what is typed, and what the network says."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.setting is not THRESHOLDS:
            continue
        present, wanted = dict(row.present.value or {}) if row.present else {}, _wanted(row)
        above = dict(row.above.value or {}) if row.above else {}
        for part in row.parts:
            key = part.name.removeprefix(f"{row.name}-")
            found[part.name] = {
                "titles": sum(gap.category == key for gap in gaps),
                "now": hidden_by(gaps, category=key, threshold=present.get(key, 0)),
                "then": hidden_by(gaps, category=key, threshold=wanted.get(key, 0)),
                "above": above.get(key, 0),
                "own": present.get(key, 0) != above.get(key, 0),
            }
    return found


def _curves(rows: list[SettingRow], gaps: list[Gap]) -> list[dict[str, Any]]:
    """Visible titles by threshold, for the categories of which there is stock."""
    curves = []
    for row in rows:
        for part in row.parts:
            key = part.name.removeprefix(f"{row.name}-")
            total = sum(gap.category == key for gap in gaps)
            if not total:
                continue
            present = (row.present.value or {}).get(key, 0) if row.present else 0
            points = [(rate / 100, total - hidden_by(gaps, category=key, threshold=rate)) for rate in CURVE]
            now = total - hidden_by(gaps, category=key, threshold=present)
            curves.append({"label": part.label, "points": points, "present": present, "visible": now, "total": total})
    return curves


def _names() -> list[tuple[int, str]]:
    session, shop, _ = desk()
    return [(person.id, person.name) for _, person in people_of(session, bookshop_id=shop.id)]
