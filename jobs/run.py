"""``bin/run``: everything on one machine, in the foreground, until Ctrl-C."""

from __future__ import annotations

import argparse
import fcntl
import http.client
import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from config import logging
from config.services import ServersError, Services
from config.settings import DEFAULT_PORT, ROOT, Config, SettingsError
from jobs import demo
from jobs.children import Child, Children
from jobs.context import Context
from jobs.demo.till import command as stand_in_command
from jobs.launch import Outdated, cannot_be_hurried, end_on_sigterm, opened, place_parser, say, services_of, settings_of
from trade.base.errors import Refused

PORTS_TO_TRY = 20
STAND_IN_ABOVE = 100
"""So far above the port of the web server the stand-in for Stripe looks for its own."""
SECONDS_TO_READY = 90
RUN_LOCK = "run.lock"
AREAS = {"Storefront": "/", "Bookshops": "/office/", "Staff": "/staff/", "Accountants": "/ledger/"}


class CannotRun(Exception):
    """A reason not to start, with its remedy."""


def parser() -> argparse.ArgumentParser:
    """The options of bin/run."""
    made = argparse.ArgumentParser(
        prog="bin/run",
        description="Sets up what is missing and starts Mostrador: web, worker, scheduler, dispatcher and, where "
        "DATABASE_URL and REDIS_URL name none, a private PostgreSQL and Redis; for the demo a stand-in for Stripe as "
        "well. Ctrl-C stops all of it.",
        epilog="Example: bin/run --network fr --port 8080",
        parents=[place_parser()],
    )
    made.add_argument(
        "--port", type=int, help=f"port on this machine (default: the first free one from {DEFAULT_PORT})"
    )
    made.add_argument(
        "--reset", action="store_true", help="delete this installation's data and load the demo anew; asks"
    )
    return made


def main(argv: Sequence[str]) -> int:
    """Run until told to stop; 0 then, 1 if it could not start."""
    options = parser().parse_args(argv)
    end_on_sigterm()
    try:
        config = settings_of(options)
        with only_one(config):
            if options.reset:
                reset(config)
            with_port = settings_of(options, MOSTRADOR_PORT=str(free_port(config.bind, options.port)))
            serve(with_port)
    except (SettingsError, ServersError, Outdated, CannotRun) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
    return 0


@contextmanager
def only_one(config: Config) -> Iterator[None]:
    """Hold the data folder: a second bin/run of the same home and network is told so."""
    with (config.folder / RUN_LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                f"Mostrador already runs with the data in {config.folder}. Stop it, or choose another --home."
            ) from None
        yield


def reset(config: Config) -> None:
    """Delete the demo's data, after asking. Raises CannotRun in production, with given servers, or for a no."""
    if config.production or config.database_url:
        raise CannotRun("--reset only deletes the data of private servers, never a database named by DATABASE_URL.")
    say(f"This deletes everything in {config.folder}: databases, invoices, uploads.")
    if input("Type yes to go on: ").strip().lower() != "yes":
        raise CannotRun("Nothing was deleted.")
    services_of(config).destroy()
    for path in [*config.folder.iterdir(), config.files_dir]:
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in {RUN_LOCK, "servers.lock"}:
            path.unlink(missing_ok=True)


def free_port(bind: str, chosen: int | None, *, first: int | None = None) -> int:
    """The chosen port, else the first free one from ``first`` on. Raises CannotRun where it is taken."""
    first = first or DEFAULT_PORT
    candidates = [chosen] if chosen else range(first, first + PORTS_TO_TRY)
    for port in candidates:
        with socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((bind, port))
            except OSError:
                continue
            return port
    raise CannotRun(f"Port {candidates[0]} is taken. Choose another one: bin/run --port N")


def serve(config: Config) -> None:
    """Start everything, say where it is, and watch over it."""
    logging.configure(level="WARNING")
    with opened(config) as context:
        load_demo(context)
        children = Children(children_of(context.config, stand_in=port_of_stand_in(context.config)))
        try:
            children.start()
            wait_until_ready(context.config, children)
            print(welcome(context), flush=True)  # noqa: T201
            watch(services_of(config), children)
        finally:
            cannot_be_hurried()
            say("Stopping ...")
            children.end()


