"""Every text is there in Spanish and French (English is the source): none missing, none doubtful, none forgotten."""

from __future__ import annotations

import gettext
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from config.settings import ROOT
from web.language import LOCALES

TRANSLATED = [language for language in LOCALES if language != "en"]
FOLDER = ROOT / "config" / "locale"
PLACEHOLDER = re.compile(r"%(?:\((\w+)\)[a-z]|%)")
Id = str | tuple[str, ...]


def catalogue(language: str) -> Catalog:
    """The catalogue that translators edit."""
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


@cache
def marked() -> frozenset[Id]:
    """Every text that is marked in the source, as bin/translate collects them."""
    script = (ROOT / "bin" / "translate").read_text(encoding="utf-8")
    folders = re.search(r'--output "\$template" (.*)$', script, re.MULTILINE)
    keywords = re.search(r'--keywords "(.*?)"', script)
    assert folders and keywords, "bin/translate no longer says what it collects"
    command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract", "--mapping", "config/babel.cfg"]
    with TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        command += ["--keywords", keywords[1], "--output", str(template), *folders[1].split()]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        with template.open("rb") as file:
            return frozenset(message.id for message in read_po(file) if message.id)


def forms(message: Message) -> list[tuple[str, str]]:
    """Each form of a message beside its translation."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    plural = message.id[-1]
    return [(plural, words) for words in message.string]


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_holds_exactly_what_is_marked(language: str) -> None:
    held = {message.id for message in catalogue(language) if message.id}
    assert len(held) > 500
    missing, left_over = marked() - held, held - marked()
    assert not missing and not left_over, f"run bin/translate: {len(missing)} missing, {len(left_over)} left over"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    messages = [message for message in catalogue(language) if message.id]
    empty = [message.id for message in messages if not all(words.strip() for _, words in forms(message))]
    assert not empty, f"{len(empty)} are empty, the first ones: {empty[:5]}"
    assert [message.id for message in messages if message.fuzzy] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_are_kept(language: str) -> None:
    """Named placeholders may change places, never names; a plural form that says "one" may leave the number out."""
    wrong = []
    for message in catalogue(language):
        for words, translated in forms(message) if message.id else ():
            wanted, found = (set(PLACEHOLDER.findall(text)) for text in (words, translated))
            may_lack = {"num", "count"} if isinstance(message.id, tuple) else set()
            if translated and (found - wanted or wanted - found - may_lack):
                wrong.append(f"{words!r}: {translated!r}")
            if translated and per_cents(words) != per_cents(translated):
                wrong.append(f"{words!r}: {translated!r}")
    assert not wrong, "\n".join(wrong)


def per_cents(text: str) -> tuple[int, int]:
    """How many per cent signs there are, written twice and once: formatting trips over the wrong one."""
    alone = PLACEHOLDER.sub("", text)
    return text.count("%%"), alone.count("%")


@pytest.mark.parametrize("language", TRANSLATED)
def test_edges_are_kept(language: str) -> None:
    """Blanks at the edge join with what stands beside: a translation keeps them."""

    def edges(text: str) -> tuple[bool, bool]:
        return text[:1].isspace(), text[-1:].isspace()

    wrong = [
        f"{words!r}: {translated!r}"
        for message in catalogue(language)
        if message.id
        for words, translated in forms(message)
        if translated and edges(words) != edges(translated)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_shipped_is_what_was_translated(language: str) -> None:
    """The compiled catalogue, which the product reads, is made of the present one."""
    compiled = gettext.translation("messages", str(FOLDER), [language])
    stale = []
    for message in catalogue(language):
        for index, (_, words) in enumerate(forms(message) if message.id and not message.fuzzy else ()):
            if not words:
                continue
            singular = message.id if isinstance(message.id, str) else message.id[0]
            number = 1 if index == 0 else 2
            found = (
                compiled.gettext(singular)
                if isinstance(message.id, str)
                else compiled.ngettext(message.id[0], message.id[-1], number)
            )
            if found != words:
                stale.append(singular)
    assert not stale, f"run bin/translate: {stale[:5]}"


def test_a_lost_placeholder_is_found() -> None:
    assert set(PLACEHOLDER.findall("%(num)s of %(total)s, 5 %%")) == {"num", "total", ""}
    assert Path(FOLDER / "en").exists() is False


def test_spanish_booksellers_read_one_word_for_their_stock() -> None:
    words = [words for message in catalogue("es") if message.id for _, words in forms(message)]
    assert [text for text in words if "existencias" in text.lower()] == []
    assert sum("stock" in text.lower() for text in words) > 50
