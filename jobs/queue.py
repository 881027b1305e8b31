"""The one wrapper of background work: an effect of the outbox, carried out exactly once.

PostgreSQL holds the truth, RQ carries only an effect's number. A number may therefore be lost (a flushed
Redis, a killed worker) or arrive twice: the dispatcher sends it again until the effect is done, and
:func:`carry_out` does it once, because the effect's change and its "done" are one transaction.

A handler is declared where its work is called from::

    @handles("stock.import", scope="bookshop")
    def import_run(session, context, payload): ...

Work that calls something outside (a mail server) names that step. It runs before the transaction, alone;
after a crash it may run again, so it must carry the effect's key as its own idempotency key::

    @handles("message.deliver", outside=send)
    def delivered(session, context, payload, answer): ...
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Literal

import structlog
from sqlalchemy import Row, func, select, update

import jobs
from jobs.context import Context
from trade.base.errors import Refused
from trade.base.models import Effect
from trade.base.tenancy import SYSTEM, Scope, TenantSession

Outcome = Literal["done", "gone", "busy", "retry", "dead"]
Handler = Callable[..., dict[str, Any] | None]
Outside = Callable[[Context, dict[str, Any]], Any]

MAX_ATTEMPTS = 12
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
RUN = "jobs.queue.run_effect"
_LOCKS = 727_002

log = structlog.get_logger(__name__)


class Unhandled(LookupError):
    """No handler is declared for this kind of effect."""


class Deadly(RuntimeError):
    """The effect was begun so often and never ended that it must be what kills its worker."""


@dataclass(frozen=True)
class Handling:
    """How one kind of effect is carried out."""

    run: Handler
    outside: Outside | None
    scope: Literal["system", "bookshop"]


HANDLERS: dict[str, Handling] = {}

# The ends of the house that start things; all other modules of the package may declare handlers.
ENTRIES = {"children", "commands", "launch", "run", "worker"}


def declare_handlers() -> None:
    """Import the jobs, so that each declares what it handles."""
    for module in iter_modules(jobs.__path__):
        if module.name not in ENTRIES:
            import_module(f"jobs.{module.name}")


def handles(
    kind: str, *, scope: Literal["system", "bookshop"] = "system", outside: Outside | None = None
) -> Callable[[Handler], Handler]:
    """Declare the handler of a kind of effect. Raises ValueError where the kind has one already."""

    def declare(handler: Handler) -> Handler:
        if kind in HANDLERS:
            raise ValueError(f"Two handlers are declared for {kind}.")
        HANDLERS[kind] = Handling(handler, outside, scope)
        return handler

    return declare


_of_this_process: list[Context] = []


def serve_process(context: Context) -> None:
    """Say which installation the jobs of this process work in; RQ hands them a number only."""
    _of_this_process[:] = [context]


def run_effect(effect_id: int) -> None:
    """The only function that RQ calls."""
    carry_out(_of_this_process[0], effect_id)


def carry_out(context: Context, effect_id: int) -> Outcome:
    """Do one effect, if it is still to be done and nobody else is at it.

    "retry" and "dead" mean that it failed, now or for good; nothing of its change was kept.
    """
    with _alone(context, effect_id) as alone:
        if not alone:
            return "busy"
        effect = _begin(context, effect_id)
        if effect is None:
            return "gone"
        try:
            if effect.attempts > MAX_ATTEMPTS:
                raise Deadly(effect.kind)
            return _do(context, effect)
        except Exception as error:
            return _note_failure(context, effect, error)


def drain(context: Context, *, most: int = 10_000) -> int:
    """Carry out waiting effects in this process, oldest first; returns how many were done.

    For commands that must leave nothing behind where no worker runs. Effects that fail wait as usual.
    """
    declare_handlers()
    done = 0
    while done < most and (batch := _waiting(context)):
        outcomes = [carry_out(context, effect_id) for effect_id in batch]
        done += outcomes.count("done")
        if not {"done", "retry", "dead"} & set(outcomes):
            break  # all are being done elsewhere
    return done


def _do(context: Context, effect: Row[Any]) -> Outcome:
    handling = HANDLERS.get(effect.kind)
    if handling is None:
        raise Unhandled(effect.kind)
    answer = [handling.outside(context, effect.payload)] if handling.outside else []
    with context.session(_scope(handling, effect)) as session:
        pending = _claim(session, effect.id)
        if pending is None:
            return "gone"
        pending.result = handling.run(session, context, effect.payload, *answer) or {}
        pending.state = "done"
        pending.done_at = func.now()
    log.info("effect done", effect=effect.id, kind=effect.kind)
    return "done"


def _scope(handling: Handling, effect: Row[Any]) -> Scope:
    if handling.scope == "bookshop" and effect.bookshop_id is not None:
        return Scope("bookshop", bookshop_id=effect.bookshop_id)
    return SYSTEM


def _claim(session: TenantSession, effect_id: int) -> Effect | None:
    """The effect, locked until the end of the transaction; None if it is done, or locked by another."""
    pending = select(Effect).where(Effect.id == effect_id, Effect.state == "pending")
    return session.scalar(pending.with_for_update(skip_locked=True))


@contextmanager
def _alone(context: Context, effect_id: int) -> Iterator[bool]:
    """Whether this process alone is at the effect; the lock dies with its connection, at once."""
    with context.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        lock = (_LOCKS, effect_id % 2**31)
        alone = connection.scalar(select(func.pg_try_advisory_lock(*lock)))
        try:
            yield bool(alone)
        finally:
            if alone:
                connection.execute(select(func.pg_advisory_unlock(*lock)))


def _begin(context: Context, effect_id: int) -> Row[Any] | None:
    """Count the attempt, in a transaction of its own: what kills its worker each time must end as well."""
    counted = (
        update(Effect)
        .where(Effect.id == effect_id, Effect.state == "pending")
        .values(attempts=Effect.attempts + 1)
        .returning(Effect.id, Effect.kind, Effect.payload, Effect.bookshop_id, Effect.attempts)
    )
    with context.session() as session:
        return session.execute(counted).one_or_none()


def _note_failure(context: Context, effect: Row[Any], error: Exception) -> Outcome:
    dead = effect.attempts >= MAX_ATTEMPTS or isinstance(error, Refused | Unhandled)
    wait = min(FIRST_WAIT * 2 ** (effect.attempts - 1), LONGEST_WAIT)
    failed = (
        update(Effect)
        .where(Effect.id == effect.id, Effect.state == "pending")
        .values(state="dead" if dead else "pending", lease_until=func.now() + wait, error=_told(error))
    )
    with context.session() as session:
        session.execute(failed)
    log.error("effect failed", effect=effect.id, kind=effect.kind, attempt=effect.attempts, dead=dead, exc_info=error)
    return "dead" if dead else "retry"


def _told(error: Exception) -> str:
    """What is kept of an error: a rule's own words, else its name and place, for it may quote personal data."""
    if isinstance(error, Refused):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def _waiting(context: Context) -> list[int]:
    ready = (Effect.lease_until.is_(None)) | (Effect.lease_until < func.now())
    oldest = select(Effect.id).where(Effect.state == "pending", ready).order_by(Effect.id).limit(100)
    with context.session() as session:
        return list(session.scalars(oldest))
