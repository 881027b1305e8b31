"""Writing down, once, which files were made of an invoice or a month; the bytes lie in the store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from trade.base import outbox
from trade.base.tenancy import TenantSession
from trade.billing import queries
from trade.billing.models import Invoice, MonthClose


def keep_pdf(session: TenantSession, *, invoice_id: int, sha256: str, size: int, at: datetime) -> bool:
    """Note the PDF of an invoice; False where it has one already, which stays (safety.md R6). Scope system.

    The last PDF of a month asks for the month's pack.
    """
    invoice = session.scalars(select(Invoice).where(Invoice.id == invoice_id)).one()
    session.execute(select(MonthClose.id).where(MonthClose.month == invoice.month).with_for_update())
    first = (
        update(Invoice)
        .where(Invoice.id == invoice_id, Invoice.pdf_sha256.is_(None))
        .values(pdf_sha256=sha256, pdf_size=size, pdf_at=at)
    )
    if session.execute(first).rowcount != 1:  # type: ignore[attr-defined]
        return False
    if not queries.without_pdf(session, month=invoice.month):
        key = f"billing.pack:{invoice.month}:pdf"
        outbox.post(session, kind="billing.pack", key=key, payload={"month": invoice.month})
    return True


def keep_pack(session: TenantSession, *, month: str, sha256: str, size: int, at: datetime) -> None:
    """Note the newest pack of a month: it grows when the bank file is written. Scope system."""
    session.execute(
        update(MonthClose).where(MonthClose.month == month).values(pack_sha256=sha256, pack_size=size, pack_at=at)
    )
