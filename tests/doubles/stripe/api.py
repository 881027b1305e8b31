"""The endpoints: which the product uses, and those that trade between bookshops will use."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe import params as stripe_params
from stripe.params import checkout as checkout_params

from tests.doubles.stripe import sessions
from tests.doubles.stripe.money import Bank
from tests.doubles.stripe.parameters import Wrong, checked
from tests.doubles.stripe.sessions import shown
from tests.doubles.stripe.store import Key, Thing

Endpoint = Callable[[Bank, Key, dict[str, Any], str], Thing]
LARGEST_PAGE = 100
MOST_METADATA, LONGEST_NAME, LONGEST_VALUE = 50, 40, 500


@dataclass(frozen=True)
class Route:
    """One endpoint: the client's parameters it takes, the right it demands, what it does."""

    method: str
    path: re.Pattern[str]
    shape: Any
    area: str
    run: Endpoint


ROUTES: list[Route] = []


def route(method: str, path: str, shape: Any, area: str) -> Callable[[Endpoint], Endpoint]:
    """Declare an endpoint; ``:id`` in the path is an id."""

    def declare(run: Endpoint) -> Endpoint:
        pattern = re.compile("/v1" + path.replace(":id", "([A-Za-z0-9_]+)"))
        ROUTES.append(Route(method, pattern, shape, area, run))
        return run

    return declare


def answer(bank: Bank, key: Key, method: str, path: str, given: dict[str, Any]) -> Thing:
    """Do what is asked. Raises Wrong as Stripe refuses."""
    for found in ROUTES:
        match = found.path.fullmatch(path)
        if match and found.method == method:
            key.demand(found.area)
            told = checked(found.shape, given)
            _check_metadata(told.get("metadata"))
            expand = told.pop("expand", [])
            thing = found.run(bank, key, told, match[1] if match.groups() else "")
            return expanded(bank, key.account, shown(thing) if "object" in thing else thing, expand)
    raise Wrong(f"Unrecognized request URL ({method}: {path}).", status=404)


def _check_metadata(metadata: Any) -> None:
    for name, value in (metadata or {}).items():
        if len(metadata) > MOST_METADATA or len(name) > LONGEST_NAME or len(value) > LONGEST_VALUE:
            raise Wrong("Metadata is too large.", param="metadata")


def expanded(bank: Bank, account: str, thing: Thing, paths: list[str]) -> Thing:
    """The thing with the named ids replaced by what they name. Raises Wrong where there is nothing to expand."""
    for path in paths:
        first, _dot, rest = path.partition(".")
        if thing.get("object") == "list":
            if first != "data":
                raise Wrong(f"This property cannot be expanded ({path}).", param="expand")
            thing = thing | {"data": [expanded(bank, account, each, [rest]) for each in thing["data"]]}
            continue
        if first not in thing or first not in {
            "latest_charge",
            "payment_intent",
            "charge",
            "customer",
            "payment_method",
        }:
            raise Wrong(f"This property cannot be expanded ({path}).", param="expand")
        inner = thing[first]
        if isinstance(inner, str):
            inner = shown(bank.store.things[account][inner])
        if inner is not None and rest:
            inner = expanded(bank, account, inner, [rest])
        thing = thing | {first: inner}
    return thing


def page(found: list[Thing], given: dict[str, Any], url: str) -> Thing:
    """One page of a list, newest first, by cursor."""
    limit = given.get("limit", 10)
    if not 0 < limit <= LARGEST_PAGE:
        raise Wrong("Limit can range between 1 and 100.", param="limit")
    created = given.get("created")
    if isinstance(created, dict):
        tests = {"gte": int.__ge__, "gt": int.__gt__, "lte": int.__le__, "lt": int.__lt__}
        found = [thing for thing in found if all(tests[name](thing["created"], at) for name, at in created.items())]
    ids = [thing["id"] for thing in found]
    if after := given.get("starting_after"):
        if after not in ids:
            raise Wrong(f"No such object: {after}", param="starting_after", code="resource_missing")
        found = found[ids.index(after) + 1 :]
    chosen = [shown(thing) for thing in found[:limit]]
    return {"object": "list", "data": chosen, "has_more": len(found) > limit, "url": url, "livemode": False}


def chosen_by(things: list[Thing], given: dict[str, Any], *names: str) -> list[Thing]:
    """Those whose fields are as asked."""
    return [thing for thing in things if all(thing.get(name) == given[name] for name in names if name in given)]


@route("GET", "/account", stripe_params.AccountRetrieveCurrentParams, "accounts")
def account(bank: Bank, key: Key, given: dict[str, Any], _id: str) -> Thing:
    return {"id": key.account, "object": "account", "charges_enabled": True, "country": "ES", "livemode": key.live}


@route("POST", "/checkout/sessions", checkout_params.SessionCreateParams, "checkout")
def create_session(bank: Bank, key: Key, given: dict[str, Any], _id: str) -> Thing:
    _check_metadata(given.get("payment_intent_data", {}).get("metadata"))
    return sessions.create(bank, key, given)


