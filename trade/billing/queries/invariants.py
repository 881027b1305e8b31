"""What must hold of ledger, invoices, settlements and transfers; printed by ``bin/mostrador check``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from trade.base.files import FileStore
from trade.base.invariants import Invariant, invariant
from trade.base.models import LedgerEntry, Posting
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.billing.models import (
    Invoice,
    InvoiceSeries,
    Settlement,
    SettlementLine,
    TransferApproval,
    TransferBatch,
    TransferLine,
)
from trade.billing.rules.document import InvoiceDocument, Unbalanced, from_json
from trade.billing.rules.register import Record, digest_of, fingerprint, gaps
from trade.billing.states import APPROVALS_NEEDED
from trade.gift_cheques.queries import settleable_cents

PAGE = 500
SALE = "sale"
"""The things whose entries are those of orders (``trade.orders.states.ORDER``)."""


def invariants(session: TenantSession, *, store: FileStore | None = None) -> list[Invariant]:
    """Everything that must hold; with a ``store`` the stored files are read and compared as well. Scope system."""
    found = [*_ledger(session), *_register(session), *_settlements(session), *_transfers(session)]
    return [*found, _files(session, store)] if store is not None else found


def _count(session: TenantSession, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def _ledger(session: TenantSession) -> list[Invariant]:
    crooked = (
        select(LedgerEntry.key)
        .join(Posting, Posting.entry_id == LedgerEntry.id)
        .group_by(LedgerEntry.id)
        .having(func.sum(Posting.cents) != 0)
    )
    # What orders brought is settled with their own statements; here cheques alone are looked at.
    of_orders = exists().where(LedgerEntry.id == Posting.entry_id, LedgerEntry.thing == SALE)
    owed = _sum(session, Posting.cents, and_(Posting.account == "bookshop", ~of_orders))
    waiting = settleable_cents(session) + _sum(session, Settlement.transfer_cents, Settlement.state != "paid")
    unlike = [] if owed == waiting else [f"{owed} <> {waiting}"]
    return [
        invariant(N_("Every ledger entry sums to zero"), _count(session, LedgerEntry), session.scalars(crooked)),
        invariant(N_("The ledger owes bookshops what is redeemed and not yet paid"), 1, unlike),
    ]


def _sum(session: TenantSession, column: InstrumentedAttribute[int], condition: ColumnElement[bool]) -> int:
    return int(session.scalar(select(func.coalesce(func.sum(column), 0)).where(condition)) or 0)


def _register(session: TenantSession) -> list[Invariant]:
    series = session.scalars(select(InvoiceSeries).order_by(InvoiceSeries.id)).all()
    count = 0
    missing: list[str] = []
    unchained: list[str] = []
    changed: list[str] = []
    for one in series:
        numbers = session.scalars(select(Invoice.number).where(Invoice.series_id == one.id)).all()
        count += len(numbers)
        missing += [f"{one.code}-{number:06d}" for number in gaps([*numbers, one.last_number + 1])]
        unchained += _unchained(session, one)
        changed += [invoice.reference for invoice in _pages(session, one) if not _is_as_frozen(invoice)]
    return [
        invariant(N_("Invoice numbers have no gap"), count, missing),
        invariant(N_("Every invoice is chained to the one before"), count, unchained),
        invariant(N_("The data of every invoice are as they were frozen"), count, changed),
    ]


def _pages(session: TenantSession, series: InvoiceSeries) -> Iterator[Invoice]:
    """The invoices of a series in the order of their numbers, a few hundred at a time."""
    last = 0
    while rows := session.scalars(_page(series.id, last)).all():
        yield from rows
        last = rows[-1].number


def _page(series_id: int, after: int) -> Select[Invoice]:
    own = (Invoice.series_id == series_id) & (Invoice.number > after)
    return select(Invoice).where(own).order_by(Invoice.number).limit(PAGE)


def _unchained(session: TenantSession, series: InvoiceSeries) -> Sequence[str]:
    broken, previous = [], None
    for invoice in _pages(session, series):
        if previous is None and invoice.previous_hash:
            previous = session.scalar(select(Invoice.record_hash).where(Invoice.record_hash == invoice.previous_hash))
        expected = fingerprint(_record(invoice, session.profile.time_zone))
        if (invoice.previous_hash, invoice.record_hash) != (previous or "", expected):
            broken.append(invoice.reference)
        previous = invoice.record_hash
    if (previous or "") != series.last_hash and previous is not None:
        broken.append(series.code)
    return broken


def _record(invoice: Invoice, time_zone: str) -> Record:
    return Record(
        issuer_tax_id=invoice.data["issuer"]["tax_id"],
        number=invoice.reference,
        issued_on=invoice.issued_on,
        tax=invoice.vat_cents,
        total=invoice.total_cents,
        generated_at=invoice.issued_at.astimezone(ZoneInfo(time_zone)),
        previous=invoice.previous_hash,
    )


def _is_as_frozen(invoice: Invoice) -> bool:
    try:
        document = from_json(invoice.data)
    except (Unbalanced, TypeError, ValueError, KeyError):
        return False
    return digest_of(invoice.data) == invoice.data_sha256 and _figures(document) == (
        invoice.reference,
        invoice.net_cents,
        invoice.vat_cents,
        invoice.total_cents,
    )


def _figures(document: InvoiceDocument) -> tuple[str, int, int, int]:
    return document.number, document.net, document.tax, document.total


def _settlements(session: TenantSession) -> list[Invariant]:
    lines = func.coalesce(func.sum(SettlementLine.cents), 0)
    unlike_lines = (
        select(Settlement.id)
        .outerjoin(SettlementLine, SettlementLine.settlement_id == Settlement.id)
        .group_by(Settlement.id)
        .having(lines != Settlement.redeemed_cents)
    )
    unlike_invoice = (
        select(Settlement.id)
        .outerjoin(Invoice, Invoice.id == Settlement.invoice_id)
        .where(
            (func.coalesce(Invoice.net_cents, 0) != Settlement.commission_cents)
            | (func.coalesce(Invoice.vat_cents, 0) != Settlement.commission_vat_cents)
        )
    )
    count = _count(session, Settlement)
    return [
        invariant(N_("The lines of every settlement add up to it"), count, session.scalars(unlike_lines)),
        invariant(N_("Every settlement deducts exactly its invoice"), count, session.scalars(unlike_invoice)),
    ]


def _transfers(session: TenantSession) -> list[Invariant]:
    lines = func.coalesce(func.sum(TransferLine.cents), 0)
    unlike = (
        select(TransferBatch.reference)
        .outerjoin(TransferLine, TransferLine.batch_id == TransferBatch.id)
        .group_by(TransferBatch.id)
        .having(lines != TransferBatch.total_cents)
    )
    wrong = (
        select(Settlement.id)
        .join(TransferLine, TransferLine.settlement_id == Settlement.id)
        .where(TransferLine.cents != Settlement.transfer_cents)
    )
    people = func.count(TransferApproval.person_id.distinct())
    unapproved = (
        select(TransferBatch.reference)
        .outerjoin(TransferApproval, TransferApproval.batch_id == TransferBatch.id)
        .where(TransferBatch.state != "open")
        .group_by(TransferBatch.id)
        .having(people < APPROVALS_NEEDED)
    )
    count = _count(session, TransferBatch)
    return [
        invariant(
            N_("Every transfer pays its settlement, and batches sum up"),
            count,
            [*session.scalars(unlike), *session.scalars(wrong)],
        ),
        invariant(N_("No batch left without two people's approval"), count, session.scalars(unapproved)),
    ]


def _files(session: TenantSession, store: FileStore) -> Invariant:
    files = [
        *session.execute(select(Invoice.reference, Invoice.pdf_sha256).where(Invoice.pdf_sha256.is_not(None))),
        *session.execute(
            select(TransferBatch.reference, TransferBatch.file_sha256).where(TransferBatch.file_sha256.is_not(None))
        ),
    ]
    damaged = [name for name, sha256 in files if not _is_whole(store, sha256 or "")]
    return invariant(N_("Stored invoices and bank files are the bytes that were stored"), len(files), damaged)


def _is_whole(store: FileStore, sha256: str) -> bool:
    try:
        store.get(sha256)
    except (FileNotFoundError, ValueError):
        return False
    return True
