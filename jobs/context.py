"""What a job or a command works with: everything that is not the domain's, opened once per process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from redis import Redis, RedisError
from sqlalchemy import Engine

import trade.models  # noqa: F401 - every table
from config.profile import open_profile
from config.settings import Config
from invoices.store import Store
from trade.base.clock import Clock
from trade.base.crypto import Keyring
from trade.base.db import make_engine
from trade.base.tenancy import SYSTEM, Profile, Scope, TenantSession, session_for
from trade.catalogue.engines.folder import Busy, IndexFolder, IndexReader
from trade.catalogue.engines.keeping import catch_up

PROGRESS_KEY = "mostrador:progress:{key}"
PROGRESS_SECONDS = 3_600


@dataclass(frozen=True)
class Context:
    """The installation, as jobs and commands see it."""

    config: Config
    profile: Profile
    engine: Engine
    redis: Redis
    clock: Clock
    store: Store

    @property
    def pepper(self) -> bytes:
        """The secret that stored hashes are keyed with."""
        return self.config.secret_key.encode()

    @cached_property
    def keyring(self) -> Keyring:
        """The keys that seal what others entrust to us."""
        return Keyring({name: key.encode() for name, key in self.config.sealing_keys})

    def now(self) -> datetime:
        """The present moment: pass it on as ``at=``."""
        return self.clock.now()

    @cached_property
    def search(self) -> IndexReader:
        """The search index of this machine, brought up to date before it is asked."""
        return IndexReader(IndexFolder(self.config.search_dir), keep=self._catch_up)

    def _catch_up(self, search: IndexReader) -> None:
        with suppress(Busy):  # the index process is at it: what is there will do
            catch_up(search, self.session, at=self.clock.system())

    @contextmanager
    def session(self, scope: Scope = SYSTEM) -> Iterator[TenantSession]:
        """A session that commits at the end and rolls back on an error."""
        with session_for(self.engine, scope, self.profile, self.search) as session:
            yield session

    def progress(self, key: str, done: int, total: int, stage: str = "") -> None:
        """Tell whoever watches how far a job is. Only a hint: it may be lost, and never fails a job."""
        told = json.dumps({"done": done, "total": total, "stage": stage})
        try:
            self.redis.set(PROGRESS_KEY.format(key=key), told, ex=PROGRESS_SECONDS)
        except RedisError:
            return


def open_context(config: Config) -> Context:
    """Open the installation of these settings; nothing is connected before it is used."""
    return Context(
        config=config,
        profile=open_profile(config),
        engine=make_engine(config.database_url),
        redis=Redis.from_url(config.redis_url),
        clock=Clock(config.clock_file),
        store=Store(config.files_dir),
    )
