"""What a process is told by its environment: defaults that just run, and a production that refuses the unsafe."""

from __future__ import annotations

import io
import json
import logging as standard_logging
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import structlog

from config import logging
from config.settings import ROOT, SettingsError, load

PRODUCTION = {
    "MOSTRADOR_PRODUCTION": "1",
    "DATABASE_URL": "postgresql://mostrador_app@db/mostrador",
    "REDIS_URL": "redis://queue",
    "SECRET_KEY": "s" * 32,
    "MOSTRADOR_BASE_URL": "https://books.example.org",
    "SMTP_URL": "smtp://mail.example.org:587",
}


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    config = load({"MOSTRADOR_HOME": str(tmp_path)})
    assert (config.network, config.port, config.bind) == ("es", 8000, "127.0.0.1")
    assert (config.database_url, config.redis_url, config.smtp_url) == ("", "", "")
    assert not config.production
    assert config.folder == tmp_path / "es"
    assert config.files_dir.stat().st_mode & 0o777 == 0o700
    assert config.trusted_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert config.clock_file == config.folder / "clock"


def test_the_secret_is_made_once_and_kept_to_ourselves(tmp_path: Path) -> None:
    def secret(_: int) -> str:
        return load({"MOSTRADOR_HOME": str(tmp_path)}).secret_key

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(secret, range(32)))
    assert len(found) == 1
    assert len(found.pop()) >= 32
    assert (tmp_path / "es" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert load({"MOSTRADOR_HOME": str(tmp_path), "MOSTRADOR_NETWORK": "fr"}).secret_key != secret(0)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as told:
        load({"MOSTRADOR_NETWORK": "de", "MOSTRADOR_PORT": "70000", "DATABASE_OWNER_URL": "postgresql://x"})
    assert [line.split()[0] for line in str(told.value).splitlines()] == [
        "MOSTRADOR_NETWORK",
        "MOSTRADOR_PORT",
        "DATABASE_OWNER_URL",
    ]


def test_production_starts_with_all_it_needs(tmp_path: Path) -> None:
    config = load({**PRODUCTION, "MOSTRADOR_HOME": str(tmp_path)})
    assert config.production
    assert config.https
    assert config.clock_file is None
    assert config.trusted_hosts[0] == "books.example.org"
    assert config.database_url == "postgresql+psycopg://mostrador_app@db/mostrador"
    assert not (tmp_path / "es" / "secret_key").exists()


@pytest.mark.parametrize("missing", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "MOSTRADOR_BASE_URL", "SMTP_URL"])
def test_production_refuses_what_is_missing(missing: str) -> None:
    with pytest.raises(SettingsError, match=f"{missing} is not set"):
        load({name: value for name, value in PRODUCTION.items() if name != missing})


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("MOSTRADOR_CLOCK", "/tmp/clock", "nobody may move the clock"),
        ("SECRET_KEY", "short", "too short"),
        ("MOSTRADOR_BASE_URL", "http://books.example.org", "https://"),
    ],
)
def test_production_refuses_what_is_unsafe(name: str, value: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        load({**PRODUCTION, name: value})


@pytest.mark.parametrize("written", ["postgres://a@b/c", "postgresql://a@b/c", "postgresql+psycopg://a@b/c"])
def test_a_database_address_may_be_written_in_three_ways(tmp_path: Path, written: str) -> None:
    config = load({"MOSTRADOR_HOME": str(tmp_path), "DATABASE_URL": written})
    assert config.database_url == "postgresql+psycopg://a@b/c"


def test_every_variable_is_explained() -> None:
    """docs/operations.md names each variable that config/settings.py reads."""
    source = (ROOT / "config" / "settings.py").read_text()
    explained = (ROOT / "docs" / "operations.md").read_text()
    names = {word for word in source.replace('"', " ").split() if word.isupper() and len(word) > 7 and "_" in word}
    read = {name for name in names if f'environ.get("{name}"' in source}
    assert len(read) >= 14
    assert {name for name in read if f"`{name}`" not in explained} == set()


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    kept = standard_logging.getLogger().handlers[:], standard_logging.getLogger().level
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logging.configure(json=True)
    yield written
    standard_logging.getLogger().handlers[:] = kept[0]
    standard_logging.getLogger().setLevel(kept[1])
    structlog.reset_defaults()


def test_a_log_line_hides_secrets_and_cannot_be_forged(lines: io.StringIO) -> None:
    structlog.get_logger("test").warning("seen\nforged", password="canary", iban="canary", reader=7)
    standard_logging.getLogger("library").warning("also %s", "here")
    ours, theirs = (json.loads(line) for line in lines.getvalue().splitlines())
    assert (ours["event"], ours["password"], ours["iban"], ours["reader"]) == (
        "seen\nforged",
        "[hidden]",
        "[hidden]",
        7,
    )
    assert theirs["event"] == "also here"
    assert "canary" not in lines.getvalue()
