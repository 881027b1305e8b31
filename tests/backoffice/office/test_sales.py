"""The bookshop's side of orders: queue, list, one page, its verbs and papers (T50-T54, T125, T126)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.backoffice.office.visits import owner, post, read, status_of, words
from tests.cast import NOW
from tests.trade.orders.helpers import JUNCO, YEARS, balances, now, open_for_sale, order, pay
from tests.trade.orders.test_withdrawing import served
from trade.base.settings import value_of
from trade.base.tenancy import DOOR
from trade.orders.actions import declare, notify, take
from trade.orders.queries import income_of, invariants, refunds_of
from trade.orders.settings import LAST_RESORT_FEE, ON
from trade.payments.models import Refund

pytestmark = pytest.mark.database
BASKET = ((YEARS, 2), (JUNCO, 1))


def sell(house, **wanted):
    open_for_sale(house)
    placed = order(house, **wanted)
    pay(house, placed)
    return placed.order.reference


def verbs(house, reference, *steps):
    for step in steps:
        with house.session(house.cast.bookshop()) as session:
            step(session, reference=reference, at=NOW)


@pytest.mark.seed("T44", "T50")
def test_an_order_waits_in_todays_queue_and_is_accepted_from_there(house):
    reference = sell(house)
    client = owner(house)
    page = words(read(client, "/office/"))
    assert "1 thing to do" in page and reference in page
    assert "Accepted." in words(post(client, f"/office/sale/{reference}/take", back="today"))
    assert now(house, reference).state == "in_process"
    assert "Ready: notify" in words(read(client, "/office/"))


@pytest.mark.seed("T51", "T52", "F14")
@pytest.mark.parametrize("network", ["es", "fr"], indirect=True)
def test_pick_refuse_and_send(house):
    reference = sell(house, basket=BASKET, mode="delivery")
    client = owner(house)
    page = words(read(client, f"/office/sale/{reference}"))
    assert "On the shelf" in page and "was chosen" in page and "Because" in page
    post(client, f"/office/sale/{reference}/take")
    assert "1 of 2" in words(post(client, f"/office/sale/{reference}/pick", isbn="978-84-376-0494-7"))
    assert "put it back" in words(post(client, f"/office/sale/{reference}/pick", isbn="9782070368228"))
    assert "That is no ISBN" in words(post(client, f"/office/sale/{reference}/pick", isbn="12"))
    line = next(line for line in now(house, reference).lines if line.isbn == JUNCO)
    fields = {f"copies-{line.id}": "1", "reason_code": "damaged"}
    assert "Its price goes back" in words(post(client, f"/office/sale/{reference}/refuse", **fields))
    with house.session() as session:
        assert session.scalars(select(Refund.cents)).one() == line.price_cents
    slip = words(read(client, f"/office/sale/{reference}/packing-slip"))
    assert "Cien años de soledad" in slip and "El infinito en un junco" not in slip
    assert "Marked as sent" in words(post(client, f"/office/sale/{reference}/send", tracking="PQ4F6A0000000010128001A"))
    assert now(house, reference).state == "sent"
    with house.session() as session:
        assert [one.sentence for one in invariants(session) if not one.holds] == []


@pytest.mark.parametrize("network", ["fr"], indirect=True)
def test_a_parcel_without_tracking_is_refused_where_the_network_demands_it(house):
    reference = sell(house, mode="delivery")
    client = owner(house)
    post(client, f"/office/sale/{reference}/take")
    assert "Write the tracking number" in words(post(client, f"/office/sale/{reference}/send", tracking=""))
    assert now(house, reference).state == "in_process"


@pytest.mark.parametrize("network", ["fr"], indirect=True)
@pytest.mark.seed("F09", "F10")
def test_what_comes_to_the_bookshop_is_what_the_ledger_owes_it(house):
    reference = sell(house, basket=BASKET)
    verbs(house, reference, take, notify)
    with house.session() as session:
        found = session.merge(now(house, reference))
        income = income_of(session, order=found, refunds=refunds_of(session, order=found))
    page = words(read(owner(house), f"/office/sale/{reference}"))
    assert "Commission" in page and income.commission_cents > 0

    from_ledger = balances(house)
    assert from_ledger["bookshop"] == income.payout_cents
    assert "Marked as collected" in words(post(owner(house), f"/office/sale/{reference}/collected"))


@pytest.mark.seed("T53")
def test_reject_needs_a_reason_and_gives_all_back(house):
    reference = sell(house)
    client = owner(house)
    assert "Choose the reason" in words(post(client, f"/office/sale/{reference}/reject", reason_code=""))
    assert now(house, reference).state == "received"
    page = words(post(client, f"/office/sale/{reference}/reject", reason_code="not_in_stock", note="Sold today"))
    assert "The copy could not be found in the bookshop." in page and "Sold today" in page
    assert reference in read(client, "/office/sales/?tab=rejected")
    assert f">{reference}<" not in read(client, "/office/sales/")


def test_decide_again_says_whether_it_is_the_same(house):
    reference = sell(house)
    path = f"/office/sale/{reference}/again"
    assert "the same" in words(post(owner(house), path))
    with house.session() as session:
        found = session.merge(now(house, reference))
        found.trace = {**found.trace, "total_cents": 1}
    assert "something else" in words(post(owner(house), path))


@pytest.mark.seed("F44")
def test_another_bookshops_and_unpaid_orders_are_not_found(house):
    reference = sell(house)
    unpaid = order(house).order.reference
    for client, each in ((owner(house, "boreal"), reference), (owner(house), unpaid)):
        assert client.get(f"/office/sale/{each}").status_code == 404
        for verb in ("take", "send", "notify", "reject", "pick", "refuse", "collected", "again"):
            assert status_of(client, f"/office/sale/{each}/{verb}") == 404
        assert f">{each}<" not in read(client, "/office/sales/")


def test_the_picking_list_has_what_is_left_to_pick(house):
    reference = sell(house, basket=BASKET)
    client = owner(house)
    post(client, f"/office/sale/{reference}/pick", isbn=str(JUNCO))
    page = words(read(client, "/office/sale/picking-list"))
    assert "Cien años de soledad" in page and "El infinito en un junco" not in page


@pytest.mark.seed("T125", "T126")
def test_an_owner_switches_online_orders_on_with_their_conditions_and_sets_the_fee(house):
    house.set_time(NOW)
    client = owner(house)
    assert "Accept the conditions" in words(post(client, "/office/settings/options/sales", on="yes"))
    done = words(post(client, "/office/settings/options/sales", on="yes", accepted="y"))
    assert "Switched on." in done
    post(client, "/office/supply/last-resort", last_resort="2,50")
    post(client, "/office/supply/last-resort", last_resort="4,41")
    soon = NOW + timedelta(hours=1)
    with house.session() as session:
        assert value_of(session, ON, at=soon, bookshop_id=house.cast.alba) is True
        assert value_of(session, LAST_RESORT_FEE, at=soon, bookshop_id=house.cast.alba) == 250


@pytest.mark.seed("F12")
def test_a_withdrawal_is_received_back_and_refunded_or_declined(house):
    """Beside it the neighbour, who finds none of it."""
    placed = served(house)
    reference, first = placed.order.reference, placed.order.lines[0].id
    with house.session(DOOR) as session:
        known = [declare(session, order_id=placed.order.id, copies={first: 1}, at=NOW).id for _ in range(2)]
    path = f"/office/sale/{reference}/withdrawals"
    for each in (f"{path}/{known[0]}/returned", f"{path}/{known[0]}/declined"):
        assert status_of(owner(house, "boreal"), each) == 404
    client = owner(house)
    assert status_of(client, f"{path}/{known[0]}/opened") == status_of(client, f"{path}/0/returned") == 404
    page = words(read(client, f"/office/sale/{reference}"))
    assert "The reader withdrew" in page and "1 × Cien años de soledad" in page
    assert "the books are back" in words(post(client, f"{path}/{known[0]}/returned"))
    done = words(post(client, f"{path}/{known[0]}/refunded"))
    assert "The money goes back" in done and "Withdrawn books came back" in done and "Withdrawal refunded" in done
    assert "Give a reason" in words(post(client, f"{path}/{known[1]}/declined", reason=" "))
    assert "They are wet" in words(post(client, f"{path}/{known[1]}/declined", reason="They are wet"))
    with house.session() as session:
        assert session.scalars(select(Refund.cents)).one() == placed.order.lines[0].price_cents


def test_staff_read_the_order_and_its_trace_and_change_nothing(house):
    reference = sell(house)
    client = house.client("dora")
    client.get("/staff/?lang=en")
    page = words(read(client, f"/staff/order/{reference}"))
    assert "On the shelf" in page and "Accept" not in page
    assert "the same" in words(post(client, f"/staff/order/{reference}/again", token_from="/staff/"))
    assert reference in read(client, "/staff/orders/")
