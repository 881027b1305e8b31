"""The invoice register: the next number from a locked row, in the transaction that issues (safety.md R6)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from trade.base import journal, settings
from trade.base.money import euros
from trade.base.tenancy import TenantSession
from trade.billing.models import Invoice, InvoiceSeries
from trade.billing.rules.document import InvoiceDocument, QrCode, numbered, to_json
from trade.billing.rules.register import Record, digest_of, fingerprint, invoice_number
from trade.billing.settings import QR, SERIES

CHECKING_PAGE = "https://www2.agenciatributaria.gob.es/wlpl/TIKE-CONT/ValidarQR"


def issue(
    session: TenantSession, *, bookshop_id: int, month: str, kind: str, draft: InvoiceDocument, at: datetime
) -> Invoice:
    """Give a checked draft the next number of its year's series, chain it and freeze it. Scope system.

    Call it last: the series is locked until the commit, and a rollback gives the number back. Raises Unbalanced.
    """
    series = _locked_series(session, draft, at)
    counter = series.last_number + 1
    number = invoice_number(series.code.rpartition("-")[0], draft.issued_on.year, counter)
    document = numbered(draft, number=number, qr=_code(session, draft, number, at))
    data = to_json(document)
    moment = at.replace(microsecond=0)
    record = Record(
        issuer_tax_id=document.issuer.tax_id,
        number=number,
        issued_on=document.issued_on,
        tax=document.tax,
        total=document.total,
        generated_at=moment.astimezone(ZoneInfo(session.profile.time_zone)),
        previous=series.last_hash,
    )
    invoice = Invoice(
        series_id=series.id,
        number=counter,
        reference=number,
        kind=kind,
        bookshop_id=bookshop_id,
        month=month,
        issued_at=moment,
        issued_on=document.issued_on,
        data=data,
        data_sha256=digest_of(data),
        net_cents=document.net,
        vat_cents=document.tax,
        total_cents=document.total,
        previous_hash=series.last_hash,
        record_hash=fingerprint(record),
    )
    series.last_number, series.last_hash = counter, invoice.record_hash
    session.add(invoice)
    session.flush()
    journal.write(
        session, action="invoice.issued", thing="invoice", thing_id=invoice.id, at=at, bookshop_id=bookshop_id
    )
    return invoice


def _locked_series(session: TenantSession, draft: InvoiceDocument, at: datetime) -> InvoiceSeries:
    """The series of the year, locked; a new one goes on with the chain where the newest invoice left it."""
    code = f"{settings.value_of(session, SERIES, at=at)}-{draft.issued_on.year}"
    wanted = select(InvoiceSeries).where(InvoiceSeries.code == code).with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        newest = session.scalar(select(Invoice.record_hash).order_by(Invoice.id.desc()).limit(1)) or ""
        first = insert(InvoiceSeries).values(code=code, last_number=0, last_hash=newest)
        session.execute(first.on_conflict_do_nothing())
        found = session.scalars(wanted.execution_options(populate_existing=True)).one()
    return found


def _code(session: TenantSession, draft: InvoiceDocument, number: str, at: datetime) -> QrCode | None:
    """The tax office's code where the operator's setting asks for it; nothing on the paper claims more."""
    if settings.value_of(session, QR, at=at) != "tax_office":
        return None
    day = f"{draft.issued_on:%d-%m-%Y}"
    query = f"nif={draft.issuer.tax_id}&numserie={number}&fecha={day}&importe={euros(draft.total)}"
    return QrCode(content=f"{CHECKING_PAGE}?{query}", heading="QR tributario:")
