"""Settings: declared once in a room's ``settings.py``, resolved bookshop -> platform -> profile -> default.

Values are dated, append-only rows; an undeclared key raises. A number that no source gives has the default
``MUST_BE_SET`` and raises :class:`trade.base.errors.NotSet` until somebody sets it (requirements A27).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Literal

from sqlalchemy import bindparam, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from trade.base import identifiers, journal
from trade.base.errors import NotAllowed, NotSet, Refused
from trade.base.models import SettingValue
from trade.base.tenancy import TenantSession
from trade.base.text import N_

Kind = Literal[
    "integer", "money", "rate", "boolean", "text", "long_text", "choice", "email", "url", "iban", "image", "rates"
]
Origin = Literal["bookshop", "platform", "profile", "default"]
Editor = Literal["owner", "staff"]


class _Missing(Enum):
    MUST_BE_SET = "must be set"


MUST_BE_SET = _Missing.MUST_BE_SET
NOTHING_SUPPOSED: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Setting:
    """One declared setting.

    ``kind`` tells type and unit of the stored value: ``money`` is cents, ``rate`` is per ten thousand, ``rates``
    maps category keys to rates and is resolved category by category. ``scopes`` says where it may be set,
    ``editor`` who may set a bookshop's own value. ``check`` refuses a value with ``Refused``; what it returns, if
    anything, is stored instead.
    """

    key: str
    kind: Kind
    label: str
    help: str = ""
    default: Any = MUST_BE_SET
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None
    choices: Sequence[tuple[str, str]] = ()
    scopes: tuple[Literal["platform", "bookshop"], ...] = ("platform",)
    section: str = "general"
    editor: Editor = "staff"
    check: Callable[[Any], Any] | None = None

    def validate(self, value: Any) -> Any:
        """The value as it is stored. Raises Refused naming what is wrong and the remedy."""
        if value is None:
            return None
        try:
            checked = _CHECKS[self.kind](self, value)
            normalised = None if self.check is None else self.check(checked)
        except Refused as refusal:
            refusal.field = refusal.field or self.key
            raise
        return checked if normalised is None else normalised


def _whole(setting: Setting, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused(N_("Write a whole number."), field=setting.key)
    if setting.minimum is not None and value < setting.minimum:
        raise Refused(N_("The smallest value allowed is %(minimum)s."), field=setting.key, minimum=setting.minimum)
    if setting.maximum is not None and value > setting.maximum:
        raise Refused(N_("The largest value allowed is %(maximum)s."), field=setting.key, maximum=setting.maximum)
    return value


def _words(setting: Setting, value: Any) -> str:
    if not isinstance(value, str):
        raise Refused(N_("Write a text."), field=setting.key)
    limit = setting.maximum or 20_000
    if len(value) > limit:
        raise Refused(N_("At most %(limit)s characters."), field=setting.key, limit=limit)
    return value.strip()


def _read_by(reader: Callable[[str], str]) -> Callable[[Setting, Any], str]:
    def check(setting: Setting, value: Any) -> str:
        words = _words(setting, value)
        return reader(words) if words else ""

    return check


def _yes_no(setting: Setting, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refused(N_("Choose yes or no."), field=setting.key)
    return value


def _choice(setting: Setting, value: Any) -> str:
    if value not in {name for name, _ in setting.choices}:
        raise Refused(N_("Choose one of the values offered."), field=setting.key)
    return str(value)


def _rates(setting: Setting, value: Any) -> dict[str, int]:
    if not isinstance(value, dict):
        raise Refused(N_("Give one percentage for each category."), field=setting.key)
    return {str(name): _whole(setting, rate) for name, rate in value.items() if rate is not None}


_CHECKS: dict[str, Callable[[Setting, Any], Any]] = {
    "integer": _whole,
    "money": _whole,
    "rate": _whole,
    "boolean": _yes_no,
    "choice": _choice,
    "rates": _rates,
    "text": _words,
    "long_text": _words,
    "email": _read_by(identifiers.mail_address),
    "url": _read_by(identifiers.web_address),
    "iban": _read_by(identifiers.iban),
    "image": _words,
}

_DECLARED: dict[str, Setting] = {}


def declare(setting: Setting) -> Setting:
    """Make a setting known. Raises ValueError where the key is declared twice."""
    if setting.key in _DECLARED:
        raise ValueError(f"The setting {setting.key} is declared twice.")
    _DECLARED[setting.key] = setting
    return setting


def declared(key: str) -> Setting:
    """The setting of that key. Raises KeyError for an undeclared one."""
    return _DECLARED[key]


def all_declared(*, scope: str | None = None, section: str | None = None) -> list[Setting]:
    """The declared settings in the order of declaration, of one scope and section where given."""
    return [
        setting
        for setting in _DECLARED.values()
        if (scope is None or scope in setting.scopes) and (section is None or setting.section == section)
    ]


@dataclass(frozen=True)
class Resolved:
    """A value in force, where it comes from, and the row that holds it (None for profile and default)."""

    value: Any
    origin: Origin
    version_id: int | None = None


def resolve(session: TenantSession, setting: Setting, *, at: datetime, bookshop_id: int | None = None) -> Resolved:
    """The value in force at a moment. Raises NotSet where nobody has set what must be set."""
    return resolve_many(session, [setting], at=at, bookshop_ids=[bookshop_id])[bookshop_id, setting.key]


def value_of(session: TenantSession, setting: Setting, *, at: datetime, bookshop_id: int | None = None) -> Any:
    """Only the value of :func:`resolve`."""
    return resolve(session, setting, at=at, bookshop_id=bookshop_id).value


def resolve_many(
    session: TenantSession,
    settings: Iterable[Setting],
    *,
    at: datetime,
    bookshop_ids: Iterable[int | None],
    missing: Literal["raise", "none"] = "raise",
    supposed: Mapping[str, Any] = NOTHING_SUPPOSED,
) -> dict[tuple[int | None, str], Resolved]:
    """Values of several settings for several bookshops in one query; None among the ids is the platform itself.

    ``supposed``: values of the platform by key that stand for those in force, to see what they would do.
    """
    wanted = list(settings)
    shops = list(dict.fromkeys(bookshop_ids))
    rows = _rows(session, [s.key for s in wanted], [shop for shop in shops if shop is not None], at)
    result: dict[tuple[int | None, str], Resolved] = {}
    for setting in wanted:
        platform = rows.get((setting.key, None))
        if setting.key in supposed:
            platform = SettingValue(key=setting.key, value=supposed[setting.key])
        for shop in shops:
            found = _first(session, setting, rows.get((setting.key, shop)), platform)
            if found is None and missing == "raise":
                raise NotSet(key=setting.key)
            result[shop, setting.key] = found or Resolved(None, "default")
    return result


def _rows(
    session: TenantSession, keys: list[str], shops: list[int], at: datetime
) -> dict[tuple[str, int | None], SettingValue]:
    rows = session.scalars(_IN_FORCE, {"keys": keys, "shops": shops, "at": at})
    return {(row.key, row.bookshop_id): row for row in rows}


# Built once: it takes longer to build than to be answered, and every request and every job asks it.
_IN_FORCE = (
    select(SettingValue)
    .where(
        SettingValue.key.in_(bindparam("keys", expanding=True)),
        or_(SettingValue.bookshop_id.is_(None), SettingValue.bookshop_id.in_(bindparam("shops", expanding=True))),
        SettingValue.valid_from <= bindparam("at"),
    )
    .ext(distinct_on(SettingValue.key, SettingValue.bookshop_id))
    .order_by(SettingValue.key, SettingValue.bookshop_id, SettingValue.valid_from.desc(), SettingValue.id.desc())
)


def _first(
    session: TenantSession, setting: Setting, own: SettingValue | None, platform: SettingValue | None
) -> Resolved | None:
    layers: list[Resolved] = []
    if own is not None and own.bookshop_id is not None and own.value is not None:
        layers.append(Resolved(own.value, "bookshop", own.id))
    if platform is not None and platform.value is not None:
        layers.append(Resolved(platform.value, "platform", platform.id))
    if setting.key in session.profile.settings:
        layers.append(Resolved(session.profile.settings[setting.key], "profile"))
    if setting.default is not MUST_BE_SET:
        layers.append(Resolved(setting.default, "default"))
    if not layers:
        return None
    if setting.kind == "rates":
        merged: dict[str, int] = {}
        for layer in reversed(layers):
            merged |= layer.value
        return Resolved(merged, layers[0].origin, layers[0].version_id)
    return layers[0]


def placeholders(session: TenantSession, *, at: datetime) -> list[Setting]:
    """The platform's settings that hold a sample of the profile, or nothing: to be set before going live (A27)."""
    wanted = all_declared(scope="platform")
    found = resolve_many(session, wanted, at=at, bookshop_ids=[None], missing="none")
    return [setting for setting in wanted if is_placeholder(session, setting, found[None, setting.key])]


