"""Legal texts: which version is in force, what is still to be accepted, and their plain form.

The plain form is all a text needs and nothing that could run: ``# Title``, ``## Heading``, paragraphs,
``- `` list items, and ``**bold**`` words. The edge escapes and draws the blocks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from trade.base.errors import Refused
from trade.base.text import N_

DOCUMENTS = {
    "terms": N_("General joining conditions"),
    "privacy": N_("Privacy policy"),
    "reservations": N_("Conditions of reservations"),
    "gift_cheques": N_("Conditions of gift cheques"),
    "sales": N_("Conditions of sale and right of withdrawal"),
    "selling": N_("Conditions of online orders"),
}
ACCEPTED_BY = {
    "nobody": N_("Nobody: it is only shown"),
    "bookshop": N_("Every bookshop, before anything else"),
    "option": N_("A bookshop that switches the option on"),
}
SHORTEST_NOTICE_DAYS = 15
"""Days between announcing a change of the joining conditions and its effect (Regulation (EU) 2019/1150, art. 3)."""

Kind = Literal["title", "heading", "paragraph", "list"]
_BOLD = re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True)
class Span:
    """A run of words, bold or not."""

    words: str
    bold: bool = False


@dataclass(frozen=True)
class Block:
    """One block of a text: its kind and its lines (one, but for lists) as spans."""

    kind: Kind
    lines: tuple[tuple[Span, ...], ...]


def blocks(body: str) -> list[Block]:
    """The blocks of a plain text, in order."""
    found: list[Block] = []
    for part in re.split(r"\n\s*\n", body.replace("\r\n", "\n").strip()):
        lines = [line.strip() for line in part.split("\n") if line.strip()]
        if not lines:
            continue
        if lines[0].startswith("## "):
            found.append(Block("heading", (_spans(lines[0][3:]),)))
            lines = lines[1:]
        elif lines[0].startswith("# "):
            found.append(Block("title", (_spans(lines[0][2:]),)))
            lines = lines[1:]
        if lines and all(line.startswith("- ") for line in lines):
            found.append(Block("list", tuple(_spans(line[2:]) for line in lines)))
        elif lines:
            found.append(Block("paragraph", (_spans(" ".join(lines)),)))
    return found


def _spans(words: str) -> tuple[Span, ...]:
    pieces = _BOLD.split(words)
    return tuple(Span(piece, bold=index % 2 == 1) for index, piece in enumerate(pieces) if piece)


def title_of(body: str, *, otherwise: str) -> str:
    """The title line of a text."""
    first = body.lstrip().split("\n", 1)[0]
    return first[2:].strip() if first.startswith("# ") else otherwise


class Version(Protocol):
    """What the rules need to know of one version."""

    @property
    def id(self) -> int: ...
    @property
    def document(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def accepted_by(self) -> str: ...
    @property
    def effective_from(self) -> datetime | None: ...


V = TypeVar("V", bound=Version)


def in_force(published: Iterable[V], *, at: datetime) -> dict[str, V]:
    """The newest published version of each document whose date has come."""
    newest: dict[str, V] = {}
    for text in published:
        if text.effective_from is None or text.effective_from > at:
            continue
        present = newest.get(text.document)
        if present is None or text.version > present.version:
            newest[text.document] = text
    return newest


def pending(published: Iterable[V], *, accepted: Collection[int], at: datetime) -> list[V]:
    """The texts in force that every bookshop must accept and this one has not, in DOCUMENTS' order (T06, T07)."""
    texts = in_force(published, at=at)
    return [
        texts[document]
        for document in DOCUMENTS
        if document in texts and texts[document].accepted_by == "bookshop" and texts[document].id not in accepted
    ]


def check_text(*, document: str, accepted_by: str, titles: Mapping[str, str], bodies: Mapping[str, str]) -> None:
    """Whether a version may be saved: a known document, title and text in the same languages. Raises Refused."""
    if document not in DOCUMENTS:
        raise Refused(N_("There is no document of that kind."), field="document")
    if accepted_by not in ACCEPTED_BY:
        raise Refused(N_("Say who must accept the text."), field="accepted_by")
    if not bodies or set(titles) != set(bodies):
        raise Refused(N_("Each language needs a title and a text."), field="bodies")
    for language in bodies:
        if not titles[language].strip() or not bodies[language].strip():
            raise Refused(N_("Each language needs a title and a text."), field="bodies", language=language)
        if re.search(r"\{[a-z_]+\}", bodies[language]):
            raise Refused(N_("A legal text has no variables left: write the words themselves."), field="bodies")


def in_language(words: Mapping[str, str], *, locales: Iterable[str]) -> tuple[str, str]:
    """The first of these languages that the text has, and its words. Raises KeyError for a text without any."""
    for locale in (*locales, *words):
        if locale in words:
            return locale, words[locale]
    raise KeyError("This text has no words.")
