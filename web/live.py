"""Delegated distributors asked for a page: between transactions, never inside one (architecture rule 12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from flask import current_app

from trade.trastienda.asking import LiveSource
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
    source = cast(LiveSource, current_app.extensions["live"])
    return source.ask(asked, isbns=isbns, at=at)
