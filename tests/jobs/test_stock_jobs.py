"""Stock in the background: an upload is imported by its own job, in the bookshop's scope, and its progress is told."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from jobs import commands
from jobs.context import PROGRESS_KEY, Context
from jobs.queue import HANDLERS, declare_handlers, drain
from jobs.schedule import SCHEDULE
from tests.backoffice.browser import Screen, said
from tests.conftest import House
from tests.trade.stock.test_feed import ALL, NOW, csv, stock
from trade.base.models import Effect
from trade.stock import actions, queries
from trade.stock.models import FeedRun


def upload(house: House, data: bytes, *, apply_when_safe: bool = True) -> int:
    with house.session(house.cast.bookshop("alba")) as session:
        run = actions.receive_file(
            session,
            bookshop_id=house.cast.alba,
            format="model_csv",
            data=data,
            name="stock.csv",
            origin="upload",
            at=NOW,
            store=house.store,
            apply_when_safe=apply_when_safe,
        )
        return run.id


def run_state(house: House, run_id: int) -> str:
    with house.session() as session:
        return queries.run(session, run_id=run_id).state


@pytest.mark.seed("F05")
def test_an_upload_is_imported_by_its_job_and_its_progress_is_told(house: House, context: Context) -> None:
    run_id = upload(house, ALL)
    assert run_state(house, run_id) == "received", "nothing happens in the request"
    drain(context)
    assert run_state(house, run_id) == "applied"
    assert len(stock(house)) == 4
    told = json.loads(context.redis.get(PROGRESS_KEY.format(key=f"stock:{run_id}")))
    assert told == {"done": 4, "total": 4, "stage": "done"}


def test_the_job_works_for_one_bookshop_only(house: House, context: Context) -> None:
    declare_handlers()
    assert HANDLERS["stock.import"].scope == "bookshop"
    run_id = upload(house, ALL)
    with house.session() as session:
        effect = session.scalars(select(Effect).where(Effect.kind == "stock.import")).one()
        effect.bookshop_id = house.cast.boreal
    drain(context)
    assert run_state(house, run_id) == "received", "another bookshop's job does not find the run"


def test_a_flushed_redis_loses_no_import(house: House, context: Context) -> None:
    run_id = upload(house, ALL)
    context.redis.flushdb()
    drain(context)
    assert run_state(house, run_id) == "applied"


def test_a_job_that_comes_twice_changes_nothing(house: House, context: Context) -> None:
    run_id = upload(house, ALL)
    drain(context)
    before = stock(house)
    with house.session() as session:
        effect = session.scalars(select(Effect).where(Effect.kind == "stock.import")).one()
        effect.state, effect.lease_until = "pending", None
    drain(context)
    assert stock(house) == before
    with house.session() as session:
        assert session.scalars(select(FeedRun.state)).all() == ["applied"]
    assert run_state(house, run_id) == "applied"


def test_a_dry_run_waits_and_a_held_file_is_mailed(house: House, context: Context) -> None:
    drain(context)
    dry = upload(house, ALL, apply_when_safe=False)
    drain(context)
    assert (run_state(house, dry), stock(house)) == ("compared", {})
    upload(house, ALL)
    drain(context)
    held = upload(house, csv((9788437604947, 2, 1495)))
    drain(context)
    assert run_state(house, held) == "held"
    with house.session() as session:
        kinds = session.scalars(select(Effect.key).where(Effect.kind == "message.deliver")).all()
    assert f"message.deliver:stock.held:{held}" in kinds


@pytest.mark.seed("T109")
def test_the_nightly_and_hourly_jobs_do_their_work(house: House, context: Context) -> None:
    upload(house, ALL)
    drain(context)
    with house.session() as session:
        session.add(Effect(kind="stock.rare", key="stock.rare:2026-11-24", payload={"period": "2026-11-24"}))
        session.add(Effect(kind="stock.watch", key="stock.watch:2026-11-24T10", payload={"period": "2026-11-24T10"}))
    drain(context)
    with house.session() as session:
        assert len(queries.rare_titles(session, bookshop_id=house.cast.alba)) == 3
        result = session.scalars(select(Effect).where(Effect.kind == "stock.watch")).one()
        assert (result.state, result.result) == ("done", {"silent": 1})


@pytest.mark.seed("T109")
def test_staff_ask_for_the_logs_without_waiting_for_the_night(
    house: House, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    upload(house, ALL)
    drain(context)
    for _click in range(2):
        assert "being made anew" in " ".join(said(Screen(house, "dora").english().do("/staff/feeds/logs")))
    drain(context)
    with house.session() as session:
        assert len(queries.rare_titles(session, bookshop_id=house.cast.alba)) == 3
        assert len(session.scalars(select(Effect).where(Effect.kind == "stock.rare")).all()) == 1
    assert commands.main(["stock", "logs"], context) == 0
    assert "rare 3, price errors 0" in capsys.readouterr().out


def test_the_schedule_names_the_stock_jobs(context: Context) -> None:
    declare_handlers()
    kinds = {entry.kind: entry for entry in SCHEDULE if entry.kind.startswith("stock.")}
    assert {"stock.demo_resend", "stock.rare", "stock.watch"} <= set(kinds) <= set(HANDLERS)
    assert kinds["stock.demo_resend"].demo_only
    local = NOW.astimezone() + timedelta(0)
    assert kinds["stock.watch"].period(local) != kinds["stock.watch"].period(local + timedelta(hours=1))
