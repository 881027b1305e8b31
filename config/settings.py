"""The settings of a process: the only reader of its environment (docs/operations.md lists them)."""

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
NETWORKS = ("es", "fr")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
DEFAULT_PORT = 8000
SHORTEST_SECRET = 32
SECRET_KEY_NAME = "secret_key"
"""The name under which SECRET_KEY seals, where no key of its own is given for that."""


class SettingsError(Exception):
    """The environment cannot be right; the text names each variable and what it should hold."""


@dataclass(frozen=True)
class Config:
    """One process's settings. Addresses are empty where a private server is to be used.

    `clock_file` may hold how far the demo's clock is moved; there is none in production. `incoming_dir` is
    where an SFTP server puts the files of bookshops, a folder for each. `sealing_keys` are the keys by name that
    seal what others entrust to us; the first one seals, all open. `stripe_address` is where a stand-in for Stripe
    listens, empty for Stripe itself; `carriers_address` the same for carriers.
    """

    home: Path
    network: str
    production: bool
    database_url: str
    database_owner_url: str
    redis_url: str
    postgres_programs: Path | None
    secret_key: str
    clock_file: Path | None
    smtp_url: str
    bind: str
    port: int
    base_url: str
    trusted_hosts: tuple[str, ...]
    files_dir: Path
    incoming_dir: Path
    log_level: str
    sealing_keys: tuple[tuple[str, str], ...] = field(repr=False)
    stripe_address: str
    carriers_address: str

    @property
    def folder(self) -> Path:
        """Where this network's data lie: two networks of one home never meet."""
        return self.home / self.network

    @property
    def search_dir(self) -> Path:
        """Where this machine's copy of the search index lies; it may be deleted at any time."""
        return self.folder / "search"

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    def with_endpoints(self, *, database_url: str, database_owner_url: str, redis_url: str) -> "Config":
        """The same settings with the addresses of servers that were started for them."""
        return replace(self, database_url=database_url, database_owner_url=database_owner_url, redis_url=redis_url)


def load(environ: Mapping[str, str] = os.environ) -> Config:
    """Read the settings from `environ`; makes the home and, once, its secret key.

    Raises SettingsError naming everything that is wrong at once: an unknown network, a port that
    is no number; in production also what may not be missing, and a clock that can be moved.
    """
    wrong = _wrong(environ)
    if wrong:
        raise SettingsError("\n".join(wrong))
    home = Path(environ.get("MOSTRADOR_HOME") or ROOT / "var").expanduser().resolve()
    network = environ.get("MOSTRADOR_NETWORK") or NETWORKS[0]
    folder = home / network
    folder.mkdir(parents=True, exist_ok=True)
    bind = environ.get("MOSTRADOR_BIND") or "127.0.0.1"
    port = int(environ.get("MOSTRADOR_PORT") or DEFAULT_PORT)
    base_url = (environ.get("MOSTRADOR_BASE_URL") or f"http://localhost:{port}").rstrip("/")
    secret_key = environ.get("SECRET_KEY") or _kept_secret(folder / "secret_key")
    return Config(
        home=home,
        network=network,
        production=_production(environ),
        database_url=_database(environ.get("DATABASE_URL", "")),
        database_owner_url=_database(environ.get("DATABASE_OWNER_URL", "")),
        redis_url=environ.get("REDIS_URL", ""),
        postgres_programs=_path(environ.get("MOSTRADOR_POSTGRES")),
        secret_key=secret_key,
        clock_file=None if _production(environ) else _path(environ.get("MOSTRADOR_CLOCK")) or folder / "clock",
        smtp_url=environ.get("SMTP_URL", ""),
        bind=bind,
        port=port,
        base_url=base_url,
        trusted_hosts=_trusted_hosts(environ.get("MOSTRADOR_TRUSTED_HOSTS", ""), base_url, bind),
        files_dir=_private_folder(_path(environ.get("MOSTRADOR_FILES")) or folder / "files"),
        incoming_dir=_private_folder(_path(environ.get("MOSTRADOR_INCOMING")) or folder / "incoming"),
        log_level=(environ.get("MOSTRADOR_LOG_LEVEL") or "INFO").upper(),
        sealing_keys=(*_sealing_keys(environ), (SECRET_KEY_NAME, secret_key)),
        stripe_address=environ.get("MOSTRADOR_STRIPE", "").rstrip("/"),
        carriers_address=environ.get("MOSTRADOR_CARRIERS", "").rstrip("/"),
    )


