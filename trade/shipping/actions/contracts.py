"""Contracts with carriers: secrets are sealed and shown by their last signs only (T117, T118, A22, safety.md R10)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from trade.base import journal
from trade.base.crypto import Keyring
from trade.base.errors import NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.shipping import queries
from trade.shipping.carriers import Access, Credentials, carriers
from trade.shipping.models import CarrierAccount

TAIL: Final = 4


def typed(
    session: TenantSession, *, carrier: str, owner_id: int | None, values: Mapping[str, str], keyring: Keyring
) -> Credentials:
    """Whole credentials out of a form; an empty secret is the one that is kept.

    ``owner_id`` is the bookshop, None for the platform. Raises NotFound for an unknown carrier, Refused for a field
    that is missing, too long, or none of its choices.
    """
    present = queries.contract(session, carrier=carrier, owner_id=owner_id)
    kept = _secrets(present, keyring) if present is not None else {}
    told = {}
    for field in queries.carrier(carrier).CREDENTIALS:
        value = (
            values.get(field.name, "").strip() or (kept.get(field.name, "") if field.secret else "") or field.default
        )
        if not value and not field.optional:
            raise Refused(N_("Fill in this field."), field=field.name)
        if len(value) > field.most or not value.isprintable():
            raise Refused(N_("At most %(most)s signs."), field=field.name, most=field.most)
        if field.choices and value not in dict(field.choices):
            raise Refused(N_("Choose one of the list."), field=field.name)
        told[field.name] = value
    return told


def keep(
    session: TenantSession,
    *,
    carrier: str,
    owner_id: int | None,
    credentials: Credentials,
    keyring: Keyring,
    at: datetime,
) -> CarrierAccount:
    """Keep the credentials of a contract, untried. The one before stays, as replaced."""
    fields = queries.carrier(carrier).CREDENTIALS
    present = queries.contract(session, carrier=carrier, owner_id=owner_id)
    if present is not None:
        present.replaced_at = at
        session.flush()
    secret = {field.name: credentials[field.name] for field in fields if field.secret}
    sealed, name = keyring.seal(json.dumps(secret).encode(), context=_place(carrier, owner_id))
    made = CarrierAccount(
        bookshop_id=owner_id,
        carrier=carrier,
        fields={field.name: credentials[field.name] for field in fields if not field.secret},
        tails={field: _tail(value) for field, value in secret.items()},
        sealed=sealed,
        sealed_with=name,
        created_at=at,
    )
    session.add(made)
    session.flush()
    _write(session, "carrier_account.kept", made, at)
    return made


def note_check(session: TenantSession, *, account_id: int, refused: Refused | None, at: datetime) -> CarrierAccount:
    """What trying the contract showed."""
    found = session.get(CarrierAccount, account_id)
    if found is None:
        raise NotFound()
    found.checked_at, found.is_good, found.check_note = at, refused is None, told(refused)
    session.flush()
    _write(session, "carrier_account.checked", found, at)
    return found


def disconnect(session: TenantSession, *, carrier: str, owner_id: int | None, at: datetime) -> None:
    """Forget a contract: its secrets are deleted. Raises NotFound."""
    present = queries.contract(session, carrier=carrier, owner_id=owner_id)
    if present is None:
        raise NotFound()
    present.replaced_at, present.sealed, present.tails = at, None, {}
    session.flush()
    _write(session, "carrier_account.disconnected", present, at)


def access_of(account: CarrierAccount, *, keyring: Keyring, stand_in: str) -> Access:
    """What opens a contract. Raises ValueError where it was sealed elsewhere."""
    defaults = {field.name: field.default for field in carriers()[account.carrier].CREDENTIALS}
    return Access({**defaults, **account.fields, **_secrets(account, keyring)}, stand_in)


def reseal(session: TenantSession, *, keyring: Keyring, limit: int = 100) -> int:
    """Seal again with the current key what another one sealed; returns how many were done (0: none is left)."""
    stale = queries.sealed_otherwise(session, name=keyring.current, limit=limit)
    for account in stale:
        context = _place(account.carrier, account.bookshop_id)
        plain = keyring.unseal(account.sealed or b"", sealed_with=account.sealed_with, context=context)
        account.sealed, account.sealed_with = keyring.seal(plain, context=context)
    session.flush()
    return len(stale)


def told(refused: Refused | None) -> dict[str, object]:
    """A refusal as it is kept, to be said later in anybody's language; nothing for None."""
    if refused is None:
        return {}
    values = {name: str(value) for name, value in refused.text.values.items()}
    return {"message": refused.text.message, "values": values}


def _secrets(account: CarrierAccount, keyring: Keyring) -> dict[str, str]:
    if account.sealed is None:
        return {}
    context = _place(account.carrier, account.bookshop_id)
    plain = keyring.unseal(account.sealed, sealed_with=account.sealed_with, context=context)
    opened: dict[str, str] = json.loads(plain)
    return opened


def _tail(secret: str) -> str:
    """The last signs, never more than a third of a secret."""
    return secret[-min(TAIL, len(secret) // 3) :] if len(secret) >= 3 else ""


def _place(carrier: str, owner_id: int | None) -> str:
    return f"carrier_account:{carrier}:{owner_id or 'platform'}"


def _write(session: TenantSession, action: str, account: CarrierAccount, at: datetime) -> None:
    journal.write(
        session,
        action=action,
        thing="carrier_account",
        thing_id=account.id,
        bookshop_id=account.bookshop_id,
        at=at,
        details={"carrier": account.carrier, "good": account.is_good},
    )
