"""What falls due, when, and only once: periods in the network's own time, rows that two schedulers share."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from jobs.context import Context
from jobs.schedule import SCHEDULE, Entry, daily, every
from jobs.scheduler import tick
from trade.base.models import Effect, ScheduledRun

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("moment", "period"),
    [
        ("2026-11-24 01:59:59", "2026-11-23"),
        ("2026-11-24 02:00:00", "2026-11-24"),
        ("2026-11-24 23:59:59", "2026-11-24"),
        ("2026-03-29 01:59:59", "2026-03-28"),
        ("2026-03-29 03:00:00", "2026-03-29"),  # 02:00 does not exist on this day
        ("2026-10-25 02:00:00", "2026-10-25"),  # and happens twice on this one
        ("2026-01-01 00:30:00", "2025-12-31"),
    ],
)
def test_a_day_begins_at_its_hour_of_the_wall_clock(moment: str, period: str) -> None:
    assert daily(time(2, 0))(datetime.fromisoformat(moment).replace(tzinfo=MADRID)) == period


@pytest.mark.parametrize(
    ("moment", "period"),
    [
        ("2026-11-24 10:00:00", "2026-11-24T09:00"),
        ("2026-11-24 10:04:59", "2026-11-24T09:00"),
        ("2026-11-24 10:05:00", "2026-11-24T09:05"),
        ("2026-11-24 10:59:59", "2026-11-24T09:55"),
    ],
)
def test_a_stretch_of_minutes(moment: str, period: str) -> None:
    assert every(minutes=5)(datetime.fromisoformat(moment).replace(tzinfo=MADRID)) == period


def test_the_hour_that_comes_twice_counts_twice() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=MADRID, fold=0)
    second = datetime(2026, 10, 25, 2, 30, tzinfo=MADRID, fold=1)
    assert every(minutes=5)(first) != every(minutes=5)(second)


def test_each_kind_stands_in_the_table_once() -> None:
    kinds = [entry.kind for entry in SCHEDULE]
    assert len(kinds) == len(set(kinds))


NIGHTLY = [Entry("test.nightly", daily(time(2, 0))), Entry("test.demo", daily(time(2, 0)), demo_only=True)]
TEN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def effects(context: Context) -> list[tuple[str, str, dict[str, object]]]:
    with context.session() as session:
        found = select(Effect.kind, Effect.key, Effect.payload).where(Effect.kind.like("test.%")).order_by(Effect.id)
        return [(row.kind, row.key, row.payload) for row in session.execute(found)]


@pytest.mark.database
def test_a_period_is_posted_once_and_the_next_again(context: Context) -> None:
    assert tick(context, at=TEN, schedule=NIGHTLY) == ["test.nightly", "test.demo"]
    assert tick(context, at=TEN.replace(hour=22), schedule=NIGHTLY) == []
    assert tick(context, at=TEN.replace(day=25), schedule=NIGHTLY) == ["test.nightly", "test.demo"]
    assert ("test.nightly", "test.nightly:2026-11-24", {"period": "2026-11-24"}) in effects(context)
    assert len(effects(context)) == 4
    with context.session() as session:
        posted = select(ScheduledRun.kind).join(Effect, Effect.id == ScheduledRun.effect_id)
        assert sorted(session.scalars(posted)) == ["test.demo"] * 2 + ["test.nightly"] * 2


@pytest.mark.database
def test_the_demos_work_never_falls_due_in_production(context: Context) -> None:
    production = replace(context, config=replace(context.config, production=True))
    assert tick(production, at=TEN, schedule=NIGHTLY) == ["test.nightly"]


@pytest.mark.database
def test_two_schedulers_post_it_once(context: Context) -> None:
    together = threading.Barrier(2)
    posted: list[str] = []

    def run() -> None:
        together.wait()
        posted.extend(tick(context, at=TEN, schedule=NIGHTLY[:1]))

    schedulers = [threading.Thread(target=run) for _ in range(2)]
    for scheduler in schedulers:
        scheduler.start()
    for scheduler in schedulers:
        scheduler.join()
    assert posted == ["test.nightly"]
    assert len(effects(context)) == 1
