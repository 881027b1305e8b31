"""Settings as rows of a form drawn from their declarations: what is in force, where it comes from, what is typed.

    rows = setting_rows(session(), all_declared(scope="platform", section="money"), at=now)
    read(rows, request.form)                # fills typed, wanted and error of each row
    if not any(row.error for row in rows):
        save(session(), rows, at=now)       # only what changed; raises Refused with the row's field
    ...
    {{ settings.rows(rows) }}               # components/setting.html

With ``bookshop_id`` the same rows are one bookshop's. A field that is emptied goes back to what it inherits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from flask_babel import get_locale, gettext

from trade.base import typed
from trade.base.errors import Refused
from trade.base.money import euros
from trade.base.settings import MUST_BE_SET, Resolved, Setting, inherited, resolve_many, set_value
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.catalogue.queries import categories
from web.database import profile
from web.language import money, number, percent, say

READERS = {"integer": typed.whole_number, "money": typed.money, "rate": typed.percent, "rates": typed.percent}
NUMBERS = frozenset(READERS)
ORIGINS = {
    "platform": N_("The network says %(value)s."),
    "profile": N_("The country's profile says %(value)s."),
    "default": N_("The product proposes %(value)s."),
}
SAMPLE = N_("A sample of the profile says %(value)s: set your own before going live.")


@dataclass
class Part:
    """One input of a row; only percentages by category have several."""

    name: str
    label: str
    typed: str
    error: str = ""


@dataclass
class SettingRow:
    """One setting on a page. ``above`` is what holds without a value of its own here."""

    setting: Setting
    present: Resolved | None
    above: Resolved | None
    own: bool
    parts: list[Part] = field(default_factory=list)
    changed: bool = False
    wanted: Any = None

    @property
    def name(self) -> str:
        """The name of the row's field."""
        return field_name(self.setting.key)

    @property
    def unit(self) -> str:
        """The unit beside the field, translated; a lone percent sign never goes through a template's gettext."""
        signs = {"rate": "%", "rates": "%", "money": "€"}
        return gettext(self.setting.unit) if self.setting.unit else signs.get(self.setting.kind, "")

    @property
    def errors(self) -> list[str]:
        """What is wrong with what was typed."""
        return [part.error for part in self.parts if part.error]

    @property
    def origin(self) -> str:
        """Where the value comes from, in words."""
        if self.above is None:
            return gettext("Must be set: nothing is proposed.") if not self.own else gettext("Set here.")
        told = gettext(self._origin_of(self.above), value=shown(self.setting, self.above.value))
        return gettext("Set here.") + " " + told if self.own else told

    def _origin_of(self, above: Resolved) -> str:
        sample = above.origin == "profile" and self.setting.key in profile().samples
        return SAMPLE if sample else ORIGINS[above.origin]


def field_name(key: str) -> str:
    """A setting's key as the name of a form field."""
    return key.replace(".", "-")


def setting_rows(
    session: TenantSession, settings: Sequence[Setting], *, at: datetime, bookshop_id: int | None = None
) -> list[SettingRow]:
    """The rows of these settings, in two queries (and one for each that a bookshop has of its own)."""
    found = resolve_many(session, settings, at=at, bookshop_ids=[bookshop_id], missing="none")
    names = _categories(session) if any(setting.kind == "rates" for setting in settings) else {}
    rows = []
    for setting in settings:
        present = found[bookshop_id, setting.key]
        own = present.origin == ("platform" if bookshop_id is None else "bookshop")
        above = _above(session, setting, at, bookshop_id, present, own=own)
        row = SettingRow(setting, present, above, own)
        row.parts = _parts(row, names)
        rows.append(row)
    return rows


def _above(
    session: TenantSession, setting: Setting, at: datetime, bookshop_id: int | None, present: Resolved, *, own: bool
) -> Resolved | None:
    if not own:
        return None if present.value is None and setting.default is MUST_BE_SET else present
    if bookshop_id is not None:
        return inherited(session, setting, at=at)
    if setting.key in session.profile.settings:
        return Resolved(session.profile.settings[setting.key], "profile")
    return None if setting.default is MUST_BE_SET else Resolved(setting.default, "default")


