"""Batches of transfers, their approvals, and settlements that wait to be paid."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, select

from trade.base.errors import NotFound
from trade.base.tenancy import TenantSession
from trade.billing.models import Settlement, TransferApproval, TransferBatch, TransferLine
from trade.members.models import BillingData, Bookshop


def batch(session: TenantSession, *, batch_id: int) -> TransferBatch:
    """The batch of that id. Raises NotFound."""
    found = session.scalar(select(TransferBatch).where(TransferBatch.id == batch_id))
    if found is None:
        raise NotFound()
    return found


def batches_of(session: TenantSession, *, month: str) -> Sequence[TransferBatch]:
    """The batches opened with a month, in order."""
    return session.scalars(select(TransferBatch).where(TransferBatch.month == month).order_by(TransferBatch.id)).all()


def open_batches(session: TenantSession, *, limit: int = 60) -> Sequence[TransferBatch]:
    """Batches that wait for an approval, oldest first."""
    waiting = select(TransferBatch).where(TransferBatch.state == "open")
    return session.scalars(waiting.order_by(TransferBatch.id).limit(limit)).all()


def lines_of(session: TenantSession, *, batch_id: int) -> Sequence[TransferLine]:
    """The transfers of a batch by name of their payee."""
    own = TransferLine.batch_id == batch_id
    return session.scalars(select(TransferLine).where(own).order_by(TransferLine.name, TransferLine.id)).all()


def approvals(session: TenantSession, *, batch_id: int) -> Sequence[TransferApproval]:
    """Who approved a batch and when, in order of time."""
    own = TransferApproval.batch_id == batch_id
    return session.scalars(select(TransferApproval).where(own).order_by(TransferApproval.id)).all()


Unpaid = Row[Settlement, Bookshop, BillingData]


def unpaid(session: TenantSession, *, until_month: str) -> Sequence[Unpaid]:
    """Settlements up to a month that no batch holds yet, with bookshop and billing data, by bookshop and month."""
    return session.execute(
        select(Settlement, Bookshop, BillingData)
        .join(Bookshop, Bookshop.id == Settlement.bookshop_id)
        .join(BillingData, BillingData.bookshop_id == Settlement.bookshop_id)
        .where(
            Settlement.transfer_batch_id.is_(None),
            Settlement.state == "computed",
            Settlement.transfer_cents > 0,
            Settlement.month <= until_month,
        )
        .order_by(Settlement.bookshop_id, Settlement.month)
    ).all()
