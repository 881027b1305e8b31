"""Marking of texts for translation inside the domain.

The domain never translates: it marks a message with :func:`N_` and carries its values beside it,
and the edge (web page, mail, command line) asks gettext for the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(message: str) -> str:  # the conventional name that extractors look for
    """Return the message unchanged; it only marks it for the translation catalogues."""
    return message


@dataclass(frozen=True)
class Text:
    """A message to be translated later: a msgid with named placeholders and their values."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message
