"""Suspending, resuming, leaving (requirements 1.3; Regulation (EU) 2019/1150, art. 4: reasons are stated)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from trade.base.errors import Refused
from trade.base.journal import fire
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.members.actions.applying import locked, tell_contact
from trade.members.states import MEMBERSHIP
from trade.reservations.models import Reservation
from trade.reservations.states import OPEN


def suspend(session: TenantSession, *, bookshop_id: int, reason: str, at: datetime) -> None:
    """Take an active bookshop out of the readers' sight, with the reason it reads. Scope staff.

    Open reservations go on. Raises NotFound, Conflict, Refused.
    """
    bookshop = locked(session, bookshop_id=bookshop_id)
    fire(session, MEMBERSHIP, bookshop, "suspend", role="staff", reason=reason, at=at)
    key = f"{bookshop.id}:{at.isoformat()}"
    tell_contact(
        session, bookshop=bookshop, template="membership.suspended", key=key, values={"reason": reason.strip()}, at=at
    )


def resume(session: TenantSession, *, bookshop_id: int, at: datetime) -> None:
    """Lift a suspension. Scope staff. Raises NotFound, Conflict."""
    bookshop = locked(session, bookshop_id=bookshop_id)
    fire(session, MEMBERSHIP, bookshop, "resume", role="staff", at=at)
    key = f"{bookshop.id}:{at.isoformat()}"
    tell_contact(session, bookshop=bookshop, template="membership.resumed", key=key, values={}, at=at)


def leave(session: TenantSession, *, bookshop_id: int, reason: str, at: datetime) -> None:
    """The bookshop leaves the network; invoices and money due stay. Scope staff, or the bookshop's owner.

    Raises NotFound, Conflict, and Refused while reservations are open.
    """
    bookshop = locked(session, bookshop_id=bookshop_id)
    waiting = session.scalars(
        select(func.count())
        .select_from(Reservation)
        .where(Reservation.bookshop_id == bookshop.id, Reservation.state.in_(OPEN))
    ).one()
    if waiting:
        raise Refused(N_("Answer the %(count)s open reservations first: readers wait for them."), count=waiting)
    role = "bookshop" if session.scope.kind == "bookshop" else "staff"
    fire(session, MEMBERSHIP, bookshop, "leave", role=role, reason=reason, at=at)
    tell_contact(session, bookshop=bookshop, template="membership.left", key=str(bookshop.id), values={}, at=at)
