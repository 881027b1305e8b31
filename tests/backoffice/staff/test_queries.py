"""No query per row: a list of staff asks as often for many rows as for few."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.backoffice.browser import Screen
from tests.cast import NOW
from tests.conftest import House
from trade.base import journal
from trade.base.models import Effect
from trade.messages.models import Message


@contextmanager
def counted(desk: House) -> Iterator[list[str]]:
    """The statements that the application sends meanwhile."""
    sent: list[str] = []
    with desk.app.app_context():
        engine = desk.app.extensions["sqlalchemy"].engine

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def fill(desk: House, start: int, count: int) -> None:
    """Rows in the lists, each with neighbours of its own."""
    shops = (desk.cast.alba, desk.cast.boreal)
    with desk.session(desk.cast.staff()) as session:
        for number in range(start, start + count):
            shop = shops[number % 2]
            journal.write(session, action="t", thing="t", thing_id=number, at=NOW, bookshop_id=shop)
    with desk.session() as session:
        for number in range(start, start + count):
            session.add(Effect(kind="t", key=f"t:{number}", payload={}, bookshop_id=shops[number % 2]))
            session.add(
                Message(
                    key=f"q:{number}",
                    template="membership.left",
                    locale="es",
                    to_email=f"q{number}@mostrador.example",
                    subject="s",
                    body="b",
                    created_at=NOW,
                )
            )


ADDRESSES = (
    "/staff/",
    "/staff/members/",
    "/staff/feeds/",
    "/staff/runs/?tab=all",
    "/staff/books/",
    "/staff/outbox/",
    "/staff/jobs/",
    "/staff/journal/",
    "/staff/people/?tab=bookshops",
    "/staff/legal/",
    "/staff/emails/",
    "/staff/settings/operator/",
)


@pytest.fixture(scope="module")
def asked(desk: House, ada: Screen) -> dict[str, tuple[int, int]]:
    """How many statements each page sends with few and with many rows."""

    def count(address: str) -> int:
        with counted(desk) as sent:
            ada.get(address)
        return len(sent)

    fill(desk, 0, 4)
    few = {address: count(address) for address in ADDRESSES}
    fill(desk, 100, 36)
    return {address: (few[address], count(address)) for address in ADDRESSES}


@pytest.mark.parametrize("address", ADDRESSES)
def test_more_rows_ask_no_more(asked: dict[str, tuple[int, int]], address: str) -> None:
    few, many = asked[address]
    assert many <= few
    assert many <= 45, f"{many} statements"
