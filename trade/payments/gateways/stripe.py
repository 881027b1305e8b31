"""Stripe, by its official client: the only file that knows it (domain.md 5.2, safety.md R3).

Every change carries our own idempotency key, and is never repeated here: a repetition is the caller's, who first
commits what it intends. Readers pay on Stripe's own page; no card number ever comes near us (R16).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, cast

import requests
import stripe
from stripe.params import RefundCreateParams
from stripe.params.checkout import SessionCreateParams, SessionListParams

from trade.base.errors import Refused
from trade.base.text import N_
from trade.payments.gateways import (
    Access,
    DisputeFacts,
    Facts,
    Forged,
    KeyFacts,
    Mode,
    Opened,
    PaymentFacts,
    RefundFacts,
    Told,
    Unsure,
    Wanted,
)

NAME: Final = "stripe"
TITLE: Final = "Stripe"
PAGES: Final = "https://checkout.stripe.com"
#: Events that a webhook must send (the office page tells the bookshop).
EVENTS: Final = (
    "checkout.session.completed",
    "checkout.session.expired",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "charge.succeeded",
    "payment_intent.payment_failed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
)
SIGNED_WITHIN_SECONDS: Final = 300
SECONDS: Final = (5.0, 20.0)
"""To connect, and between two bytes of an answer."""
MOST_LOOKED_AT: Final = 1_000
LANGUAGES: Final = frozenset({"es", "fr", "en"})
ENDED: Final = frozenset({"won", "lost", "warning_closed"})

Answer = TypeVar("Answer")


def is_restricted(key: str) -> bool:
    """Whether it is a restricted key: only such ones are taken (safety.md R10)."""
    return key.startswith(("rk_test_", "rk_live_"))


def check(access: Access) -> KeyFacts:
    """What a key may do, found out without changing anything. Raises Refused for a wrong key, Unsure.

    A right to write is asked for by a request that cannot succeed: who lacks it is told so before anything else.
    """
    if not is_restricted(access.key) or not access.key.isascii():
        raise Refused(
            N_("This is no restricted key of Stripe: those begin with rk_live_ or rk_test_."), field="api_key"
        )
    client = _client(access)
    rights: dict[str, Callable[[], Any]] = {
        "checkout": lambda: client.v1.checkout.sessions.expire("cs_test_nothing"),
        "payment_intents": lambda: client.v1.payment_intents.list({"limit": 1}),
        "disputes": lambda: client.v1.disputes.list({"limit": 1}),
        "refunds": lambda: client.v1.refunds.create({"payment_intent": "pi_nothing", "amount": 1}),
    }
    missing = tuple(name for name, probe in rights.items() if not _may(probe))
    account = ""
    if _may(lambda: client.v1.accounts.retrieve_current()):
        account = _asked(lambda: client.v1.accounts.retrieve_current()).id
    needed = tuple(name for name in missing if name != "refunds")
    return KeyFacts(_mode(access.key.startswith("rk_live_")), account, "refunds" not in missing, needed)


def _may(probe: Callable[[], Any]) -> bool:
    try:
        _asked(probe)
    except KeyLacksRight:
        return False
    except KeyRefused:
        raise
    except Refused:
        return True
    return True


class KeyRefused(Refused):
    """The key is wrong, or was revoked."""


class KeyLacksRight(Refused):
    """The key is good, but may not do this."""


def open_checkout(access: Access, wanted: Wanted) -> Opened:
    """Open the page on which a reader pays; asked again under the same key it is the same page.

    Raises Unsure, Refused. Only the order's reference and the amount are told, not what was bought.
    """
    price: dict[str, Any] = {"currency": wanted.currency.lower(), "unit_amount": wanted.cents}
    price["product_data"] = {"name": wanted.title}
    ours = {"payment": wanted.key, "order": wanted.order}
    params: dict[str, Any] = {
        "mode": "payment",
        "allowed_payment_method_types": ["card"],
        "adaptive_pricing": {"enabled": False},
        "client_reference_id": wanted.order,
        "line_items": [{"price_data": price, "quantity": 1}],
        "metadata": ours,
        "payment_intent_data": {"metadata": ours, "description": wanted.title},
        "success_url": wanted.back,
        "cancel_url": f"{wanted.back}?gave_up=1",
        "locale": wanted.locale if wanted.locale in LANGUAGES else "auto",
    }
    if wanted.email:
        params["customer_email"] = wanted.email
    made = _asked(
        lambda: _client(access).v1.checkout.sessions.create(
            cast(SessionCreateParams, params), {"idempotency_key": wanted.key}
        )
    )
    if not made.url:
        raise Unsure("Stripe opened a session without an address.")
    return Opened(made.id, made.url)


def look_up(access: Access, *, session_ref: str, key: str, since: datetime) -> PaymentFacts | None:
    """What became of a payment: by the session's name, else by our key in its metadata among those made ``since``.

    None where Stripe has none. Raises Unsure, Refused.
    """
    client = _client(access)
    if not session_ref:
        params: dict[str, Any] = {"limit": 100, "created": {"gte": int(since.timestamp())}}
        listed = _asked(lambda: client.v1.checkout.sessions.list(cast(SessionListParams, params)))
        found = _asked(lambda: _first(listed.auto_paging_iter(), "payment", key))
        if found is None:
            return None
        session_ref = found.id
    whole = _asked(
        lambda: client.v1.checkout.sessions.retrieve(session_ref, {"expand": ["payment_intent.latest_charge"]})
    )
    return _of_session(_plain(whole))


def close(access: Access, *, session_ref: str) -> PaymentFacts:
    """End a page that nobody paid on; where somebody just did, the answer says so. Raises Unsure, Refused."""
    client = _client(access)
    try:
        ended = _asked(lambda: client.v1.checkout.sessions.expire(session_ref))
    except (KeyRefused, KeyLacksRight):
        raise
    except Refused:
        facts = look_up(access, session_ref=session_ref, key="", since=datetime.fromtimestamp(0, UTC))
        if facts is None or facts.state == "open":
            raise
        return facts
    return _of_session(_plain(ended))


def refund(access: Access, *, key: str, payment_ref: str, cents: int, order: str) -> RefundFacts:
    """Give back part of a payment. Raises Unsure, KeyLacksRight, Refused with Stripe's own code in ``code``."""
    params: dict[str, Any] = {
        "payment_intent": payment_ref,
        "amount": cents,
        "metadata": {"refund": key, "order": order},
    }
    made = _asked(lambda: _client(access).v1.refunds.create(cast(RefundCreateParams, params), {"idempotency_key": key}))
    return _of_refund(_plain(made), _mode(access.key.startswith("rk_live_")))