def is_placeholder(session: TenantSession, setting: Setting, resolved: Resolved) -> bool:
    """Whether a value is a sample of the profile, or missing where there is no default."""
    if resolved.origin == "profile":
        return setting.key in session.profile.samples
    return resolved.value is None and setting.default is MUST_BE_SET


def inherited(session: TenantSession, setting: Setting, *, at: datetime) -> Resolved | None:
    """What a bookshop would have without its own value; None where nothing is set above it."""
    rows = _rows(session, [setting.key], [], at)
    return _first(session, setting, None, rows.get((setting.key, None)))


def set_value(
    session: TenantSession,
    setting: Setting,
    value: Any,
    *,
    at: datetime,
    bookshop_id: int | None = None,
    valid_from: datetime | None = None,
    note: str = "",
) -> None:
    """Add a dated value; None gives the setting back to what it inherits.

    Raises Refused for a value out of type or bounds, NotAllowed where this scope may not set it there.
    """
    place = "platform" if bookshop_id is None else "bookshop"
    if place not in setting.scopes:
        raise NotAllowed(N_("This setting is not set at this level."))
    if session.scope.kind == "bookshop" and (setting.editor != "owner" or bookshop_id != session.scope.bookshop_id):
        raise NotAllowed()
    if session.scope.kind not in {"bookshop", "staff", "system"}:
        raise NotAllowed()
    stored = setting.validate(value)
    journal.add_unseen(
        session,
        SettingValue,
        key=setting.key,
        bookshop_id=bookshop_id,
        value=stored,
        valid_from=valid_from or at,
        set_by=session.scope.person_id,
        set_at=at,
        note=note,
    )
    journal.write(
        session,
        action="setting.changed",
        thing="setting",
        thing_id=bookshop_id or 0,
        at=at,
        bookshop_id=bookshop_id,
        reason=note,
        details={"key": setting.key},
    )


def history(
    session: TenantSession, setting: Setting, *, bookshop_id: int | None = None, limit: int = 20
) -> Sequence[SettingValue]:
    """The values ever set at one level, newest first, at most ``limit``."""
    own = SettingValue.bookshop_id == bookshop_id if bookshop_id else SettingValue.bookshop_id.is_(None)
    return session.scalars(
        select(SettingValue)
        .where(SettingValue.key == setting.key, own)
        .order_by(SettingValue.valid_from.desc(), SettingValue.id.desc())
        .limit(limit)
    ).all()
