"""Mail templates: which exist, which variables each has, and filling them from a fixed map.

A template is words with ``{placeholders}``, never logic: no attribute, no format specification, no code
(safety.md, fault 39). A variable that its kind does not have is refused when the template is saved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from trade.base.errors import Refused
from trade.base.money import euros
from trade.base.text import N_, Text

SUBJECT_LENGTH = 200
BODY_LENGTH = 10_000
LOCALES = ("es", "fr", "en")

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_STRAY_BRACE = re.compile(r"[{}]")


@dataclass(frozen=True)
class Euros:
    """An amount in a mail: cents, written in the reader's manner."""

    cents: int


Value = str | int | date | datetime | Text | Euros

COMMON = ("network", "operator")
"""Variables every template has: the network's name and its operator's short name."""


@dataclass(frozen=True)
class Template:
    """One kind of mail: its words for staff, and the variables its text may use."""

    label: str
    variables: tuple[str, ...]


RESERVATION = (
    "reference",
    "title",
    "authors",
    "isbn",
    "bookshop",
    "bookshop_address",
    "bookshop_phone",
    "reader",
    "price",
    "due",
    "collect_by",
    "reason",
    "note",
)

SALE = (
    "reference",
    "books",
    "total",
    "bookshop",
    "bookshop_address",
    "bookshop_phone",
    "reader",
    "due",
    "release",
    "collect_by",
    "tracking",
    "reason",
    "note",
    "link",
    "moment",
    "days",
    "withdrawn",
)

TEMPLATES: dict[str, Template] = {
    "joining.received": Template(N_("Application received"), ("contact", "bookshop")),
    "joining.questionnaire": Template(N_("Link to the questionnaire"), ("contact", "bookshop", "link", "until")),
    "joining.changes": Template(N_("Changes asked for"), ("contact", "bookshop", "wishes", "link", "until")),
    "joining.fee_due": Template(N_("Application accepted, fee due"), ("contact", "bookshop", "fee", "due_on")),
    "joining.first_access": Template(N_("First access"), ("contact", "bookshop", "link", "until")),
    "joining.fee_recorded": Template(N_("Fee recorded and first access"), ("contact", "bookshop", "link", "until")),
    "joining.refused": Template(N_("Application refused"), ("contact", "bookshop", "reason")),
    "membership.active": Template(N_("Welcome: the bookshop is active"), ("contact", "bookshop")),
    "membership.suspended": Template(N_("Bookshop suspended"), ("bookshop", "reason")),
    "membership.resumed": Template(N_("Suspension lifted"), ("bookshop",)),
    "membership.left": Template(N_("Bookshop has left"), ("bookshop",)),
    "billing.iban_changed": Template(N_("IBAN changed"), ("bookshop", "before", "after", "moment")),
    "account.verify": Template(N_("Confirm the e-mail address"), ("name", "link", "until")),
    "account.exists": Template(N_("Registration with a known address"), ("name", "link", "until")),
    "account.recovery": Template(N_("Link to set a new password"), ("name", "link", "until")),
    "account.password_changed": Template(N_("Password changed"), ("name", "moment")),
    "account.invitation": Template(N_("Invitation to work in the network"), ("name", "place", "role", "link", "until")),
    "reservation.received": Template(N_("Reservation received, to the reader"), RESERVATION),
    "reservation.new": Template(N_("New reservation, to the bookshop"), RESERVATION),
    "reservation.notified": Template(N_("Book set aside, to the reader"), RESERVATION),
    "reservation.rejected": Template(N_("Reservation rejected, to the reader"), RESERVATION),
    "reservation.cancelled": Template(N_("Reservation cancelled, to the bookshop"), RESERVATION),
    "reservation.cancelled_reader": Template(N_("Reservation cancelled, to the reader"), RESERVATION),
    "reservation.late_reader": Template(N_("Reservation late, to the reader"), RESERVATION),
    "reservation.late_bookshop": Template(N_("Reservation late, to the bookshop"), RESERVATION),
    "reservation.expired": Template(N_("Reservation rejected for lateness, to the bookshop"), RESERVATION),
    "reservation.lapsed": Template(N_("Book not collected in time, to the reader"), RESERVATION),
    "sale.confirmed": Template(N_("Order paid, to the reader"), SALE),
    "sale.new": Template(N_("New order, to the bookshop"), SALE),
    "sale.sent": Template(N_("Order sent, to the reader"), SALE),
    "sale.ready": Template(N_("Order ready to be collected, to the reader"), SALE),
    "sale.rejected": Template(N_("Order rejected and refunded, to the reader"), SALE),
    "sale.partly_refused": Template(N_("Books refused and refunded, to the reader"), SALE),
    "sale.too_late": Template(N_("Paid too late and refunded, to the reader"), SALE),
    "sale.cancelled": Template(N_("Order cancelled, to the bookshop"), SALE),
    "sale.cancelled_reader": Template(N_("Order cancelled and refunded, to the reader"), SALE),
    "sale.halfway": Template(N_("Half of the time is over, to the bookshop"), SALE),
    "sale.pressing": Template(N_("Little time is left, to the bookshop"), SALE),
    "sale.withdrawn": Template(N_("Withdrawal acknowledged, to the reader"), SALE),
    "sale.withdrawal_asked": Template(N_("Withdrawal asked for by number, to the reader"), SALE),
    "sale.withdrawn_bookshop": Template(N_("Withdrawal declared, to the bookshop"), SALE),
    "sale.withdrawal_refunded": Template(N_("Withdrawal refunded, to the reader"), SALE),
    "sale.withdrawal_declined": Template(N_("Withdrawal declined, to the reader"), SALE),
    "sale.expired": Template(N_("Order rejected for lateness, to the bookshop"), SALE),
    "privacy.asked": Template(N_("Deletion asked for"), ("name", "due_on")),
    "privacy.waiting": Template(N_("Deletion waits for something"), ("name", "waits_for", "due_on")),
    "privacy.done": Template(N_("Deletion carried out, with certificate"), ("certificate",)),
    "privacy.reminder": Template(N_("Deletion requests waiting, to the operator"), ("count", "due_on")),
    "privacy.refused": Template(N_("Deletion refused"), ("name", "reason")),
    "invoice.issued": Template(N_("Invoice issued"), ("bookshop", "number", "month", "total", "transfer", "due_on")),
    "transfer.sent": Template(N_("Transfer on its way"), ("bookshop", "month", "amount", "iban")),
    "stock.held": Template(N_("Stock file held"), ("bookshop", "file", "reasons")),
    "stock.silent": Template(N_("No stock file for a while"), ("bookshop", "hours")),
}


