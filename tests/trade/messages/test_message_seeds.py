"""Every mail has its words in Spanish, French and English, and they use only its variables."""

from config.seeding import message_templates
from trade.messages.rules import LOCALES, TEMPLATES, check_template

ALL = list(message_templates())


def test_every_mail_speaks_every_language() -> None:
    assert {(key, locale) for key, locale, _, _ in ALL} == {(key, locale) for key in TEMPLATES for locale in LOCALES}


def test_every_text_is_a_valid_template() -> None:
    for key, _, subject, body in ALL:
        check_template(key=key, subject=subject, body=body)
