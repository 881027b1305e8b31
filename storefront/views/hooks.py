"""Where the gateway tells what happened: the signature is checked, the event kept as it came, a job does the rest."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from trade.base.tenancy import SYSTEM, TenantSession, session_for
from trade.payments import actions, queries
from trade.payments.gateways import Forged, stripe
from trade.payments.models import PaymentAccount
from web.database import clock, profile
from web.identity import engine
from web.limits import limiter

hooks = Blueprint("hooks", __name__)
LARGEST = 1 << 20
LONGEST_HOOK = 40


@hooks.post("/hooks/stripe/<hook>")
@limiter.limit("6000/minute")
def stripe_event(hook: str) -> ResponseReturnValue:
    """An event of one owner's accounts: 200 once it is kept (again and again, if need be), 400 where it is not signed.

    Nothing is written, and nothing of the body is read, before its signature was right (safety.md, fault 10).
    """
    if len(hook) != LONGEST_HOOK or (request.content_length or 0) > LARGEST:
        abort(404 if len(hook) != LONGEST_HOOK else 413)
    body = request.get_data(cache=False)
    with session_for(engine(), SYSTEM, profile()) as session:
        account = _signed_by(session, hook, body)
        if account is None:
            abort(400)
        try:
            told = stripe.read(body)
        except Forged:
            abort(400)
        new = actions.receive(session, account=account, told=told, body=body, at=clock().now())
    return jsonify({"received": True, "new": new})


def _signed_by(session: TenantSession, hook: str, body: bytes) -> PaymentAccount | None:
    """The account of this address whose secret signed the body; replaced accounts still speak. 404 for no address."""
    accounts = queries.accounts_by_hook(session, hook=hook)
    if not accounts:
        abort(404)
    keyring, signature = current_app.extensions["keyring"], request.headers.get("Stripe-Signature", "")
    for account in accounts:
        secret = actions.webhook_secret_of(session, account_id=account.id, keyring=keyring)
        try:
            stripe.verify(body, signature=signature, secret=secret)
        except Forged:
            continue
        return account
    return None
