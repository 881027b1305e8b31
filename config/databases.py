"""Databases made and dropped by the owner's role: a fresh one, or a quick copy of a template."""

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url


def create_database(owner_url: str, name: str, template: str | None = None) -> str:
    """Make the database `name`, as a copy of `template` if one is named; returns its owner address.

    Nobody may be connected to the template. Raises psycopg.errors.DuplicateDatabase.
    """
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template:
        statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
    _run(owner_url, statement)
    return at_database(owner_url, name)


def drop_database(owner_url: str, name: str) -> None:
    """Drop the database `name` if it exists, whoever is connected to it."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    _run(owner_url, statement.format(sql.Identifier(name)))


def at_database(url: str, name: str) -> str:
    """The same server and role, another database."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def conninfo(url: str) -> str:
    """A SQLAlchemy address as libpq reads it."""
    parts: URL = make_url(url).set(drivername="postgresql")
    return parts.render_as_string(hide_password=False)


def _run(owner_url: str, statement: sql.Composed) -> None:
    # Any database but the one that is made, copied or dropped will do to stand in.
    maintenance = at_database(owner_url, "postgres")
    with psycopg.connect(conninfo(maintenance), autocommit=True) as connection:
        connection.execute(statement)
