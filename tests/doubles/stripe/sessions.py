"""Checkout Sessions: made within Stripe's limits, paid on the page, ended by time or by their owner."""

from __future__ import annotations

import time
from typing import Any

from tests.doubles.stripe.cards import Card
from tests.doubles.stripe.money import Bank, check_amount
from tests.doubles.stripe.parameters import Wrong
from tests.doubles.stripe.store import Key, Thing

SHORTEST_SECONDS, LONGEST_SECONDS = 30 * 60, 24 * 3_600
MARGIN = 60
MOST_LINES = 100


def create(bank: Bank, key: Key, given: dict[str, Any]) -> Thing:
    """A session of mode ``payment`` with prices given in place; its intent is made when a card is tried."""
    if given.get("mode") != "payment":
        raise Wrong("The stand-in serves the mode “payment” only.", param="mode")
    if given.get("ui_mode") not in {None, "hosted_page"}:
        raise Wrong("The stand-in serves the hosted page only.", param="ui_mode")
    if not given.get("success_url"):
        raise Wrong("You must provide a success_url.", param="success_url", code="parameter_missing")
    for name in ("success_url", "cancel_url"):
        if given.get(name) and not given[name].startswith(("http://", "https://")):
            raise Wrong(
                "Invalid URL: An explicit scheme (such as https) must be provided.", param=name, code="url_invalid"
            )
    if "@" not in given.get("customer_email", "@"):
        raise Wrong(f"Invalid email address: {given['customer_email']}", param="customer_email", code="email_invalid")
    cents, currency = _total(given.get("line_items", []))
    now = int(time.time())
    check_amount(cents, currency)
    expires = given.get("expires_at", now + LONGEST_SECONDS)
    if not now + SHORTEST_SECONDS - MARGIN <= expires <= now + LONGEST_SECONDS + MARGIN:
        raise Wrong("The `expires_at` timestamp must be from 30 minutes to 24 hours from now.", param="expires_at")
    intended = given.get("payment_intent_data", {})
    session = bank.store.new(
        key.account,
        "checkout.session",
        amount_total=cents,
        amount_subtotal=cents,
        currency=currency,
        cancel_url=given.get("cancel_url"),
        success_url=given["success_url"],
        client_reference_id=given.get("client_reference_id"),
        customer=given.get("customer"),
        customer_email=given.get("customer_email"),
        customer_details=None,
        expires_at=expires,
        livemode=key.live,
        locale=given.get("locale"),
        metadata=given.get("metadata") or {},
        mode="payment",
        payment_intent=None,
        payment_method_types=given.get("allowed_payment_method_types", ["card"]),
        payment_status="unpaid",
        status="open",
        _name=given["line_items"][0]["price_data"]["product_data"]["name"],
        _intent_metadata=intended.get("metadata") or {},
    )
    session["url"] = f"{bank.store.base}/c/pay/{session['id']}"
    return bank.store.keep(key.account, session)


def _total(lines: list[Any]) -> tuple[int, str]:
    if not 0 < len(lines) <= MOST_LINES:
        raise Wrong(f"`line_items` must have 1 to {MOST_LINES} items.", param="line_items", code="parameter_missing")
    cents, currencies = 0, set()
    for place, line in enumerate(lines):
        where = f"line_items[{place}][price_data]"
        price = line.get("price_data")
        if price is None or "product_data" not in price or "unit_amount" not in price:
            raise Wrong("The stand-in knows prices given in place only.", param=where, code="parameter_missing")
        if price["unit_amount"] < 0:
            raise Wrong("Invalid non-negative integer", param=f"{where}[unit_amount]")
        if line.get("quantity", 0) < 1:
            raise Wrong("Quantity must be at least 1", param=f"line_items[{place}][quantity]")
        cents += price["unit_amount"] * line["quantity"]
        currencies.add(price["currency"])
    if len(currencies) != 1:
        raise Wrong("All prices on a Checkout Session must have the same currency.", param="line_items")
    return cents, currencies.pop()


def pay(bank: Bank, account: str, session: Thing, card: Card, *, secured: bool) -> Thing:
    """Try a card: the session's intent afterwards. Raises Wrong where the session is no longer open."""
    if session["status"] != "open":
        raise Wrong("This Checkout Session is no longer active.", code="session_not_open")
    if session["payment_intent"] is None:
        intent = bank.intent(
            account,
            cents=session["amount_total"],
            currency=session["currency"],
            live=session["livemode"],
            metadata=dict(session["_intent_metadata"]),
        )
        session["payment_intent"] = intent["id"]
        bank.store.keep(account, session)
    intent = bank.store.get(account, session["payment_intent"], "payment_intent")
    intent = bank.charge(account, intent, card, secured=secured)
    if intent["status"] == "succeeded":
        session |= {"status": "complete", "payment_status": "paid"}
        bank.store.keep(account, session)
        bank.post.tell(account, "checkout.session.completed", shown(session))
    return intent


def expire(bank: Bank, account: str, session: Thing) -> Thing:
    """End a session. Raises Wrong where it has ended: a paid one cannot be undone by this."""
    if session["status"] != "open":
        raise Wrong(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.'
        )
    session["status"] = "expired"
    if session["payment_intent"] is not None:
        intent = bank.store.get(account, session["payment_intent"], "payment_intent")
        intent["status"] = "canceled"
        bank.store.keep(account, intent)
    bank.store.keep(account, session)
    bank.post.tell(account, "checkout.session.expired", shown(session))
    return session


def by_time(bank: Bank, account: str, session: Thing) -> Thing:
    """The session, ended where its time is over."""
    if session["status"] == "open" and session["expires_at"] <= time.time():
        return expire(bank, account, session)
    return session


def shown(thing: Thing) -> Thing:
    """A thing as it is answered: without what is the stand-in's own; only an open session has an address."""
    told = {name: value for name, value in thing.items() if not name.startswith("_")}
    if told["object"] == "checkout.session" and told["status"] != "open":
        told["url"] = None
    return told
