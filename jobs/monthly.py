"""The month's end: closing, the bank's file after two approvals, what was paid, and the month in one ZIP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from config.profile import catalogue
from invoices.pack import file_name, make_pack
from invoices.sepa import Account, Transfer, make_file
from invoices.statement import MonthRow, statement_csv, totals_csv
from invoices.words import Words
from jobs.context import Context
from jobs.queue import handles
from trade.base import settings
from trade.base.identifiers import masked_iban
from trade.base.tenancy import TenantSession
from trade.billing import actions, queries
from trade.billing.models import Invoice, Settlement, TransferLine
from trade.billing.rules.document import from_json
from trade.billing.rules.month import read_month
from trade.billing.settings import TRANSFER_DAY
from trade.billing.states import SETTLEMENT
from trade.gift_cheques.actions import expire_due
from trade.members.settings import IBAN, LEGAL_NAME, SEPA_ID
from trade.messages.actions import send
from trade.messages.rules import Euros


@handles("billing.close")
def close(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Close a month that somebody asked to close."""
    result = actions.close_month(session, month=payload["month"], at=context.now())
    return {"month": result.month, "bookshops": result.bookshops, "already": result.already}


@handles("billing.open")
def open_further(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Open a further batch for bookshops that had no account when their month was closed."""
    batch = actions.open_batch(session, month=payload["month"], at=context.now())
    return {"batch": batch.reference if batch else None}


@handles("gift_cheques.expire")
def expire(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Take what is left on cheques whose last day has passed."""
    total = 0
    while done := expire_due(session, at=context.now()):
        total += done
    return {"expired": total}


@handles("billing.export")
def export(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Write the bank's file of an approved batch and keep it."""
    now = context.now()
    batch, lines = actions.ready_lines(session, batch_id=payload["batch_id"])
    month = read_month(batch.month)
    wished = month.next.first.replace(day=settings.value_of(session, TRANSFER_DAY, at=now))
    execute_on = max(wished, now.date() + timedelta(days=1))
    file = make_file(
        _payer(session, context),
        [_transfer(line) for line in lines],
        reference=f"CHQ-{batch.reference.replace('/', '-')}",
        created_at=now,
        execute_on=execute_on,
    )
    if file.held or file.total != batch.total_cents:
        raise RuntimeError(f"The transfers of {batch.reference} are not what was approved.")
    sha256 = context.store.put(file.content)
    actions.mark_exported(
        session, batch_id=batch.id, sha256=sha256, size=len(file.content), execution_on=execute_on, at=now
    )
    return {"sha256": sha256, "transfers": len(file.transfers)}


def _payer(session: TenantSession, context: Context) -> Account:
    now = context.now()
    return Account(
        name=settings.value_of(session, LEGAL_NAME, at=now),
        iban=settings.value_of(session, IBAN, at=now),
        identification=settings.value_of(session, SEPA_ID, at=now),
    )


def _transfer(line: TransferLine) -> Transfer:
    return Transfer(
        key=f"settlement-{line.settlement_id}", name=line.name, iban=line.iban, cents=line.cents, text=line.text
    )


@handles("billing.paid")
def paid(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Book the transfers of a batch and tell the bookshops."""
    batch = queries.batch(session, batch_id=payload["batch_id"])
    lines = actions.mark_paid(session, batch_id=batch.id, at=context.now())
    known = queries.billing_of(session, bookshop_ids=[line.bookshop_id for line in lines])
    month = Words(context.profile.locale).month(read_month(batch.month).first)
    for line in lines:
        shop, billing = known[line.bookshop_id]
        send(
            session,
            key=f"transfer.sent:{line.settlement_id}",
            template="transfer.sent",
            to_email=billing.email or shop.email,
            to_name=billing.legal_name,
            locale=context.profile.locale,
            at=context.now(),
            bookshop_id=shop.id,
            values={
                "bookshop": shop.name,
                "month": month,
                "amount": Euros(line.cents),
                "iban": masked_iban(line.iban),
            },
        )
    return {"transfers": len(lines)}


@handles("billing.pack")
def pack(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Put the month in one ZIP: invoices, statements, bank files, totals that cross-foot.

    Waits for the last PDF: keeping it asks for the pack again.
    """
    month = payload["month"]
    if queries.without_pdf(session, month=month):
        return {"waits": True}
    files = {**_totals(session, context, month), **_bank_files(session, context, month)}
    settlements = queries.month_view(session, month=month).settlements
    for number, (settlement, _, slug, reference, pdf) in enumerate(settlements, start=1):
        context.progress(f"pack:{month}", number, len(settlements))
        if reference and pdf:
            files[f"invoices/{reference}.pdf"] = context.store.get(pdf)
            files[f"statements/{reference}-{file_name(slug)}.csv"] = _statement(session, context, settlement)
    row = queries.month_close(session, month=month)
    content = make_pack(files, made_at=row.closed_at if row and row.closed_at else context.now())
    sha256 = context.store.put(content)
    actions.keep_pack(session, month=month, sha256=sha256, size=len(content), at=context.now())
    return {"sha256": sha256, "files": len(files)}


def _statement(session: TenantSession, context: Context, settlement: Settlement) -> bytes:
    data = session.scalars(select(Invoice.data).where(Invoice.id == settlement.invoice_id)).one()
    document = from_json(data)
    lines = queries.statement_lines(session, settlement_id=settlement.id)
    return statement_csv(document, lines, catalogue(document.locale), time_zone=context.profile.time_zone)


def _bank_files(session: TenantSession, context: Context, month: str) -> dict[str, bytes]:
    return {
        f"transfers/{batch.reference.replace('/', '-')}.xml": context.store.get(batch.file_sha256)
        for batch in queries.batches_of(session, month=month)
        if batch.file_sha256
    }


def _totals(session: TenantSession, context: Context, month: str) -> dict[str, bytes]:
    locale = context.profile.locale
    words = catalogue(locale)
    rows = [
        MonthRow(
            bookshop=name,
            invoice=reference or "",
            redeemed=settlement.redeemed_cents,
            net=settlement.commission_cents,
            vat=settlement.commission_vat_cents,
            total=settlement.commission_cents + settlement.commission_vat_cents,
            transfer=settlement.transfer_cents,
            state=words.gettext(SETTLEMENT.states[settlement.state].label),
        )
        for settlement, name, _, reference, _ in queries.month_view(session, month=month).settlements
    ]
    return {"totals.csv": totals_csv(rows, words, locale=locale)}
