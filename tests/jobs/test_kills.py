"""Nothing is lost and nothing done twice, whatever is killed: real processes, real kill -9, a real Redis.

The last tests are the negative control: the same work handed to RQ without the outbox is lost.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rq import Retry
from sqlalchemy import func, select

from config.services import Endpoints, Services
from config.settings import ROOT
from jobs.context import Context, open_context
from jobs.dispatcher import queues_of
from tests.conftest import House
from tests.jobs.plain import WRITTEN
from tests.trade.stock.test_feed import NOW, csv
from trade.base import outbox
from trade.base.models import Effect, JournalEntry
from trade.members.models import Bookshop
from trade.stock import actions, queries
from trade.stock.models import FeedRun, StockLine

pytestmark = [pytest.mark.database, pytest.mark.kill]

SEED = 20261124


class Scene:
    """A house with a Redis of its own and processes that may die."""

    def __init__(self, house: House, folder: Path) -> None:
        given = Endpoints(house.url, house.owner_url)
        self.services = Services(folder, house.network, given=given)
        redis_url = self.services.start().redis_url
        self.environ = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "MOSTRADOR_HOME": str(folder),
            "MOSTRADOR_NETWORK": house.network,
            "DATABASE_URL": house.url,
            "REDIS_URL": redis_url,
            "MOSTRADOR_FILES": str(house.store.folder),
        }
        self.context: Context = open_context(house.config().with_endpoints(
            database_url=house.url, database_owner_url="", redis_url=redis_url))  # fmt: skip
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start (again) the process of this name: "worker 1" is a worker."""
        command = [sys.executable, "-m", "tests.jobs.chaos", name.split()[0], *arguments]
        self.processes[name] = subprocess.Popen(command, cwd=ROOT, env=self.environ, start_new_session=True)
        return self.processes[name]

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].wait()

    def kill_horse(self, name: str) -> bool:
        """Kill the process in which this worker carries out a job, if it has one now."""
        children = Path(f"/proc/{self.processes[name].pid}/task/{self.processes[name].pid}/children")
        horses = children.read_text().split() if children.exists() else []
        for horse in horses:
            os.kill(int(horse), signal.SIGKILL)
        return bool(horses)

    def kill_redis(self) -> None:
        """Kill Redis, and start it again on what it had written."""
        self.services._read_state()[1]["redis"].stop([signal.SIGKILL], patience=5)
        self.services.start()

    def start_what_died(self) -> None:
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.start(name)

    def post(self, numbers: range, **payload: object) -> None:
        with self.context.session() as session:
            for n in numbers:
                outbox.post(session, kind="chaos.write", key=f"chaos:{n}", payload={"n": n, **payload})

    def undone(self) -> int:
        with self.context.session() as session:
            return session.scalars(select(func.count()).where(Effect.state != "done")).one()

    def written(self) -> Counter[int]:
        """How often each number was written."""
        with self.context.session() as session:
            return Counter(session.scalars(select(JournalEntry.thing_id).where(JournalEntry.action == WRITTEN)))

    def wait(self, done: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, f"{self.undone()} effects undone after {seconds} s"
            self.start_what_died()
            time.sleep(0.1)

    def close(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.context.engine.dispose()
        self.context.redis.close()
        self.services.destroy()


@pytest.fixture
def scene(house: House, tmp_path: Path) -> Iterator[Scene]:
    made = Scene(house, tmp_path / "scene")
    yield made
    made.close()


@pytest.mark.parametrize("point", ["before", "inside", "after", "worker inside"])
def test_a_kill_at_each_point_of_one_effect(scene: Scene, point: str) -> None:
    scene.start("dispatcher")
    scene.start("worker")
    scene.post(range(1), die=point)
    scene.post(range(1, 4))
    scene.wait(lambda: (scene.context.config.folder / "died.0").exists() or not scene.undone(), 20)
    scene.wait(lambda: not scene.undone(), 20)
    assert scene.written() == {0: 1, 1: 1, 2: 1, 3: 1}


def test_a_storm_of_kills_and_flushes_loses_and_doubles_nothing(scene: Scene) -> None:
    """Two workers and a dispatcher under fire for six seconds; every effect is done once within the lease."""
    dice = random.Random(SEED)
    count = 120
    for name in ("dispatcher", "worker 1", "worker 2"):
        scene.start(name)
    scene.post(range(count), seconds=0.02)
    faults: Counter[str] = Counter()
    scene.wait(lambda: len(scene.written()) > 0, 20)
    end = time.monotonic() + 6
    while time.monotonic() < end:
        fault = dice.choice(["worker", "horse", "dispatcher", "flush", "redis"])
        worker = dice.choice(["worker 1", "worker 2"])
        if fault == "worker":
            scene.kill(worker)
        elif fault == "dispatcher":
            scene.kill("dispatcher")
        elif fault == "flush":
            scene.context.redis.flushall()
        elif fault == "redis":
            scene.kill_redis()
        if fault != "horse" or scene.kill_horse(worker):
            faults[fault] += 1
        scene.start_what_died()
        time.sleep(0.3)
    scene.wait(lambda: not scene.undone(), 40)
    assert scene.written() == dict.fromkeys(range(count), 1)
    assert sum(faults.values()) >= 8, faults
    assert len(faults) >= 4, faults


# --- a night of stock files ---

FILES = 6


def night(house: House) -> dict[int, int]:
    """A stock file of each of some bookshops, received and waiting; the run of each bookshop. The first is poison."""
    with house.session() as session:
        alba = session.get_one(Bookshop, house.cast.alba)
        made = [
            Bookshop(
                slug=f"night-{number}",
                name=f"Night {number}",
                state="active",
                country=alba.country,
                time_zone=alba.time_zone,
                applied_at=NOW,
            )
            for number in range(FILES)
        ]
        session.add_all(made)
        session.flush()
        runs = {
            bookshop.id: actions.receive_file(
                session,
                bookshop_id=bookshop.id,
                format="model_csv",
                data=csv((9788437604947, number + 1, 1495), (9782070368228, 1, 700)),
                name={0: "poison", 1: "worker inside"}.get(number, "stock.csv"),
                origin="push",
                at=NOW,
                store=house.store,
            ).id
            for number, bookshop in enumerate(made)
        }
        return runs


def copies(house: House) -> dict[int, int]:
    """Copies of one title by bookshop."""
    with house.session() as session:
        rows = session.execute(select(StockLine.bookshop_id, StockLine.quantity).where(StockLine.isbn == 9788437604947))
        return {row.bookshop_id: row.quantity for row in rows}


def test_one_poisoned_file_and_a_killed_worker_stop_no_other_bookshop(house: House, scene: Scene) -> None:
    """The poison kills its process each time; another file kills its worker once, in the middle of writing."""
    runs = night(house)
    poisoned, *others = runs
    for name in ("dispatcher", "worker 1", "worker 2"):
        scene.start(name)
    scene.wait(lambda: set(others) <= set(copies(house)), 60)
    with house.session() as session:
        state = {run.bookshop_id: run.state for run in session.scalars(select(FeedRun))}
        effect = session.scalars(select(Effect).where(Effect.bookshop_id == poisoned)).one()
        entries = session.scalars(select(JournalEntry.thing_id).where(JournalEntry.action == "feed_run.apply")).all()
        broken = [found.sentence for found in queries.invariants(session) if found.broken]
    assert {state[bookshop_id] for bookshop_id in others} == {"applied"}
    assert copies(house) == {bookshop_id: place + 2 for place, bookshop_id in enumerate(others)}
    assert sorted(entries) == sorted(runs[bookshop_id] for bookshop_id in others), "each applied once"
    assert (state[poisoned], effect.state) == ("received", "pending")
    assert effect.attempts >= 1
    assert list(scene.services.folder.glob("died.*")), "a worker was killed"
    assert broken == []


def test_control_in_one_transaction_the_poison_stops_the_whole_night(house: House) -> None:
    runs = night(house)

    def all_at_once() -> None:
        with house.session() as session:
            for run_id in reversed(runs.values()):
                actions.process(session, run_id=run_id, at=NOW, store=house.store)
                if run_id == min(runs.values()):
                    raise RuntimeError("poison")

    with pytest.raises(RuntimeError):
        all_at_once()
    assert copies(house) == {}


def enqueue_plainly(scene: Scene, numbers: range) -> None:
    """The usual way: the job itself goes to Redis, with RQ's own retries."""
    queue = queues_of(scene.context.redis)[0]
    for n in numbers:
        queue.enqueue("tests.jobs.plain.write", n, retry=Retry(max=3))


def test_control_plain_jobs_are_all_done_if_nothing_is_killed(scene: Scene) -> None:
    enqueue_plainly(scene, range(10))
    scene.start("careless", "burst").wait(timeout=30)
    assert scene.written() == dict.fromkeys(range(10), 1)


def test_control_without_the_outbox_a_flush_loses_work(scene: Scene) -> None:
    enqueue_plainly(scene, range(10))
    scene.context.redis.flushall()
    scene.start("careless", "burst").wait(timeout=30)
    assert len(scene.written()) < 10
