"""The product's own first words: mail templates, legal texts and the joining questionnaire, as plain values.

``jobs/first_data.py`` puts them into a new installation; afterwards staff edit the rows.
"""

from __future__ import annotations

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
