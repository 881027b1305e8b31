"""A Redis that is full, and one that comes back with old data: every effect is still done exactly once.

Real servers, a real dispatcher and worker. The negative controls hand the same work to RQ without the outbox.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from redis.exceptions import OutOfMemoryError
from rq import Worker
from rq.worker import WorkerStatus

from config.servers.processes import wait_until
from jobs.dispatcher import queues_of
from tests.jobs.test_kills import Scene, enqueue_plainly, scene

__all__ = ["scene"]
pytestmark = [pytest.mark.database, pytest.mark.kill]
BOUND = 30


def fill(scene: Scene, *, full: bool) -> None:
    """Leave Redis no room for anything, or all it wants; it throws nothing out."""
    redis = scene.context.redis
    assert redis.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    redis.config_set("maxmemory", 1 if full else 0)


def data_of(scene: Scene) -> Path:
    return scene.services._data() / "redis"


def keep_data(scene: Scene, kept: Path) -> None:
    """A backup of what Redis holds now, written anew as its RDB."""
    redis = scene.context.redis
    redis.bgrewriteaof()
    running = ("aof_rewrite_in_progress", "aof_rewrite_scheduled")
    assert wait_until(lambda: not any(redis.info("persistence")[name] for name in running), 10)
    subprocess.run(["cp", "-a", data_of(scene), kept], check=True)


def restore(scene: Scene, kept: Path) -> None:
    """Kill Redis, put the old data back, start it again."""
    scene.services._read_state()[1]["redis"].stop([signal.SIGKILL], patience=5)
    shutil.rmtree(data_of(scene))
    subprocess.run(["cp", "-a", kept, data_of(scene)], check=True)
    scene.services.start()


def queued(scene: Scene) -> int:
    return sum(queue.count for queue in queues_of(scene.context.redis))


def idle(scene: Scene) -> bool:
    """Whether a worker waits for work."""
    states = [worker.get_state() for worker in Worker.all(connection=scene.context.redis)]
    return bool(states) and set(states) == {WorkerStatus.IDLE}


def test_a_full_redis_delays_and_loses_nothing(scene: Scene) -> None:
    scene.start("dispatcher")
    scene.start("worker")
    scene.post(range(10), seconds=0.1)
    scene.wait(lambda: len(scene.written()) > 0, BOUND)
    fill(scene, full=True)
    scene.post(range(10, 20))
    with pytest.raises(OutOfMemoryError):
        enqueue_plainly(scene, range(1))
    end = time.monotonic() + 2
    while time.monotonic() < end:
        scene.start_what_died()
        time.sleep(0.2)
    assert scene.undone() > 0, "nothing was held up: Redis was not full"
    fill(scene, full=False)
    scene.wait(lambda: not scene.undone(), BOUND)
    assert scene.written() == dict.fromkeys(range(20), 1)


def test_old_data_restored_into_redis_lose_and_double_nothing(scene: Scene, tmp_path: Path) -> None:
    """What was done since comes again, what was queued since is gone."""
    scene.start("dispatcher")
    scene.post(range(5))
    scene.wait(lambda: queued(scene) >= 5, BOUND)
    keep_data(scene, tmp_path / "kept")
    scene.start("worker")
    # Idle: a killed worker leaves the process of its job alive, which would go on with the jobs behind it.
    scene.wait(lambda: not scene.undone() and not queued(scene) and idle(scene), BOUND)
    scene.kill("worker")
    scene.processes.pop("worker")
    scene.post(range(5, 10))
    scene.wait(lambda: queued(scene) >= 5, BOUND)
    scene.kill("dispatcher")
    restore(scene, tmp_path / "kept")
    old = [job.args[0] for queue in queues_of(scene.context.redis) for job in queue.jobs]
    assert len(set(old)) == 5, "the queue of then is back"
    scene.start("worker")
    scene.start("dispatcher")
    scene.wait(lambda: not scene.undone() and not queued(scene), BOUND)
    assert scene.written() == dict.fromkeys(range(10), 1)


def test_control_without_the_outbox_old_data_do_the_work_twice(scene: Scene, tmp_path: Path) -> None:
    enqueue_plainly(scene, range(5))
    keep_data(scene, tmp_path / "kept")
    scene.start("careless", "burst").wait(timeout=BOUND)
    assert scene.written() == dict.fromkeys(range(5), 1)
    restore(scene, tmp_path / "kept")
    scene.start("careless", "burst").wait(timeout=BOUND)
    assert scene.written() == dict.fromkeys(range(5), 2)