@route("GET", "/checkout/sessions", checkout_params.SessionListParams, "checkout")
def list_sessions(bank: Bank, key: Key, given: dict[str, Any], _id: str) -> Thing:
    found = [sessions.by_time(bank, key.account, each) for each in bank.store.all(key.account, "checkout.session")]
    return page(chosen_by(found, given, "payment_intent", "status", "customer"), given, "/v1/checkout/sessions")


@route("GET", "/checkout/sessions/:id", checkout_params.SessionRetrieveParams, "checkout")
def get_session(bank: Bank, key: Key, given: dict[str, Any], id_: str) -> Thing:
    return sessions.by_time(bank, key.account, bank.store.get(key.account, id_, "checkout.session"))


@route("POST", "/checkout/sessions/:id/expire", checkout_params.SessionExpireParams, "checkout")
def expire_session(bank: Bank, key: Key, given: dict[str, Any], id_: str) -> Thing:
    return sessions.expire(bank, key.account, bank.store.get(key.account, id_, "checkout.session"))


@route("POST", "/payment_intents", stripe_params.PaymentIntentCreateParams, "payment_intents")
def create_intent(bank: Bank, key: Key, given: dict[str, Any], _id: str) -> Thing:
    if given.get("off_session") and not given.get("confirm"):
        raise Wrong("You cannot set `off_session` without `confirm`.", param="off_session")
    customer = given.get("customer")
    if customer is not None:
        bank.store.get(key.account, customer, "customer")
    intent = bank.intent(
        key.account,
        cents=given["amount"],
        currency=given["currency"],
        live=key.live,
        metadata=given.get("metadata") or {},
        customer=customer,
        payment_method=given.get("payment_method"),
    )
    return _confirm(bank, key, intent, given) if given.get("confirm") else intent


@route("POST", "/payment_intents/:id/confirm", stripe_params.PaymentIntentConfirmParams, "payment_intents")
def confirm_intent(bank: Bank, key: Key, given: dict[str, Any], id_: str) -> Thing:
    return _confirm(bank, key, bank.store.get(key.account, id_, "payment_intent"), given)


def _confirm(bank: Bank, key: Key, intent: Thing, given: dict[str, Any]) -> Thing:
    if intent["status"] not in {"requires_payment_method", "requires_confirmation", "requires_action"}:
        raise Wrong("This PaymentIntent cannot be confirmed.", code="payment_intent_unexpected_state")
    method = given.get("payment_method") or intent["payment_method"]
    if not method:
        raise Wrong("You cannot confirm this PaymentIntent because it's missing a payment method.",
                    code="payment_intent_unexpected_state")  # fmt: skip
    off = given.get("off_session") not in {None, False}
    kept = bank.store.things.get(key.account, {}).get(method)
    if off and kept is not None and kept.get("customer") != intent["customer"]:
        raise Wrong("The payment method does not belong to the customer.", param="payment_method")
    intent["payment_method"] = method
    bank.charge(key.account, intent, bank.card_of(key.account, method), secured=False, off_session=off)
    if intent["last_payment_error"] is not None:
        error = intent["last_payment_error"] | {"payment_intent": shown(intent)}
        raise Wrong(str(error.pop("message")), status=402, kind=str(error.pop("type")), **error)
    return intent


@route("GET", "/payment_intents/:id", stripe_params.PaymentIntentRetrieveParams, "payment_intents")
def get_intent(bank: Bank, key: Key, given: dict[str, Any], id_: str) -> Thing:
    return bank.store.get(key.account, id_, "payment_intent")


@route("GET", "/payment_intents", stripe_params.PaymentIntentListParams, "payment_intents")
def list_intents(bank: Bank, key: Key, given: dict[str, Any], _id: str) -> Thing:
    found = bank.store.all(key.account, "payment_intent")
    return page(chosen_by(found, given, "customer"), given, "/v1/payment_intents")


@route("GET", "/charges/:id", stripe_params.ChargeRetrieveParams, "charges")
def get_charge(bank: Bank, key: Key, given: dict[str, Any], id_: str) -> Thing:
    return bank.store.get(key.account, id_, "charge")


@route("POST", "/refunds", stripe_params.RefundCreateParams, "refunds")
def create_refund(bank: Bank, key: Key, given: dict[str, Any], _id: str) -> Thing:
    if ("charge" in given) == ("payment_intent" in given):
        raise Wrong("One of the following params should be provided: charge or payment_intent.")
    charge_id = given.get("charge")
    if charge_id is None:
        intent = bank.store.get(key.account, given["payment_intent"], "payment_intent")
        charge_id = intent["latest_charge"]
        if charge_id is None or intent["status"] != "succeeded":
            raise Wrong("This PaymentIntent does not have a successful charge to refund.", code="intent_invalid_state")
    charge = bank.store.get(key.account, charge_id, "charge")
    metadata, reason = given.get("metadata") or {}, given.get("reason", "")
    return bank.refund(key.account, charge, cents=given.get("amount"), metadata=metadata, reason=reason)


@route("GET", "/refunds/:id", stripe_params.RefundRetrieveParams, "refunds")
def get_refund(bank: Bank, key: Key, given: dict[str, Any], id_: str) -> Thing:
    return bank.store.get(key.account, id_, "refund")


