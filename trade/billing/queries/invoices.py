"""Invoices, found by their reference, their bookshop or what is still missing of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from trade.base.errors import NotFound
from trade.base.tenancy import TenantSession
from trade.billing.models import Invoice


def invoice_by_reference(session: TenantSession, *, reference: str) -> Invoice:
    """The invoice of that number. Raises NotFound for a foreign or absent one."""
    found = session.scalar(select(Invoice).where(Invoice.reference == reference))
    if found is None:
        raise NotFound()
    return found


def invoices_of(session: TenantSession, *, month: str) -> Sequence[Invoice]:
    """The invoices of a month in the order of their numbers."""
    return session.scalars(select(Invoice).where(Invoice.month == month).order_by(Invoice.id)).all()


def without_pdf(session: TenantSession, *, month: str) -> int:
    """How many invoices of a month wait for their PDF."""
    missing = select(func.count()).select_from(Invoice).where(Invoice.month == month, Invoice.pdf_sha256.is_(None))
    return session.scalar(missing) or 0
