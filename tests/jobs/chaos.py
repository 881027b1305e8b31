"""Processes to be killed: a worker and a dispatcher of the product, with handlers that write one row each.

``python -m tests.jobs.chaos worker`` or ``dispatcher``. An effect whose payload names a point ("die") kills
the process that carries it out there, the first time only: a file in the data folder remembers.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

from config.settings import load
from jobs import queue, stock
from jobs.context import Context, open_context
from jobs.dispatcher import serve
from jobs.queue import HANDLERS, handles, serve_process
from jobs.worker import EffectWorker
from tests.jobs.plain import WRITTEN
from trade.base import journal
from trade.base.tenancy import TenantSession
from trade.members.models import StoredFile
from trade.stock.models import FeedRun

LEASE = timedelta(seconds=1)


def die_at(point: str, context: Context, payload: dict[str, Any]) -> None:
    """End this process, and with "worker" in the point's name its parent, as kill -9 does."""
    if payload.get("die") != point:
        return
    try:
        (context.config.folder / f"died.{payload['n']}").touch(exist_ok=False)
    except FileExistsError:
        return
    if point.startswith("worker"):
        os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


@handles("chaos.write")
def write_row(session: TenantSession, context: Context, payload: dict[str, Any]) -> None:
    die_at("before", context, payload)
    journal.write(session, action=WRITTEN, thing="chaos", thing_id=payload["n"], at=context.now())
    session.flush()
    time.sleep(payload.get("seconds", 0))
    die_at("inside", context, payload)
    die_at("worker inside", context, payload)


def import_or_die(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any] | None:
    """The product's import, and a kill in the middle of one file: each time, if it is named so, else the first."""
    run = session.get_one(FeedRun, payload["run_id"])
    name = session.get_one(StoredFile, run.file_id).name
    done = kept_import(session, context, payload)
    session.flush()
    if name == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    die_at("worker inside", context, {"die": name, "n": run.id})
    return done


def carry_out_and_die(context: Context, effect_id: int) -> str:
    """The product's carry_out, and a kill between its commit and what RQ notes of it."""
    outcome = kept_carry_out(context, effect_id)
    with context.session() as session:
        payload = session.get_one(queue.Effect, effect_id).payload
    die_at("after", context, payload)
    return outcome


class CarelessWorker(EffectWorker):
    """Runs plain jobs too: the product's worker refuses them."""

    def execute_job(self, job: Any, queue: Any) -> None:
        super(EffectWorker, self).execute_job(job, queue)


POISON = "poison"
kept_carry_out = queue.carry_out
kept_import = stock.import_one
HANDLERS["stock.import"] = replace(HANDLERS["stock.import"], run=import_or_die)

if __name__ == "__main__":
    context = open_context(load())
    if sys.argv[1] == "dispatcher":
        serve(context, lease=LEASE)
    queue.carry_out = carry_out_and_die
    serve_process(context)
    worker = CarelessWorker if sys.argv[1] == "careless" else EffectWorker
    worker(context).work(logging_level="ERROR", burst="burst" in sys.argv)