@route("GET", "/refunds", stripe_params.RefundListParams, "refunds")
def list_refunds(bank: Bank, key: Key, given: dict[str, Any], _id: str) -> Thing:
    found = chosen_by(bank.store.all(key.account, "refund"), given, "charge", "payment_intent")
    return page(found, given, "/v1/refunds")


@route("GET", "/disputes/:id", stripe_params.DisputeRetrieveParams, "disputes")
def get_dispute(bank: Bank, key: Key, given: dict[str, Any], id_: str) -> Thing:
    return bank.store.get(key.account, id_, "dispute")


@route("GET", "/disputes", stripe_params.DisputeListParams, "disputes")
def list_disputes(bank: Bank, key: Key, given: dict[str, Any], _id: str) -> Thing:
    found = chosen_by(bank.store.all(key.account, "dispute"), given, "charge", "payment_intent")
    return page(found, given, "/v1/disputes")


@route("POST", "/customers", stripe_params.CustomerCreateParams, "customers")
def create_customer(bank: Bank, key: Key, given: dict[str, Any], _id: str) -> Thing:
    values = {name: given.get(name) for name in ("name", "email")} | {"metadata": given.get("metadata") or {}}
    return bank.store.keep(key.account, bank.store.new(key.account, "customer", livemode=key.live, **values))


@route("GET", "/customers/:id", stripe_params.CustomerRetrieveParams, "customers")
def get_customer(bank: Bank, key: Key, given: dict[str, Any], id_: str) -> Thing:
    return bank.store.get(key.account, id_, "customer")


@route("POST", "/setup_intents", stripe_params.SetupIntentCreateParams, "setup_intents")
def create_setup(bank: Bank, key: Key, given: dict[str, Any], _id: str) -> Thing:
    customer = given.get("customer")
    if customer is not None:
        bank.store.get(key.account, customer, "customer")
    setup = bank.store.new(
        key.account,
        "setup_intent",
        customer=customer,
        livemode=key.live,
        metadata=given.get("metadata") or {},
        payment_method=None,
        status="requires_payment_method",
        usage=given.get("usage", "off_session"),
        last_setup_error=None,
    )
    bank.store.keep(key.account, setup)
    return _set_up(bank, key, setup, given) if given.get("confirm") else setup


@route("POST", "/setup_intents/:id/confirm", stripe_params.SetupIntentConfirmParams, "setup_intents")
def confirm_setup(bank: Bank, key: Key, given: dict[str, Any], id_: str) -> Thing:
    return _set_up(bank, key, bank.store.get(key.account, id_, "setup_intent"), given)


def _set_up(bank: Bank, key: Key, setup: Thing, given: dict[str, Any]) -> Thing:
    method = given.get("payment_method", "")
    card = bank.card_of(key.account, method)
    if card.decline:
        raise Wrong("Your card was declined.", status=402, kind="card_error", code=card.code, decline_code=card.decline)
    kept = bank.store.new(
        key.account,
        "payment_method",
        type="card",
        customer=setup["customer"],
        livemode=key.live,
        card={"brand": card.brand, "last4": card.tail},
        metadata={},
        _number=card.number,
    )
    bank.store.keep(key.account, kept)
    setup |= {"payment_method": kept["id"], "status": "succeeded"}
    bank.post.tell(key.account, "setup_intent.succeeded", setup)
    return bank.store.keep(key.account, setup)


@route("GET", "/setup_intents/:id", stripe_params.SetupIntentRetrieveParams, "setup_intents")
def get_setup(bank: Bank, key: Key, given: dict[str, Any], id_: str) -> Thing:
    return bank.store.get(key.account, id_, "setup_intent")


@route("GET", "/payment_methods/:id", stripe_params.PaymentMethodRetrieveParams, "payment_methods")
def get_method(bank: Bank, key: Key, given: dict[str, Any], id_: str) -> Thing:
    return bank.store.get(key.account, id_, "payment_method")


@route("GET", "/events/:id", stripe_params.EventRetrieveParams, "events")
def get_event(bank: Bank, key: Key, given: dict[str, Any], id_: str) -> Thing:
    return bank.store.get(key.account, id_, "event")


@route("GET", "/events", stripe_params.EventListParams, "events")
def list_events(bank: Bank, key: Key, given: dict[str, Any], _id: str) -> Thing:
    return page(chosen_by(bank.store.all(key.account, "event"), given, "type"), given, "/v1/events")


@route("POST", "/webhook_endpoints", stripe_params.WebhookEndpointCreateParams, "webhook_endpoints")
def create_endpoint(bank: Bank, key: Key, given: dict[str, Any], _id: str) -> Thing:
    endpoint = bank.store.new(
        key.account,
        "webhook_endpoint",
        url=given["url"],
        enabled_events=given["enabled_events"],
        livemode=key.live,
        metadata={},
        status="enabled",
        secret=f"whsec_{secrets.token_hex(16)}",
    )
    return bank.store.keep(key.account, endpoint)
