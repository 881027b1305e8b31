"""A bookshop trusts distributors: switch, order and fee of each, in force at once (T139-T142)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from trade.base import journal
from trade.base.errors import Conflict, NotFound, Refused
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.distributors.models import Distributor, TrustedDistributor
from trade.distributors.settings import MOST_FEE


def trust(
    session: TenantSession,
    *,
    bookshop_id: int,
    distributor_id: int,
    at: datetime,
    on: bool | None = None,
    charge_fee: bool | None = None,
    fee_cents: int | None = None,
) -> TrustedDistributor:
    """Switch a distributor on or off, its fee on or off, or set the fee; what is None stays as it is.

    One that was never switched on comes last. Raises NotFound for a distributor that is not there or suspended,
    Refused for a fee beyond the network's bounds.
    """
    known = session.get(Distributor, distributor_id)
    if known is None or known.state != "active":
        raise NotFound()
    row = session.get(TrustedDistributor, (bookshop_id, distributor_id)) or _last(session, bookshop_id, distributor_id)
    if fee_cents is not None:
        most = value_of(session, MOST_FEE, at=at)
        if not 0 <= fee_cents <= most:
            raise Refused(
                N_("The fee may be from 0 to %(most)s EUR."), field="fee", most=f"{most // 100}.{most % 100:02d}"
            )
        row.fee_cents = fee_cents
    row.switched_on = row.switched_on if on is None else on
    row.charge_fee = row.charge_fee if charge_fee is None else charge_fee
    row.changed_at = at
    session.add(row)
    session.flush()
    journal.write(
        session,
        action="distributor.trusted" if row.switched_on else "distributor.not_trusted",
        thing="distributor",
        thing_id=distributor_id,
        at=at,
        bookshop_id=bookshop_id,
        details={"fee_cents": row.fee_cents, "charge_fee": row.charge_fee},
    )
    return row


def arrange(session: TenantSession, *, bookshop_id: int, order: Sequence[int], at: datetime) -> None:
    """Put the bookshop's distributors into this order: the first that has a book sets the fee (T142).

    Raises Conflict where these are not exactly the distributors it has, which somebody changed meanwhile.
    """
    mine = set(
        session.scalars(select(TrustedDistributor.distributor_id).where(TrustedDistributor.bookshop_id == bookshop_id))
    )
    if mine != set(order) or len(mine) != len(order):
        raise Conflict()
    for position, distributor_id in enumerate(order):
        session.execute(
            update(TrustedDistributor)
            .where(TrustedDistributor.bookshop_id == bookshop_id, TrustedDistributor.distributor_id == distributor_id)
            .values(position=position, changed_at=at)
        )
    journal.write(
        session,
        action="distributor.arranged",
        thing="bookshop",
        thing_id=bookshop_id,
        at=at,
        bookshop_id=bookshop_id,
        details={"order": list(order)},
    )


def _last(session: TenantSession, bookshop_id: int, distributor_id: int) -> TrustedDistributor:
    last = session.scalar(
        select(func.max(TrustedDistributor.position)).where(TrustedDistributor.bookshop_id == bookshop_id)
    )
    position = 0 if last is None else last + 1
    return TrustedDistributor(
        bookshop_id=bookshop_id,
        distributor_id=distributor_id,
        switched_on=False,
        charge_fee=False,
        fee_cents=0,
        position=position,
    )
