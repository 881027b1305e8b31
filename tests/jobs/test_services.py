"""The private servers: shared by commands, stopped by the last, whatever was killed in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from config.databases import conninfo
from config.servers import engines
from config.servers.account import Account
from config.servers.processes import Process, wait_until
from config.services import Endpoints, ServersError, Services
from config.settings import ROOT

pytestmark = pytest.mark.database

USER = """
import sys, time
from pathlib import Path
from config.services import Services
with Services(Path(sys.argv[1]), "es").borrowed():
    print("in", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = Services(tmp_path, "es")
    yield made
    made.destroy()


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts another process that uses the same servers until its input is closed."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        user = subprocess.Popen(
            [sys.executable, "-c", USER, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert user.stdout is not None
        assert user.stdout.readline() == "in\n"
        started.append(user)
        return user

    yield start
    for user in started:
        user.kill()
        user.communicate()


def servers(services: Services) -> dict[str, Process]:
    """The servers that are noted, whether they live or not."""
    file = services.folder / "servers.json"
    noted = json.loads(file.read_text())["processes"] if file.exists() else {}
    return {name: Process(**entry) for name, entry in noted.items()}


def answer(endpoints: Endpoints) -> tuple[str, bool]:
    with psycopg.connect(conninfo(endpoints.database_url)) as connection:
        row = connection.execute("SELECT current_user").fetchone()
    with Redis.from_url(endpoints.redis_url) as client:
        return row[0] if row else "", bool(client.ping())


def test_the_last_user_stops_them(services: Services, another: Callable[[], subprocess.Popen[str]]) -> None:
    first = another()
    up = servers(services)
    with services.borrowed() as endpoints:
        assert answer(endpoints) == ("mostrador_app", True)
        assert servers(services) == up
        first.communicate()
        assert all(server.alive() for server in up.values())
    assert set(up) == {"postgres", "redis"}
    assert not any(server.alive() for server in up.values())


def test_a_killed_user_does_not_keep_them_up(services: Services, another: Callable[[], subprocess.Popen[str]]) -> None:
    killed = another()
    up = servers(services)
    killed.kill()
    killed.communicate()
    assert all(server.alive() for server in up.values())
    with services.borrowed():
        assert servers(services) == up
    assert not any(server.alive() for server in up.values())


def test_a_server_that_died_is_started_again_at_the_same_address(services: Services) -> None:
    with services.borrowed() as endpoints:
        for name in ("redis", "postgres"):
            servers(services)[name].stop([signal.SIGKILL], patience=5)
        assert services.start() == endpoints
        assert answer(endpoints) == ("mostrador_app", True)


def test_servers_whose_starter_was_killed_too_early_are_replaced(services: Services) -> None:
    with services.borrowed():
        orphans = servers(services)
        (services.folder / "servers.json").unlink()
        assert answer(services.start()) == ("mostrador_app", True)
        assert not any(server.alive() for server in orphans.values())
        assert all(server.alive() for server in servers(services).values())


def test_servers_in_use_are_not_destroyed(services: Services) -> None:
    with services.borrowed() as endpoints:
        with pytest.raises(ServersError, match=f"in use .by process {os.getpid()}"):
            services.destroy()
        assert answer(endpoints) == ("mostrador_app", True)


def test_data_outlive_the_servers(services: Services) -> None:
    with services.borrowed() as endpoints, psycopg.connect(conninfo(endpoints.database_owner_url)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    start = time.monotonic()
    with services.borrowed() as endpoints, psycopg.connect(conninfo(endpoints.database_owner_url)) as connection:
        assert connection.execute("SELECT one FROM kept").fetchall() == [(1,)]
    assert time.monotonic() - start < 5


def test_the_application_owns_nothing_and_sees_past_no_policy(services: Services) -> None:
    rights = (
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,"
        " (SELECT count(*) FROM pg_class WHERE relowner = pg_roles.oid) FROM pg_roles WHERE rolname = current_user"
    )
    with services.borrowed() as endpoints, psycopg.connect(conninfo(endpoints.database_url)) as connection:
        assert connection.execute(rights).fetchone() == (False, False, False, False, 0)
        found = connection.execute("SELECT lower('Ñ'), current_setting('data_checksums'), similarity('a', 'a')")
        assert found.fetchone() == ("ñ", "on", 1.0)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_only_ours_may_look_in(services: Services) -> None:
    with services.borrowed() as endpoints:
        sockets = Path(endpoints.redis_url.removeprefix("unix://")).parent
        assert sockets.stat().st_mode & 0o777 == 0o700
        assert len(str(sockets)) < 60
    assert not sockets.exists()


def test_given_addresses_are_used_as_they_are(tmp_path: Path) -> None:
    given = Endpoints("postgresql+psycopg://a@b/c", "postgresql+psycopg://o@b/c", "redis://d")
    with Services(tmp_path, "es", given=given).borrowed() as endpoints:
        assert endpoints == given
    assert list(tmp_path.iterdir()) == []


def test_two_networks_of_one_home_never_meet(services: Services, tmp_path: Path) -> None:
    french = Services(tmp_path, "fr")
    try:
        with services.borrowed() as spain, french.borrowed() as france:
            assert answer(spain) == answer(france)
            assert spain.database_url != france.database_url
            assert {server.pid for server in servers(services).values()}.isdisjoint(
                server.pid for server in servers(french).values()
            )
    finally:
        french.destroy()


def test_what_a_deleted_home_left_is_not_taken_for_ours(services: Services) -> None:
    with services.borrowed() as endpoints, psycopg.connect(conninfo(endpoints.database_owner_url)) as connection:
        connection.execute("CREATE TABLE left_behind ()")
    data = Path((services.folder / "servers.data").read_text().strip())
    (services.folder / "servers.data").unlink()
    with services.borrowed() as endpoints, psycopg.connect(conninfo(endpoints.database_owner_url)) as connection:
        assert connection.execute("SELECT to_regclass('left_behind')").fetchone() == (None,)
    aside = list(data.parent.glob(f"{data.name}.left-*"))
    assert len(aside) == 1
    subprocess.run(["rm", "-r", *aside], check=True)


def test_data_of_another_place_are_refused(services: Services) -> None:
    services.folder.mkdir(parents=True)
    (services.folder / "servers.data").write_text("/somewhere/else\n")
    with pytest.raises(ServersError, match="mv /somewhere/else"), services.borrowed():
        pass
    (services.folder / "servers.data").unlink()


def test_without_a_postgres_it_is_said_what_to_install(
    services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(engines, "_wheel", lambda account: [])
    monkeypatch.setattr(engines, "_system", list)
    with pytest.raises(ServersError, match="apt-get install postgresql"), services.borrowed():
        pass
    assert not servers(services)


def test_a_postgres_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    for program in ("postgres", "initdb"):
        old = tmp_path / program
        old.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
        old.chmod(0o755)
    with pytest.raises(ServersError, match="15 or newer"):
        engines.postgres(Account(os.getuid(), os.getgid(), switch=False), tmp_path)


def test_a_process_is_known_by_its_start_too() -> None:
    child = subprocess.Popen(["sleep", "60"])
    process = Process.of(child.pid)
    assert process.alive()
    assert not Process(child.pid, "another start").alive()
    process.stop([signal.SIGTERM], patience=5)
    assert wait_until(lambda: not process.alive(), 1)
    child.wait()
