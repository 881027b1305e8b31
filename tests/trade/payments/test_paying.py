"""An order is paid once, whatever dies, repeats, overtakes or lies in between (safety.md, faults 10 to 14)."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from jobs import payments as jobs
from jobs.queue import drain
from tests.cast import NOW
from tests.doubles.stripe.events import signature
from tests.trade.payments.ground import SHORT_OF_MONEY, Till
from trade.base.errors import Refused
from trade.base.models import Effect
from trade.payments import actions, queries
from trade.payments.actions import paying
from trade.payments.gateways import stripe
from trade.payments.models import GatewayEvent, Payment, PaymentAccount
from trade.payments.rules import Parts
from web.paying import open_page


def effects(till: Till, kind: str) -> int:
    with till.house.session() as session:
        return session.scalar(select(func.count()).select_from(Effect).where(Effect.kind == kind)) or 0


def events(till: Till) -> dict[str, str]:
    with till.house.session() as session:
        return {row.kind: f"{row.state} {row.note}".strip() for row in session.scalars(select(GatewayEvent))}


def sell_again(till: Till) -> None:
    """Let failed effects be tried now."""
    with till.house.session() as session:
        session.execute(update(Effect).where(Effect.state == "pending").values(lease_until=None))
    till.work()


@pytest.mark.seed("T49", "T129")
@pytest.mark.parametrize("network", ["es", "fr"], indirect=True)
def test_an_order_is_paid_to_the_account_of_who_collects(till: Till) -> None:
    payment = till.paid()
    assert (payment.state, payment.card_tail, payment.cents) == ("paid", "4242", 3_380)
    with till.house.session() as session:
        account = queries.account(session, account_id=payment.account_id or 0)
    assert account.bookshop_id == (till.house.cast.alba if till.house.network == "es" else None)
    assert effects(till, "orders.paid") == 1
    assert [intent["amount"] for intent in till.things("payment_intent")] == [3_380]


def test_a_declined_card_leaves_the_page_open_and_its_code_behind(till: Till) -> None:
    payment = till.opened(till.order())
    till.pay(payment, SHORT_OF_MONEY)
    for told in till.told():
        till.post(told)
    till.work()
    found = till.payment(payment.id)
    assert (found.state, found.decline_code) == ("open", "insufficient_funds")
    till.pay(payment)
    for told in till.told():
        till.post(told)
    till.work()
    assert till.payment(payment.id).state == "paid"


def test_the_edge_and_the_job_open_the_same_page(till: Till) -> None:
    payment_id = till.intend(till.order())
    desk = jobs.desk_of(till.context)
    url, _ = open_page(desk, payment_id=payment_id, at=NOW)
    till.work()
    again, _ = open_page(desk, payment_id=payment_id, at=NOW)
    assert url == again
    assert len(till.things("checkout.session")) == 1


def test_without_an_account_nothing_can_be_paid(till: Till) -> None:
    order_id = till.order(shop="boreal")
    with pytest.raises(Refused, match="cannot take payments"):
        till.intend(order_id)


# --- fault 10: forged webhooks ---------------------------------------------------------------------


def test_a_forged_event_writes_nothing(till: Till) -> None:
    payment = till.opened(till.order())
    till.pay(payment)
    told, now = till.told()[0], int(time.time())
    body = told["body"].encode()
    forged: list[dict[str, Any]] = [
        {"signature": None},
        {"signature": ""},
        {"signature": told["signature"].replace("v1=", "v1=0")},
        {"signature": signature(body, till.secret, now - 3_600)},
        {"signature": signature(body, "whsec_of_another_bookshop", now)},
        {"signature": signature(body, "", now)},
        {"body": body + b" "},
        {"body": json.dumps(json.loads(body)).encode()},
        {"body": b"", "signature": told["signature"]},
    ]
    assert [till.post(told, **change) for change in forged] == [400] * len(forged)
    assert till.post(told, hook="0" * 40) == 404
    assert events(till) == {}
    assert effects(till, "payments.event") == 0
    assert till.post(told) == 200


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "unguarded"])
def test_the_signature_is_what_keeps_forgers_out(till: Till, guard: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: without the check, a made-up event pays an order."""
    payment = till.opened(till.order())
    with till.house.session() as session:
        order = queries.reference_of(session, order_id=payment.order_id)
    metadata = {"payment": payment.key, "order": order}
    charge = {"id": "ch_x", "paid": True, "captured": True, "amount": 3_380, "currency": "eur", "metadata": metadata}
    charge |= {"payment_intent": "pi_forged"}
    event = {"id": "evt_x", "type": "charge.succeeded", "livemode": False, "data": {"object": charge}}
    if not guard:
        monkeypatch.setattr(stripe, "verify", lambda *_, **__: None)
    status = till.post({"body": json.dumps(event), "signature": f"t={int(time.time())},v1=00"})
    till.work()
    assert (status, till.payment(payment.id).state) == ((400, "open") if guard else (200, "paid"))


