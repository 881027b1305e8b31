"""The worker: takes effects' numbers from RQ and carries them out. ``python -m jobs.worker``; any number may run."""

from __future__ import annotations

import logging as standard_logging
import sys
import time
from typing import Any

import structlog
from rq import Queue, Worker
from rq.exceptions import DeserializationError
from rq.executions import Execution
from rq.job import Job

from config import logging
from config.settings import load
from jobs.context import Context, open_context
from jobs.dispatcher import queues_of
from jobs.queue import RUN, declare_handlers, run_effect, serve_process

HEARTBEAT = "mostrador:heartbeat:worker"
GO_ON = 5.0
"""Seconds for which the process of one job goes on with others: shorter than a worker's patience when it ends."""
log = structlog.get_logger(__name__)


class EffectWorker(Worker):
    """RQ's forking worker, quick to notice the dead, and deaf to every job but ours.

    Who can write to Redis could name any Python function as a job; here only run_effect is run.
    """

    max_connection_wait_time = 3.0
    told_to_stop = False

    def __init__(self, context: Context) -> None:
        self.context = context
        queues = queues_of(context.redis)
        super().__init__(
            queues,
            connection=context.redis,
            serializer=queues[0].serializer,
            worker_ttl=20,
            maintenance_interval=30,
            job_monitoring_interval=5,
            log_job_description=False,
        )

    def heartbeat(self, *args: Any, **kwargs: Any) -> None:
        """Also tell ``/healthz`` that the loop turns (at least every five seconds)."""
        super().heartbeat(*args, **kwargs)
        self.connection.set(HEARTBEAT, time.time(), ex=120)

    def request_stop(self, signum: Any, frame: Any) -> None:
        """Remember that we were told, then stop after the running job."""
        self.told_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run the job in a process of its own, if it is one of ours."""
        if not lawful(job):
            log.error("unknown job refused", job=job.id)
            job.delete()
            return
        super().execute_job(job, queue)

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """In the forked process: forget the parent's database connections without closing them."""
        self.context.engine.dispose(close=False)
        super().main_work_horse(job, queue)

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """In the forked process: do the job, then go on with those behind it while everything is at hand.

        A night has 1,500 files, and a process that has read one reads the next in a fraction of the time. What it takes
        from Redis and does not end comes again when its lease is over, like all that is lost.
        """
        done = super().perform_job(job, queue, execution)
        end = time.perf_counter() + GO_ON
        while time.perf_counter() < end and self._next(queue):
            pass
        return done

    def _next(self, queue: Queue) -> bool:
        """Do the next job of the queue, unless one of an earlier queue waits; whether there was one."""
        if any(earlier.count for earlier in self.queues[: self.queues.index(queue)]):
            return False
        job_id: Any = self.connection.lpop(queue.key)  # Queue.pop_job_id raises where there is none
        job = queue.fetch_job(job_id.decode()) if job_id else None
        if job is None:
            return False
        if not lawful(job):
            queue.push_job_id(job.id, at_front=True)  # the worker itself refuses it
            return False
        run_effect(job.args[0])
        self.connection.delete(job.key)  # a popped job is nowhere else: Job.delete would look into every registry
        return True


def lawful(job: Job) -> bool:
    """Whether this is a job of the dispatcher: our function, one number, nothing else to call."""
    callbacks = (job._success_callback_name, job._failure_callback_name, job._stopped_callback_name)
    try:
        number_only = len(job.args) == 1 and isinstance(job.args[0], int) and not job.kwargs
        return job.func_name == RUN and job.instance is None and number_only and not any(callbacks)
    except DeserializationError:
        return False


def make_worker(context: Context) -> EffectWorker:
    """A worker of this installation; ``work()`` serves until it is told to stop."""
    declare_handlers()
    serve_process(context)
    return EffectWorker(context)


def main() -> int:
    """Serve until SIGTERM (the running job is finished first). Status 1: it fell out, start it again."""
    settings = load()
    logging.configure(level=settings.log_level, json=settings.production)
    worker = make_worker(open_context(settings))
    standard_logging.getLogger("rq").propagate = True
    worker.work(logging_level="WARNING")
    return 0 if worker.told_to_stop else 1


if __name__ == "__main__":
    sys.exit(main())