def load_demo(context: Context) -> None:
    """Load the demo into a new installation; later, let its bookshops send their stock again. Raises CannotRun."""
    if context.config.production:
        return
    say("Preparing the demo (about a minute the first time)")
    try:
        demo.load(context)
    except Refused as refused:
        raise CannotRun(f"The demo could not be loaded: {refused}") from refused


def port_of_stand_in(config: Config) -> int:
    """Where the demo's stand-in for Stripe listens; 0 where there is none: in production, or one is named."""
    if config.production or config.stripe_address:
        return 0
    return free_port("127.0.0.1", None, first=config.port + STAND_IN_ABOVE)


def children_of(config: Config, *, stand_in: int = 0) -> list[Child]:
    """The five processes of an installation, and the stand-in for Stripe where it has a port."""
    environ = {
        **os.environ,
        "MOSTRADOR_HOME": str(config.home),
        "MOSTRADOR_NETWORK": config.network,
        "MOSTRADOR_PORT": str(config.port),
        "MOSTRADOR_BASE_URL": config.base_url,
        "DATABASE_URL": config.database_url,
        "REDIS_URL": config.redis_url,
        "MOSTRADOR_STRIPE": f"http://127.0.0.1:{stand_in}" if stand_in else config.stripe_address,
        "PYTHONUNBUFFERED": "1",
    }
    environ.pop("DATABASE_OWNER_URL", None)  # who serves people never works as the owner of the tables
    python = [sys.executable, "-P", "-m"]
    web = [*python, "gunicorn", "--config", str(ROOT / "config/deploy/gunicorn.conf.py"), "app:from_environment()"]
    beside = ("worker", "scheduler", "dispatcher", "indexer")
    named = {"web": web} | {name: [*python, f"jobs.{name}"] for name in beside}
    if stand_in:
        named["stripe"] = stand_in_command(config, port=stand_in, to=config.base_url)
    logs = config.folder / "log"
    logs.mkdir(exist_ok=True)
    return [
        Child(name, command, environ=environ, folder=ROOT, log=logs / f"{name}.log") for name, command in named.items()
    ]


def wait_until_ready(config: Config, children: Children) -> None:
    """Wait for /healthz to say that every part works. Raises CannotRun when a part falls or time is up."""
    deadline = time.monotonic() + SECONDS_TO_READY
    answer = "no answer yet"
    while time.monotonic() < deadline:
        status, answer = ask_health(config)
        if status == http.client.OK:
            return
        if fallen := children.fallen():
            raise CannotRun(f"{fallen[0].name} did not start. {fallen[0].log} ends:\n{fallen[0].last_words()}")
        time.sleep(0.2)
    raise CannotRun(f"Not ready after {SECONDS_TO_READY} seconds: {answer}. The logs are in {config.folder / 'log'}.")


def ask_health(config: Config) -> tuple[int, str]:
    """Status and text of /healthz; 0 where nobody answers."""
    connection = http.client.HTTPConnection(config.bind, config.port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except OSError as error:
        return 0, str(error)
    finally:
        connection.close()


def welcome(context: Context) -> str:
    """The one block that says where everything is, who may sign in, and how to stop."""
    config = context.config
    lines = [f"Mostrador is ready: {context.profile.brand} ({config.network})", ""]
    lines += [f"  {name:<12} {config.base_url}{path}" for name, path in AREAS.items()]
    if not config.production:
        lines += ["", "Sign in (sample people of the demo):"]
        lines += [f"  {one.role:<22} {one.email:<36} {one.password}" for one in demo.sign_ins(context)]
        if not config.stripe_address:
            lines += ["", f"Payments go to a stand-in, no money moves. Cards: {', '.join(demo.CARDS)}"]
    lines += ["", f"Data and logs: {config.folder}", "Stop: Ctrl-C"]
    return "\n".join(lines)


def watch(services: Services, children: Children) -> None:
    """Keep everything up, the private servers too, until somebody stops us."""
    while True:
        time.sleep(1)
        services.start()
        for child in children.raise_fallen():
            say(f"{child.name} had fallen and was started again; {child.log} says more")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