def check_template(*, key: str, subject: str, body: str) -> None:
    """Whether a template may be saved: known variables only, not empty, one line of subject. Raises Refused."""
    if key not in TEMPLATES:
        raise Refused(N_("There is no mail of that kind."), field="key")
    for field, words, limit in (("subject", subject, SUBJECT_LENGTH), ("body", body, BODY_LENGTH)):
        if not words.strip():
            raise Refused(N_("Subject and text must not be empty."), field=field)
        if len(words) > limit:
            raise Refused(N_("At most %(limit)s characters."), field=field, limit=limit)
        _check_placeholders(words, allowed={*COMMON, *TEMPLATES[key].variables}, field=field)
    if "\n" in subject.strip() or "\r" in subject.strip():
        raise Refused(N_("The subject is one line."), field="subject")


def _check_placeholders(words: str, *, allowed: set[str], field: str) -> None:
    for name in _PLACEHOLDER.findall(words):
        if name not in allowed:
            raise Refused(
                N_("“{%(name)s}” is not a variable of this mail. Use one of: %(allowed)s."),
                field=field,
                name=name,
                allowed=", ".join(sorted(allowed)),
            )
    if _STRAY_BRACE.search(_PLACEHOLDER.sub("", words)):
        raise Refused(N_("Curly brackets are only for variables, like {network}."), field=field)


def fill(words: str, values: Mapping[str, str]) -> str:
    """Put values into placeholders, once: a value that looks like a placeholder stays as it is.

    Raises KeyError for a variable without value.
    """
    return _PLACEHOLDER.sub(lambda found: values[found[1]], words)


def fill_body(words: str, values: Mapping[str, str]) -> str:
    """Like :func:`fill`; the gap that an empty value leaves is closed."""
    return re.sub(r"\n{3,}", "\n\n", fill(words, values))


def fill_subject(words: str, values: Mapping[str, str]) -> str:
    """Like :func:`fill`, on one line and cut to length: no value can add a mail header (fault 40)."""
    line = " ".join(fill(words, values).split())
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1] + "…"


def in_words(value: Value, *, locale: str, time_zone: str, currency: str, translate: Callable[[str, str], str]) -> str:
    """A value as the reader of that language writes it. ``translate`` turns a msgid into a language."""
    if isinstance(value, str):
        return value
    if isinstance(value, Text):
        inner = {
            name: in_words(part, locale=locale, time_zone=time_zone, currency=currency, translate=translate)
            if isinstance(part, str | int | date | Text | Euros)
            else str(part)
            for name, part in value.values.items()
        }
        message = translate(value.message, locale)
        return message % inner if inner else message
    if isinstance(value, Euros):
        return format_currency(euros(value.cents), currency, locale=locale)
    if isinstance(value, datetime):
        local = value.astimezone(ZoneInfo(time_zone))
        return format_datetime(local, _MOMENT[locale], locale=locale)
    if isinstance(value, date):
        return format_date(value, "full", locale=locale)
    return format_decimal(value, locale=locale)


_MOMENT = {
    "es": "EEEE d 'de' MMMM 'a las' H:mm",
    "fr": "EEEE d MMMM 'à' H 'h' mm",
    "en": "EEEE d MMMM 'at' H:mm",
}
