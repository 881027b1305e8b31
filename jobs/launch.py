"""``bin/mostrador``: sets the stage for one command of :mod:`jobs.commands`, and clears it afterwards."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import func, select

from config import logging, migrate
from config.services import Endpoints, ServersError, Services
from config.settings import NETWORKS, Config, SettingsError, load
from jobs import commands
from jobs.context import Context, open_context
from jobs.first_data import load_first_data, load_places
from jobs.privacy import replay_tombstones

FAILED = 1
_LOCK = 727_003


class Outdated(Exception):
    """The database is older than the program, and this process may not change it."""


def say(*lines: str) -> None:
    """Talk to the person at the terminal, beside the answer on standard output; nobody there is no error."""
    with suppress(OSError):
        for line in lines:
            print(line, file=sys.stderr, flush=True)  # noqa: T201


def place_parser() -> argparse.ArgumentParser:
    """The options that say which installation is meant, wherever they stand in a command."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--home", type=Path, help="folder of the data (default: MOSTRADOR_HOME, else var/)")
    parser.add_argument("--network", choices=NETWORKS, help="profile: es (default) or fr; each has its own data")
    return parser


def settings_of(place: argparse.Namespace, **more: str) -> Config:
    """The settings of this process; options win over the environment. Raises SettingsError."""
    environ = dict(os.environ)
    if place.home:
        environ["MOSTRADOR_HOME"] = str(place.home)
    if place.network:
        environ["MOSTRADOR_NETWORK"] = place.network
    return load({**environ, **more})


def services_of(config: Config) -> Services:
    """The servers of an installation: those its settings name, private ones for the rest."""
    given = Endpoints(config.database_url, config.database_owner_url, config.redis_url)
    return Services(config.home, config.network, given=given, postgres_programs=config.postgres_programs)


@contextmanager
def opened(config: Config) -> Iterator[Context]:
    """The installation with its servers up, its database at this version's schema, its first data in it.

    Raises ServersError, Outdated.
    """
    with services_of(config).borrowed() as endpoints:
        complete = config.with_endpoints(
            database_url=endpoints.database_url,
            database_owner_url=endpoints.database_owner_url,
            redis_url=endpoints.redis_url,
        )
        bring_up_to_date(complete)
        context = open_context(complete)
        try:
            complete_data(context)
            yield context
        finally:
            context.engine.dispose()
            context.redis.close()


def bring_up_to_date(config: Config) -> None:
    """Apply what migrations are missing. Raises Outdated where we are not told the owner's address."""
    wanted = migrate.head()
    present = migrate.current(config.database_owner_url or config.database_url)
    if present == wanted:
        return
    if not config.database_owner_url:
        raise Outdated(
            f"The database is at {present or 'nothing'}, this version needs {wanted}. "
            "Set DATABASE_OWNER_URL and start this again: it migrates first."
        )
    say(f"Migrating the database to {wanted}")
    migrate.upgrade(config.database_owner_url)


def complete_data(context: Context) -> None:
    """Put in what this version brings and the database lacks; of two processes at once the second finds it done."""
    with context.session() as session:
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        load_first_data(session, at=context.now())
        load_places(session)
    if erased := replay_tombstones(context):
        say(f"Erased again {erased} people whom a restored backup had brought back")


def end_on_sigterm() -> None:
    """Make SIGTERM and a closed terminal unwind like Ctrl-C, so that what we started is stopped."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: sys.exit(128 + received))


def cannot_be_hurried() -> None:
    """While we clear up, a second Ctrl-C does not leave half of it standing."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def main(argv: Sequence[str]) -> int:
    """Run one command; 0 done, 1 failed, 2 usage, 3 held."""
    place, command = place_parser().parse_known_args(argv)
    commands.parser().parse_args(command)  # help and usage need no server
    end_on_sigterm()
    try:
        config = settings_of(place)
        logging.configure(level=os.environ.get("MOSTRADOR_LOG_LEVEL", "WARNING"), json=config.production)
        with opened(config) as context:
            return commands.main(command, context)
    except (SettingsError, ServersError, Outdated) as error:
        say(str(error))
        return FAILED
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
