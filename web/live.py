"""Delegated distributors asked for a page: between transactions, never inside one (architecture rule 12).

The page of a book asks and waits, as long as a distributor may take. A page of many books does not wait: it shows what
is remembered, and lets the rest be asked in the background (``docs/decisions/0016-live-answers-in-lists.md``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app

from trade.trastienda.asking import LiveSource, Question
from trade.trastienda.queries import questions
from trade.trastienda.rules import Answers
from web.database import clock, session


def live_answers(isbns: Sequence[int]) -> Answers:
    """What delegated distributors say of these books now; hand it on to the queries of availability.

    Costs nothing in a network without back rooms. What the request has read so far is let go before anybody is asked.
    """
    work, at = session(), clock().now()
    asked = questions(work, at=at)
    if not asked:
        return {}
    work.commit()
    return _source().ask(asked, isbns=isbns, at=at)


@dataclass(frozen=True)
class Lately:
    """What is remembered of the distributors of the network; ``asked`` is empty where none serves."""

    asked: Sequence[Question]
    at: datetime

    def __call__(self, isbns: Sequence[int]) -> Answers:
        """Their answers of lately."""
        return _source().remembered(self.asked, isbns=isbns, at=self.at) if self.asked else {}

    def prepare(self, isbns: Sequence[int]) -> None:
        """Let the distributors be asked for what is not remembered, without waiting."""
        if self.asked and isbns:
            _source().prepare(self.asked, isbns=isbns, at=self.at)


def lately() -> Lately:
    """Whom one would ask, read once for the page."""
    at = clock().now()
    return Lately(questions(session(), at=at), at)


def _source() -> LiveSource:
    return cast(LiveSource, current_app.extensions["live"])
