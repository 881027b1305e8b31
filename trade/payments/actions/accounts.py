"""Accounts at the gateway: their keys are kept sealed, shown by their last four signs, and tried before use (T128)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from trade.base import journal
from trade.base.crypto import Keyring, keyed_hash
from trade.base.errors import NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.payments import queries
from trade.payments.gateways import Access, KeyFacts
from trade.payments.models import PaymentAccount, PaymentSecret

TAIL: Final = 4
WEBHOOK_PREFIX: Final = "whsec_"
SHORTEST_SECRET: Final = 16


def hook_of(*, owner_id: int | None, pepper: bytes) -> str:
    """The unguessable part of the address of an owner's webhooks: the same for every account she ever has.

    So the address can be entered at the gateway before the key comes here; whose event it is shows the signature.
    """
    return keyed_hash(pepper, "payment hook", str(owner_id or "platform"))[:40]


def connect(
    session: TenantSession,
    *,
    owner_id: int | None,
    api_key: str,
    webhook_secret: str,
    facts: KeyFacts,
    keyring: Keyring,
    pepper: bytes,
    live_only: bool,
    at: datetime,
) -> PaymentAccount:
    """Keep a key that was tried (``facts``), with the secret of its webhook.

    A new key of the account in use takes the place of the old one, and may leave the webhook's secret as it is.
    Another account, or one whose name the key does not tell, is a new one: the old one stays for what it collected.
    ``live_only``: test keys take no money, so they are refused where readers buy. Raises Refused.
    """
    if facts.missing:
        raise Refused(
            N_("The key lacks these rights: %(rights)s. Add them at Stripe and try again."),
            field="api_key",
            rights=", ".join(facts.missing),
        )
    if live_only and facts.mode != "live":
        raise Refused(N_("A test key takes no money. Enter the live key (rk_live_...)."), field="api_key")
    present = queries.current_account(session, owner_id=owner_id)
    same = present is not None and bool(facts.account) and present.gateway_account == facts.account
    if webhook_secret:
        _check_webhook(webhook_secret)
    elif not same:
        raise Refused(N_("Enter the signing secret of the webhook as well: without it no payment could be noted."),
                      field="webhook_secret")  # fmt: skip
    if present is None or not same:
        present = _begin(session, present, owner_id, facts, pepper, at)
    present.key_tail, present.mode, present.refunds = api_key[-TAIL:], facts.mode, facts.refunds
    present.state, present.checked_at, present.check_note = "good", at, ""
    session.flush()
    _keep(session, present, "api_key", api_key, keyring, at)
    if webhook_secret:
        _keep(session, present, "webhook", webhook_secret, keyring, at)
    _write(session, "payment_account.connected", present, at)
    return present


def note_check(
    session: TenantSession, *, account_id: int, facts: KeyFacts | None, refused: Refused | None = None, at: datetime
) -> PaymentAccount:
    """What trying the kept key showed; a key that is refused collects nothing until a good one comes."""
    found = queries.account(session, account_id=account_id)
    good = facts is not None and not facts.missing
    found.state = "good" if good else "refused"
    found.checked_at, found.check_note = at, refused.text.message if refused is not None else ""
    if facts is not None:
        found.refunds = facts.refunds
    session.flush()
    _write(session, "payment_account.checked", found, at)
    return found


def disconnect(session: TenantSession, *, owner_id: int | None, at: datetime) -> None:
    """Collect no more; what was collected can still be refunded. Raises NotFound."""
    present = queries.current_account(session, owner_id=owner_id)
    if present is None:
        raise NotFound()
    present.state, present.replaced_at = "off", at
    session.flush()
    _write(session, "payment_account.disconnected", present, at)


def access_of(session: TenantSession, *, account_id: int, keyring: Keyring, address: str) -> Access:
    """What opens an account at its gateway. Raises NotFound, ValueError where it was sealed elsewhere."""
    return Access(_open(session, account_id, "api_key", keyring), address)


def webhook_secret_of(session: TenantSession, *, account_id: int, keyring: Keyring) -> str:
    """The secret that the account's events are signed with. Raises NotFound."""
    return _open(session, account_id, "webhook", keyring)


def reseal(session: TenantSession, *, keyring: Keyring, at: datetime, limit: int = 100) -> int:
    """Seal again with the current key what another one sealed; returns how many were done (0: none is left)."""
    stale = queries.secrets_sealed_otherwise(session, name=keyring.current, limit=limit)
    for row in stale:
        plain = keyring.unseal(row.sealed, sealed_with=row.sealed_with, context=_place(row.account_id, row.kind))
        row.sealed, row.sealed_with = keyring.seal(plain, context=_place(row.account_id, row.kind))
        row.sealed_at = at
    session.flush()
    return len(stale)


def _begin(
    session: TenantSession,
    present: PaymentAccount | None,
    owner_id: int | None,
    facts: KeyFacts,
    pepper: bytes,
    at: datetime,
) -> PaymentAccount:
    if present is not None:
        present.state, present.replaced_at = "off", at
        session.flush()
    earlier = queries.accounts_of(session, owner_id=owner_id)
    hook = hook_of(owner_id=owner_id, pepper=pepper)
    made = PaymentAccount(
        bookshop_id=owner_id,
        mode=facts.mode,
        key_tail="",
        hook=f"{hook}-{earlier}" if earlier else hook,
        gateway_account=facts.account,
        created_at=at,
    )
    session.add(made)
    session.flush()
    return made


def _check_webhook(secret: str) -> None:
    if not secret.startswith(WEBHOOK_PREFIX) or len(secret) < SHORTEST_SECRET or not secret.isascii():
        raise Refused(N_("This is no signing secret: those begin with whsec_."), field="webhook_secret")


def _keep(session: TenantSession, owner: PaymentAccount, kind: str, plain: str, keyring: Keyring, at: datetime) -> None:
    sealed, name = keyring.seal(plain.encode(), context=_place(owner.id, kind))
    row = queries.secrets(session, account_id=owner.id).get(kind)
    if row is None:
        row = PaymentSecret(account_id=owner.id, kind=kind, bookshop_id=owner.bookshop_id)
        session.add(row)
    row.sealed, row.sealed_with, row.sealed_at = sealed, name, at
    session.flush()


def _open(session: TenantSession, account_id: int, kind: str, keyring: Keyring) -> str:
    row = queries.secrets(session, account_id=account_id).get(kind)
    if row is None:
        raise NotFound()
    return keyring.unseal(row.sealed, sealed_with=row.sealed_with, context=_place(account_id, kind)).decode()


def _place(account_id: int, kind: str) -> str:
    return f"payment_account:{account_id}|{kind}"


def _write(session: TenantSession, action: str, found: PaymentAccount, at: datetime) -> None:
    journal.write(
        session,
        action=action,
        thing="payment_account",
        thing_id=found.id,
        bookshop_id=found.bookshop_id,
        at=at,
        details={"mode": found.mode, "state": found.state, "refunds": found.refunds},
    )
