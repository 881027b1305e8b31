"""Layouts declared as manuals print them."""

from __future__ import annotations

import pytest

from trade.base.errors import Refused
from trade.base.fixed_width import Column, Layout

LAYOUT = Layout("T", (Column("kind", 1, 1), Column("name", 2, 4), Column("note", 6, 3, may_be_absent=True)))


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("Tabcdxyz", {"kind": "T", "name": "abcd", "note": "xyz"}),
        ("Tab  x  ", {"kind": "T", "name": "ab  ", "note": "x  "}),
        ("Tabcdxyz   ", {"kind": "T", "name": "abcd", "note": "xyz"}),
        ("Tabcd", {"kind": "T", "name": "abcd", "note": ""}),
    ],
)
def test_lines_are_cut(line: str, fields: dict[str, str]) -> None:
    assert LAYOUT.cut(line) == fields


@pytest.mark.parametrize("line", ["", "T", "Tabc", "Tabcdx", "Tabcdxyzz"])
def test_a_line_of_another_length_is_refused(line: str) -> None:
    with pytest.raises(Refused, match=f"has {len(line)} characters instead of 8"):
        LAYOUT.cut(line)


def test_a_gap_in_the_declaration_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="begins at 3, not at 2"):
        Layout("X", (Column("a", 1, 1), Column("b", 3, 1)))
