"""Legal texts in versions: which are in force, which are pending, and their plain form (T06, T07)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from config.seeding import legal_text
from trade.base.errors import Refused
from trade.texts.rules import Block, Span, blocks, check_text, in_force, in_language, pending, title_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Version:
    id: int
    document: str
    version: int
    accepted_by: str = "bookshop"
    effective_from: datetime | None = NOON - DAY


TERMS_1, TERMS_2 = Version(1, "terms", 1), Version(2, "terms", 2, effective_from=NOON + DAY)
PRIVACY = Version(3, "privacy", 1)
OPTION = Version(4, "reservations", 1, accepted_by="option")
ALL = [TERMS_1, TERMS_2, PRIVACY, OPTION]


@pytest.mark.seed("T06", "T07")
@pytest.mark.parametrize(
    ("accepted", "at", "waiting"),
    [
        ({}, NOON, [TERMS_1, PRIVACY]),
        ({1}, NOON, [PRIVACY]),
        ({3}, NOON, [TERMS_1]),
        ({1, 3}, NOON, []),
        ({1, 3}, NOON + DAY - timedelta(seconds=1), []),
        ({1, 3}, NOON + DAY, [TERMS_2]),
        ({2, 3}, NOON + DAY, []),
        ({}, NOON - DAY, [TERMS_1, PRIVACY]),
        ({}, NOON - DAY - timedelta(seconds=1), []),
    ],
)
def test_both_texts_in_force_are_pending_until_accepted(
    accepted: set[int], at: datetime, waiting: list[Version]
) -> None:
    assert pending(ALL, accepted=accepted, at=at) == waiting


def test_a_text_without_date_is_not_in_force() -> None:
    assert in_force([Version(9, "terms", 9, effective_from=None)], at=NOON) == {}


def test_a_text_is_read_into_plain_blocks() -> None:
    body = "# Terms\n\n**Sample.** Read on.\n\n## 1. Who\nOne line\nand another.\n\n- first\n- **second** part\n"
    assert blocks(body) == [
        Block("title", ((Span("Terms"),),)),
        Block("paragraph", ((Span("Sample.", bold=True), Span(" Read on.")),)),
        Block("heading", ((Span("1. Who"),),)),
        Block("paragraph", ((Span("One line and another."),),)),
        Block("list", ((Span("first"),), (Span("second", bold=True), Span(" part")))),
    ]


def test_markup_stays_words() -> None:
    (block,) = blocks("<script>alert(1)</script> [x](javascript:1)")
    assert block.lines[0][0].words == "<script>alert(1)</script> [x](javascript:1)"


@pytest.mark.parametrize(
    ("document", "accepted_by", "titles", "bodies", "words"),
    [
        ("novel", "bookshop", {"es": "a"}, {"es": "b"}, "no document"),
        ("terms", "everybody", {"es": "a"}, {"es": "b"}, "who must accept"),
        ("terms", "bookshop", {"es": "a"}, {"es": "b", "fr": "c"}, "title and a text"),
        ("terms", "bookshop", {"es": " "}, {"es": "b"}, "title and a text"),
        ("terms", "bookshop", {}, {}, "title and a text"),
        ("terms", "bookshop", {"es": "a"}, {"es": "The {operator}"}, "no variables left"),
    ],
)
def test_a_half_written_text_is_refused(
    document: str, accepted_by: str, titles: dict[str, str], bodies: dict[str, str], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        check_text(document=document, accepted_by=accepted_by, titles=titles, bodies=bodies)


def test_the_readers_language_goes_first() -> None:
    words = {"es": "hola", "fr": "bonjour"}
    assert in_language(words, locales=["fr", "es"]) == ("fr", "bonjour")
    assert in_language(words, locales=["en"]) == ("es", "hola")


@pytest.mark.parametrize("network", ["es", "fr"])
@pytest.mark.parametrize("document", ["terms", "privacy"])
def test_sample_texts_say_in_every_language_that_they_are_samples(network: str, document: str) -> None:
    bodies = legal_text(document, network)
    assert set(bodies) == {"es", "fr", "en"}
    marks = {"es": "Texto de muestra", "fr": "Texte d'exemple", "en": "Sample text"}
    for locale, body in bodies.items():
        assert marks[locale] in body
        assert title_of(body, otherwise="") != ""
        assert len(blocks(body)) > 10


def test_terms_follow_the_network() -> None:
    assert "{commission}" in legal_text("terms", "fr")["fr"]
    assert "{membership_fee}" in legal_text("terms", "es")["es"]
