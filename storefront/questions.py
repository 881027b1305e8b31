"""The questionnaire between stored answers and what people type into a page without scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from trade.base.identifiers import spaced_iban
from trade.questionnaires.actions import Shown

PARTS = ("street", "postcode", "city")
AUTOCOMPLETE = {"street": "street-address", "postcode": "postal-code", "city": "address-level2"}


class PartShown(NamedTuple):
    """One line of an address."""

    key: str
    words: str
    value: str
    autocomplete: str


class QuestionShown(NamedTuple):
    """One question as the page draws it."""

    key: str
    kind: str
    words: str
    help: str
    required: bool
    value: str
    choices: tuple[tuple[str, str], ...]
    chosen: tuple[str, ...]
    parts: tuple[PartShown, ...]
    unit: str
    error: str
    warning: str
    change: str


def given(questions: list[Shown], form: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, by question; files come another way."""
    return {question.key: typed(question, form) for question in questions if question.kind != "file"}


def typed(question: Shown, form: MultiDict[str, str]) -> Any:
    """What was typed for one question."""
    if question.kind == "many":
        return form.getlist(question.key)
    if question.kind == "address":
        return {part: form.get(f"{question.key}-{part}", "") for part in PARTS}
    return form.get(question.key, "")


def question_shown(
    question: Shown, *, typed: Any, error: str = "", warning: str = "", file_name: str = ""
) -> QuestionShown:
    """A question with its answer as it is typed; ``typed`` stands in for the stored one where it was wrong."""
    value = question.value if typed is None else typed
    return QuestionShown(
        key=question.key,
        kind=question.kind,
        words=question.label,
        help=question.help,
        required=question.required,
        value=file_name if question.kind == "file" else written(question.kind, value),
        choices=question.choices or yes_or_no(question.kind),
        chosen=chosen(value),
        parts=address_parts(value) if question.kind == "address" else (),
        unit={"money": "€", "percent": "%"}.get(question.kind, ""),
        error=error,
        warning=warning,
        change=question.asked,
    )


def yes_or_no(kind: str) -> tuple[tuple[str, str], ...]:
    """The two answers of a yes-or-no question."""
    return (("yes", _("Yes")), ("no", _("No"))) if kind == "yes_no" else ()


def chosen(value: Any) -> tuple[str, ...]:
    """The ticked choices."""
    if isinstance(value, bool):
        return ("yes",) if value else ("no",)
    if isinstance(value, list | tuple):
        return tuple(str(choice) for choice in value)
    return (str(value),) if isinstance(value, str) else ()


def address_parts(value: Any) -> tuple[PartShown, ...]:
    """Street, postcode and town."""
    known: Mapping[str, str] = value if isinstance(value, dict) else {}
    words = {"street": _("Street and number"), "postcode": _("Postcode"), "city": _("Town")}
    return tuple(PartShown(part, words[part], known.get(part, ""), AUTOCOMPLETE[part]) for part in PARTS)


def written(kind: str, value: Any) -> str:
    """A stored answer as a person would type it; what was typed stays as it is."""
    if value is None or isinstance(value, bool | list):
        return ""
    if isinstance(value, dict):
        return f"{value['latitude']}, {value['longitude']}" if "latitude" in value else ""
    if isinstance(value, str):
        return spaced_iban(value) if kind == "iban" and value.isalnum() else value
    return WRITTEN.get(kind, str)(value)


def hundredths(value: int) -> str:
    """Cents or hundredths of a per cent with the language's decimal sign."""
    return format_decimal(value / 100, format="0.00", locale=get_locale())


WRITTEN: dict[str, Callable[[Any], str]] = {"money": hundredths, "percent": hundredths}
