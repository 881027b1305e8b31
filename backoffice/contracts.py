"""Contracts with carriers: one card, for a bookshop that pays its labels and for the platform where it does (T117)."""

from __future__ import annotations

from datetime import datetime
from types import ModuleType
from typing import Any

from flask import current_app
from flask_babel import gettext
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from backoffice.forms import PaperForm
from trade.base.crypto import Keyring
from trade.base.errors import Refused
from trade.base.outbound import Unreachable
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.shipping import actions, queries
from trade.shipping.carriers import Access, Address, Field, hints
from trade.shipping.models import CarrierAccount
from web.language import say

NO_SENDER = N_("No bookshop has a whole address yet: a contract is tried with one.")


def form_of(module: ModuleType, account: CarrierAccount | None, *, empty: bool = False) -> PaperForm:
    """The form that the carrier's fields draw; secrets are never filled in. ``empty``: read nothing of the request."""
    drawn = type("ContractForm", (PaperForm,), {field.name: _drawn(field) for field in module.CREDENTIALS})
    known = dict(account.fields) if account is not None else {}
    form: PaperForm = drawn(None, data=known) if empty else drawn(data=known)
    for field in module.CREDENTIALS:
        tail = account.tails.get(field.name) if account is not None else None
        if tail:
            form[field.name].description = gettext("On file, ends with %(tail)s. Leave it empty to keep it.", tail=tail)
    return form


def _drawn(field: Field) -> Any:
    checks: list[Any] = [Length(max=field.most)]
    if not field.secret and not field.optional:
        checks.append(InputRequired())
    if field.choices:
        return SelectField(field.label, choices=_choices(field), default=field.default)
    kind = PasswordField if field.secret else StringField
    return kind(field.label, checks, description=field.help, default=field.default)


def _choices(field: Field) -> Any:
    return lambda: [(value, gettext(word)) for value, word in field.choices]


def told(session: TenantSession, *, carrier: str, owner_id: int | None) -> dict[str, Any]:
    """What a page says of a contract."""
    module = queries.carrier(carrier)
    account = queries.contract(session, carrier=carrier, owner_id=owner_id)
    looks = hints(carrier, account.fields) if account is not None else {}
    words = {field.name: field.label for field in module.CREDENTIALS}
    return {
        "module": module,
        "account": account,
        "note": say(Text(account.check_note["message"], account.check_note["values"]))
        if account is not None and account.check_note
        else "",
        "looks": [(gettext(words[name]), gettext(title), gettext(label)) for name, (title, label) in looks.items()],
    }


def keep(
    session: TenantSession, form: PaperForm, *, carrier: str, owner_id: int | None, sender: Address, at: datetime
) -> CarrierAccount:
    """Try what was typed while no transaction is open, and keep it where the carrier takes it. Raises Refused."""
    values = {field.name: field.data or "" for field in form}
    known = actions.typed(session, carrier=carrier, owner_id=owner_id, values=values, keyring=_keyring())
    session.rollback()
    _try(queries.carrier(carrier), Access(known, _stand_in()), sender, at)
    made = actions.keep(session, carrier=carrier, owner_id=owner_id, credentials=known, keyring=_keyring(), at=at)
    return actions.note_check(session, account_id=made.id, refused=None, at=at)


def check(
    session: TenantSession, *, carrier: str, owner_id: int | None, sender: Address, at: datetime
) -> CarrierAccount:
    """Try the contract that is kept, and note what came of it. Raises Refused where nobody answers."""
    account = queries.contract(session, carrier=carrier, owner_id=owner_id)
    if account is None:
        raise Refused(N_("There is no contract with this carrier."))
    account_id, access = account.id, actions.access_of(account, keyring=_keyring(), stand_in=_stand_in())
    session.rollback()
    refused = None
    try:
        _try(queries.carrier(carrier), access, sender, at)
    except Unreachable:
        raise
    except Refused as error:
        refused = error
    return actions.note_check(session, account_id=account_id, refused=refused, at=at)


def _try(module: ModuleType, access: Access, sender: Address, at: datetime) -> None:
    try:
        module.check(access, sender=sender, at=at)
    except Unreachable:
        raise Unreachable(
            N_("%(carrier)s does not answer at the moment. Nothing was changed; try again later."),
            carrier=module.TITLE,
        ) from None


def _keyring() -> Keyring:
    found: Keyring = current_app.extensions["keyring"]
    return found


def _stand_in() -> str:
    return str(current_app.extensions["carriers_address"])
