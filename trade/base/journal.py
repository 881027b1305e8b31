"""Writing down who did what, and making state moves that nobody can race."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, update

from trade.base.db import Base
from trade.base.errors import Conflict, NotAllowed, Refused
from trade.base.models import JournalEntry
from trade.base.states import Machine, Move
from trade.base.tenancy import TenantSession
from trade.base.text import N_


def write(
    session: TenantSession,
    *,
    action: str,
    thing: str,
    thing_id: int,
    at: datetime,
    bookshop_id: int | None = None,
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Add one line to the journal, signed with the session's scope. No personal data in ``details``."""
    add_unseen(
        session,
        JournalEntry,
        action=action,
        thing=thing,
        thing_id=thing_id,
        at=at,
        bookshop_id=bookshop_id,
        reason=reason,
        details=details or {},
        actor_kind=session.scope.kind,
        actor_id=session.scope.person_id,
    )


def add_unseen(session: TenantSession, model: type[Base], **values: Any) -> None:
    """Add a row that this scope may add but not read back (an INSERT without RETURNING)."""
    session.execute(insert(model).inline().values(**values))


def fire(
    session: TenantSession,
    machine: Machine,
    thing: Any,
    name: str,
    *,
    role: str,
    at: datetime,
    reason: str = "",
    **changes: Any,
) -> Move:
    """Make the move by compare-and-set, journal it, and refresh the row.

    ``role`` is the actor's part in this life (``bookshop``, ``reader``, ``staff``, ``platform``); ``changes``
    are further columns set in the same statement. Raises NotAllowed for another role, Refused where a reason
    is missing, Conflict where the row is no longer in a state the move starts from.
    """
    move = machine.move(name)
    if role not in move.roles:
        raise NotAllowed()
    if move.needs_reason and not reason.strip():
        raise Refused(N_("Give a reason: the other side will read it."), field="reason")
    session.flush()
    model = type(thing)
    before = thing.state
    statement = (
        update(model)
        .where(model.id == thing.id, model.state.in_(move.origins))
        .values(state=move.target, **changes)
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).rowcount != 1:  # type: ignore[attr-defined]
        session.refresh(thing)
        raise Conflict()
    session.refresh(thing)
    _write_move(session, machine, thing, move, before, at, reason)
    return move


def begin_with(
    session: TenantSession, machine: Machine, statement: Any, name: str, *, role: str, at: datetime, **given: Any
) -> Any:
    """Add a thing whose first move is made at once, and journal that move: nobody ever sees it before.

    ``statement`` adds the thing and returns it; it is given ``state`` and ``at`` beside ``given``. Raises NotAllowed
    for another role, Conflict where nothing was added.
    """
    move = machine.move(name)
    if role not in move.roles or machine.first not in move.origins:
        raise NotAllowed()
    thing = session.scalars(statement, {**given, "state": move.target, "at": at}).one_or_none()
    if thing is None:
        raise Conflict()
    _write_move(session, machine, thing, move, machine.first, at, "")
    return thing


def _write_move(
    session: TenantSession, machine: Machine, thing: Any, move: Move, before: str, at: datetime, reason: str
) -> None:
    write(
        session,
        action=f"{machine.name}.{move.name}",
        thing=machine.name,
        thing_id=thing.id,
        at=at,
        bookshop_id=thing.id if machine.name == "bookshop" else getattr(thing, "bookshop_id", None),
        reason=reason,
        details={"from": before, "to": move.target},
    )
