"""One private Redis: a unix socket, every write kept in a file, nothing ever thrown out."""

import signal
from pathlib import Path

import redis

from config.servers.account import Account
from config.servers.errors import ServersError
from config.servers.processes import Process, spawn, stray, wait_until


def url(sockets: Path) -> str:
    """The address of the private server, as redis-py and RQ read it."""
    return f"unix://{_socket(sockets)}"


def start(program: Path, data: Path, sockets: Path, log: Path, account: Account) -> Process:
    """Start the server of `data` on a socket in `sockets`; returns when it answers.

    Raises ServersError if it does not come up.
    """
    pid_file = data / "redis.pid"
    if left := stray(pid_file, "redis-server"):
        stop(left)
    options = {
        "port": "0",
        "pidfile": str(pid_file),
        "unixsocket": str(_socket(sockets)),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    command: list[str | Path] = [program, *(part for name, value in options.items() for part in (f"--{name}", value))]
    process = spawn(command, log=log, folder=data, options=account.popen_options())
    wait_until(lambda: answers(sockets) or not process.alive(), 30)
    if not answers(sockets):
        stop(process)
        raise ServersError(f"Redis did not start; {log} says why.")
    return process


def stop(process: Process) -> None:
    """Stop the server; it writes its file out on SIGTERM."""
    process.stop([signal.SIGTERM, signal.SIGKILL], patience=10)


def answers(sockets: Path) -> bool:
    try:
        with redis.Redis(unix_socket_path=str(_socket(sockets)), socket_timeout=5) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _socket(sockets: Path) -> Path:
    return sockets / "redis.sock"
