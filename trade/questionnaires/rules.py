"""Questions of fourteen kinds: reading what was typed, conditions between questions, public fields (F07, F08).

Stored values are plain JSON: money in cents, percent per ten thousand, dates as ISO 8601, an address as
``{"street", "postcode", "city"}``, coordinates as ``{"latitude", "longitude"}``, a file as its id.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trade.base import identifiers, typed
from trade.base.coordinates import Point, outside_country, parse_coordinates
from trade.base.errors import Refused
from trade.base.text import N_, Text
from trade.members.rules import postcode

TEXT_LENGTH = 200
LONG_LENGTH = 5_000

KIND_LABELS = {
    "text": N_("Short text"),
    "long": N_("Long text"),
    "number": N_("Number"),
    "money": N_("Amount of money"),
    "percent": N_("Percentage"),
    "date": N_("Date"),
    "choice": N_("One of several choices"),
    "many": N_("Several of several choices"),
    "yes_no": N_("Yes or no"),
    "file": N_("File"),
    "address": N_("Postal address"),
    "coordinates": N_("Coordinates"),
    "iban": N_("IBAN of a bank account"),
    "tax_id": N_("Tax id"),
}


@dataclass(frozen=True)
class Ask:
    """One question as the rules see it. ``condition`` is ``{"question": key, "is": value}`` or empty."""

    key: str
    kind: str
    required: bool = False
    choices: tuple[str, ...] = ()
    condition: Mapping[str, Any] = field(default_factory=dict)
    maps_to: str = ""


@dataclass
class Checked:
    """The outcome of reading answers: stored values, problems and warnings, each by question key."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, Text] = field(default_factory=dict)
    warnings: dict[str, Text] = field(default_factory=dict)


# --- one answer ------------------------------------------------------------------------------------


def read(question: Ask, given: Any, *, country: str) -> Any:
    """The stored value of what was typed, None where nothing was. Raises Refused saying what to write."""
    if given is None or given == "" or given == [] or (isinstance(given, str) and not given.strip()):
        return None
    value = _READERS[question.kind](question, given, country)
    mapped = FIELDS.get(question.maps_to)
    return mapped.reader(value) if mapped is not None and mapped.reader is not None else value


def warning_about(question: Ask, value: Any, *, country: str) -> Text | None:
    """A doubt about a valid value: coordinates that lie in another country (T120)."""
    if question.kind != "coordinates" or value is None:
        return None
    if not outside_country(Point(value["latitude"], value["longitude"]), country=country):
        return None
    return Text(N_("These coordinates lie outside the country. Are latitude and longitude in the right order?"))


def _words(limit: int) -> Callable[[Ask, Any, str], str]:
    def reader(question: Ask, given: Any, country: str) -> str:
        words = str(given).replace("\r\n", "\n").strip()
        if limit == TEXT_LENGTH:
            words = " ".join(words.split())
        if "\x00" in words:
            raise Refused(N_("This text holds a character that cannot be stored."), field=question.key)
        if len(words) > limit:
            raise Refused(
                N_("At most %(limit)s letters; there are %(length)s."),
                field=question.key,
                limit=limit,
                length=len(words),
            )
        return words

    return reader


def _number(question: Ask, given: Any, country: str) -> int | str:
    number = typed.decimal_number(str(given))
    return int(number) if number == number.to_integral_value() else format(number, "f")


def _choice(question: Ask, given: Any, country: str) -> str:
    if given not in question.choices:
        raise Refused(N_("Choose one of the answers offered."), field=question.key)
    return str(given)


def _many(question: Ask, given: Any, country: str) -> list[str]:
    chosen = [given] if isinstance(given, str) else list(given)
    if not set(chosen) <= set(question.choices):
        raise Refused(N_("Choose among the answers offered."), field=question.key)
    return [choice for choice in question.choices if choice in chosen]


def _yes_no(question: Ask, given: Any, country: str) -> bool:
    answers = {True: True, False: False, "yes": True, "no": False}
    if not isinstance(given, bool | str) or given not in answers:
        raise Refused(N_("Answer yes or no."), field=question.key)
    return answers[given]


