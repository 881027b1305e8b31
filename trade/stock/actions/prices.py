"""The price-error log of the whole network looked over: is every title hidden for its price, and no other (T111)?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from trade.base.tenancy import TenantSession
from trade.stock.actions.judge import rejudge
from trade.stock.queries.comparing import terms
from trade.stock.queries.network import every_book, price_errors_now, shelves
from trade.stock.rules import PRICE_ERROR, judged


@dataclass(frozen=True)
class Checked:
    """How many titles are hidden for their price, and in how many bookshops that had to be set right."""

    price_errors: int
    repaired: int


def check_price_errors(session: TenantSession, *, at: datetime) -> Checked:
    """Judge the prices of all stock anew, in columns, and compare with what is stored; where they differ, the
    bookshop is judged anew. Verdicts follow every file, price and threshold by themselves: this is the nightly
    proof that they did. Scope system.
    """
    books, stored = every_book(session), price_errors_now(session)
    each = list(shelves(session))
    under = terms(session, bookshop_ids=[shelf.bookshop_id for shelf in each], at=at) if each else {}
    nothing = np.empty(0, dtype=np.int64)
    total, wrong = 0, []
    for shelf in each:
        facts = books.facts(shelf.titles.isbn, under[shelf.bookshop_id])
        _, verdicts = judged(shelf.titles.price, facts, vat_included=shelf.vat_included)
        found = shelf.titles.isbn[verdicts == PRICE_ERROR]
        total += len(found)
        if not np.array_equal(found, stored.get(shelf.bookshop_id, nothing)):
            wrong.append(shelf.bookshop_id)
    for bookshop_id in wrong:
        rejudge(session, bookshop_id=bookshop_id, at=at)
    return Checked(total, len(wrong))
