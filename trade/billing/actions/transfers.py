"""Transfers: a batch freezes accounts and amounts, two different people approve it, then it is written and paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update

from trade.base import journal, ledger, outbox
from trade.base.errors import Conflict, NotFound, Refused
from trade.base.ledger import Leg
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.billing import queries
from trade.billing.actions.drafts import valid_account
from trade.billing.models import Invoice, Settlement, TransferApproval, TransferBatch, TransferLine
from trade.billing.states import APPROVALS_NEEDED, BATCH, PLATFORM
from trade.members.models import BillingData

APPROVAL_LOCK = 727_011
ACCOUNT_REST = timedelta(hours=24)


def open_batch(session: TenantSession, *, month: str, at: datetime) -> TransferBatch | None:
    """A batch of every settlement up to a month that waits and has a valid account; None where there is none.

    Called when a month is closed, and again once a bookshop that was held has given its account (T130). An
    account that was changed within a day waits as well (safety.md R11). Scope system.
    """
    rows = [row for row in queries.unpaid(session, until_month=month) if _is_payable(row[2], at)]
    if not rows:
        return None
    counter = len(queries.batches_of(session, month=month)) + 1
    total = sum(settlement.transfer_cents for settlement, _, _ in rows)
    batch = TransferBatch(reference=f"{month}/{counter}", month=month, total_cents=total, count=len(rows), opened_at=at)
    session.add(batch)
    session.flush()
    references = _invoice_references(session, [settlement.id for settlement, _, _ in rows])
    for settlement, shop, billing in rows:
        settlement.transfer_batch_id = batch.id
        session.add(
            TransferLine(
                batch_id=batch.id,
                settlement_id=settlement.id,
                bookshop_id=shop.id,
                name=billing.iban_holder or billing.legal_name,
                iban=valid_account(billing),
                cents=settlement.transfer_cents,
                text=f"{references.get(settlement.id, settlement.month)} {shop.name}",
            )
        )
    session.flush()
    journal.write(session, action="transfers.opened", thing="transfer_batch", thing_id=batch.id, at=at)
    return batch


def ask_to_open(session: TenantSession, *, month: str, at: datetime) -> None:
    """Have a further batch opened for bookshops that were held and now have an account. Any scope of the platform.

    Raises Refused where nobody waits with a valid account.
    """
    if not any(_is_payable(row[2], at) for row in queries.unpaid(session, until_month=month)):
        raise Refused(N_("Nobody who waits has had a valid account for a day yet."))
    journal.write(session, action="transfers.asked", thing="month", thing_id=0, at=at, details={"month": month})
    outbox.post(session, kind="billing.open", key=f"billing.open:{month}:{at:%Y%m%d%H%M}", payload={"month": month})


def _is_payable(billing: BillingData, at: datetime) -> bool:
    fresh = billing.changed_at is not None and at - billing.changed_at < ACCOUNT_REST
    return bool(valid_account(billing)) and not fresh


def _invoice_references(session: TenantSession, settlement_ids: Sequence[int]) -> dict[int, str]:
    statement = (
        select(Settlement.id, Invoice.reference)
        .join(Invoice, Invoice.id == Settlement.invoice_id)
        .where(Settlement.id.in_(settlement_ids))
    )
    return dict(session.execute(statement).all())


def approve(session: TenantSession, *, batch_id: int, name: str, at: datetime) -> int:
    """Approve a batch as the person of the scope; returns how many have. The second one has the file written.

    ``name`` is the person's name as it will be shown. Raises NotFound, Conflict where it is no longer open,
    Refused where she has approved before: it takes two different people.
    """
    batch = queries.batch(session, batch_id=batch_id)
    person_id = session.scope.person_id
    if person_id is None:
        raise NotFound()
    session.execute(select(func.pg_advisory_xact_lock(APPROVAL_LOCK, batch_id % 2**31)))
    session.refresh(batch)
    if batch.state != "open":
        raise Conflict()
    people = {approval.person_id for approval in queries.approvals(session, batch_id=batch_id)}
    if person_id in people:
        raise Refused(N_("You have approved these transfers already: another person must approve them too."))
    session.add(TransferApproval(batch_id=batch_id, person_id=person_id, name=name, at=at))
    session.flush()
    journal.write(session, action="transfers.approved", thing="transfer_batch", thing_id=batch_id, at=at)
    if len(people) + 1 == APPROVALS_NEEDED:
        key = f"billing.export:{batch_id}"
        outbox.post(session, kind="billing.export", key=key, payload={"batch_id": batch_id})
    return len(people) + 1


def ready_lines(session: TenantSession, *, batch_id: int) -> tuple[TransferBatch, Sequence[TransferLine]]:
    """A batch, locked, and its transfers, if they may be written to a file now. Scope system.

    Raises NotFound, Conflict where it was written before, Refused where fewer than two people have approved.
    """
    wanted = select(TransferBatch).where(TransferBatch.id == batch_id).with_for_update()
    batch = session.scalar(wanted.execution_options(populate_existing=True))
    if batch is None:
        raise NotFound()
    if batch.state != "open":
        raise Conflict()
    people = {approval.person_id for approval in queries.approvals(session, batch_id=batch_id)}
    if len(people) < APPROVALS_NEEDED:
        raise Refused(N_("Two different people must approve these transfers."))
    return batch, queries.lines_of(session, batch_id=batch_id)


def mark_exported(
    session: TenantSession, *, batch_id: int, sha256: str, size: int, execution_on: date, at: datetime
) -> None:
    """Note the bank file of an approved batch. Scope system. Raises what :func:`ready_lines` raises."""
    batch, lines = ready_lines(session, batch_id=batch_id)
    journal.fire(
        session,
        BATCH,
        batch,
        "export",
        role=PLATFORM,
        at=at,
        file_sha256=sha256,
        file_size=size,
        execution_on=execution_on,
        exported_at=at,
    )
    _move_settlements(session, lines, "computed", "exported")
    key = f"billing.pack:{batch.month}:{batch.reference}"
    outbox.post(session, kind="billing.pack", key=key, payload={"month": batch.month})


def ask_to_pay(session: TenantSession, *, batch_id: int, at: datetime) -> None:
    """Say that the bank has made the transfers; the worker books them. Scope accountant, staff or system.

    Raises NotFound, Refused where no bank file has been written yet, Conflict where they are booked.
    """
    batch = queries.batch(session, batch_id=batch_id)
    if batch.state == "paid":
        raise Conflict()
    if batch.state != "exported":
        raise Refused(N_("Two different people must approve these transfers."))
    journal.write(session, action="transfers.paid", thing="transfer_batch", thing_id=batch_id, at=at)
    outbox.post(session, kind="billing.paid", key=f"billing.paid:{batch_id}", payload={"batch_id": batch_id})


def mark_paid(session: TenantSession, *, batch_id: int, at: datetime) -> Sequence[TransferLine]:
    """Book the transfers of a batch as paid; returns them. Scope system. Raises NotFound, Conflict."""
    batch = queries.batch(session, batch_id=batch_id)
    journal.fire(session, BATCH, batch, "pay", role=PLATFORM, at=at, paid_at=at)
    lines = queries.lines_of(session, batch_id=batch_id)
    _move_settlements(session, lines, "exported", "paid")
    for line in lines:
        ledger.enter(
            session,
            kind="billing.transfer",
            key=f"billing.transfer:{line.settlement_id}",
            at=at,
            thing="settlement",
            thing_id=line.settlement_id,
            bookshop_id=line.bookshop_id,
            legs=[Leg("bookshop", -line.cents, line.bookshop_id), Leg("cash", line.cents)],
        )
    return lines


def _move_settlements(session: TenantSession, lines: Sequence[TransferLine], origin: str, target: str) -> None:
    """All settlements of a batch take one step together. Raises Conflict where one is elsewhere."""
    ids = [line.settlement_id for line in lines]
    step = update(Settlement).where(Settlement.id.in_(ids), Settlement.state == origin).values(state=target)
    if session.execute(step.execution_options(synchronize_session=False)).rowcount != len(ids):  # type: ignore[attr-defined]
        raise Conflict()