# --- fault 11: repeated, overtaking, late, not fitting ----------------------------------------------


def test_the_same_event_fifty_times_at_once_is_kept_once(till: Till) -> None:
    payment = till.opened(till.order())
    till.pay(payment)
    told = till.told()
    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(lambda _: till.post(told[-1]), range(50)))
    till.work()
    assert statuses == {200}
    assert len(events(till)) == 1
    assert till.payment(payment.id).state == "paid"
    assert effects(till, "orders.paid") == 1


def test_events_in_reverse_and_three_days_late_come_to_the_same(till: Till) -> None:
    payment = till.opened(till.order())
    till.pay(payment)
    intent = till.things("payment_intent")[0]["id"]
    stripe.refund(
        actions_access(till), key="at-the-gateway", payment_ref=intent, cents=390, order="x"
    )  # as if made on Stripe's own pages: its key is none of ours
    till.double.pull("dispute", account=till.account, payment_intent=intent, reason="fraudulent")
    till.house.set_time(NOW + timedelta(days=3))
    told = [each for each in till.told() if each["type"] != "refund.created"]
    for each in reversed(told):
        till.post(each)
    till.work()
    assert till.payment(payment.id).state == "paid"
    assert events(till)["charge.dispute.created"] == "applied"
    assert events(till)["charge.refunded"] == "ignored kind"
    with till.house.session() as session:
        ((dispute, order),) = queries.open_disputes(session)
        assert (dispute.reason, dispute.cents, order.id) == ("fraudulent", 3_380, payment.order_id)


def test_a_decided_dispute_is_not_opened_again_by_an_old_event(till: Till) -> None:
    payment = till.paid()
    dispute = till.double.pull(
        "dispute", account=till.account, payment_intent=payment.payment_ref, reason="product_not_received"
    )
    till.double.pull("decide", account=till.account, dispute=dispute["id"], status="lost")
    for told in reversed(till.told()):
        till.post(told)
    till.work()
    with till.house.session() as session:
        assert queries.open_disputes(session) == []
        found = queries.dispute_by_ref(session, dispute_ref=dispute["id"])
        assert found is not None
        assert found.state == "lost"


@pytest.mark.parametrize(
    ("column", "value", "note"),
    [
        ("cents", 3_379, "amount"),
        ("currency", "USD", "currency"),
        ("key", "pay_other", "payment"),
        ("order_id", None, "order"),
        ("account_id", None, "account"),
    ],
)
def test_what_does_not_fit_is_refused_and_noted(till: Till, column: str, value: Any, note: str) -> None:
    payment = till.opened(till.order())
    if column == "order_id":
        value = till.order()
    if column == "account_id":
        with till.house.session() as session:
            other = PaymentAccount(
                bookshop_id=till.house.cast.boreal, mode="test", key_tail="", hook="x", created_at=NOW, state="good"
            )
            session.add(other)
            session.flush()
            value = other.id
    with till.house.session() as session:
        session.execute(update(Payment).where(Payment.id == payment.id).values({column: value}))
    till.pay(payment)
    for told in till.told():
        till.post(told)
    till.work()
    assert f"refused {note}" in events(till)["checkout.session.completed"]
    assert till.payment(payment.id).state == "open"
    assert effects(till, "orders.paid") == 0


