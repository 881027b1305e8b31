"""Mail templates are words with variables from a fixed map, never logic (safety.md, faults 39 and 40)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from trade.base.errors import Refused
from trade.base.text import Text
from trade.messages.rules import COMMON, TEMPLATES, Euros, check_template, fill, fill_subject, in_words


@pytest.mark.parametrize(
    ("subject", "body", "words"),
    [
        ("{nombre}", "Hello", "not a variable"),
        ("Hello", "Hello {password_hash}", "not a variable"),
        ("Hello", "{name.__class__}", "Curly brackets"),
        ("Hello", "{name!r}", "Curly brackets"),
        ("Hello", "{0}", "Curly brackets"),
        ("Hello", "{{ name }}", "Curly brackets"),
        ("Hello", "{% if name %}", "Curly brackets"),
        ("Hello", "{name", "Curly brackets"),
        ("", "Hello", "not be empty"),
        ("Hello", "  ", "not be empty"),
        ("Hello\nBcc: x@example.org", "Hello", "one line"),
        ("x" * 201, "Hello", "At most 200"),
    ],
)
def test_a_template_with_anything_but_its_variables_is_refused(subject: str, body: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        check_template(key="account.recovery", subject=subject, body=body)


def test_a_template_with_its_variables_is_accepted() -> None:
    check_template(key="account.recovery", subject="{network}: {name}", body="{link} {until} {operator}")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Refused, match="no mail of that kind"):
        check_template(key="spam", subject="a", body="b")


def test_values_are_filled_once_and_never_read_as_template() -> None:
    assert fill("Hello {name}, {link}", {"name": "{link}", "link": "x"}) == "Hello {link}, x"
    with pytest.raises(KeyError):
        fill("Hello {name}", {})


def test_no_value_adds_a_header() -> None:
    subject = fill_subject("For {name}", {"name": "Clara\r\nBcc: all@example.org"})
    assert subject == "For Clara Bcc: all@example.org"
    assert len(fill_subject("{name}", {"name": "x" * 64_000})) == 200


MOMENT = datetime(2026, 11, 24, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "locale", "zone", "words"),
    [
        ("Clara", "es", "Europe/Madrid", "Clara"),
        (1234, "es", "Europe/Madrid", "1.234"),
        (12345, "fr", "Europe/Paris", "12\u202f345"),
        (Euros(123456), "es", "Europe/Madrid", "1.234,56\xa0€"),
        (Euros(123456), "fr", "Europe/Paris", "1\u202f234,56\xa0€"),
        (Euros(123456), "en", "Europe/Paris", "€1,234.56"),
        (date(2026, 11, 24), "es", "Europe/Madrid", "martes, 24 de noviembre de 2026"),
        (date(2026, 11, 24), "fr", "Europe/Paris", "mardi 24 novembre 2026"),
        (MOMENT, "es", "Europe/Madrid", "martes 24 de noviembre a las 11:05"),
        (MOMENT, "es", "Atlantic/Canary", "martes 24 de noviembre a las 10:05"),
        (MOMENT, "fr", "Europe/Paris", "mardi 24 novembre à 11 h 05"),
        (Text("Not in stock"), "es", "Europe/Madrid", "[es] Not in stock"),
        (
            Text("Wait until %(day)s", {"day": date(2026, 11, 24)}),
            "fr",
            "Europe/Paris",
            "[fr] Wait until mardi 24 novembre 2026",
        ),
    ],
)
def test_values_are_written_in_the_readers_manner(value: Any, locale: str, zone: str, words: str) -> None:
    def translate(message: str, language: str) -> str:
        return f"[{language}] {message}"

    assert in_words(value, locale=locale, time_zone=zone, currency="EUR", translate=translate) == words


def test_every_kind_of_mail_has_words_for_staff_and_distinct_variables() -> None:
    for template in TEMPLATES.values():
        assert template.label
        assert len(set(template.variables) | set(COMMON)) == len(template.variables) + len(COMMON)