def find_refund(access: Access, *, key: str, payment_ref: str) -> RefundFacts | None:
    """A refund of ours by its key in the metadata; None where Stripe has none. Raises Unsure, Refused."""
    listed = _asked(lambda: _client(access).v1.refunds.list({"payment_intent": payment_ref, "limit": 100}))
    found = _asked(lambda: _first(listed.auto_paging_iter(), "refund", key))
    return None if found is None else _of_refund(_plain(found), _mode(access.key.startswith("rk_live_")))


def verify(body: bytes, *, signature: str, secret: str) -> None:
    """That Stripe signed an event with this secret, not long ago. Raises Forged."""
    if not secret:
        raise Forged("There is no secret to verify with.")
    try:
        stripe.WebhookSignature.verify_header(body.decode(), signature, secret, tolerance=SIGNED_WITHIN_SECONDS)
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
        raise Forged(str(error)) from error


def read(body: bytes) -> Told:
    """What an event says, in our words; ``facts`` is None for kinds of no use. Raises Forged for what is no event."""
    try:
        event = json.loads(body)
        ref, kind, thing = str(event["id"]), str(event["type"]), event["data"]["object"]
        return Told(ref, kind, _understood(kind, thing, _mode(bool(event["livemode"]))))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise Forged("This is no event.") from error


def _understood(kind: str, thing: dict[str, Any], mode: Mode) -> Facts | None:
    if kind not in EVENTS:
        return None
    if kind.startswith("checkout.session."):
        return _of_session(thing, failed=kind.endswith("async_payment_failed"))
    if kind == "charge.succeeded":
        return _of_charge(thing, mode)
    if kind == "payment_intent.payment_failed":
        return _of_decline(thing, mode)
    if kind.startswith("refund."):
        return _of_refund(thing, mode)
    return _of_dispute(thing, mode)


# --- facts out of Stripe's shapes ------------------------------------------------------------------


def _of_session(thing: dict[str, Any], *, failed: bool = False) -> PaymentFacts:
    metadata = thing.get("metadata") or {}
    intent = thing.get("payment_intent")
    inner: dict[str, Any] = intent if isinstance(intent, dict) else {"id": intent or ""}
    charge = inner.get("latest_charge")
    states = {"open": "open", "expired": "expired", "complete": "open"}
    state: Any = "paid" if thing["payment_status"] == "paid" else states[thing["status"]]
    return PaymentFacts(
        state="failed" if failed else state,
        key=str(metadata.get("payment", "")),
        order=str(metadata.get("order", "")),
        cents=int(thing["amount_total"]),
        currency=str(thing["currency"]).upper(),
        mode=_mode(bool(thing["livemode"])),
        session_ref=str(thing["id"]),
        payment_ref=str(inner["id"]),
        decline_code=_decline_code(inner.get("last_payment_error")),
        card_tail=_tail(charge) if isinstance(charge, dict) else "",
    )