def test_without_the_comparison_a_wrong_amount_would_pay(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(paying, "mismatch", lambda *_: "")
    payment = till.opened(till.order())
    with till.house.session() as session:
        session.execute(update(Payment).where(Payment.id == payment.id).values(cents=999_999))
    till.pay(payment)
    for told in till.told():
        till.post(told)
    till.work()
    assert till.payment(payment.id).state == "paid"


def test_unknown_kinds_and_other_business_of_the_account_are_passed_over(till: Till) -> None:
    raw = till.double.address
    client = stripe.stripe.StripeClient(till.key, base_addresses={"api": raw}, max_network_retries=0)
    client.v1.payment_intents.create(
        {"amount": 700, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}
    )
    client.v1.setup_intents.create({"payment_method": "pm_card_visa", "confirm": True})
    for told in till.told():
        assert till.post(told) == 200
    till.work()
    found = events(till)
    assert found["setup_intent.succeeded"] == "ignored kind"
    assert found["charge.succeeded"].startswith("ignored waits for pi_")


# --- fault 12: no answer, wrong answers ------------------------------------------------------------


@pytest.mark.parametrize("kind", ["timeout_after", "500_after", "reset_after", "429", "409"])
def test_whatever_the_gateway_does_one_page_is_paid_once(
    till: Till, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe, "SECONDS", (1.0, 0.4))
    payment_id = till.intend(till.order())
    till.double.pull("faults", faults=[{"kind": kind, "path": "/v1/checkout"}])
    till.work()
    sell_again(till)
    (page,) = till.things("checkout.session")
    till.double.pull("pay", session=page["id"], number="4242424242424242")
    till.double.pull("held")  # every webhook is lost
    till.house.set_time(NOW + timedelta(minutes=20))
    sweep(till)
    assert till.payment(payment_id).state == "paid"
    assert effects(till, "orders.paid") == 1
    assert [intent["status"] for intent in till.things("payment_intent")] == ["succeeded"]


def test_a_page_that_nobody_paid_is_closed_in_time(till: Till) -> None:
    left, unopened = till.opened(till.order()), till.intend(till.order())
    with till.house.session() as session:
        session.execute(update(Effect).where(Effect.kind == "payments.open").values(state="dead"))
    till.house.set_time(NOW + timedelta(minutes=46))
    sweep(till)
    assert (till.payment(left.id).state, till.payment(unopened).state) == ("expired", "expired")
    assert till.things("checkout.session")[0]["status"] == "expired"
    assert effects(till, "orders.unpaid") == 2


def test_who_pays_in_the_last_moment_has_paid(till: Till) -> None:
    payment = till.opened(till.order())
    till.pay(payment)
    till.house.set_time(NOW + timedelta(minutes=46))
    sweep(till)
    assert till.payment(payment.id).state == "paid"
    assert effects(till, "orders.unpaid") == 0


def test_money_that_comes_after_the_end_is_told_to_the_order(till: Till) -> None:
    payment = till.opened(till.order())
    with till.house.session() as session:
        session.execute(update(Payment).where(Payment.id == payment.id).values(state="expired"))
    till.pay(payment)
    for told in till.told():
        till.post(told)
    till.work()
    assert till.payment(payment.id).state == "paid"
    assert effects(till, "orders.paid") == 1


def test_a_revoked_key_is_found_out_and_collects_no_more(till: Till) -> None:
    till.double.pull("revoke", key=till.key)
    with till.house.session() as session:
        jobs.outbox.post(session, kind="payments.check_all", key="check", payload={})
    till.work()
    with pytest.raises(Refused):
        till.intend(till.order())


# --- fault 13: two tabs ----------------------------------------------------------------------------


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "unguarded"])
def test_an_order_paid_in_two_tabs_gives_one_back(till: Till, guard: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the second look, the database itself refuses the second payment, and the money would stay."""
    order_id = till.order()
    first, second = till.opened(order_id), till.opened(order_id)
    till.pay(first)
    till.pay(second)
    if not guard:
        monkeypatch.setattr(queries, "paid_payment", lambda *_, **__: None)
    for told in till.told():
        till.post(told)
    till.work()
    states = sorted([till.payment(first.id).state, till.payment(second.id).state])
    given = [refund["amount"] for refund in till.things("refund")]
    assert (states, given) == ((["paid", "surplus"], [3_380]) if guard else (["open", "paid"], []))
    assert effects(till, "orders.paid") == 1


# --- fault 14: refunds -----------------------------------------------------------------------------


def test_a_refund_is_asked_for_once_and_done_once(till: Till) -> None:
    payment = till.paid()
    first = till.refund(payment.id, parts=Parts(delivery=390))
    assert till.refund(payment.id, parts=Parts(delivery=390)).id == first.id
    till.work()
    for told in till.told() * 2:
        till.post(told)
    till.work()
    (found,) = till.refunds(payment.id)
    assert (found.state, found.cents, found.delivery_cents) == ("done", 390, 390)
    assert [refund["amount"] for refund in till.things("refund")] == [390]


def test_never_more_than_was_paid(till: Till) -> None:
    payment = till.paid()
    line = line_of(till, payment.order_id)
    till.refund(payment.id, "a", parts=Parts(books=1_495), lines={line: 1})
    for parts, lines in [
        (Parts(books=2_000), None),
        (Parts(delivery=391), None),
        (Parts(books=-1, delivery=10), None),
        (Parts(), None),
        (Parts(books=1_495), {line: 2}),
        (Parts(books=1_495), {line + 1: 1}),
    ]:
        with pytest.raises(Refused):
            till.refund(payment.id, "b", parts=parts, lines=lines)
    till.refund(payment.id, "c")
    with pytest.raises(Refused):
        till.refund(payment.id, "d")
    till.work()
    assert sum(refund["amount"] for refund in till.things("refund")) == payment.cents


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "unguarded"])
def test_two_refunds_at_once_do_not_exceed_it(till: Till, guard: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = till.paid()
    if not guard:
        monkeypatch.setattr(queries, "lock_order", lambda session, *, order_id: session.get_one(paying.Order, order_id))
        slow_flush(monkeypatch)

    def give(number: int) -> str:
        try:
            till.refund(payment.id, f"at-once-{number}")
        except Refused:
            return "refused"
        return "asked"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(give, range(2)))
    assert outcomes == (["asked", "refused"] if guard else ["asked", "asked"])


@pytest.mark.parametrize("kind", ["timeout_after", "500_after", "reset_after", "429"])
def test_a_refund_without_an_answer_is_found(till: Till, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe, "SECONDS", (1.0, 0.4))
    payment = till.paid()
    till.refund(payment.id)
    till.double.pull("faults", faults=[{"kind": kind, "path": "/v1/refunds"}])
    till.work()
    sell_again(till)
    assert [refund["amount"] for refund in till.things("refund")] == [payment.cents]
    assert [refund.state for refund in till.refunds(payment.id)] == ["done"]


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "unguarded"])
def test_a_day_later_it_is_looked_for_first(till: Till, guard: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway has forgotten our key by then: without the look, the reader would be paid back twice."""
    payment = till.paid()
    refund = till.refund(payment.id, parts=Parts(delivery=390))
    access = actions_access(till)
    stripe.refund(access, key=refund.key, payment_ref=payment.payment_ref or "", cents=390, order="x")
    till.double.pull("forget_keys")
    till.house.set_time(NOW + timedelta(days=2))
    if not guard:
        monkeypatch.setattr(jobs, "SURE", timedelta(days=9))
    till.work()
    assert [refund.state for refund in till.refunds(payment.id)] == ["done"]
    assert len(till.things("refund")) == (1 if guard else 2)


@pytest.mark.seed("T129")
def test_a_key_that_may_not_refund_leaves_a_task(house, stand_in) -> None:
    till = Till(house, stand_in)
    till.connect(right="norefunds")
    payment = till.paid()
    refund = till.refund(payment.id, parts=Parts(books=1_495), lines={line_of(till, payment.order_id): 1})
    till.work()
    assert refund.state == "by_hand"
    with till.house.session() as session:
        assert [row[0].id for row in queries.troubled_refunds(session, bookshop_id=till.house.cast.alba)] == [refund.id]
        assert queries.troubled_refunds(session, bookshop_id=till.house.cast.boreal) == []
    raw = stripe.stripe.StripeClient(
        till.key, base_addresses={"api": stand_in.address}, max_network_retries=0
    )  # the bookseller, on Stripe's own pages
    raw.v1.refunds.create({"payment_intent": payment.payment_ref or "", "amount": 1_495})
    for told in till.told():
        till.post(told)
    till.work()
    (found,) = till.refunds(payment.id)
    assert (found.state, found.id) == ("done", refund.id)
    till.close()


def test_a_refund_that_the_bank_sends_back_can_be_tried_again(till: Till) -> None:
    payment = till.paid()
    refund = till.refund(payment.id, "gives", parts=Parts(delivery=390))
    till.work()
    till.double.pull(
        "fail_refund", account=till.account, refund=till.things("refund")[0]["id"], reason="lost_or_stolen_card"
    )
    for told in till.told():
        till.post(told)
    till.work()
    (found,) = till.refunds(payment.id)
    assert (found.state, found.error) == ("bounced", "lost_or_stolen_card")
    with till.house.session(till.house.cast.bookshop()) as session:
        actions.again(session, refund_id=refund.id, role="bookshop", at=NOW)
    till.work()
    assert [each.state for each in till.refunds(payment.id)] == ["bounced", "done"]
    with till.house.session() as session:
        assert queries.troubled_refunds(session) == []
    assert till.refund(payment.id, "gives").state == "done"


def test_a_disputed_payment_is_not_refunded_as_well(till: Till) -> None:
    payment = till.paid()
    till.double.pull("dispute", account=till.account, payment_intent=payment.payment_ref, reason="fraudulent")
    till.refund(payment.id)
    till.work()
    (found,) = till.refunds(payment.id)
    assert (found.state, found.error) == ("failed", "charge_disputed")


# --- helpers ---------------------------------------------------------------------------------------


def sweep(till: Till) -> None:
    """What the clock does every five minutes."""
    with till.house.session() as session:
        jobs.outbox.post(session, kind="payments.sweep", key=f"sweep:{till.context.now()}", payload={})
    drain(till.context)


def actions_access(till: Till) -> Any:
    with till.house.session() as session:
        return actions.access_of(session, account_id=till.account_id, keyring=till.keyring, address=till.double.address)


def line_of(till: Till, order_id: int) -> int:
    with till.house.session() as session:
        return session.get_one(paying.Order, order_id).lines[0].id


def slow_flush(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have read what is left before either writes."""
    plain = queries.refunds_of

    def late(session: Any, *, payment_id: int) -> Any:
        found = plain(session, payment_id=payment_id)
        time.sleep(0.3)
        return found

    monkeypatch.setattr(queries, "refunds_of", late)
