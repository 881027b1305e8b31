"""The bell-ringer: hands waiting effects to RQ, again and again until each is done.

``python -m jobs.dispatcher``. Any number may run. It listens for new effects and looks by itself every few
seconds, for a notification may be lost. What Redis or a worker lost comes up again when its lease is over.
"""

from __future__ import annotations

import time
from datetime import timedelta

import psycopg
import structlog
from redis import Redis, RedisError
from rq import Queue
from rq.queue import EnqueueData
from rq.serializers import JSONSerializer
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import OperationalError

from config import logging
from config.databases import conninfo
from config.settings import load
from jobs.context import Context, open_context
from jobs.queue import RUN
from trade.base.models import Effect
from trade.base.outbox import CHANNEL

# What a person waits for does not stand behind a night's imports: workers empty the first queue first.
QUEUES = ("first", "effects")
FIRST = frozenset({"message.deliver", "reservations.mark_late", "shipping.label"})
LEASE = timedelta(seconds=20)
LOOK_AGAIN = 2.0
LONGEST_JOB = 15 * 60
# More would only wait in Redis instead of in the table, and come twice once their leases are over.
MOST_IN_QUEUE = 200

log = structlog.get_logger(__name__)


def queues_of(redis: Redis) -> list[Queue]:
    """The queues, in the order of service. JSON, not pickle: what Redis holds is never executed as code."""
    return [Queue(name, connection=redis, serializer=JSONSerializer) for name in QUEUES]


def dispatch(context: Context, *, lease: timedelta = LEASE) -> int:
    """Hand the waiting effects to RQ, oldest first, as many as there is room for; returns how many."""
    first, others = queues_of(context.redis)
    urgent = Effect.kind.in_(FIRST)
    return _hand_over(context, first, urgent, lease) + _hand_over(context, others, ~urgent, lease)


def _hand_over(context: Context, queue: Queue, which: ColumnElement[bool], lease: timedelta) -> int:
    room = MOST_IN_QUEUE - queue.count
    claimed = _claim(context, which, room, lease) if room > 0 else []
    if claimed:
        queue.enqueue_many([_job(effect_id) for effect_id in claimed])
    return len(claimed)


def _job(effect_id: int) -> EnqueueData:
    return Queue.prepare_data(
        RUN, (effect_id,), timeout=LONGEST_JOB, result_ttl=0, failure_ttl=60, description=f"effect {effect_id}"
    )


def _claim(context: Context, which: ColumnElement[bool], room: int, lease: timedelta) -> list[int]:
    """Take effects for the time of a lease; two dispatchers never take the same. Committed before Redis hears."""
    ready = (Effect.lease_until.is_(None)) | (Effect.lease_until < func.now())
    waiting = select(Effect.id).where(Effect.state == "pending", ready, which).order_by(Effect.id).limit(room)
    taken = (
        update(Effect)
        .where(Effect.id.in_(waiting.with_for_update(skip_locked=True).scalar_subquery()))
        .values(lease_until=func.now() + lease)
        .returning(Effect.id)
        .execution_options(synchronize_session=False)
    )
    with context.session() as session:
        return sorted(session.scalars(taken))


def serve(context: Context, *, lease: timedelta = LEASE) -> None:
    """Dispatch for ever; a database or a Redis that is away for a while is waited for."""
    while True:
        try:
            with psycopg.connect(conninfo(context.config.database_url), autocommit=True) as bell:
                bell.execute(f"LISTEN {CHANNEL}")
                while True:
                    dispatch(context, lease=lease)
                    for _ in bell.notifies(timeout=LOOK_AGAIN, stop_after=1):
                        pass
        except (psycopg.OperationalError, OperationalError, RedisError) as error:
            log.warning("dispatcher waits", reason=type(error).__name__)
            time.sleep(1)


if __name__ == "__main__":
    settings = load()
    logging.configure(level=settings.log_level, json=settings.production)
    serve(open_context(settings))
