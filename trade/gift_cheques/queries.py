"""Reads about gift cheques: the facts of one, what bookshops redeemed, what is to be settled, what must hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, select
from sqlalchemy.orm import aliased

from trade.base.invariants import Invariant, invariant
from trade.base.models import Posting
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.billing.models import SettlementLine
from trade.gift_cheques.models import Campaign, CampaignBook, CampaignBookshop, ChequeEntry, GiftCheque
from trade.gift_cheques.rules import Facts, code_hash, read_code


def network_day(session: TenantSession, *, at: datetime) -> date:
    """The calendar day of a moment in the network's time zone: cheques are valid by whole days of it."""
    return at.astimezone(ZoneInfo(session.profile.time_zone)).date()


def by_code(session: TenantSession, *, code: str, pepper: bytes) -> GiftCheque | None:
    """The cheque of a typed code, read fresh; None for anything else. The work is the same for every code."""
    wanted = GiftCheque.code_hash == code_hash(read_code(code), pepper)
    return session.scalar(select(GiftCheque).where(wanted).execution_options(populate_existing=True))


def facts_of(session: TenantSession, *, cheque: GiftCheque) -> tuple[Campaign, Facts]:
    """The campaign of a cheque, and what a decision about it needs."""
    campaign = session.scalars(select(Campaign).where(Campaign.id == cheque.campaign_id)).one()
    shops = select(CampaignBookshop.bookshop_id).where(CampaignBookshop.campaign_id == campaign.id)
    books = select(CampaignBook.isbn).where(CampaignBook.campaign_id == campaign.id)
    facts = Facts(
        state=cheque.state,
        remaining=cheque.remaining_cents,
        valid_from=campaign.valid_from,
        expires_on=cheque.expires_on,
        bookshops=frozenset(session.scalars(shops)) if campaign.only_some_bookshops else None,
        isbns=frozenset(session.scalars(books)) if campaign.only_some_books else None,
    )
    return campaign, facts


@dataclass(frozen=True, kw_only=True)
class Redemption:
    """One redemption as a list shows it; positive cents to the bookshop. ``undone_at`` is None where it stands."""

    entry_id: int
    at: datetime
    tail: str
    cents: int
    channel: str
    bookshop_id: int
    campaign: str
    undone_at: datetime | None
    settled: bool


_Undo = aliased(ChequeEntry)


def _undone() -> ColumnElement[bool]:
    return exists().where(_Undo.undoes_id == ChequeEntry.id)


def _settled() -> ColumnElement[bool]:
    return exists().where(SettlementLine.cheque_entry_id == ChequeEntry.id)


def redemptions(
    session: TenantSession, *, bookshop_id: int, since: datetime, until: datetime, limit: int = 200
) -> list[Redemption]:
    """What a bookshop redeemed between two moments, newest first, undone ones included (T61)."""
    statement = (
        select(ChequeEntry, GiftCheque.code_tail, Campaign.name, _Undo.at, _settled())
        .join(GiftCheque, GiftCheque.id == ChequeEntry.cheque_id)
        .join(Campaign, Campaign.id == GiftCheque.campaign_id)
        .outerjoin(_Undo, _Undo.undoes_id == ChequeEntry.id)
        .where(
            ChequeEntry.kind == "redeem",
            ChequeEntry.bookshop_id == bookshop_id,
            ChequeEntry.at >= since,
            ChequeEntry.at < until,
        )
        .order_by(ChequeEntry.at.desc(), ChequeEntry.id.desc())
        .limit(limit)
    )
    return [
        Redemption(
            entry_id=entry.id,
            at=entry.at,
            tail=tail,
            cents=-entry.cents,
            channel=entry.channel,
            bookshop_id=bookshop_id,
            campaign=campaign,
            undone_at=undone_at,
            settled=settled,
        )
        for entry, tail, campaign, undone_at, settled in session.execute(statement)
    ]


@dataclass(frozen=True)
class Sum:
    """How many redemptions and how many cents, by channel."""

    channel: str
    count: int
    cents: int


def sums(session: TenantSession, *, bookshop_id: int, since: datetime, until: datetime) -> list[Sum]:
    """What stands of a bookshop's redemptions between two moments, by channel (T61)."""
    statement = (
        select(ChequeEntry.channel, func.count(), -func.sum(ChequeEntry.cents))
        .where(
            ChequeEntry.kind == "redeem",
            ChequeEntry.bookshop_id == bookshop_id,
            ChequeEntry.at >= since,
            ChequeEntry.at < until,
            ~_undone(),
        )
        .group_by(ChequeEntry.channel)
        .order_by(ChequeEntry.channel)
    )
    return [Sum(channel, count, int(cents)) for channel, count, cents in session.execute(statement)]


