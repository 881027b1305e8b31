"""Who runs the network, as the storefront tells it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from trade.base.settings import resolve_many
from trade.base.tenancy import TenantSession
from trade.members import settings


class Operator(NamedTuple):
    """The operator's public data; what is not set is empty."""

    name: str
    email: str
    privacy_email: str
    phone: str
    support_hours: str
    hosting_place: str
    authority: str


def operator(session: TenantSession, *, at: datetime) -> Operator:
    """Read the operator's settings in one query."""
    wanted = (
        settings.LEGAL_NAME,
        settings.EMAIL,
        settings.PRIVACY_EMAIL,
        settings.PHONE,
        settings.SUPPORT_HOURS,
        settings.HOSTING_PLACE,
        settings.AUTHORITY,
    )
    found = resolve_many(session, wanted, at=at, bookshop_ids=[None], missing="none")
    return Operator(*(text_of(found[None, setting.key].value) for setting in wanted))


def text_of(value: object) -> str:
    """A setting as text; one that must still be set is empty."""
    return value if isinstance(value, str) else ""
