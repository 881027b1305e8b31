"""What staff do: draw up campaigns with their restrictions, issue the cheques, block one (T65)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select

from trade.base import journal, ledger
from trade.base.errors import NotFound, Refused
from trade.base.ledger import Leg
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.gift_cheques import queries, rules
from trade.gift_cheques.models import Campaign, CampaignBook, CampaignBookshop, ChequeEntry, GiftCheque
from trade.gift_cheques.states import CAMPAIGN, CHEQUE, STAFF
from trade.members.models import Bookshop

HIGHEST_FACE = 100_000


@dataclass(frozen=True)
class IssuedCode:
    """A code at the only moment it is known, in its printed form, with the last signs that stay."""

    code: str
    tail: str


def create_campaign(
    session: TenantSession,
    *,
    name: str,
    face_cents: int,
    cheques: int,
    valid_from: date,
    expires_on: date,
    at: datetime,
    buyer: str = "",
    bookshop_ids: Sequence[int] = (),
    isbns: Sequence[int] = (),
) -> Campaign:
    """A draft of ``cheques`` cheques of ``face_cents`` each. No bookshops or no ISBNs given: no limit.

    Raises Refused naming the field and what would be right.
    """
    _check_draft(name, face_cents, cheques, valid_from, expires_on, queries.network_day(session, at=at))
    _check_bookshops(session, bookshop_ids)
    campaign = Campaign(
        name=name.strip(),
        buyer=buyer.strip(),
        face_cents=face_cents,
        cheques=cheques,
        valid_from=valid_from,
        expires_on=expires_on,
        only_some_bookshops=bool(bookshop_ids),
        only_some_books=bool(isbns),
        created_by=session.scope.person_id,
    )
    session.add(campaign)
    session.flush()
    session.add_all(CampaignBookshop(campaign_id=campaign.id, bookshop_id=shop) for shop in dict.fromkeys(bookshop_ids))
    session.add_all(CampaignBook(campaign_id=campaign.id, isbn=isbn) for isbn in dict.fromkeys(isbns))
    session.flush()
    journal.write(session, action="campaign.created", thing="campaign", thing_id=campaign.id, at=at)
    return campaign


def issue(session: TenantSession, *, campaign_id: int, pepper: bytes, at: datetime) -> list[IssuedCode]:
    """Issue the cheques of a draft; their codes exist in this answer only and cannot be shown again.

    Raises NotFound, Conflict where the campaign is no longer a draft.
    """
    campaign = _campaign(session, campaign_id)
    journal.fire(session, CAMPAIGN, campaign, "issue", role=STAFF, at=at, issued_at=at)
    codes = [rules.new_code(secrets.choice) for _ in range(campaign.cheques)]
    rows = [_cheque(campaign, code, pepper) for code in codes]
    ids = session.scalars(insert(GiftCheque).returning(GiftCheque.id), rows).all()
    entry = {"kind": "issue", "cents": campaign.face_cents, "at": at, "person_id": session.scope.person_id}
    session.execute(insert(ChequeEntry), [{**entry, "cheque_id": id_, "key": f"issue:{id_}"} for id_ in ids])
    total = campaign.face_cents * campaign.cheques
    ledger.enter(
        session,
        kind="gift_cheque.issue",
        key=f"campaign:{campaign.id}",
        at=at,
        thing="campaign",
        thing_id=campaign.id,
        legs=[Leg("cheques_issued", total), Leg("cash", -total)],
    )
    return [IssuedCode(rules.shown(code), code[-rules.TAIL :]) for code in codes]


def drop(session: TenantSession, *, campaign_id: int, at: datetime) -> None:
    """Give up a draft. Raises NotFound, Conflict where it was issued."""
    journal.fire(session, CAMPAIGN, _campaign(session, campaign_id), "drop", role=STAFF, at=at)


def block(session: TenantSession, *, cheque_id: int, reason: str, at: datetime) -> None:
    """Stop a cheque that was lost or abused. Raises NotFound, Refused without a reason, Conflict."""
    _fire(session, _cheque_by_id(session, cheque_id), "block", reason, at)


def unblock(session: TenantSession, *, cheque_id: int, reason: str, at: datetime) -> None:
    """Let a blocked cheque be used again. Raises NotFound, Refused without a reason, Conflict."""
    cheque = _cheque_by_id(session, cheque_id)
    whole = cheque.remaining_cents == cheque.face_cents
    _fire(session, cheque, "unblock" if whole else "unblock_part", reason, at)


def _fire(session: TenantSession, cheque: GiftCheque, move: str, reason: str, at: datetime) -> None:
    journal.fire(session, CHEQUE, cheque, move, role=STAFF, at=at, reason=reason, version=GiftCheque.version + 1)


def _cheque_by_id(session: TenantSession, cheque_id: int) -> GiftCheque:
    found = session.scalar(select(GiftCheque).where(GiftCheque.id == cheque_id))
    if found is None:
        raise NotFound()
    return found


def _cheque(campaign: Campaign, code: str, pepper: bytes) -> dict[str, object]:
    return {
        "campaign_id": campaign.id,
        "code_hash": rules.code_hash(code, pepper),
        "code_tail": code[-rules.TAIL :],
        "face_cents": campaign.face_cents,
        "remaining_cents": campaign.face_cents,
        "expires_on": campaign.expires_on,
    }


def _campaign(session: TenantSession, campaign_id: int) -> Campaign:
    found = session.scalar(select(Campaign).where(Campaign.id == campaign_id))
    if found is None:
        raise NotFound()
    return found


def _check_draft(name: str, face: int, cheques: int, valid_from: date, expires_on: date, today: date) -> None:
    if not name.strip():
        raise Refused(N_("Give the campaign a name."), field="name")
    if not 1 <= face <= HIGHEST_FACE:
        raise Refused(N_("A cheque is worth between 0.01 and 1,000 euros."), field="face")
    if not 1 <= cheques <= rules.MOST_CHEQUES:
        raise Refused(N_("Issue between 1 and %(most)s cheques."), field="cheques", most=rules.MOST_CHEQUES)
    if expires_on < max(valid_from, today):
        raise Refused(N_("The last day lies before the first day, or is past."), field="expires_on")


def _check_bookshops(session: TenantSession, bookshop_ids: Sequence[int]) -> None:
    known = set(session.scalars(select(Bookshop.id).where(Bookshop.id.in_(bookshop_ids))))
    if set(bookshop_ids) - known:
        raise Refused(N_("One of the bookshops does not exist."), field="bookshops")
