"""Withdrawing without signing in: by the order's link, and by number and address, which tells a stranger nothing
(Directive 2011/83, article 11a)."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from jobs.context import open_context
from jobs.queue import drain
from jobs.worker import declare_handlers
from tests.cast import NOW
from tests.conftest import House
from tests.storefront.page import Page, browser, mail_link, read, send
from tests.trade.orders.helpers import JUNCO
from tests.trade.orders.test_withdrawing import served
from trade.base.models import Effect
from trade.base.settings import set_value
from trade.messages.models import Message
from trade.orders.models import Order, Withdrawal
from trade.orders.settings import WITHDRAWAL_DAYS

pytestmark = pytest.mark.database
BOTH = pytest.mark.parametrize("network", ["es", "fr"], indirect=True)


def work_off(house: House) -> None:
    """Let the jobs do what waits."""
    declare_handlers()
    context = open_context(house.config())
    drain(context)
    context.engine.dispose()
    context.redis.close()


def by_number(house: House, **values: str) -> Page:
    """State and confirm by number and address, as somebody who is not signed in."""
    client = browser(house)
    asked = send(client, read(client, "/withdraw"), **values)
    assert asked.texts("//main//button")[0] in ("Confirm withdrawal", "Send me the link")
    return send(client, asked, step="confirm")


def mails(house: House, template: str) -> list[Message]:
    """The mails of this kind."""
    with house.session() as session:
        return list(session.scalars(select(Message).where(Message.template == template).order_by(Message.id)))


@BOTH
def test_by_the_link_books_are_chosen_confirmed_and_acknowledged(house: House) -> None:
    house.set_time(NOW)
    placed = served(house)
    client = browser(house)
    page = read(client, f"/order/{placed.order.reference}?k={placed.token}")
    address = page.one("//a[.='Withdraw from the contract here']").get("href")
    first, second = (line.id for line in placed.order.lines)
    nothing = send(client, read(client, address), **{f"copies-{first}": "0", f"copies-{second}": "0"})
    assert "Choose the books you withdraw from." in nothing.words
    confirm = send(client, read(client, address), **{f"copies-{first}": "1", f"copies-{second}": "0"})
    assert "1 copy" in confirm.words and "clara@mostrador.example" in confirm.words
    with house.session() as session:
        assert session.scalar(select(Withdrawal.id)) is None, "nothing counts before it is confirmed"
    done = send(client, confirm, step="confirm")
    assert "We have received your withdrawal" in done.words and "1 × Cien años de soledad" in done.words
    (mail,) = mails(house, "sale.withdrawn")
    assert "1 × Cien años de soledad" in mail.body and re.search(r"\b14\b", mail.body)
    assert re.search(r"24 (de )?\w+ (a las|à) 11", mail.body), "with date and time, as the bookshop's clock shows them"


@BOTH
def test_by_number_and_address_everything_is_withdrawn_without_a_link(house: House) -> None:
    house.set_time(NOW)
    placed = served(house)
    number = placed.order.reference.lower()
    done = by_number(house, reference=f" {number} ", email="Clara@Mostrador.example")
    assert "Your withdrawal has been received" in done.words
    work_off(house)
    with house.session() as session:
        made = session.scalars(select(Withdrawal)).one()
        assert made.lines == {str(line.id): line.copies for line in placed.order.lines}
        asked = session.scalars(select(Effect.payload).where(Effect.kind == "sales.withdraw")).one()
        assert made.declared_at.isoformat() == asked["asked_at"], "as of the moment it was asked for"
    assert len(mails(house, "sale.withdrawn")) == 1
    by_number(house, reference=number, email="clara@mostrador.example")
    by_number(house, reference=number, email="clara@mostrador.example")
    work_off(house)
    (mail,) = mails(house, "sale.withdrawal_asked")
    assert mail.to_email == "clara@mostrador.example", "told once a day, and at the address of the order only"


def test_some_books_are_chosen_by_the_link_that_is_mailed(house: House) -> None:
    house.set_time(NOW)
    placed = served(house)
    by_number(house, reference=placed.order.reference, email="clara@mostrador.example", which="some")
    work_off(house)
    (mail,) = mails(house, "sale.withdrawal_asked")
    page = read(browser(house), mail_link(mail.body, "/order/"))
    assert page.status == 200 and "Withdraw from the contract here" in page.words


@BOTH
def test_a_stranger_reads_the_same_whether_the_order_is_there_or_not(house: House) -> None:
    house.set_time(NOW)
    placed = served(house)
    answers = []
    for reference, email in (
        (placed.order.reference, "clara@mostrador.example"),
        (placed.order.reference, "stranger@mostrador.example"),
        ("V-99999", "clara@mostrador.example"),
    ):
        page = by_number(house, reference=reference, email=email)
        answers.append(page.words.replace(reference, "").replace(email, ""))
    assert len(set(answers)) == 1
    with house.session() as session:
        found = session.scalars(select(Effect).where(Effect.kind == "sales.withdraw").order_by(Effect.id))
        effects = [effect.payload["order_id"] for effect in found]
        assert effects == [placed.order.id, 0, 0]
    work_off(house)
    with house.session() as session:
        assert len(list(session.scalars(select(Withdrawal)))) == 1
    assert not mails(house, "sale.withdrawal_asked")


def test_an_order_without_its_link_is_not_there_and_what_is_not_served_is_told_by_mail_only(house: House) -> None:
    house.set_time(NOW)
    placed = served(house)
    assert read(browser(house), f"/order/{placed.order.reference}/withdraw").status == 404
    assert read(browser(house), f"/order/{placed.order.reference}/withdraw?k=wrong").status == 404
    assert read(browser(house, "bruno"), f"/order/{placed.order.reference}/withdraw").status == 404
    with house.session() as session:
        session.get_one(Order, placed.order.id).state = "received"
    page = read(browser(house), f"/order/{placed.order.reference}/withdraw?k={placed.token}")
    assert "This order is not served yet" in page.words and not page.all("//main//form")
    shown = by_number(house, reference=placed.order.reference, email="clara@mostrador.example")
    work_off(house)
    (mail,) = mails(house, "sale.withdrawal_asked")
    assert "todavía" in mail.body or "aún" in mail.body
    assert "not served" not in shown.words


def test_the_days_are_those_of_the_setting_when_it_was_ordered(house: House) -> None:
    with house.session(house.cast.staff()) as session:
        set_value(session, WITHDRAWAL_DAYS, 30, at=NOW)
    placed = served(house)
    (confirmed,) = mails(house, "sale.confirmed")
    assert "30 días" in confirmed.body
    assert placed.order.lines[1].isbn == JUNCO
