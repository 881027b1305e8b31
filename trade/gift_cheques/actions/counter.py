"""At the counter of a bookshop: look a cheque up by its code, and redeem from it (T63-T66)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from trade.base import journal, settings
from trade.base.errors import Conflict, NotAllowed, Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.gift_cheques import queries, rules
from trade.gift_cheques.actions.changing import change_balance, record
from trade.gift_cheques.models import ChequeEntry, GiftCheque
from trade.gift_cheques.settings import COMMISSION, ON
from trade.members.models import Bookshop


@dataclass(frozen=True, kw_only=True)
class ChequeView:
    """What the counter is shown (T64). ``obstacles`` in words; none means that it may be redeemed here today.

    ``isbns`` is empty where any book may be bought; ``commission_rate`` is per ten thousand.
    """

    cheque_id: int
    tail: str
    face_cents: int
    remaining_cents: int
    state: str
    campaign: str
    valid_from: date
    expires_on: date
    obstacles: list[Text]
    isbns: list[int]
    commission_rate: int

    @property
    def redeemable(self) -> bool:
        """Whether it may be redeemed in this bookshop today."""
        return not self.obstacles


def look_up(session: TenantSession, *, code: str, bookshop_id: int, pepper: bytes, at: datetime) -> ChequeView:
    """What a cheque is worth in this bookshop; nothing is taken from it. The look-up is journalled.

    Raises Refused with one constant text for every code that is no cheque (R13), NotAllowed where the bookshop
    takes no cheques, NotSet while the network has no commission.
    """
    _check_takes_part(session, bookshop_id, at)
    cheque = queries.by_code(session, code=code, pepper=pepper)
    journal.write(
        session,
        action="gift_cheque.looked_up",
        thing="gift_cheque",
        thing_id=cheque.id if cheque else 0,
        at=at,
        bookshop_id=bookshop_id,
    )
    if cheque is None:
        raise Refused(rules.UNKNOWN, field="code")
    campaign, facts = queries.facts_of(session, cheque=cheque)
    return ChequeView(
        cheque_id=cheque.id,
        tail=cheque.code_tail,
        face_cents=cheque.face_cents,
        remaining_cents=cheque.remaining_cents,
        state=cheque.state,
        campaign=campaign.name,
        valid_from=campaign.valid_from,
        expires_on=cheque.expires_on,
        obstacles=rules.obstacles(facts, bookshop_id=bookshop_id, day=queries.network_day(session, at=at)),
        isbns=sorted(facts.isbns or ()),
        commission_rate=settings.value_of(session, COMMISSION, at=at),
    )


def redeem(
    session: TenantSession,
    *,
    code: str,
    cents: int,
    bookshop_id: int,
    key: str,
    responsible: bool,
    pepper: bytes,
    at: datetime,
    isbns: tuple[int, ...] = (),
) -> ChequeEntry:
    """Take an amount from a cheque for this bookshop, wholly or in part (A26, T65, T66).

    ``key`` comes from the form and makes a second sending of it return the first redemption. ``responsible``
    says that the bookshop took the responsibility on itself. Raises Refused naming amount, isbns, code or the
    missing tick, NotAllowed where the bookshop takes no cheques, and Conflict where another counter was quicker.
    """
    _check_takes_part(session, bookshop_id, at)
    if not responsible:
        raise Refused(N_("Tick that you handed over the books and answer for it."), field="responsible")
    cheque = queries.by_code(session, code=code, pepper=pepper)
    if cheque is None:
        raise Refused(rules.UNKNOWN, field="code")
    entry_key = f"redeem:{bookshop_id}:{key}"
    earlier = _earlier(session, entry_key, cheque, cents)
    if earlier is not None:
        return earlier
    _check(session, cheque, cents, isbns, bookshop_id, at)
    if not _take(session, cheque, cents):
        earlier = _earlier(session, entry_key, cheque, cents)
        if earlier is None:
            raise Conflict(N_("This cheque was used somewhere else at this very moment. Look it up again."))
        return earlier
    rate = settings.resolve(session, COMMISSION, at=at)
    return record(
        session,
        cheque=cheque,
        kind="redeem",
        cents=-cents,
        key=entry_key,
        at=at,
        to_account="bookshop",
        bookshop_id=bookshop_id,
        details={"rate": rate.value, "rate_version": rate.version_id, "isbns": list(isbns)},
    )


def _take(session: TenantSession, cheque: GiftCheque, cents: int) -> bool:
    """The guard of the balance: only one of those who read the same cheque gets here."""
    remaining = cheque.remaining_cents - cents
    return change_balance(
        session, cheque=cheque, move="redeem_part" if remaining else "redeem_rest", remaining=remaining
    )


def _check(
    session: TenantSession, cheque: GiftCheque, cents: int, isbns: tuple[int, ...], bookshop_id: int, at: datetime
) -> None:
    _, facts = queries.facts_of(session, cheque=cheque)
    problems = rules.obstacles(facts, bookshop_id=bookshop_id, day=queries.network_day(session, at=at))
    if problems:
        raise Refused(problems[0].message, field="code", **problems[0].values)
    rules.check_amount(facts, cents)
    rules.check_books(facts, isbns)


def _earlier(session: TenantSession, key: str, cheque: GiftCheque, cents: int) -> ChequeEntry | None:
    """The redemption this form has already made. Raises Refused where it was another one."""
    found = session.scalar(select(ChequeEntry).where(ChequeEntry.key == key))
    if found is not None and (found.cheque_id, found.cents) != (cheque.id, -cents):
        raise Refused(N_("This form was sent before with other figures. Look the cheque up again."))
    return found


def _check_takes_part(session: TenantSession, bookshop_id: int, at: datetime) -> None:
    state = session.scalar(select(Bookshop.state).where(Bookshop.id == bookshop_id))
    on = session.profile.has("gift_cheques") and state == "active"
    if not (on and settings.value_of(session, ON, at=at, bookshop_id=bookshop_id)):
        raise NotAllowed(N_("This bookshop does not take gift cheques: switch them on in the settings."))
