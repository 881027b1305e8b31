"""The PostgreSQL and Redis an installation works with.

Addresses that are given win. What is not given is a private server on a unix socket: made and
started when the first command needs it, shared by all commands of the same home and network,
stopped by the last of them.
"""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from config.databases import create_database, drop_database
from config.servers import account as accounts
from config.servers import engines, postgres, redis, users
from config.servers.account import Account
from config.servers.errors import ServersError
from config.servers.processes import Process

__all__ = ["Endpoints", "ServersError", "Services", "create_database", "drop_database"]


@dataclass(frozen=True)
class Endpoints:
    """Addresses of the database (as the application, as its owner) and of the queue."""

    database_url: str = ""
    database_owner_url: str = ""
    redis_url: str = ""


NONE_GIVEN = Endpoints()


class Services:
    """The servers of one home and network.

    `given` addresses are used as they are and nothing is started for them; `postgres_programs`
    chooses a folder of PostgreSQL programs (15 or newer) over the installed package's. Where nothing needs to
    be `durable` (tests), the data lie in memory if there is room, and are gone with the last who used them.
    """

    def __init__(
        self,
        home: Path,
        network: str,
        *,
        given: Endpoints = NONE_GIVEN,
        postgres_programs: Path | None = None,
        durable: bool = True,
    ) -> None:
        self.folder = home.resolve() / network
        self._given = given
        self._programs = postgres_programs
        self._durable = durable
        self._lock = self.folder / "servers.lock"
        self._users = self.folder / "servers.users"
        self._state = self.folder / "servers.json"
        self._pointer = self.folder / "servers.data"
        wanted = {"postgres": given.database_url, "redis": given.redis_url}
        self._private = [name for name, address in wanted.items() if not address]

    def start(self) -> Endpoints:
        """Start what is not up (again, if it died), and say where everything is.

        Raises ServersError with a remedy; what this call had started is then stopped again.
        """
        if not self._private:
            return self._given
        with users.exclusive(self._lock):
            return self._start()

    def stop(self) -> None:
        """Stop the private servers, whoever uses them."""
        if self._state.exists():
            with users.exclusive(self._lock):
                self._stop()

    def destroy(self) -> None:
        """Stop the private servers and delete their data for good. Raises ServersError if they are in use."""
        if self._pointer.exists():
            with users.exclusive(self._lock):
                if in_use := users.living(self._users):
                    numbers = ", ".join(str(user.pid) for user in in_use)
                    raise ServersError(f"The servers of {self.folder} are in use (by process {numbers}).")
                self._stop()
                shutil.rmtree(self._data(), ignore_errors=True)
                self._pointer.unlink()

    @contextmanager
    def borrowed(self) -> Iterator[Endpoints]:
        """Use the servers: started if not up, stopped afterwards unless others use them."""
        if not self._private:
            yield self._given
            return
        me = Process.this()
        with users.exclusive(self._lock):
            endpoints = self._start()
            users.note(self._users, [*users.living(self._users), me])
        try:
            yield endpoints
        finally:
            with users.exclusive(self._lock):
                others = users.living(self._users)
                if me in others:
                    others.remove(me)
                users.note(self._users, others)
                if not others:
                    self._stop()
                    if not self._durable:
                        shutil.rmtree(self._data(), ignore_errors=True)

    def _start(self) -> Endpoints:
        sockets, running = self._read_state()
        if missing := [name for name in self._private if name not in running]:
            sockets = self._launch(missing, sockets, running)
        return Endpoints(
            self._given.database_url or postgres.url(sockets, postgres.APPLICATION),
            self._given.database_owner_url or postgres.url(sockets, postgres.OWNER),
            self._given.redis_url or redis.url(sockets),
        )

    def _launch(self, missing: list[str], sockets: Path, running: dict[str, Process]) -> Path:
        data = self._data()
        account = accounts.servers_account(data)
        accounts.private_folder(data, account)
        self._pointer.write_text(f"{data}\n")
        if not sockets.is_dir():
            sockets = Path(tempfile.mkdtemp(prefix="mostrador-"))
            account.own(sockets)
        launchers = {"postgres": self._launch_postgres, "redis": self._launch_redis}
        try:
            for name in missing:
                running[name] = launchers[name](data, sockets, account)
                self._write_state(sockets, running)
            if "postgres" in missing:
                postgres.prepare(sockets)
        except BaseException:
            self._write_state(sockets, running)
            self._stop()
            raise
        return sockets

    def _data(self) -> Path:
        """Where our data lie: our pointer and the rule must agree, else two homes might meet."""
        if not self._durable:
            return accounts.memory_folder(self.folder) or accounts.data_folder(self.folder)
        data = accounts.data_folder(self.folder)
        noted = self._pointer.read_text().strip() if self._pointer.exists() else ""
        if noted and noted != str(data):
            raise ServersError(
                f"The databases of {self.folder} lie in {noted}, where they were put by another "
                f"user or when this folder had another path.\nRun this as that user and in that "
                f"place, or choose another --home, or move them (with no command running):\n"
                f"  mv {noted} {data} && rm {self._pointer}"
            )
        if not noted and data.exists():
            # What a deleted folder of the same path left in /var/lib is not ours: keep it aside.
            data.rename(data.with_name(f"{data.name}.left-{time.time_ns()}"))
        return data

    def _launch_postgres(self, data: Path, sockets: Path, account: Account) -> Process:
        engine = engines.postgres(account, self._programs)
        postgres.create(engine, data / "postgres", account)
        return postgres.start(engine, data / "postgres", sockets, self._log("postgres"), account, durable=self._durable)

    def _launch_redis(self, data: Path, sockets: Path, account: Account) -> Process:
        program = engines.redis_server(account)
        folder = accounts.private_folder(data / "redis", account)
        return redis.start(program, folder, sockets, self._log("redis"), account)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _stop(self) -> None:
        sockets, running = self._read_state()
        if "redis" in running:
            redis.stop(running["redis"])
        if "postgres" in running:
            postgres.stop(running["postgres"])
        shutil.rmtree(sockets, ignore_errors=True)
        self._state.unlink(missing_ok=True)

    def _read_state(self) -> tuple[Path, dict[str, Process]]:
        """The folder of the sockets and the servers that live there now."""
        try:
            state = json.loads(self._state.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return Path(self.folder / "no-sockets-yet"), {}
        noted = {name: Process(**entry) for name, entry in state["processes"].items()}
        alive = {name: process for name, process in noted.items() if process.alive()}
        return Path(state["sockets"]), alive

    def _write_state(self, sockets: Path, running: dict[str, Process]) -> None:
        processes = {name: asdict(process) for name, process in running.items()}
        self._state.write_text(json.dumps({"sockets": str(sockets), "processes": processes}))
