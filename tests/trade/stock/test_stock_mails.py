"""F05: a held file and a silent feed are told to the bookshop, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.conftest import House
from tests.trade.stock.test_feed import ALL, NOW, csv, send
from trade.messages.models import Message
from trade.stock import actions


def mails(house: House, template: str) -> list[Message]:
    with house.session() as session:
        return list(session.scalars(select(Message).where(Message.template == template).order_by(Message.id)))


@pytest.mark.parametrize("network", ["es", "fr"], indirect=True)
def test_a_held_file_is_told_with_its_reasons(house: House) -> None:
    send(house, ALL)
    send(house, csv((9788437604947, 2, 4000)))
    [mail] = mails(house, "stock.held")
    assert (mail.to_email, mail.bookshop_id) == ("alba@mostrador.example", house.cast.alba)
    assert "stock.csv" in mail.body
    assert "3" in mail.body and "4" in mail.body, "titles that would go"
    assert "50 %" in mail.body.replace("\u00a0", " "), "the second reason: prices that moved"


@pytest.mark.seed("F05")
def test_silence_is_told_once_and_again_after_the_next_silence(house: House) -> None:
    send(house, ALL)
    send(house, ALL, scope=house.cast.bookshop("boreal"))

    def watch(hours: int) -> None:
        with house.session() as session:
            actions.warn_silent(session, at=NOW + timedelta(hours=hours))

    watch(25)
    assert mails(house, "stock.silent") == []
    watch(26)
    watch(27)
    assert [mail.to_email for mail in mails(house, "stock.silent")] == [
        "alba@mostrador.example",
        "boreal@mostrador.example",
    ]
    assert "26" in mails(house, "stock.silent")[0].body
    send(house, ALL, at=NOW + timedelta(hours=28))
    watch(60)
    assert len(mails(house, "stock.silent")) == 3


def test_a_bookshop_that_never_sent_a_file_is_told_too(house: House) -> None:
    with house.session() as session:
        assert actions.warn_silent(session, at=NOW) == 2
    assert len(mails(house, "stock.silent")) == 2