def _file(question: Ask, given: Any, country: str) -> int:
    if not str(given).isascii() or not str(given).isdigit():
        raise Refused(N_("Choose the file again."), field=question.key)
    return int(given)


def _address(question: Ask, given: Any, country: str) -> dict[str, str] | None:
    if not isinstance(given, Mapping):
        raise Refused(N_("Write street, postcode and town."), field=question.key)
    parts = {name: " ".join(str(given.get(name) or "").split()) for name in ("street", "postcode", "city")}
    if not any(parts.values()):
        return None
    if not parts["street"] or not parts["city"] or max(map(len, parts.values())) > TEXT_LENGTH:
        raise Refused(N_("Write street, postcode and town."), field=question.key)
    return {**parts, "postcode": postcode(parts["postcode"], country=country)}


def _coordinates(question: Ask, given: Any, country: str) -> dict[str, float]:
    if isinstance(given, Mapping):
        given = f"{given.get('latitude')}, {given.get('longitude')}"
    point = parse_coordinates(str(given))
    return {"latitude": point.latitude, "longitude": point.longitude}


_READERS: dict[str, Callable[[Ask, Any, str], Any]] = {
    "text": _words(TEXT_LENGTH),
    "long": _words(LONG_LENGTH),
    "number": _number,
    "money": lambda question, given, country: typed.money(str(given)),
    "percent": lambda question, given, country: typed.percent(str(given)),
    "date": lambda question, given, country: typed.day(str(given)).isoformat(),
    "choice": _choice,
    "many": _many,
    "yes_no": _yes_no,
    "file": _file,
    "address": _address,
    "coordinates": _coordinates,
    "iban": lambda question, given, country: identifiers.iban(str(given)),
    "tax_id": lambda question, given, country: identifiers.tax_id(str(given), country=country),
}


# --- conditions ------------------------------------------------------------------------------------


def visible(questions: Sequence[Ask], values: Mapping[str, Any]) -> list[Ask]:
    """The questions to show: those without condition, and those whose condition holds for a visible question."""
    by_key = {question.key: question for question in questions}
    return [question for question in questions if _shown(question, by_key, values)]


def _shown(question: Ask, by_key: Mapping[str, Ask], values: Mapping[str, Any]) -> bool:
    for _ in by_key:
        if not question.condition:
            return True
        parent = by_key[question.condition["question"]]
        wanted, value = question.condition["is"], values.get(parent.key)
        if value != wanted and not (isinstance(value, list) and wanted in value):
            return False
        question = parent
    return not question.condition


def reopened(questions: Sequence[Ask], *, asked: Collection[str], answered: Collection[str]) -> set[str]:
    """The questions open when staff asked for changes: those asked, and unanswered ones that depend on them."""
    open_now = set(asked)
    for _ in questions:
        open_now |= {
            question.key
            for question in questions
            if question.condition and question.condition["question"] in open_now and question.key not in answered
        }
    return open_now


# --- all answers -----------------------------------------------------------------------------------


def check(
    questions: Sequence[Ask],
    given: Mapping[str, Any],
    *,
    country: str,
    complete: bool,
    known: Mapping[str, Any] | None = None,
) -> Checked:
    """Read all answers at once. ``complete`` also demands the required ones (submitting, not only saving).

    ``known`` holds stored values of questions that were not given this time. Answers to hidden questions are
    dropped. Nothing is raised: every problem is told by its question.
    """
    result = Checked()
    for question in questions:
        if question.key not in given:
            if (known or {}).get(question.key) is not None:
                result.values[question.key] = (known or {})[question.key]
            continue
        try:
            value = read(question, given.get(question.key), country=country)
        except Refused as refusal:
            result.problems[question.key] = refusal.text
            continue
        if value is not None:
            result.values[question.key] = value
        if doubt := warning_about(question, value, country=country):
            result.warnings[question.key] = doubt
    shown = {question.key: question for question in visible(questions, result.values)}
    if complete:
        for key, question in shown.items():
            if question.required and key not in result.values and key not in result.problems:
                result.problems[key] = Text(N_("This question needs an answer."))
    for found in (result.values, result.problems, result.warnings):
        for key in set(found) - set(shown):
            del found[key]
    return result


