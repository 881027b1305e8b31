"""Orders in erasure and export (F42, F48), what must hold of them, and tables of tariffs (A28)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from tests.backoffice.office.visits import post, read, words
from tests.cast import NOW
from tests.conftest import House
from tests.trade.orders.helpers import home, now, open_for_sale, order, pay
from trade.accounts.models import Person
from trade.base.tenancy import TenantSession
from trade.orders.actions import reject, send, take
from trade.orders.models import Order
from trade.orders.queries import invariants
from trade.payments.models import GatewayEvent, Payment, PaymentAccount
from trade.privacy.actions.erasing import erase, what_is_open
from trade.privacy.kinds.orders import KIND
from trade.shipping.models import ShippingTable
from trade.shipping.queries import table_in_force

pytestmark = pytest.mark.database


def broken(session: TenantSession) -> list[str]:
    return [one.sentence for one in invariants(session) if not one.holds]


def sold(house: House) -> str:
    open_for_sale(house)
    placed = order(house, mode="delivery", contact=home(house.network))
    pay(house, placed)
    return placed.order.reference


@pytest.mark.seed("F42", "F48")
def test_an_open_order_is_waited_for_and_an_ended_one_loses_its_reader(house: House) -> None:
    reference = sold(house)
    with house.session() as session:
        clara = session.get_one(Person, house.cast.people["clara"])
        assert any(reference in str(text_.values) for text_ in what_is_open(session, person=clara))
        told = KIND.export(session, person=clara)
        assert told[0]["reference"] == reference and told[0]["address"].startswith("1, ")
        account = session.scalars(select(PaymentAccount.id)).first()
        body = f'{{"order": "{reference}", "name": "Clara"}}'.encode()
        session.add(
            GatewayEvent(account_id=account, event_ref="evt_1", kind="x", body=body, received_at=NOW + timedelta(1))
        )
    for step in (take, send):
        with house.session(house.cast.bookshop()) as session:
            step(session, reference=reference, at=NOW)
    with house.session() as session:
        clara = session.get_one(Person, house.cast.people["clara"])
        assert what_is_open(session, person=clara) == []
        erase(session, person=clara, at=NOW, pepper=b"pepper")
    left = now(house, reference)
    emptied = (left.reader_id, left.reader_name, left.reader_email, left.street, left.postcode, left.city, left.note)
    assert emptied == (None, "", "", "", "", "", "")
    assert left.total_cents > 0 and left.lines[0].reader_id is None
    with house.session() as session:
        assert session.scalars(select(Payment.reader_id)).one() is None
        assert session.scalars(select(GatewayEvent.body)).one() == b""
        assert broken(session) == []


def test_the_invariants_hold_and_notice_what_was_bent(house: House) -> None:
    reference = sold(house)
    with house.session(house.cast.bookshop()) as session:
        reject(session, reference=reference, reason_code="damaged", note="", at=NOW)
    open_ = order(house).order.reference
    with house.session() as session:
        assert broken(session) == []
        session.execute(
            text("UPDATE stock_hold SET state = 'released' WHERE reference = :name"), {"name": f"{open_}-1"}
        )
        session.execute(text("UPDATE refund SET cents = cents + 1, books_cents = books_cents + 1"))
        session.execute(text("UPDATE sale_line SET price_cents = price_cents + 1"))
        session.expire_all()
        bent = broken(session)
        assert {
            "The books and fees of every order are the sum of its lines",
            "What is on its way back to readers is in the ledger, order by order",
            "No payment gave back more than it brought",
            "Copies are held for open orders, and for no others",
        } <= set(bent)
        session.rollback()
    assert isinstance(now(house, open_), Order)


@pytest.mark.seed("F11", "F12")
def test_staff_compare_a_new_table_save_it_and_withdraw_it(house: House) -> None:
    house.set_time(NOW)
    client = house.client("ada")
    client.get("/staff/?lang=en")
    where = "/staff/tables/shipping/new"
    typed = {"valid_from": (date(2027, 1, 1)).isoformat(), "lines": "peninsula; 2000; 4,90", "note": "Contract 2027"}
    look = words(post(client, where, token_from="/staff/", look="1", **typed))
    assert "Nothing is saved yet" in look
    wrong = words(post(client, where, token_from="/staff/", save="1", **{**typed, "lines": "peninsula; heavy; 1"}))
    assert "Line 1" in wrong
    assert "Saved." in words(post(client, where, token_from="/staff/", save="1", **typed))
    with house.session() as session:
        new = session.scalars(select(ShippingTable).where(ShippingTable.note == "Contract 2027")).one()
        force = table_in_force(session, at=NOW)
        assert force is not None and force.id != new.id
    assert "To come" in words(read(client, "/staff/tables/shipping/"))
    done = words(post(client, f"/staff/tables/shipping/{new.id}/withdraw", token_from="/staff/"))
    assert "Withdrawn: it will not hold." in done
