"""Closing a month: every redemption becomes a line, every bookshop gets invoice, settlement and transfer (T62-T69).

One transaction for the whole network: either the month is closed or nothing happened. Closing it again, or
twice at once, changes nothing the second time: the month's row is locked and says that it is closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from trade.base import journal, ledger, outbox, settings
from trade.base.errors import Refused
from trade.base.ledger import Leg
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.billing import queries
from trade.billing.actions.drafts import Frame, draft_invoice, frame_of
from trade.billing.actions.register import issue
from trade.billing.actions.transfers import open_batch
from trade.billing.models import Invoice, MonthClose, Settlement, SettlementLine
from trade.billing.rules.document import InvoiceDocument
from trade.billing.rules.month import Month, check_over, month_of, read_month
from trade.billing.settings import VAT
from trade.gift_cheques.actions.changing import lock_money
from trade.gift_cheques.models import ChequeEntry
from trade.gift_cheques.queries import settleable
from trade.gift_cheques.settings import UNDO_MINUTES
from trade.members.models import BillingData

KIND = "gift_cheques"


@dataclass(frozen=True, kw_only=True)
class MonthResult:
    """What a closing did; ``already`` says that it had been done before and nothing changed.

    ``left_out`` names the bookshops whose billing data are not complete: their redemptions wait for the next
    closing. Amounts are cents.
    """

    month: str
    already: bool
    bookshops: int
    invoices: int
    redeemed: int
    net: int
    vat: int
    transfer: int
    left_out: list[str]


@dataclass(frozen=True)
class _Draft:
    document: InvoiceDocument
    entries: Sequence[ChequeEntry]
    bookshop_id: int


def ask_to_close(session: TenantSession, *, month: str, at: datetime) -> None:
    """Have a month closed by the worker; asking again asks once. Scope accountant, staff or system.

    Raises Refused where the month is not written as one, or is not over.
    """
    asked = _checked(session, month, at)
    row = queries.month_close(session, month=str(asked))
    if row is not None and row.state == "closed":
        raise Refused(N_("%(month)s is closed already."), field="month", month=str(asked))
    if row is None:
        wish = insert(MonthClose).values(month=str(asked), state="closing", started_at=at, totals={})
        session.execute(wish.on_conflict_do_nothing().inline())
    journal.write(session, action="month.asked", thing="month", thing_id=0, at=at, details={"month": str(asked)})
    outbox.post(
        session, kind="billing.close", key=f"billing.close:{asked}:{at:%Y%m%d%H%M}", payload={"month": str(asked)}
    )


def close_month(session: TenantSession, *, month: str, at: datetime) -> MonthResult:
    """Close a month of the whole network. Scope system.

    Raises Refused where it is not over or an earlier month with redemptions is still open, NotSet where a
    setting that invoices need has no value.
    """
    period = _checked(session, month, at)
    row = _locked_month(session, period, at)
    if row.state == "closed":
        return MonthResult(**{**row.totals, "already": True})
    zone = session.profile.time_zone
    by_shop = _redemptions(session, period, zone)
    _check_order(session, by_shop, period, zone)
    drafts, left_out = _drafts(session, frame_of(session, month=period, at=at), by_shop, zone)
    for draft in drafts:
        _settle(session, draft, str(period), at)
    result = _result(period, drafts, left_out)
    row.state, row.closed_at, row.totals = "closed", at, asdict(result)
    session.flush()
    open_batch(session, month=str(period), at=at)
    outbox.post(session, kind="billing.pack", key=f"billing.pack:{period}", payload={"month": str(period)})
    journal.write(session, action="month.closed", thing="month", thing_id=row.id, at=at, details={"month": str(period)})
    return result


def _checked(session: TenantSession, month: str, at: datetime) -> Month:
    period = read_month(month)
    minutes = settings.value_of(session, UNDO_MINUTES, at=at)
    check_over(period, time_zone=session.profile.time_zone, at=at, undo_minutes=minutes)
    return period


def _locked_month(session: TenantSession, period: Month, at: datetime) -> MonthClose:
    wish = insert(MonthClose).values(month=str(period), state="closing", started_at=at, totals={})
    session.execute(wish.on_conflict_do_nothing())
    locked = select(MonthClose).where(MonthClose.month == str(period)).with_for_update()
    return session.scalars(locked.execution_options(populate_existing=True)).one()


def _redemptions(session: TenantSession, period: Month, zone: str) -> dict[int, list[ChequeEntry]]:
    """What is to be settled, by bookshop; nobody can undo one of them until the commit."""
    due = settleable(before=period.end(zone))
    touched = {entry.bookshop_id for entry in session.scalars(due)}
    for bookshop_id in sorted(shop for shop in touched if shop is not None):
        lock_money(session, bookshop_id=bookshop_id)
    by_shop: dict[int, list[ChequeEntry]] = {}
    for entry in session.scalars(due):
        if entry.bookshop_id is not None:
            by_shop.setdefault(entry.bookshop_id, []).append(entry)
    return by_shop


def _check_order(session: TenantSession, by_shop: dict[int, list[ChequeEntry]], period: Month, zone: str) -> None:
    """Months are closed in order, so that dates of invoices follow their numbers."""
    open_months = {month_of(entry.at, zone) for entries in by_shop.values() for entry in entries} - {period}
    for month in sorted(open_months):
        row = queries.month_close(session, month=str(month))
        if row is None or row.state != "closed":
            raise Refused(N_("Close %(month)s first: it has redemptions."), field="month", month=str(month))


def _drafts(
    session: TenantSession, frame: Frame, by_shop: dict[int, list[ChequeEntry]], zone: str
) -> tuple[list[_Draft], list[str]]:
    known = queries.billing_of(session, bookshop_ids=sorted(by_shop))
    drafts, left_out = [], []
    for bookshop_id, entries in sorted(by_shop.items()):
        shop, billing = known.get(bookshop_id, (None, None))
        if shop is None or billing is None or not _is_complete(billing):
            left_out.append(shop.slug if shop else f"#{bookshop_id}")
            continue
        first = month_of(entries[0].at, zone)
        drafts.append(_Draft(draft_invoice(frame, shop, billing, entries, first), entries, bookshop_id))
    return drafts, left_out


def _is_complete(billing: BillingData) -> bool:
    return all((billing.legal_name, billing.tax_id, billing.address, billing.postcode, billing.city))


def _settle(session: TenantSession, draft: _Draft, month: str, at: datetime) -> Settlement:
    document, shop = draft.document, draft.bookshop_id
    invoice = None
    if document.total:
        invoice = issue(session, bookshop_id=shop, month=month, kind=KIND, draft=document, at=at)
    settlement = Settlement(
        bookshop_id=shop,
        month=month,
        kind=KIND,
        redeemed_cents=document.deduction.redeemed,
        commission_cents=document.net,
        commission_vat_cents=document.tax,
        transfer_cents=document.deduction.transfer,
        invoice_id=invoice.id if invoice else None,
        closed_at=at,
        setting_versions=_versions(session, draft, at),
    )
    session.add(settlement)
    session.flush()
    session.add_all(
        SettlementLine(
            settlement_id=settlement.id,
            bookshop_id=shop,
            cheque_entry_id=entry.id,
            at=entry.at,
            channel=entry.channel,
            cents=-entry.cents,
            rate=entry.details["rate"],
        )
        for entry in draft.entries
    )
    if invoice is not None:
        _charge(session, settlement, document, invoice, at)
    return settlement


def _versions(session: TenantSession, draft: _Draft, at: datetime) -> dict[str, object]:
    """Which versions of the settings made these figures; None is the profile's own value."""
    used = {entry.details.get("rate_version") for entry in draft.entries}
    return {
        "gift_cheques.commission": sorted(used, key=lambda version: version or 0),
        VAT.key: settings.resolve(session, VAT, at=at).version_id,
    }


def _charge(
    session: TenantSession, settlement: Settlement, document: InvoiceDocument, invoice: Invoice, at: datetime
) -> None:
    shop = settlement.bookshop_id
    ledger.enter(
        session,
        kind="billing.commission",
        key=f"billing.commission:{settlement.id}",
        at=at,
        thing="settlement",
        thing_id=settlement.id,
        bookshop_id=shop,
        legs=[
            Leg("bookshop", -document.total, shop),
            Leg("commission", document.net),
            Leg("vat_due", document.tax),
        ],
    )
    outbox.post(session, kind="invoice.render", key=f"invoice.render:{invoice.id}", payload={"invoice_id": invoice.id})


def _result(period: Month, drafts: Sequence[_Draft], left_out: list[str]) -> MonthResult:
    documents = [draft.document for draft in drafts]
    return MonthResult(
        month=str(period),
        already=False,
        bookshops=len(documents),
        invoices=sum(1 for document in documents if document.total),
        redeemed=sum(document.deduction.redeemed for document in documents),
        net=sum(document.net for document in documents),
        vat=sum(document.tax for document in documents),
        transfer=sum(document.deduction.transfer for document in documents),
        left_out=left_out,
    )