def _wrong(environ: Mapping[str, str]) -> list[str]:
    wrong = []
    network = environ.get("MOSTRADOR_NETWORK") or NETWORKS[0]
    if network not in NETWORKS:
        wrong.append(f"MOSTRADOR_NETWORK is {network!r}; it may be {' or '.join(NETWORKS)}.")
    port = environ.get("MOSTRADOR_PORT") or str(DEFAULT_PORT)
    if not (port.isdecimal() and 0 < int(port) < 65536):
        wrong.append(f"MOSTRADOR_PORT is {port!r}; it must be a number from 1 to 65535.")
    programs = environ.get("MOSTRADOR_POSTGRES")
    if programs and not (Path(programs) / "postgres").exists():
        wrong.append(f"MOSTRADOR_POSTGRES is {programs!r}; it must be a folder with the program postgres.")
    keys = _sealing_keys(environ)
    if len({name for name, _ in keys} - {SECRET_KEY_NAME, ""}) != len(keys) or any(
        len(key) < SHORTEST_SECRET for _, key in keys
    ):
        wrong.append(
            "MOSTRADOR_SEALING_KEYS must be name=key pairs with commas between them, the current one first; each name "
            f"once, each key of at least {SHORTEST_SECRET} random characters."
        )
    if environ.get("DATABASE_OWNER_URL") and not environ.get("DATABASE_URL"):
        wrong.append("DATABASE_OWNER_URL is set without DATABASE_URL; set both, or neither.")
    return wrong + (_wrong_in_production(environ) if _production(environ) else [])


def _wrong_in_production(environ: Mapping[str, str]) -> list[str]:
    needed = {
        "DATABASE_URL": "the PostgreSQL of the network, as the application's role",
        "REDIS_URL": "the Redis of the queue",
        "SECRET_KEY": f"at least {SHORTEST_SECRET} random characters, kept out of backups",
        "MOSTRADOR_BASE_URL": "the public https address",
        "SMTP_URL": "the mail server (smtp://user:password@host:587)",
    }
    wrong = [f"{name} is not set; in production it must be {what}." for name, what in needed.items()
             if not environ.get(name)]  # fmt: skip
    if environ.get("MOSTRADOR_CLOCK"):
        wrong.append("MOSTRADOR_CLOCK is set; in production nobody may move the clock.")
    if environ.get("MOSTRADOR_STRIPE"):
        wrong.append("MOSTRADOR_STRIPE is set; in production payments go to Stripe itself.")
    if environ.get("MOSTRADOR_CARRIERS"):
        wrong.append("MOSTRADOR_CARRIERS is set; in production labels are asked of the carriers themselves.")
    if 0 < len(environ.get("SECRET_KEY", "")) < SHORTEST_SECRET:
        wrong.append(f"SECRET_KEY is too short; it needs at least {SHORTEST_SECRET} random characters.")
    if environ.get("MOSTRADOR_BASE_URL", "https://").partition("://")[0] != "https":
        wrong.append("MOSTRADOR_BASE_URL must begin with https:// in production.")
    return wrong


def _sealing_keys(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """The pairs of MOSTRADOR_SEALING_KEYS (``2027=...,2026=...``), the current one first."""
    pairs = [pair.partition("=") for pair in environ.get("MOSTRADOR_SEALING_KEYS", "").split(",") if pair.strip()]
    return [(name.strip(), key.strip()) for name, _, key in pairs]


def _production(environ: Mapping[str, str]) -> bool:
    return environ.get("MOSTRADOR_PRODUCTION", "").lower() in {"1", "true", "yes"}


def _database(url: str) -> str:
    """The address with the driver we use: people write postgres:// and postgresql:// as well."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator and scheme.startswith("postgres") else url


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser().resolve() if text else None


def _trusted_hosts(text: str, base_url: str, bind: str) -> tuple[str, ...]:
    """The host names we answer to; a request for another one is refused."""
    named = [host.strip() for host in text.split(",") if host.strip()]
    public = urlsplit(base_url).hostname or ""
    local = LOCAL_HOSTS if bind in {"127.0.0.1", "::1", "localhost"} else (*LOCAL_HOSTS, bind)
    return tuple(dict.fromkeys([*named, public, *local]))


def _private_folder(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _kept_secret(path: Path) -> str:
    """The secret in `path`, made on first use; of two processes at once one wins for both."""
    if not path.exists():
        handle, draft = tempfile.mkstemp(dir=path.parent)  # mode 0600
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        os.unlink(draft)
    return path.read_text()
