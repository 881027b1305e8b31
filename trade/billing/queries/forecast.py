"""The next transfer of a bookshop: a closed month that waits for the bank, else what the open month amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from trade.base.settings import resolve_many
from trade.base.tenancy import TenantSession
from trade.billing.models import Settlement
from trade.billing.rules.commission import Redeemed, commission_lines
from trade.billing.rules.document import vat_lines
from trade.billing.rules.month import Month, month_of, read_month
from trade.billing.settings import TRANSFER_DAY, VAT
from trade.gift_cheques.models import ChequeEntry
from trade.gift_cheques.queries import settleable


@dataclass(frozen=True, kw_only=True)
class NextTransfer:
    """Cents to the bookshop: ``transfer = redeemed - commission`` (VAT on it included). ``closed`` says that the
    month is closed and the amount stands; else it is what the month amounts to so far."""

    month: str
    on: date | None
    redemptions: int
    redeemed: int
    commission: int
    transfer: int
    closed: bool


def next_transfer(session: TenantSession, *, bookshop_id: int, at: datetime) -> NextTransfer | None:
    """The transfer that comes next (T62, T69); None where nothing was redeemed and no month waits."""
    waiting = session.scalar(
        select(Settlement)
        .where(Settlement.bookshop_id == bookshop_id, Settlement.state != "paid", Settlement.transfer_cents > 0)
        .order_by(Settlement.month)
        .limit(1)
    )
    if waiting is not None:
        day = resolve_many(session, [TRANSFER_DAY], at=at, bookshop_ids=[None], missing="none")
        return _of_settlement(waiting, day[None, TRANSFER_DAY.key].value)
    return open_month(session, bookshop_id=bookshop_id, at=at)


def open_month(session: TenantSession, *, bookshop_id: int, at: datetime) -> NextTransfer | None:
    """What the redemptions that are in no closed month amount to; None where there are none."""
    found = resolve_many(session, [VAT, TRANSFER_DAY], at=at, bookshop_ids=[None], missing="none")
    zone = session.profile.time_zone
    statement = settleable(before=month_of(at, zone).end(zone))
    entries = session.scalars(statement.where(ChequeEntry.bookshop_id == bookshop_id)).all()
    if not entries:
        return None
    month = month_of(entries[0].at, zone)
    redeemed = [
        Redeemed(cents=-entry.cents, channel=entry.channel, rate=entry.details["rate"])
        for entry in entries
        if month_of(entry.at, zone) == month
    ]
    lines = commission_lines(redeemed, vat_rate=found[None, VAT.key].value or 0)
    total = sum(item.cents for item in redeemed)
    commission = sum(line.net for line in lines) + sum(line.tax for line in vat_lines(lines))
    return NextTransfer(
        month=str(month),
        on=_on(month, found[None, TRANSFER_DAY.key].value),
        redemptions=len(redeemed),
        redeemed=total,
        commission=commission,
        transfer=total - commission,
        closed=False,
    )


def transfer_day(session: TenantSession, *, at: datetime) -> date | None:
    """The day on which what is redeemed now is transferred; None while the network has set none."""
    day = resolve_many(session, [TRANSFER_DAY], at=at, bookshop_ids=[None], missing="none")
    return _on(month_of(at, session.profile.time_zone), day[None, TRANSFER_DAY.key].value)


def _of_settlement(settlement: Settlement, day: int | None) -> NextTransfer:
    commission = settlement.commission_cents + settlement.commission_vat_cents
    return NextTransfer(
        month=settlement.month,
        on=_on(read_month(settlement.month), day),
        redemptions=0,
        redeemed=settlement.redeemed_cents,
        commission=commission,
        transfer=settlement.transfer_cents,
        closed=True,
    )


def _on(month: Month, day: int | None) -> date | None:
    return month.next.first.replace(day=day) if day else None
