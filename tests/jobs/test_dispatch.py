"""From the outbox to RQ: what is handed over, what is refused, what comes back when Redis forgets."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from rq import Callback
from rq.job import Job
from sqlalchemy import select, update

from jobs import dispatcher
from jobs.context import Context
from jobs.dispatcher import dispatch, queues_of
from jobs.queue import HANDLERS, RUN
from jobs.schedule import SCHEDULE
from jobs.worker import HEARTBEAT, declare_handlers, lawful, make_worker
from trade.base import outbox
from trade.base.models import Effect

pytestmark = pytest.mark.database


def post(context: Context, count: int) -> list[int]:
    with context.session() as session:
        for n in range(count):
            outbox.post(session, kind="test.write", key=f"test.write:{n}", payload={"n": n})
        return list(session.scalars(select(Effect.id).where(Effect.kind == "test.write").order_by(Effect.id)))


def forget_leases(context: Context) -> None:
    with context.session() as session:
        session.execute(update(Effect).values(lease_until=None))


def test_effects_are_handed_over_oldest_first_and_once_a_lease(context: Context) -> None:
    ids = post(context, 3)
    assert dispatch(context) == 3
    assert [job.args for job in queues_of(context.redis)[1].jobs] == [[one] for one in ids]
    assert dispatch(context) == 0


def test_what_redis_forgot_comes_up_again_after_its_lease(context: Context) -> None:
    post(context, 2)
    dispatch(context, lease=timedelta(0))
    context.redis.flushdb()
    assert dispatch(context) == 2
    assert queues_of(context.redis)[1].count == 2


def test_no_more_are_handed_over_than_the_queue_has_room_for(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "MOST_IN_QUEUE", 3)
    post(context, 5)
    assert dispatch(context) == 3
    assert dispatch(context) == 0
    queues_of(context.redis)[1].empty()
    assert dispatch(context) == 2


def test_what_people_wait_for_stands_in_the_first_queue(context: Context) -> None:
    post(context, 2)
    with context.session() as session:
        outbox.post(session, kind="message.deliver", key="message.deliver:1", payload={"message_id": 1})
    assert dispatch(context) == 3
    assert [queue.count for queue in queues_of(context.redis)] == [1, 2]


def test_done_and_dead_effects_are_not_handed_over(context: Context) -> None:
    ids = post(context, 3)
    with context.session() as session:
        session.execute(update(Effect).where(Effect.id == ids[0]).values(state="done"))
        session.execute(update(Effect).where(Effect.id == ids[1]).values(state="dead"))
    assert dispatch(context) == 1


def test_a_worker_goes_on_until_nothing_waits(context: Context) -> None:
    ids = post(context, 2)
    dispatch(context)
    others, worker = queues_of(context.redis)[1], make_worker(context)
    assert [worker._next(others) for _ in range(3)] == [True, True, False]
    assert not list(context.redis.scan_iter("rq:job:*")), "nothing is left of a job that was done"
    with context.session() as session:
        assert set(session.scalars(select(Effect.state).where(Effect.id.in_(ids)))) == {"dead"}, "nobody handles them"


def test_a_worker_carries_out_ours_and_refuses_what_it_does_not_know(context: Context) -> None:
    """Who may write to Redis could otherwise run any function of this machine."""
    queue = queues_of(context.redis)[0]
    marker = context.config.folder / "owned"
    queue.enqueue("os.mkdir", str(marker))
    queue.enqueue(RUN, 0, on_success=Callback("os.getcwd"))
    post(context, 1)
    dispatch(context)
    make_worker(context).work(burst=True, logging_level="ERROR")
    assert not marker.exists()
    assert queue.count == 0
    with context.session() as session:
        effect = session.scalars(select(Effect).where(Effect.kind == "test.write")).one()
        assert (effect.state, effect.error.split()[0]) == ("dead", "Unhandled")
    assert time.time() - float(context.redis.get(HEARTBEAT) or 0) < 60


@pytest.mark.parametrize(
    ("function", "arguments", "options", "ours"),
    [
        (RUN, [7], {}, True),
        (RUN, ["7"], {}, False),
        (RUN, [7, 8], {}, False),
        (RUN, [], {}, False),
        (RUN, [7], {"kwargs": {"x": 1}}, False),
        (RUN, [7], {"on_failure": Callback("os.getcwd")}, False),
        ("os.system", [7], {}, False),
    ],
)
def test_which_jobs_are_ours(
    context: Context, function: str, arguments: list[object], options: dict[str, object], ours: bool
) -> None:
    queue = queues_of(context.redis)[0]
    job = Job.create(function, arguments, connection=context.redis, serializer=queue.serializer, **options)
    assert lawful(job) is ours


def test_everything_on_the_schedule_has_a_handler() -> None:
    declare_handlers()
    assert {entry.kind for entry in SCHEDULE} <= HANDLERS.keys()
