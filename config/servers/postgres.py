"""One private PostgreSQL: made once, started on a unix socket, stopped without losing anything."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from config.servers.account import Account, private_folder
from config.servers.engines import Postgres
from config.servers.errors import ServersError
from config.servers.processes import Process, spawn, stray, wait_until

DATABASE = "mostrador"
OWNER = "mostrador_owner"
APPLICATION = "mostrador_app"
SUPERUSER = "postgres"
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")

# The owner migrates, backs up and makes test databases: it sees past row-level security.
# The application's role owns nothing and never does.
_ROLES: dict[str, LiteralString] = {
    OWNER: "LOGIN NOSUPERUSER CREATEDB BYPASSRLS",
    APPLICATION: "LOGIN NOSUPERUSER NOCREATEDB NOBYPASSRLS",
}


def url(sockets: Path, role: str, database: str = DATABASE) -> str:
    """The SQLAlchemy address of a database behind the private socket."""
    return f"postgresql+psycopg://{role}@/{database}?host={sockets}"


def create(engine: Postgres, data: Path, account: Account) -> None:
    """Make the cluster in `data` if it is not there: UTF-8, checksums, only the socket is trusted.

    It is made aside and moved into place whole. Raises ServersError if it was made by another
    major version than the one at hand.
    """
    made_by = data / "PG_VERSION"
    if made_by.exists():
        _same_major(engine, int(made_by.read_text()), data)
        return
    draft = data.with_name(f"{data.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    private_folder(draft, account)
    _run_initdb(engine, draft, account)
    draft.rename(data)


# A night's stock files rewrite many pages: fewer checkpoints and compressed pages keep the log small. Indexes fit
# in memory at the size of a country, so reading a page here or there costs the same.
_TUNED = {
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "200",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
}
_FORGETFUL = {
    "shared_buffers": "64MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "autovacuum": "off",
}
_SMALLEST, _LARGEST = 128, 2048


def _shared_buffers() -> str:
    """An eighth of the machine's memory, within bounds, in MB."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_048_576
    return f"{min(max(memory // 8, _SMALLEST), _LARGEST)}MB"


def start(engine: Postgres, data: Path, sockets: Path, log: Path, account: Account, *, durable: bool = True) -> Process:
    """Start the server of `data` on a socket in `sockets`; returns when it answers.

    One that is not `durable` loses data when the machine (not the server) fails. Raises ServersError with the
    end of its log if it does not come up.
    """
    if left := stray(data / "postmaster.pid", "postgres"):
        stop(left)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "120",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "jit": "off",
        "shared_buffers": _shared_buffers(),
        **_TUNED,
        **({} if durable else _FORGETFUL),
    }
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    command: list[str | Path] = [engine.programs / "postgres", "-D", data, *arguments]
    process = spawn(command, log=log, folder=data, options=account.popen_options())
    wait_until(lambda: answers(sockets) or not process.alive(), 60)
    if not answers(sockets):
        stop(process)
        raise ServersError(f"PostgreSQL did not start. Its log, {log}, ends:\n{_end_of(log)}")
    return process


def stop(process: Process) -> None:
    """Stop the server: SIGINT ends open connections first, where SIGTERM would wait for them."""
    process.stop([signal.SIGINT, signal.SIGQUIT, signal.SIGKILL], patience=20)


def answers(sockets: Path) -> bool:
    try:
        with _superuser(sockets):
            return True
    except psycopg.OperationalError:
        return False


def prepare(sockets: Path) -> None:
    """The two roles, the database and its extensions; what is there already is left alone."""
    with _superuser(sockets) as connection:
        for role in _ROLES.keys() - _names(connection, "SELECT rolname FROM pg_roles"):
            create_role = sql.SQL("CREATE ROLE {} {}")
            connection.execute(create_role.format(sql.Identifier(role), sql.SQL(_ROLES[role])))
        # So that the owner can drop a test database that somebody is still connected to.
        grant = sql.SQL("GRANT pg_signal_backend TO {}")
        connection.execute(grant.format(sql.Identifier(OWNER)))
        if DATABASE not in _names(connection, "SELECT datname FROM pg_database"):
            create_database = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(create_database.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
    with _superuser(sockets, DATABASE) as connection:
        for extension in EXTENSIONS:
            create_extension = sql.SQL("CREATE EXTENSION IF NOT EXISTS {}")
            connection.execute(create_extension.format(sql.Identifier(extension)))


def _names(connection: psycopg.Connection, listing: LiteralString) -> set[str]:
    return {name for (name,) in connection.execute(listing)}


def _superuser(sockets: Path, database: str = SUPERUSER) -> psycopg.Connection:
    return psycopg.connect(host=str(sockets), user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=5)


def _run_initdb(engine: Postgres, draft: Path, account: Account) -> None:
    # Letters follow Unicode (accents fold and compare), order follows code points: what people
    # read sorted is sorted by a stored key. From 17 on PostgreSQL brings these rules itself.
    locale = ["--locale=C.UTF-8"]
    if engine.major >= 17:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = subprocess.run(
        [engine.programs / "initdb", "-D", draft, "-U", SUPERUSER, "--encoding=UTF8", *locale,
         "--data-checksums", "--auth-local=trust", "--auth-host=reject", "--no-instructions"],
        capture_output=True,
        text=True,
        check=False,
        cwd=draft,
        **account.popen_options(),
    )  # fmt: skip
    if made.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise ServersError(f"PostgreSQL could not make its data folder:\n{made.stderr.strip()}")


def _same_major(engine: Postgres, made_by: int, data: Path) -> None:
    if made_by != engine.major:
        raise ServersError(
            f"The data in {data} were made by PostgreSQL {made_by}, the one at hand is "
            f"{engine.major}.\nInstall PostgreSQL {made_by} and start again, or dump the data "
            "with it and restore them (docs/operations.md, Upgrading PostgreSQL)."
        )


def _end_of(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