def settleable(*, before: datetime) -> Select[ChequeEntry]:
    """The redemptions before a moment that stand and are not settled yet, by bookshop and time (T62)."""
    return (
        select(ChequeEntry)
        .where(ChequeEntry.kind == "redeem", ChequeEntry.at < before, ~_undone(), ~_settled())
        .order_by(ChequeEntry.bookshop_id, ChequeEntry.at, ChequeEntry.id)
    )


def settleable_cents(session: TenantSession) -> int:
    """What bookshops redeemed that stands and is in no closed month, in cents to them."""
    standing = (ChequeEntry.kind == "redeem") & ~_undone() & ~_settled()
    return -int(session.scalar(select(func.coalesce(func.sum(ChequeEntry.cents), 0)).where(standing)) or 0)


def is_settled(session: TenantSession, *, entry_id: int) -> bool:
    """Whether a redemption is part of a closed month."""
    return bool(session.scalar(select(exists().where(SettlementLine.cheque_entry_id == entry_id))))


def undo_of(session: TenantSession, *, entry_id: int) -> ChequeEntry | None:
    """The entry that took a redemption back, if there is one."""
    return session.scalar(select(ChequeEntry).where(ChequeEntry.undoes_id == entry_id))


def campaigns(*, limit: int = 200) -> Select[Campaign, int, int, int]:
    """Campaigns, newest first, each with cents issued, cents left and cheques touched."""
    return (
        select(
            Campaign,
            func.coalesce(func.sum(GiftCheque.face_cents), 0),
            func.coalesce(func.sum(GiftCheque.remaining_cents), 0),
            func.count(GiftCheque.id).filter(GiftCheque.remaining_cents < GiftCheque.face_cents),
        )
        .outerjoin(GiftCheque, GiftCheque.campaign_id == Campaign.id)
        .group_by(Campaign.id)
        .order_by(Campaign.id.desc())
        .limit(limit)
    )


def expired(*, day: date, limit: int) -> Select[GiftCheque]:
    """Cheques whose last day has passed and that still can be spent, locked for the one who expires them."""
    return (
        select(GiftCheque)
        .where(GiftCheque.expires_on < day, GiftCheque.state.in_(("active", "partly_used")))
        .order_by(GiftCheque.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def entries_of(session: TenantSession, *, cheque_id: int) -> Sequence[ChequeEntry]:
    """The movements of a cheque in order of time, as far as the scope may see them."""
    own = ChequeEntry.cheque_id == cheque_id
    return session.scalars(select(ChequeEntry).where(own).order_by(ChequeEntry.id).limit(500)).all()


def invariants(session: TenantSession) -> list[Invariant]:
    """What must hold of cheques; for a system or staff scope."""
    count = session.scalar(select(func.count()).select_from(GiftCheque)) or 0
    below = select(GiftCheque.code_tail).where(GiftCheque.remaining_cents < 0)
    return [
        invariant(N_("No gift cheque is below zero"), count, session.scalars(below)),
        invariant(
            N_("What is left on a gift cheque is the sum of its entries"), count, session.scalars(_unlike_entries())
        ),
        invariant(N_("The state of a gift cheque fits what is left on it"), count, session.scalars(_unlike_state())),
        invariant(N_("What holders of gift cheques are owed is in the ledger"), count, _unlike_ledger(session)),
    ]


def _unlike_entries() -> Select[str]:
    total = func.coalesce(func.sum(ChequeEntry.cents), 0)
    return (
        select(GiftCheque.code_tail)
        .outerjoin(ChequeEntry, ChequeEntry.cheque_id == GiftCheque.id)
        .group_by(GiftCheque.id)
        .having(total != GiftCheque.remaining_cents)
    )


def _unlike_state() -> Select[str]:
    whole, left = GiftCheque.face_cents, GiftCheque.remaining_cents
    wrong = (
        and_(GiftCheque.state == "active", left != whole)
        | and_(GiftCheque.state == "partly_used", (left == 0) | (left == whole))
        | and_(GiftCheque.state.in_(("used", "expired")), left != 0)
    )
    return select(GiftCheque.code_tail).where(wrong)


def _unlike_ledger(session: TenantSession) -> list[str]:
    owed = session.scalar(select(func.coalesce(func.sum(Posting.cents), 0)).where(Posting.account == "cheques_issued"))
    left = session.scalar(select(func.coalesce(func.sum(GiftCheque.remaining_cents), 0)))
    return [] if owed == left else [f"{owed} <> {left}"]


CampaignRow = Row[Campaign, int, int, int]
