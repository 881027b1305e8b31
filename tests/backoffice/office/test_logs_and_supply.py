"""The logs and what is said of them, why a title is not visible, trusted distributors (T109-T112, T139-T142)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from sqlalchemy import create_engine, select, text

from tests.backoffice.office.test_stock_pages import DEAR, FULL, GOOD, send, work
from tests.backoffice.office.visits import owner, post, read, status_of, words
from tests.cast import NOW
from trade.distributors import actions as distributors
from trade.distributors.actions.keeping import Particulars
from trade.distributors.models import TrustedDistributor
from trade.stock.models import RareTitle


@pytest.fixture
def supplied(office):
    """Two distributors, of which the first has a book that Alba does not."""
    with office.session(office.cast.staff()) as session:
        ids = []
        for key, name in (("azeta", "Azeta"), ("logista", "Logista")):
            told = Particulars(name, lead_from_hours=24, lead_to_hours=48)
            ids.append(distributors.add(session, key=key, told=told, at=NOW).id)
        distributors.load_stock(session, distributor_id=ids[0], isbns=np.array([GOOD[0]]), at=NOW)
    yield office, ids
    engine = create_engine(office.owner_url)
    with engine.begin() as connection:
        for table in ("trusted_distributor", "distributor_stock", "distributor", "accepted_price"):
            connection.execute(text(f'DELETE FROM "{table}"'))
    engine.dispose()


def order(office):
    with office.session() as session:
        rows = select(TrustedDistributor).order_by(TrustedDistributor.position, TrustedDistributor.distributor_id)
        return [(row.distributor_id, row.switched_on, row.fee_cents, row.charge_fee) for row in session.scalars(rows)]


@pytest.mark.seed("T139", "T140", "T141", "T142")
def test_distributors_are_switched_priced_and_put_into_order(supplied):
    office, (azeta, logista) = supplied
    client = owner(office)
    assert "You trust no distributor yet" in words(read(client, "/office/supply/"))
    for one in (azeta, logista):
        assert "Switched on." in words(post(client, f"/office/supply/trusted/{one}", on="yes"))
    assert "The fee is saved." in words(post(client, f"/office/supply/trusted/{azeta}", fee="1,50", charge="y"))
    assert order(office)[-2:] == [(azeta, True, 150, True), (logista, True, 0, False)]
    wrong = words(post(client, f"/office/supply/trusted/{azeta}", fee="4,41", charge="y"))
    assert "The fee may be from 0 to 4.40 EUR." in wrong
    post(client, "/office/supply/order", move=f"{logista}:up")
    assert [one for one, *_ in order(office)[-2:]] == [logista, azeta]
    post(client, "/office/supply/order", order=f"{azeta},{logista}")
    assert [one for one, *_ in order(office)[-2:]] == [azeta, logista]
    for garbage in ({"move": "x:up"}, {"move": "999999:up"}, {"order": "1;2"}, {"order": str(azeta)}, {}):
        post(client, "/office/supply/order", **garbage)
    assert {one for one, *_ in order(office)} >= {azeta, logista}
    assert status_of(client, "/office/supply/trusted/999999", on="yes") == 404
    assert status_of(client, "/office/supply/option/back_room", on="yes") == 404, "it has a page of its own"


@pytest.mark.seed("T111", "T112")
def test_a_price_error_is_accepted_or_another_threshold_tried(office):
    client = owner(office)
    send(client, DEAR, then="apply")
    work(office)
    page = words(read(client, "/office/stock/price-errors"))
    assert "Accept" in page and "Try 7%" in page
    assert "You accept it" in words(post(client, f"/office/stock/price-errors/{GOOD[0]}/accept"))
    assert "Accept Try" in words(post(client, f"/office/stock/price-errors/{GOOD[0]}/ask"))
    tried = words(post(client, "/office/settings/thresholds", look="y", **{"stock-thresholds-fixed_price": "7"}))
    assert "1 title would be visible again." in tried
    assert "Cien años de soledad" in tried and "visible, sold at the network's price" in tried


@pytest.mark.seed("T109", "T110")
def test_a_rare_title_is_marked_and_the_mark_taken_back(office):
    with office.session() as session:
        session.add(
            RareTitle(
                bookshop_id=office.cast.alba, isbn=GOOD[0], copies=1, holders=1, seen_on=date(2026, 11, 1), mark=""
            )
        )
    client = owner(office)
    assert "Stock error" in words(read(client, "/office/stock/rare"))
    assert "Stock error Take back" in words(post(client, f"/office/stock/rare/{GOOD[0]}", mark="stock_error"))
    assert "Seen Stock error" in words(post(client, f"/office/stock/rare/{GOOD[0]}", mark=""))
    assert status_of(owner(office, "boreal"), f"/office/stock/rare/{GOOD[0]}", mark="seen") == 404


@pytest.mark.seed("T124", "T150")
def test_why_a_title_is_not_visible_tells_every_way(supplied):
    office, (azeta, _) = supplied
    client = owner(office)
    send(client, DEAR, then="apply")
    work(office)
    page = words(read(client, f"/office/stock/why?isbn={GOOD[0]}"))
    assert "Readers do not get it from you." in page
    assert "Its price is too far from the network's." in page
    assert "You have switched on no trusted distributor." in page
    post(client, f"/office/supply/trusted/{azeta}", on="yes")
    page = words(read(client, "/office/stock/why?isbn=978-84-376-0494-7"))
    assert "Readers get it from you: Short term." in page
    assert "Azeta has it: it takes 24 to 48 hours." in page
    send(client, FULL, then="apply")
    work(office)
    assert "Readers get it from you: On the shelf." in words(read(client, f"/office/stock/why?isbn={GOOD[0]}"))
    assert "does not know this ISBN" in words(read(client, "/office/stock/why?isbn=9780306406157"))
    assert "is not an ISBN" in words(read(client, "/office/stock/why?isbn=123"))
