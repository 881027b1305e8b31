"""Paper of an issued invoice: its PDF is made once, kept, and the bookshop is told (T67)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from config.profile import catalogue
from invoices.logo import Logo
from invoices.render import make_pdf
from invoices.words import Words
from jobs.context import Context
from jobs.queue import handles
from trade.base.tenancy import TenantSession
from trade.billing import actions
from trade.billing.models import Invoice
from trade.billing.rules.document import InvoiceDocument, from_json
from trade.messages.actions import send
from trade.messages.rules import Euros


@handles("invoice.render")
def render(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Make and keep the PDF of an invoice; an invoice that has one keeps it."""
    invoice = session.scalars(select(Invoice).where(Invoice.id == payload["invoice_id"])).one()
    if invoice.pdf_sha256:
        return {"sha256": invoice.pdf_sha256}
    document = from_json(invoice.data)
    pdf = make_pdf(document, catalogue(document.locale), logo_of(context, document))
    sha256 = context.store.put(pdf)
    if actions.keep_pdf(session, invoice_id=invoice.id, sha256=sha256, size=len(pdf), at=context.now()):
        _tell(session, context, invoice, document)
    return {"sha256": sha256}


def logo_of(context: Context, document: InvoiceDocument) -> Logo | None:
    """The logo the invoice was issued with, from the store."""
    if not document.logo_sha256:
        return None
    content = context.store.get(document.logo_sha256)
    return Logo(content, ".svg" if content.startswith(b"<") else ".png")


def _tell(session: TenantSession, context: Context, invoice: Invoice, document: InvoiceDocument) -> None:
    send(
        session,
        key=f"invoice.issued:{invoice.id}",
        template="invoice.issued",
        to_email=document.recipient.email,
        to_name=document.recipient.name,
        locale=document.locale,
        at=context.now(),
        bookshop_id=invoice.bookshop_id,
        values={
            "bookshop": document.recipient.name,
            "number": document.number,
            "month": Words(document.locale).month(document.period_end),
            "total": Euros(document.total),
            "transfer": Euros(document.deduction.transfer),
            "due_on": document.deduction.due_on,
        },
    )
