"""Connecting an account at Stripe: the same card for a bookshop that collects and for the platform where it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from wtforms import PasswordField
from wtforms.validators import Length

from backoffice.forms import PaperForm
from trade.base.crypto import Keyring
from trade.base.errors import Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.payments import actions, queries
from trade.payments.gateways import Access, KeyFacts, Unsure, stripe
from trade.payments.models import PaymentAccount

LONGEST_KEY = 300
STATES = {
    "good": (N_("Collects"), "done"),
    "unchecked": (N_("Not tried yet"), "open"),
    "refused": (N_("Key refused"), "late"),
    "off": (N_("Switched off"), "refused"),
}
MODES = {"test": N_("Test: no money moves"), "live": N_("Live")}


class KeyForm(PaperForm):
    """A restricted key and its webhook's secret: never shown again."""

    api_key = PasswordField(
        N_("Restricted key"),
        [Length(max=LONGEST_KEY)],
        description=N_("Begins with rk_live_. Kept sealed and never shown again."),
    )
    webhook_secret = PasswordField(
        N_("Signing secret of the webhook"),
        [Length(max=LONGEST_KEY)],
        description=N_("Begins with whsec_. Leave it empty if only the key is new."),
    )


@dataclass(frozen=True)
class Counter:
    """What a page says of an owner's account. ``owner_id`` is the bookshop, or None for the platform."""

    owner_id: int | None
    account: PaymentAccount | None
    hook_address: str
    heard_at: datetime | None

    def told(self) -> dict[str, Any]:
        """For the template."""
        return {
            "account": self.account,
            "hook_address": self.hook_address,
            "heard_at": self.heard_at,
            "events": stripe.EVENTS,
            "states": STATES,
            "modes": MODES,
        }


def counter(session: TenantSession, *, owner_id: int | None) -> Counter:
    """The account of an owner, and the address that its webhook must have."""
    account = queries.current_account(session, owner_id=owner_id)
    hook = actions.hook_of(owner_id=owner_id, pepper=current_app.extensions["secret"])
    heard = queries.last_event_at(session, account_id=account.id) if account is not None else None
    return Counter(owner_id, account, f"{current_app.config['BASE_URL']}/hooks/stripe/{hook}", heard)


def tried(session: TenantSession, key: str) -> KeyFacts:
    """What a typed key may do, asked while no transaction is open. Raises Refused."""
    session.rollback()
    try:
        return stripe.check(Access(key, current_app.extensions["stripe_address"]))
    except Unsure:
        raise Refused(N_("Stripe does not answer at the moment. Nothing was changed; try again later.")) from None


def connect(session: TenantSession, form: KeyForm, *, owner_id: int | None, at: datetime) -> PaymentAccount:
    """Try the typed key, and keep it where it is good. Raises Refused."""
    key = (form.api_key.data or "").strip()
    facts = tried(session, key)
    return actions.connect(
        session,
        owner_id=owner_id,
        api_key=key,
        webhook_secret=(form.webhook_secret.data or "").strip(),
        facts=facts,
        keyring=keyring(),
        pepper=current_app.extensions["secret"],
        live_only=current_app.config["PRODUCTION"],
        at=at,
    )


def check(session: TenantSession, *, owner_id: int | None, at: datetime) -> PaymentAccount:
    """Try the kept key again, and note what came of it. Raises Refused where there is none, or nobody answers."""
    account = queries.current_account(session, owner_id=owner_id)
    if account is None:
        raise Refused(N_("Enter a key first."))
    account_id, address = account.id, current_app.extensions["stripe_address"]
    access = actions.access_of(session, account_id=account_id, keyring=keyring(), address=address)
    session.rollback()
    try:
        facts, refused = stripe.check(access), None
    except Unsure:
        raise Refused(N_("Stripe does not answer at the moment. Nothing was changed; try again later.")) from None
    except Refused as error:
        facts, refused = None, error
    return actions.note_check(session, account_id=account_id, facts=facts, refused=refused, at=at)


def keyring() -> Keyring:
    """The keys that seal."""
    found: Keyring = current_app.extensions["keyring"]
    return found
