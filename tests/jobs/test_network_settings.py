"""A value of the network that judges stock acts on all of it, now or on its day, and says before what it will do."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select, update

from jobs.context import Context
from jobs.queue import drain
from jobs.schedule import SCHEDULE
from jobs.scheduler import tick
from tests.backoffice.browser import Screen, said
from tests.conftest import House
from tests.trade.stock.test_feed import NOW, csv, send
from trade.base.settings import set_value
from trade.base.tenancy import TenantSession
from trade.catalogue.settings import VAT_RATES
from trade.stock.actions import rejudge
from trade.stock.models import BookshopStock, StockLine
from trade.stock.queries import NetworkEffect, effect_on_network
from trade.stock.settings import THRESHOLDS

ISBN = 9788437604947
SECTION = "/staff/settings/thresholds/"
FIVE = {"fixed_price": 500}


@pytest.fixture
def apart(house: House) -> House:
    """14.95 on the network, 16.00 at both: 6.6 % apart. Boreal tolerates 5 % of its own accord."""
    for name in ("alba", "boreal"):
        send(house, csv((ISBN, 2, 1600), (9788417860790, 1, 2495)), scope=house.cast.bookshop(name))
    with house.session() as session:
        set_value(session, THRESHOLDS, FIVE, at=NOW, bookshop_id=house.cast.boreal)
    return house


def verdicts(house: House) -> list[str]:
    with house.session() as session:
        lines = select(StockLine.verdict).where(StockLine.isbn == ISBN).order_by(StockLine.bookshop_id)
        return list(session.scalars(lines))


@pytest.mark.seed("T112", "T124")
def test_staff_see_what_a_threshold_will_do_and_it_acts_on_the_stock_at_once(apart: House, context: Context) -> None:
    drain(context)
    assert verdicts(apart) == ["price_error"] * 2
    ada = Screen(apart, "ada").english()
    typed = {"stock-thresholds-fixed_price": "7"}
    shown = ada.do(SECTION, typed)
    assert said(shown) == [], "nothing is saved before the effect was seen"
    assert "1 title would be visible again. 1 bookshop is concerned." in " ".join(shown.split())
    seen = shown.split('name="seen" value="')[1].split('">')[0]
    other = ada.do(SECTION, {"stock-thresholds-fixed_price": "6", "seen": seen})
    assert "Nothing would be shown or hidden anew." in other, "another value is another question"
    assert said(ada.do(SECTION, typed | {"seen": seen})) == ["1 value is in force now."]
    drain(context)
    assert verdicts(apart) == ["visible", "price_error"], "a bookshop's own value stays"


@pytest.mark.seed("F09", "T124")
def test_a_threshold_of_a_later_day_acts_on_that_day_and_once(apart: House, context: Context) -> None:
    later = NOW + timedelta(days=1)
    with apart.session() as session:
        set_value(session, THRESHOLDS, {"fixed_price": 700}, at=NOW, valid_from=later)
    for at, expected in ((NOW, "price_error"), (later, "visible")):
        apart.clock.move_to(at)
        tick(context, at=at, schedule=[entry for entry in SCHEDULE if entry.kind == "stock.settings"])
        drain(context)
        assert verdicts(apart)[0] == expected
    assert drain(context) == 0


@pytest.mark.seed("T112", "A13")
def test_the_effect_told_is_what_judging_anew_does(apart: House) -> None:
    """Of every value that moves something, with VAT in the files' prices and without it."""
    values = product((True, False), (THRESHOLDS, VAT_RATES), ({"fixed_price": 700}, {"fixed_price": 0}, None))
    moved = set()
    with apart.session() as session:
        for vat_included, setting, wanted in values:
            with session.begin_nested() as trial:
                session.execute(update(BookshopStock).values(vat_included=vat_included))
                before = _judged(session, apart)
                told = effect_on_network(session, supposed={setting.key: wanted}, at=NOW)
                set_value(session, setting, wanted, at=NOW)
                after = _judged(session, apart)
                touched = {shop for shop, _ in after ^ before}
                assert told == NetworkEffect(len(after - before), len(before - after), len(touched))
                moved.add((bool(told.shown), bool(told.hidden)))
                trial.rollback()
    assert {(True, False), (False, True), (False, False)} <= moved


def _judged(session: TenantSession, house: House) -> set[tuple[int, int]]:
    """Judge both bookshops anew; which titles of which are visible then."""
    for shop in (house.cast.alba, house.cast.boreal):
        rejudge(session, bookshop_id=shop, at=NOW)
    shown = select(StockLine.bookshop_id, StockLine.isbn).where(StockLine.verdict == "visible")
    return {(row.bookshop_id, row.isbn) for row in session.execute(shown)}
