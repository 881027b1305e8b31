"""The presales of the network: what staff opened, and in which of them a bookshop takes part."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from trade.availability.models import JOINED, PresalePart
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book
from trade.orders.models import PresaleTitle
from trade.orders.states import PRESALE

MOST = 200
"""Presales are agreed one by one: no list is longer."""


@dataclass(frozen=True)
class Presale:
    """A presale with its book, how many bookshops joined, and whether the asker did."""

    book: Book
    title: PresaleTitle
    bookshops: int
    joined: bool


def presales(session: TenantSession, *, bookshop_id: int | None = None, open_only: bool = False) -> list[Presale]:
    """The presales, those that may be joined first, then by the day of publication."""
    joined = select(func.count()).where(PresalePart.isbn == PresaleTitle.isbn).scalar_subquery()
    mine = (
        select(PresalePart.isbn)
        .where(PresalePart.isbn == PresaleTitle.isbn, PresalePart.bookshop_id == (bookshop_id or 0))
        .exists()
    )
    statement = (
        select(Book, PresaleTitle, joined, mine)
        .join(PresaleTitle, PresaleTitle.isbn == Book.isbn)
        .order_by(PresaleTitle.state.not_in(JOINED), PresaleTitle.release_on, Book.sort_key, Book.isbn)
        .limit(MOST)
    )
    if open_only:
        statement = statement.where(PresaleTitle.state.in_(JOINED))
    return [Presale(*row) for row in session.execute(statement)]


def words_of(state: str) -> tuple[str, str]:
    """The words of a presale's state and its shape."""
    found = PRESALE.states[state]
    return found.label, found.shape
