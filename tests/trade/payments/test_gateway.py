"""What the adapter makes of Stripe: the same tests run against the stand-in and, with a test key, against Stripe."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import pytest
import stripe as official

from tests.doubles.starting import StripeDouble
from trade.base.errors import Refused
from trade.payments.gateways import Access, Forged, Unsure, Wanted, stripe

LONG_AGO = timedelta(hours=1)


@dataclass
class Ground:
    """An account to work on; ``double`` is None where it is Stripe's own."""

    access: Access
    double: StripeDouble | None

    @property
    def raw(self) -> official.StripeClient:
        """The official client, for what the adapter never does."""
        bases: Any = {"api": self.access.address} if self.access.address else {}
        return official.StripeClient(self.access.key, base_addresses=bases, max_network_retries=0)

    def paid_intent(self, cents: int) -> str:
        """A payment that was made with the card that always pays."""
        made = self.raw.v1.payment_intents.create(
            {
                "amount": cents,
                "currency": "eur",
                "payment_method": "pm_card_visa",
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "confirm": True,
            }
        )
        assert made.status == "succeeded"
        return made.id


@pytest.fixture(params=["stand-in", "stripe"])
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    if request.param == "stand-in":
        double: StripeDouble = request.getfixturevalue("stand_in")
        yield Ground(Access(f"rk_test_c{token_hex(8)}", double.address), double)
        return
    key = os.environ.get("STRIPE_TEST_KEY")
    if not key:
        pytest.skip("STRIPE_TEST_KEY holds no restricted test key: Stripe itself was not asked")
    yield Ground(Access(key), None)


@pytest.fixture
def own(stand_in: StripeDouble) -> Ground:
    return Ground(Access(f"rk_test_o{token_hex(8)}", stand_in.address), stand_in)


def wanted(**more: Any) -> Wanted:
    told = Wanted(
        key=f"pay-{token_hex(8)}",
        order="ES-2026-000123",
        title="Pedido ES-2026-000123",
        cents=2_345,
        currency="EUR",
        locale="es",
        back="https://librerias.example/pay/x",
    )
    return replace(told, **more)


def look_up(ground: Ground, **named: Any) -> Any:
    return stripe.look_up(ground.access, since=datetime.now(UTC) - LONG_AGO, **({"session_ref": "", "key": ""} | named))


# --- the contract ----------------------------------------------------------------------------------


def test_a_key_is_found_out(ground: Ground) -> None:
    facts = stripe.check(ground.access)
    assert (facts.mode, facts.refunds, facts.missing) == ("test", True, ())


@pytest.mark.parametrize("key", ["rk_test_wrong000000000000", "sk_test_alba0001", "pk_test_alba0001", "", "rk_test_ñ"])
def test_a_wrong_key_is_refused(ground: Ground, key: str) -> None:
    with pytest.raises(Refused):
        stripe.check(replace(ground.access, key=key))


def test_the_same_payment_opens_one_page(ground: Ground) -> None:
    asked = wanted()
    first, again = stripe.open_checkout(ground.access, asked), stripe.open_checkout(ground.access, asked)
    assert first == again
    assert first.url.startswith("http")
    found = look_up(ground, key=asked.key)
    assert (found.session_ref, found.state, found.cents) == (first.session_ref, "open", 2_345)
    assert (found.key, found.order, found.currency, found.mode) == (asked.key, asked.order, "EUR", "test")
    assert look_up(ground, key="pay-unknown") is None


def test_one_key_serves_one_request_only(ground: Ground) -> None:
    asked = wanted()
    stripe.open_checkout(ground.access, asked)
    with pytest.raises(Refused):
        stripe.open_checkout(ground.access, replace(asked, cents=2_346))


