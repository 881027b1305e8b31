"""What README and CONTRIBUTING point to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.settings import ROOT

DOCUMENTS = ["README.md", "CONTRIBUTING.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
SHIPPED = re.compile(r"`((?:[\w.<>-]+/)+[\w.<>-]*|[\w-]+\.(?:py|toml|json|in|txt|md))`")
LINKED = re.compile(r"\]\(([^)#:]+)\)")
MADE_LATER = {"var/", "files/", ".venv/"}


def paths(document: Path) -> set[str]:
    """Paths in backquotes and in links; ``<room>`` stands for any name."""
    text = document.read_text()
    found = {path for path in SHIPPED.findall(text) if path not in MADE_LATER and "..." not in path}
    return found | set(LINKED.findall(text))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_paths_are_there(name: str) -> None:
    document = ROOT / name
    patterns = {path: re.sub(r"<\w+>", "*", path).rstrip("/") for path in paths(document)}
    missing = [
        path
        for path, pattern in patterns.items()
        if not any([*ROOT.glob(pattern), *document.parent.glob(pattern), *ROOT.glob(f"trade/*/{pattern}")])
    ]
    assert missing == [], f"{name} names what is not there"


def test_the_search_for_paths_finds_them() -> None:
    assert {"trade/<room>/rules.py", "jobs/schedule.py", "docs/pictures/home.png"} <= paths(ROOT / "README.md")
    assert len(paths(ROOT / "README.md")) > 30


@pytest.mark.parametrize("decision", sorted((ROOT / "docs" / "decisions").glob("0*.md")), ids=lambda path: path.stem)
def test_every_decision_is_listed_and_has_its_three_parts(decision: Path) -> None:
    assert f"({decision.name})" in (decision.parent / "README.md").read_text()
    for part in ("**Situation.**", "**Choice.**", "**What follows.**"):
        assert part in decision.read_text()
