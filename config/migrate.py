"""Bringing the database to the schema of this version, as the owner of the tables."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

FOLDER = Path(__file__).parent / "migrations"
LOCK = 727_001


def alembic_config() -> AlembicConfig:
    """Alembic's own settings; the caller puts the connection to work on into its ``attributes``."""
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return settings


def head() -> str:
    """The newest revision of this version of the product."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head() or ""


def current(url: str) -> str:
    """The revision a database is at; empty for a new one."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() or ""
    finally:
        engine.dispose()


def upgrade(owner_url: str) -> None:
    """Apply what is missing; two at once wait for each other."""
    engine = create_engine(owner_url)
    try:
        with engine.connect() as guard:
            guard.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
            guard.commit()
            with engine.connect() as connection:
                settings = alembic_config()
                settings.attributes["connection"] = connection
                command.upgrade(settings, "head")
                connection.commit()
            guard.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
    finally:
        engine.dispose()
