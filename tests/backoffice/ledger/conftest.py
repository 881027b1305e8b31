"""A house with October closed, its papers made, and people who look at them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jobs.context import Context, open_context
from jobs.queue import drain
from tests.backoffice.browser import Screen
from tests.conftest import House
from tests.trade.billing.ground import CLOSING, close, october


@pytest.fixture
def context(house: House) -> Iterator[Context]:
    """The worker of the house."""
    opened = open_context(house.config())
    opened.redis.flushdb()
    yield opened
    opened.engine.dispose()
    opened.redis.close()


@pytest.fixture
def books(house: House, context: Context) -> House:
    """October is closed and its papers are made."""
    october(house)
    house.set_time(CLOSING)
    close(house)
    drain(context)
    return house


class Reader(Screen):
    """A browser of the accountants' area."""

    def __init__(self, house: House, who: str) -> None:
        super().__init__(house, who)
        self.client.get("/ledger/?lang=en")

    def do(self, address: str, data: dict[str, str] | None = None) -> str:
        """Post with a token of this area, and follow."""
        answer = self.post(address, data, page="/ledger/profile/")
        while answer.status_code in (301, 302, 303):
            answer = self.client.get(answer.headers["Location"])
        return answer.get_data(as_text=True)


@pytest.fixture
def emilio(books: House) -> Reader:
    """The accountant."""
    return Reader(books, "emilio")


@pytest.fixture
def ada(books: House) -> Reader:
    """The administrator."""
    return Reader(books, "ada")