def _categories(session: TenantSession) -> dict[str, str]:
    language = str(get_locale())
    return {each.key: str(each.names.get(language) or each.key) for each in categories(session)}


def _parts(row: SettingRow, names: Mapping[str, str]) -> list[Part]:
    setting, value = row.setting, row.present.value if row.present else None
    if setting.kind != "rates":
        return [Part(row.name, gettext(setting.label), written(setting.kind, value))]
    rates = value or {}
    return [Part(f"{row.name}-{key}", words, written("rate", rates.get(key))) for key, words in names.items()]


def written(kind: str, value: Any) -> str:
    """The value as its field shows it."""
    if value is None:
        return ""
    if kind == "money":
        return format_decimal(euros(value), format="0.00", locale=get_locale())
    if kind in ("rate", "rates"):
        return format_decimal(Decimal(value) / 100, format="0.##", locale=get_locale())
    if kind == "boolean":
        return "yes" if value else "no"
    return str(value)


def shown(setting: Setting, value: Any) -> str:
    """The value as a sentence shows it, with its unit."""
    if value is None or value == "":
        return gettext("nothing")
    if setting.kind == "money":
        return money(value)
    if setting.kind == "rate":
        return percent(value)
    if setting.kind == "rates":
        return ", ".join(f"{key} {percent(rate)}" for key, rate in value.items())
    if setting.kind == "boolean":
        return gettext("Yes") if value else gettext("No")
    if setting.kind == "choice":
        return gettext(dict(setting.choices).get(value, str(value)))
    if setting.kind == "integer":
        return f"{number(value)} {gettext(setting.unit)}".strip() if setting.unit else number(value)
    return f"“{value}”"


def read(rows: Iterable[SettingRow], form: Mapping[str, str]) -> None:
    """Take what was typed into the rows: what is wanted, whether it differs from what is in force, what is wrong."""
    for row in rows:
        if row.parts and row.parts[0].name in form:
            typed_value = _read_row(row, form)
            row.changed = not row.errors and _differs(row, typed_value)
            row.wanted = _without_inherited(row, typed_value)


def _read_row(row: SettingRow, form: Mapping[str, str]) -> Any:
    values = {part.name.removeprefix(f"{row.name}-"): _read_part(row.setting, part, form) for part in row.parts}
    if row.setting.kind == "rates":
        return {key: value for key, value in values.items() if value is not None}
    return values[row.name]


def _differs(row: SettingRow, value: Any) -> bool:
    present = row.present.value if row.present else None
    if value in (None, "", {}) and not (row.own and present not in (None, "", {})):
        return False
    return bool(value != present)


def _without_inherited(row: SettingRow, value: Any) -> Any:
    """What is to be stored: None (as inherited) where the value is the one above; percentages one by one."""
    above = row.above.value if row.above else None
    if row.setting.kind == "rates":
        own = {key: rate for key, rate in value.items() if rate != (above or {}).get(key)}
        return own or None
    return None if value == above else value


def _read_part(setting: Setting, part: Part, form: Mapping[str, str]) -> Any:
    part.typed = form.get(part.name, "").replace("\0", "")
    clean = part.typed.strip()
    try:
        if setting.kind in NUMBERS:
            return READERS[setting.kind](clean) if clean else None
        if setting.kind == "boolean":
            return clean == "yes"
        return clean
    except Refused as refused:
        part.error = say(refused)
        return None


def save(
    session: TenantSession,
    rows: Iterable[SettingRow],
    *,
    at: datetime,
    bookshop_id: int | None = None,
    valid_from: datetime | None = None,
    note: str = "",
) -> int:
    """Set what was changed; returns how many. Raises Refused, whose field is the setting's key."""
    changed = [row for row in rows if row.changed]
    for row in changed:
        set_value(session, row.setting, row.wanted, at=at, bookshop_id=bookshop_id, valid_from=valid_from, note=note)
    return len(changed)


def place_refusal(rows: Iterable[SettingRow], refused: Refused) -> None:
    """Show a refusal at the row it belongs to."""
    for row in rows:
        if row.setting.key == refused.field:
            row.parts[0].error = say(refused)
