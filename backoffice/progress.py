"""Work in the background as its page shows it: its steps, how far the present one is, and whether it failed.

How far it is comes from Redis: only a hint, so its absence is no error. Whether it failed is in the database.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext
from redis import RedisError

from trade.base import outbox
from trade.base.models import Effect
from trade.base.text import N_
from trade.catalogue.models import CatalogueRun
from trade.stock.models import FeedRun
from web.database import session
from web.language import number, percent

WAITS, READING = "waits", "reading"
#: The steps of a stock file. The last one depends on what was asked for.
STOCK_STEPS = {
    WAITS: N_("Kept as it came"),
    READING: N_("Reading its lines"),
    "comparing": N_("Comparing with the stock"),
    "applying": N_("Applying"),
}
LOOKED_AT = N_("Showing what it would change")
#: The steps of a catalogue feed.
FEED_STEPS = {WAITS: N_("Kept as it came"), READING: N_("Reading its records")}


@dataclass(frozen=True)
class Progress:
    """Done of total (0: not known yet) in a stage."""

    done: int
    total: int
    stage: str


@dataclass(frozen=True)
class Step:
    """One step of a work: done, working or ahead; the present one may say how much of it is done."""

    words: str
    state: str
    counted: str = ""
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class Work:
    """A work under way: its steps, and the job that does it.

    ``waits`` for its turn; ``again``: it broke off and is tried anew; ``failed``: it gave up for good.
    """

    steps: list[Step]
    job_id: int | None
    waits: bool
    failed: bool
    again: bool


def work_on_stock(run: FeedRun) -> Work:
    """How far a stock file is that is not read yet."""
    names = STOCK_STEPS if run.apply_when_safe else {**STOCK_STEPS, "applying": LOOKED_AT}
    told = progress_of(f"stock:{run.id}")
    counted = ""
    if told is not None and told.stage == READING and told.done:
        counted = gettext("%(done)s lines", done=number(told.done))
        if told.total:
            counted = gettext("%(done)s of %(total)s lines", done=number(told.done), total=number(told.total))
    elif told is not None and told.total:
        counted = gettext("%(total)s titles", total=number(told.total))
    return _work(names, told, counted, outbox.posted(session(), key=f"stock.import:{run.id}"))


def work_on_feed(run: CatalogueRun) -> Work:
    """How far a catalogue feed is that is not read to its end."""
    told = progress_of(f"catalogue:{run.id}")
    counted = gettext("%(done)s records", done=number(run.position)) if run.position else ""
    if told is not None and told.total:
        share = percent(told.done * 10_000 // told.total, 0)
        counted = gettext("%(records)s, %(share)s of the file", records=counted, share=share) if counted else share
    elif run.state == "importing":
        told = Progress(0, 0, READING)
    return _work(FEED_STEPS, told, counted, outbox.posted(session(), key=f"catalogue.import:{run.id}"))


def progress_of(key: str) -> Progress | None:
    """What the job last told; None where it has told nothing yet."""
    redis = current_app.extensions["redis"]
    try:
        told = redis.get(f"mostrador:progress:{key}") if redis is not None else None
    except RedisError:
        return None
    if told is None:
        return None
    found = json.loads(told)
    return Progress(int(found["done"]), int(found["total"]), found.get("stage", ""))


def _work(names: dict[str, str], told: Progress | None, counted: str, job: Effect | None) -> Work:
    order = list(names)
    here = 0 if told is None else order.index(told.stage) if told.stage in order else len(order) - 1
    steps = [
        Step(
            gettext(words),
            "done" if place < max(here, 1) else "working" if place == here else "open",
            *((counted, told.done, told.total) if told is not None and place == here else ()),
        )
        for place, words in enumerate(names.values())
    ]
    return Work(
        steps,
        job_id=job.id if job else None,
        waits=not here,
        failed=job is not None and job.state == "dead",
        again=job is not None and job.state == "pending" and bool(job.error),
    )