@pytest.mark.parametrize(
    "change", [{"cents": 49}, {"currency": "XXX"}, {"back": "librerias.example/x"}, {"email": "x"}]
)
def test_what_stripe_would_refuse_is_refused(ground: Ground, change: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        stripe.open_checkout(ground.access, wanted(**change))


def test_a_page_is_closed_once(ground: Ground) -> None:
    opened = stripe.open_checkout(ground.access, wanted())
    assert stripe.close(ground.access, session_ref=opened.session_ref).state == "expired"
    assert stripe.close(ground.access, session_ref=opened.session_ref).state == "expired"
    with pytest.raises(Refused):
        stripe.close(ground.access, session_ref="cs_test_nothing")


def test_refunds_keep_within_the_payment(ground: Ground) -> None:
    paid = ground.paid_intent(1_000)

    def give(key: str, cents: int) -> Any:
        return stripe.refund(ground.access, key=f"{paid}-{key}", payment_ref=paid, cents=cents, order="ES-1")

    first = give("a", 600)
    assert (first.state, first.cents, first.payment_ref, first.key) == ("done", 600, paid, f"{paid}-a")
    assert give("a", 600).refund_ref == first.refund_ref
    with pytest.raises(Refused):
        give("b", 401)
    assert give("c", 400).state == "done"
    with pytest.raises(stripe.GatewayRefused) as refused:
        give("d", 1)
    assert refused.value.code == "charge_already_refunded"
    assert stripe.find_refund(ground.access, key=f"{paid}-a", payment_ref=paid) == first
    assert stripe.find_refund(ground.access, key=f"{paid}-d", payment_ref=paid) is None


def test_unknown_parameters_are_refused(ground: Ground) -> None:
    with pytest.raises(official.InvalidRequestError, match="unknown parameter"):
        ground.raw.v1.refunds.create({"payment_intent": "pi_x", "colour": "red"})  # type: ignore[typeddict-unknown-key]
    with pytest.raises(official.InvalidRequestError, match="[Ii]nvalid integer"):
        ground.raw.v1.refunds.create({"payment_intent": "pi_x", "amount": "much"})  # type: ignore[typeddict-item]
    with pytest.raises(official.InvalidRequestError):
        ground.raw.v1.refunds.create({"payment_intent": "pi_x", "reason": "because"})


def test_a_card_kept_for_later_is_charged_without_its_holder(ground: Ground) -> None:
    """What trade between bookshops needs: a saved card, charged off session; one that asks its holder is declined."""
    client = ground.raw.v1
    customer = client.customers.create({"email": "compras@alba.example"})
    setup = client.setup_intents.create(
        {
            "customer": customer.id,
            "payment_method": "pm_card_visa",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "confirm": True,
        }
    )
    assert setup.status == "succeeded"

    def charge(method: str) -> Any:
        return client.payment_intents.create(
            {
                "amount": 5_000,
                "currency": "eur",
                "customer": customer.id,
                "payment_method": method,
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "off_session": True,
                "confirm": True,
            }
        )

    assert charge(str(setup.payment_method)).status == "succeeded"
    with pytest.raises(official.CardError) as declined:
        charge("pm_card_authenticationRequired")
    assert declined.value.code == "authentication_required"


# --- the stand-in alone: what nobody can make Stripe do ---------------------------------------------


def test_accounts_do_not_see_each_other(own: Ground, stand_in: StripeDouble) -> None:
    opened, other = stripe.open_checkout(own.access, wanted()), Access(f"rk_test_x{token_hex(8)}", stand_in.address)
    with pytest.raises(stripe.GatewayRefused):
        stripe.close(other, session_ref=opened.session_ref)
    with pytest.raises(stripe.GatewayRefused):
        stripe.refund(other, key="k", payment_ref=own.paid_intent(500), cents=100, order="ES-1")


@pytest.mark.parametrize(
    ("rights", "refunds", "missing"), [("norefunds", False, ()), ("nodisputes", True, ("disputes",))]
)
def test_rights_that_a_key_lacks_are_found(own: Ground, rights: str, refunds: bool, missing: tuple[str, ...]) -> None:
    facts = stripe.check(replace(own.access, key=f"{own.access.key}_{rights}"))
    assert (facts.refunds, facts.missing) == (refunds, missing)


@pytest.mark.seed("T58")
@pytest.mark.parametrize(
    ("number", "state", "code"),
    [
        ("4242424242424242", "paid", ""),
        ("4000000000009995", "open", "insufficient_funds"),
        ("4000000000000069", "open", "expired_card"),
        ("4000008400001629", "open", "generic_decline"),
    ],
)
def test_cards_do_what_their_number_says(
    own: Ground, stand_in: StripeDouble, number: str, state: str, code: str
) -> None:
    opened = stripe.open_checkout(own.access, wanted())
    stand_in.pull("pay", session=opened.session_ref, number=number, secured=True)
    facts = look_up(own, session_ref=opened.session_ref)
    assert (facts.state, facts.decline_code, facts.card_tail) == (state, code, number[-4:])


def test_the_bank_is_asked_where_the_card_demands_it(own: Ground, stand_in: StripeDouble) -> None:
    opened = stripe.open_checkout(own.access, wanted())
    asked = stand_in.pull("pay", session=opened.session_ref, number="4000002500003155")
    assert asked["status"] == "requires_action"
    assert look_up(own, session_ref=opened.session_ref).state == "open"


def test_a_page_that_was_just_paid_is_not_closed(own: Ground, stand_in: StripeDouble) -> None:
    opened = stripe.open_checkout(own.access, wanted())
    stand_in.pull("pay", session=opened.session_ref, number="4242424242424242")
    assert stripe.close(own.access, session_ref=opened.session_ref).state == "paid"


@pytest.mark.parametrize("kind", ["timeout_after", "reset_after", "half_after", "500_after"])
def test_what_was_done_without_an_answer_is_found_again(
    own: Ground, stand_in: StripeDouble, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe, "SECONDS", (1.0, 0.3))
    asked = wanted()
    stand_in.pull("faults", faults=[{"kind": kind, "path": "/v1/checkout"}])
    with pytest.raises(Unsure):
        stripe.open_checkout(own.access, asked)
    found = look_up(own, key=asked.key)
    assert found.state == "open"
    if kind == "500_after":  # Stripe remembers even its own failure under the key
        with pytest.raises(Unsure):
            stripe.open_checkout(own.access, asked)
    else:
        assert stripe.open_checkout(own.access, asked).session_ref == found.session_ref
    assert len(stand_in.pull("things", account=account(own), kind="checkout.session")) == 1


@pytest.mark.parametrize("kind", ["429", "500", "409"])
def test_what_was_not_done_is_not_known_either(own: Ground, stand_in: StripeDouble, kind: str) -> None:
    asked = wanted()
    stand_in.pull("faults", faults=[{"kind": kind, "path": "/v1/checkout"}])
    with pytest.raises(Unsure):
        stripe.open_checkout(own.access, asked)
    assert look_up(own, key=asked.key) is None
    assert stripe.open_checkout(own.access, asked).session_ref


def test_two_at_once_open_one_page(own: Ground, stand_in: StripeDouble) -> None:
    asked, outcomes = wanted(), []
    stand_in.pull("faults", faults=[{"kind": "slow", "path": "/v1/checkout"}])

    def ask() -> None:
        try:
            outcomes.append(stripe.open_checkout(own.access, asked).session_ref)
        except Unsure:
            outcomes.append("busy")

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
        time.sleep(0.15)
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[0] == "busy"
    assert len(stand_in.pull("things", account=account(own), kind="checkout.session")) == 1


def test_after_a_day_the_same_key_would_charge_again(own: Ground, stand_in: StripeDouble) -> None:
    """Why a late retry looks first: Stripe has forgotten the key."""
    paid = own.paid_intent(1_000)
    given = [
        stripe.refund(own.access, key="late", payment_ref=paid, cents=300, order="ES-1"),
        stand_in.pull("forget_keys") or stripe.find_refund(own.access, key="late", payment_ref=paid),
        stripe.refund(own.access, key="late", payment_ref=paid, cents=300, order="ES-1"),
    ]
    assert given[0] == given[1]
    assert given[2].refund_ref != given[0].refund_ref


def test_events_are_signed(own: Ground, stand_in: StripeDouble) -> None:
    told = events_of(own, stand_in)
    kinds = [event["type"] for event in told]
    assert kinds == ["charge.succeeded", "checkout.session.completed"]
    body, signature = told[-1]["body"].encode(), told[-1]["signature"]
    secret = stand_in.pull("things", account=account(own), kind="webhook_endpoint")[0]["secret"]
    stripe.verify(body, signature=signature, secret=secret)
    read = stripe.read(body)
    assert read.event_ref == told[-1]["id"]
    assert read.facts is not None
    assert (read.facts.state, read.facts.cents) == ("paid", 2_345)
    forged = [
        (body, signature, "whsec_other"),
        (body, signature, ""),
        (body, "", secret),
        (body.replace(b"2345", b"9345"), signature, secret),
        (b" " + body, signature, secret),
        (body, signature.replace("t=1", "t=0"), secret),
    ]
    for wrong in forged:
        with pytest.raises(Forged):
            stripe.verify(wrong[0], signature=wrong[1], secret=wrong[2])


def test_an_old_signature_is_worth_nothing(
    own: Ground, stand_in: StripeDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = events_of(own, stand_in)[0]
    secret = stand_in.pull("things", account=account(own), kind="webhook_endpoint")[0]["secret"]
    body, later = told["body"].encode(), time.time() + stripe.SIGNED_WITHIN_SECONDS + 60
    monkeypatch.setattr("stripe._webhook.time.time", lambda: later)
    with pytest.raises(Forged):
        stripe.verify(body, signature=told["signature"], secret=secret)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b'{"id": 1, "type": "refund.created", "data": {}}', b"\xff"]
)
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(Forged):
        stripe.read(body)


def account(ground: Ground) -> str:
    """The stand-in's account behind a key."""
    return f"acct_{ground.access.key.removeprefix('rk_test_')}"


def events_of(own: Ground, stand_in: StripeDouble) -> list[dict[str, str]]:
    """The webhooks of one payment, not sent but handed over."""
    own.raw.v1.webhook_endpoints.create(
        {"url": "http://127.0.0.1:9/x", "enabled_events": ["charge.succeeded", "checkout.session.completed"]}
    )
    stand_in.pull("hold", on=True)
    opened = stripe.open_checkout(own.access, wanted())
    stand_in.pull("pay", session=opened.session_ref, number="4242424242424242")
    told: list[dict[str, str]] = stand_in.pull("held")
    return told
