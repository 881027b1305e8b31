"""``bin/mostrador check`` on the outbox: each statement holds, and each can be broken."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from jobs.context import Context
from trade.base import outbox
from trade.base.models import Effect, ScheduledRun
from trade.base.queries import invariants

pytestmark = pytest.mark.database


def broken(context: Context) -> dict[int, tuple[str, ...]]:
    with context.session() as session:
        return {number: found.broken for number, found in enumerate(invariants(session)) if not found.holds}


def post(context: Context) -> int:
    with context.session() as session:
        outbox.post(session, kind="test.write", key="test.write:1", payload={})
        return session.scalars(select(Effect.id).where(Effect.kind == "test.write")).one()


@pytest.mark.parametrize(
    ("change", "statement"),
    [
        ({"state": "done"}, 0),
        ({"done_at": func.now()}, 0),
        ({"created_at": func.now() - timedelta(hours=25)}, 1),
        ({"state": "dead"}, 2),
    ],
)
def test_a_broken_effect_is_named(context: Context, change: dict[str, Any], statement: int) -> None:
    effect_id = post(context)
    with context.session() as session:
        outbox.post(session, kind="test.write", key="test.write:newest", payload={})
    assert broken(context) == {}
    with context.session() as session:
        session.execute(update(Effect).where(Effect.id == effect_id).values(**change))
    assert broken(context) == {statement: (f"test.write {effect_id}",)}


def test_a_run_without_its_effect_is_named(context: Context) -> None:
    with context.session() as session:
        session.add(ScheduledRun(kind="test.nightly", period="2026-11-24"))
    assert broken(context) == {3: ("test.nightly 2026-11-24",)}