def _of_charge(thing: dict[str, Any], mode: Mode) -> PaymentFacts:
    metadata = thing.get("metadata") or {}
    return PaymentFacts(
        state="paid" if thing["paid"] and thing["captured"] else "open",
        key=str(metadata.get("payment", "")),
        order=str(metadata.get("order", "")),
        cents=int(thing["amount"]),
        currency=str(thing["currency"]).upper(),
        mode=mode,
        payment_ref=str(thing.get("payment_intent") or ""),
        card_tail=_tail(thing),
    )


def _of_decline(thing: dict[str, Any], mode: Mode) -> PaymentFacts:
    metadata = thing.get("metadata") or {}
    return PaymentFacts(
        state="declined",
        key=str(metadata.get("payment", "")),
        order=str(metadata.get("order", "")),
        cents=int(thing["amount"]),
        currency=str(thing["currency"]).upper(),
        mode=mode,
        payment_ref=str(thing["id"]),
        decline_code=_decline_code(thing.get("last_payment_error")) or "generic_decline",
    )


def _of_refund(thing: dict[str, Any], mode: Mode) -> RefundFacts:
    states: dict[str, Any] = {"succeeded": "done", "failed": "failed", "canceled": "failed"}
    return RefundFacts(
        state=states.get(thing["status"], "asked"),
        key=str((thing.get("metadata") or {}).get("refund", "")),
        payment_ref=str(thing.get("payment_intent") or ""),
        refund_ref=str(thing["id"]),
        cents=int(thing["amount"]),
        currency=str(thing["currency"]).upper(),
        mode=mode,
        error=str(thing.get("failure_reason") or ""),
    )


def _of_dispute(thing: dict[str, Any], mode: Mode) -> DisputeFacts:
    due = (thing.get("evidence_details") or {}).get("due_by")
    return DisputeFacts(
        state=str(thing["status"]),
        ended=thing["status"] in ENDED,
        payment_ref=str(thing.get("payment_intent") or ""),
        dispute_ref=str(thing["id"]),
        cents=int(thing["amount"]),
        currency=str(thing["currency"]).upper(),
        mode=mode,
        reason=str(thing["reason"]),
        opened_at=datetime.fromtimestamp(int(thing["created"]), UTC),
        due_at=datetime.fromtimestamp(int(due), UTC) if due else None,
    )


def _decline_code(error: Any) -> str:
    told = error if isinstance(error, dict) else {}
    return str(told.get("decline_code") or told.get("code") or "")


def _tail(charge: dict[str, Any]) -> str:
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    return str(card.get("last4") or "")


def _mode(live: bool) -> Mode:
    return "live" if live else "test"


def _plain(thing: Any) -> dict[str, Any]:
    found: dict[str, Any] = thing.to_dict()
    return found


def _first(things: Any, name: str, key: str) -> Any:
    """The first whose metadata hold our key, among those that are looked at."""
    for count, thing in enumerate(things):
        if count >= MOST_LOOKED_AT:
            return None
        if (_plain(thing).get("metadata") or {}).get(name) == key:
            return thing
    return None


# --- asking ----------------------------------------------------------------------------------------


def _client(access: Access) -> stripe.StripeClient:
    """A client of one account, which repeats nothing, follows nothing and asks no proxy of the environment (R8)."""
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    http = stripe.RequestsClient(timeout=SECONDS, session=session)
    return stripe.StripeClient(
        access.key,
        base_addresses={"api": access.address} if access.address else {},
        max_network_retries=0,
        http_client=http,
    )


def _asked(call: Callable[[], Answer]) -> Answer:
    """The answer, or what its failure means for us: not known, the key, or a refusal with Stripe's code."""
    try:
        return call()
    except stripe.AuthenticationError as error:
        raise KeyRefused(
            N_("Stripe does not know this key, or it was revoked. Make a new one."), field="api_key"
        ) from error
    except stripe.PermissionError as error:
        raise KeyLacksRight(N_("The key lacks a right that is needed. Add it at Stripe, or make a new key.")) from error
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        raise GatewayRefused(error.code or "", error.user_message or "") from error
    except stripe.IdempotencyError as error:
        if error.http_status == 409:
            raise Unsure("The same request is still being worked on.") from error
        raise GatewayRefused("idempotency", "The same key with another request.") from error
    except stripe.StripeError as error:
        # No connection, no answer in time, half an answer, 409, 429, 5xx: it may have been done.
        raise Unsure(f"Stripe did not answer ({type(error).__name__}).") from error


class GatewayRefused(Refused):
    """Stripe refuses this request; ``code`` is its word, for the record."""

    def __init__(self, code: str, told: str) -> None:
        self.code = code
        super().__init__(N_("Stripe refused: %(told)s"), told=told or code)
