"""One effect, carried out once: outcomes, scopes, waiting, and the two locks that each forbid doing it twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import func, select, update

from jobs import queue
from jobs.context import Context
from jobs.queue import MAX_ATTEMPTS, carry_out, drain, handles
from tests.conftest import House
from trade.base import journal, outbox
from trade.base.errors import Refused
from trade.base.models import Effect, JournalEntry
from trade.base.tenancy import TenantSession

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("own_handlers")]


def write_once(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    journal.write(session, action="test.written", thing="test", thing_id=payload["n"], at=context.now())
    return {"written": payload["n"]}


def post(context: Context, n: int = 1, *, kind: str = "test.write", bookshop_id: int | None = None) -> int:
    with context.session() as session:
        outbox.post(session, kind=kind, key=f"{kind}:{n}", payload={"n": n}, bookshop_id=bookshop_id)
        return session.scalars(select(Effect.id).where(Effect.key == f"{kind}:{n}")).one()


def effect(context: Context, effect_id: int) -> Effect:
    with context.session() as session:
        return session.get_one(Effect, effect_id)


def written(context: Context, n: int = 1) -> int:
    count = select(func.count()).where(JournalEntry.action == "test.written", JournalEntry.thing_id == n)
    with context.session() as session:
        return session.scalars(count).one()


def test_an_effect_and_its_done_are_one(context: Context) -> None:
    handles("test.write")(write_once)
    effect_id = post(context)
    assert carry_out(context, effect_id) == "done"
    assert carry_out(context, effect_id) == "gone"
    assert written(context) == 1
    done = effect(context, effect_id)
    assert (done.state, done.attempts, done.result) == ("done", 1, {"written": 1})
    assert done.done_at is not None


def test_the_same_key_is_posted_once(context: Context) -> None:
    assert post(context) == post(context)


def test_a_failure_keeps_nothing_and_waits_longer_each_time(context: Context) -> None:
    @handles("test.write")
    def fail(session: TenantSession, context: Context, payload: dict[str, Any]) -> None:
        write_once(session, context, payload)
        raise OSError("the address someone@mostrador.example is away")

    effect_id = post(context)
    waits = []
    for _ in range(3):
        assert carry_out(context, effect_id) == "retry"
        failed = effect(context, effect_id)
        with context.session() as session:
            waits.append((failed.lease_until - session.scalar(select(func.now()))).total_seconds())
    assert written(context) == 0
    assert all(expected - 4 < wait <= expected for wait, expected in zip(waits, [5, 10, 20], strict=True)), waits
    assert failed.error.startswith("OSError in fail, line ")
    assert "someone@" not in failed.error


def test_a_refusal_is_for_good(context: Context) -> None:
    @handles("test.write")
    def refuse(session: TenantSession, context: Context, payload: dict[str, Any]) -> None:
        raise Refused("This file is empty.")

    effect_id = post(context)
    assert carry_out(context, effect_id) == "dead"
    assert effect(context, effect_id).error == "This file is empty."
    assert carry_out(context, effect_id) == "gone"


def test_an_effect_nobody_handles_is_dead(context: Context) -> None:
    effect_id = post(context, kind="test.nobody")
    assert carry_out(context, effect_id) == "dead"
    assert effect(context, effect_id).error.startswith("Unhandled")


def test_what_never_ends_is_given_up(context: Context) -> None:
    handles("test.write")(write_once)
    effect_id = post(context)
    with context.session() as session:
        session.execute(update(Effect).where(Effect.id == effect_id).values(attempts=MAX_ATTEMPTS))
    assert carry_out(context, effect_id) == "dead"
    assert written(context) == 0


def test_two_handlers_for_one_kind_are_refused() -> None:
    handles("test.write")(write_once)
    with pytest.raises(ValueError, match="Two handlers"):
        handles("test.write")(write_once)


def test_a_bookshops_effect_works_in_its_scope(context: Context, house: House) -> None:
    scopes = []

    @handles("test.write", scope="bookshop")
    def look(session: TenantSession, context: Context, payload: dict[str, Any]) -> None:
        scopes.append(session.scope)

    carry_out(context, post(context, 1, bookshop_id=house.cast.boreal))
    carry_out(context, post(context, 2))
    assert [(scope.kind, scope.bookshop_id) for scope in scopes] == [
        ("bookshop", house.cast.boreal),
        ("system", None),
    ]


def test_the_outside_is_called_before_the_transaction_and_its_answer_is_kept(context: Context) -> None:
    def call(context: Context, payload: dict[str, Any]) -> str:
        return f"accepted {payload['n']}"

    @handles("test.call", outside=call)
    def note(session: TenantSession, context: Context, payload: dict[str, Any], answer: str) -> dict[str, Any]:
        return {"answer": answer}

    effect_id = post(context, kind="test.call")
    assert carry_out(context, effect_id) == "done"
    assert effect(context, effect_id).result == {"answer": "accepted 1"}


def test_drain_leaves_only_what_failed(context: Context) -> None:
    @handles("test.write")
    def odd_ones_fail(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        if payload["n"] % 2:
            raise OSError
        return write_once(session, context, payload)

    effects = [post(context, n) for n in range(6)]
    assert drain(context) == 3
    assert [effect(context, one).state for one in effects] == ["done", "pending"] * 3
    assert drain(context) == 0


def both_at_once(context: Context, effect_id: int) -> None:
    """Two workers that take the same number; each writes only when both are inside, or after half a second."""
    together = threading.Barrier(2)

    @handles("test.write")
    def slowly(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        with suppress(threading.BrokenBarrierError):
            together.wait(timeout=0.5)
        return write_once(session, context, payload)

    workers = [threading.Thread(target=carry_out, args=(context, effect_id)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


@contextmanager
def never_alone(context: Context, effect_id: int) -> Iterator[bool]:
    yield True


def claim_without_lock(session: TenantSession, effect_id: int) -> Effect | None:
    return session.scalar(select(Effect).where(Effect.id == effect_id, Effect.state == "pending"))


@pytest.mark.parametrize("off", ["nothing", "the lock of the effect", "the lock of the row"])
def test_two_workers_do_it_once_even_with_one_lock_off(
    context: Context, monkeypatch: pytest.MonkeyPatch, off: str
) -> None:
    if off == "the lock of the effect":
        monkeypatch.setattr(queue, "_alone", never_alone)
    if off == "the lock of the row":
        monkeypatch.setattr(queue, "_claim", claim_without_lock)
    both_at_once(context, post(context))
    assert written(context) == 1


def test_without_both_locks_it_is_done_twice(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the tests above could fail."""
    monkeypatch.setattr(queue, "_alone", never_alone)
    monkeypatch.setattr(queue, "_claim", claim_without_lock)
    both_at_once(context, post(context))
    assert written(context) == 2
