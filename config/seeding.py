"""The product's own first data as plain values: words of mails and texts, questions, places; and the demo's.

``jobs/first_data.py`` puts the former into a new installation, where staff edit the rows; ``jobs/demo`` loads
the latter. Where they come from stands in ``seeds/NOTICE.md``.
"""

from __future__ import annotations

import csv
import gzip
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SEEDS = Path(__file__).parent / "seeds"


def message_templates() -> Iterator[tuple[str, str, str, str]]:
    """Key, locale, subject and body of every mail: ``seeds/messages/<key>.toml`` holds a table per language."""
    for path in sorted((SEEDS / "messages").glob("*.toml")):
        for locale, words in tomllib.loads(path.read_text(encoding="utf-8")).items():
            yield path.stem, locale, words["subject"], words["body"]


def legal_text(document: str, network: str) -> dict[str, str]:
    """The sample bodies of a document by language; one of the network's own goes before the common one."""
    found: dict[str, str] = {}
    for folder in (SEEDS / "texts", SEEDS / "texts" / network):
        for path in sorted(folder.glob(f"{document}.*.md")):
            found[path.suffixes[-2].lstrip(".")] = path.read_text(encoding="utf-8")
    return found


def questionnaire(name: str, network: str) -> list[dict[str, Any]]:
    """The questions of a questionnaire in order, those of other networks left out."""
    path = SEEDS / "questionnaire" / f"{name}.toml"
    questions = tomllib.loads(path.read_text(encoding="utf-8"))["question"]
    return [question for question in questions if network in question.get("networks", [network])]


def shipping_table(network: str) -> tuple[str, dict[str, list[tuple[int, int]]]]:
    """The note of the network's sample tariff, and for each zone pairs of grams and cents."""
    told = tomllib.loads((SEEDS / "shipping" / f"{network}.toml").read_text(encoding="utf-8"))
    steps = [(grams, cents) for grams, cents in told["brackets"]]
    return told["note"], dict.fromkeys(told["zones"], steps)


def towns() -> list[dict[str, str]]:
    """Towns of 1,000 inhabitants and more: country, name, area, latitude, longitude, population."""
    return _table(SEEDS / "places" / "towns.csv.gz")


def postcodes() -> list[dict[str, str]]:
    """Postcodes: country, postcode, name (of the town), area, latitude, longitude."""
    return _table(SEEDS / "places" / "postcodes.csv.gz")


def sample_books() -> list[dict[str, str]]:
    """Real books without prices: isbn, title, authors (parted by " | "), publisher, year, language, pages."""
    return _table(SEEDS / "books" / "books.csv")


def sample_bookshops(country: str) -> list[dict[str, str]]:
    """Invented bookshops of a country: id, name, city, area, postcode, subdivision, zone, latitude, longitude."""
    return [row for row in _table(SEEDS / "bookshops" / "bookshops.csv") if row["country"] == country]


def _table(path: Path) -> list[dict[str, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