# --- public fields ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """A place that an answer may fill: the kinds of question that fit, and a stricter reader where needed."""

    label: str
    kinds: tuple[str, ...]
    reader: Callable[[Any], Any] | None = None


FIELDS: dict[str, Field] = {
    "bookshop.name": Field(N_("Public name"), ("text",)),
    "bookshop.address": Field(N_("Public address"), ("address",)),
    "bookshop.coordinates": Field(N_("Place on the map"), ("coordinates",)),
    "bookshop.email": Field(N_("Public e-mail"), ("text",), identifiers.mail_address),
    "bookshop.phone": Field(N_("Public telephone"), ("text",), identifiers.phone),
    "bookshop.website": Field(N_("Web page"), ("text",), identifiers.web_address),
    "bookshop.hours": Field(N_("Opening hours"), ("text", "long")),
    "bookshop.description": Field(N_("Description"), ("text", "long")),
    "billing.legal_name": Field(N_("Legal name"), ("text",)),
    "billing.tax_id": Field(N_("Tax id"), ("tax_id",)),
    "billing.address": Field(N_("Billing address"), ("address",)),
    "billing.email": Field(N_("E-mail for invoices"), ("text",), identifiers.mail_address),
    "billing.iban": Field(N_("IBAN"), ("iban",)),
    "billing.iban_holder": Field(N_("Holder of the account"), ("text",)),
}


def mapped(questions: Sequence[Ask], values: Mapping[str, Any], *, owner: str) -> dict[str, Any]:
    """The fields of ``bookshop`` or ``billing`` that the visible answers fill, flat as their columns (F08)."""
    fields: dict[str, Any] = {}
    for question in visible(questions, values):
        place, _, name = question.maps_to.partition(".")
        value = values.get(question.key)
        if place != owner or value is None:
            continue
        if name == "address":
            fields |= {"address": value["street"], "postcode": value["postcode"], "city": value["city"]}
        elif name == "coordinates":
            fields |= value
        else:
            fields[name] = value
    return fields


# --- a questionnaire itself ------------------------------------------------------------------------


def check_design(questions: Sequence[Ask]) -> None:
    """Whether a questionnaire may be published. Raises Refused naming the question and the remedy."""
    by_key: dict[str, Ask] = {}
    filled: dict[str, str] = {}
    for question in questions:
        if question.key in by_key:
            raise Refused(N_("Two questions are called “%(key)s”."), key=question.key)
        by_key[question.key] = question
        _check_question(question)
        if question.maps_to and filled.setdefault(question.maps_to, question.key) != question.key:
            raise Refused(
                N_("“%(key)s” and “%(other)s” fill the same field."), key=question.key, other=filled[question.maps_to]
            )
    for question in questions:
        _check_condition(question, by_key)


def _check_question(question: Ask) -> None:
    if question.kind not in KIND_LABELS:
        raise Refused(N_("“%(key)s” is of an unknown kind."), key=question.key)
    if question.kind in ("choice", "many") and len(set(question.choices)) < 2:
        raise Refused(N_("“%(key)s” needs at least two different choices."), key=question.key)
    if not question.maps_to:
        return
    target = FIELDS.get(question.maps_to)
    if target is None or question.kind not in target.kinds:
        raise Refused(N_("“%(key)s” cannot fill that field: its kind does not fit."), key=question.key)


def _check_condition(question: Ask, by_key: Mapping[str, Ask]) -> None:
    seen = {question.key}
    present = question
    while present.condition:
        parent = by_key.get(str(present.condition.get("question", "")))
        if parent is None or "is" not in present.condition:
            raise Refused(N_("The condition of “%(key)s” names no question."), key=present.key)
        if parent.kind not in ("choice", "many", "yes_no"):
            raise Refused(N_("The condition of “%(key)s” needs a question with choices."), key=present.key)
        allowed = (True, False) if parent.kind == "yes_no" else parent.choices
        if present.condition["is"] not in allowed:
            raise Refused(N_("The condition of “%(key)s” waits for an answer that is not offered."), key=present.key)
        if parent.key in seen:
            raise Refused(N_("The conditions of “%(key)s” go round in a circle."), key=question.key)
        seen.add(parent.key)
        present = parent
