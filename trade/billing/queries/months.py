"""Months and their settlements, as accountants and bookshops see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, select

from trade.base.tenancy import TenantSession
from trade.billing.models import Invoice, MonthClose, Settlement, SettlementLine
from trade.billing.rules.document import StatementLine
from trade.gift_cheques.models import ChequeEntry, GiftCheque
from trade.members.models import BillingData, Bookshop

KIND = "gift_cheques"


def month_close(session: TenantSession, *, month: str) -> MonthClose | None:
    """The row of a month that was asked to be closed or is closed."""
    return session.scalar(select(MonthClose).where(MonthClose.month == month))


def months(session: TenantSession, *, limit: int = 60) -> Sequence[MonthClose]:
    """Months with their totals, newest first."""
    return session.scalars(select(MonthClose).order_by(MonthClose.month.desc()).limit(limit)).all()


SettlementRow = Row[Settlement, str, str, str | None, str | None]


@dataclass(frozen=True)
class MonthView:
    """One month: each bookshop's settlement with its name, slug, invoice number and PDF digest, by name."""

    month: str
    close: MonthClose | None
    settlements: Sequence[SettlementRow]


def month_view(session: TenantSession, *, month: str) -> MonthView:
    """The settlements of a month; one a bookshop, so the network's size bounds them."""
    statement = (
        select(Settlement, Bookshop.name, Bookshop.slug, Invoice.reference, Invoice.pdf_sha256)
        .join(Bookshop, Bookshop.id == Settlement.bookshop_id)
        .outerjoin(Invoice, Invoice.id == Settlement.invoice_id)
        .where(Settlement.month == month)
        .order_by(Bookshop.name, Settlement.id)
    )
    return MonthView(month, month_close(session, month=month), session.execute(statement).all())


def settlements_of(session: TenantSession, *, bookshop_id: int, limit: int = 60) -> Sequence[Row[Settlement, Invoice]]:
    """A bookshop's months, newest first, each with its invoice (None where the commission was nothing) (T62, T67)."""
    return session.execute(
        select(Settlement, Invoice)
        .outerjoin(Invoice, Invoice.id == Settlement.invoice_id)
        .where(Settlement.bookshop_id == bookshop_id)
        .order_by(Settlement.month.desc())
        .limit(limit)
    ).all()


def statement_lines(session: TenantSession, *, settlement_id: int) -> list[StatementLine]:
    """The lines of a settlement in order of time."""
    statement = (
        select(SettlementLine, GiftCheque.code_tail)
        .join(ChequeEntry, ChequeEntry.id == SettlementLine.cheque_entry_id)
        .join(GiftCheque, GiftCheque.id == ChequeEntry.cheque_id)
        .where(SettlementLine.settlement_id == settlement_id)
        .order_by(SettlementLine.at, SettlementLine.id)
    )
    return [
        StatementLine(
            at=line.at, channel=line.channel, cheque=f"…{tail}", reference=str(line.cheque_entry_id), cents=line.cents
        )
        for line, tail in session.execute(statement)
    ]


def billing_of(session: TenantSession, *, bookshop_ids: Sequence[int]) -> dict[int, tuple[Bookshop, BillingData]]:
    """Bookshops with their billing data, those without any left out."""
    statement = (
        select(Bookshop, BillingData)
        .join(BillingData, BillingData.bookshop_id == Bookshop.id)
        .where(Bookshop.id.in_(bookshop_ids))
    )
    return {shop.id: (shop, data) for shop, data in session.execute(statement)}
