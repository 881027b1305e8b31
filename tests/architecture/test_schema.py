"""The database is what the models say: columns, constraints, rights, and row-level security on every table."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text

from config import migrate
from config.databases import create_database, drop_database
from config.services import Endpoints
from tests.conftest import House
from trade.base.access import WORDS, owned_models, policies
from trade.base.db import Base

pytestmark = pytest.mark.database
ROLE = "mostrador_app"
# Of alembic's own: the application only reads the revision.
EXEMPT = {"alembic_version"}
# Asked by the trigger that keeps the ledger balanced, over postings that the writer may not see; and by the one that
# marks changes of what every process remembers, which nobody may write but it.
DEFINERS = {"ledger_entry_balances", "mark_directory"}
CATALOGUE = {
    "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default, identity_generation"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND contype <> 't'",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "policies": "SELECT tablename, policyname, cmd, roles::text, permissive, qual, with_check FROM pg_policies",
    "security": "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
    "rights": f"SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = '{ROLE}'",
    "rights on columns": "SELECT table_name, column_name, privilege_type FROM information_schema.column_privileges"
    f" WHERE grantee = '{ROLE}'",
}
_numbers = itertools.count(1)


@pytest.fixture
def empty(endpoints: Endpoints) -> Iterator[str]:
    """The owner's address of an empty database."""
    name = f"empty_{os.getpid()}_{next(_numbers)}"
    yield create_database(endpoints.database_owner_url, name)
    drop_database(endpoints.database_owner_url, name)


@pytest.fixture
def owner(shared_house: House) -> Iterator[Engine]:
    """The migrated database as its owner sees it."""
    engine = create_engine(shared_house.owner_url)
    yield engine
    engine.dispose()


def asked(engine: Engine, question: str) -> set[tuple[object, ...]]:
    """The rows of an answer, in no order."""
    with engine.connect() as connection:
        return {tuple(row) for row in connection.execute(text(question))}


def test_migrations_bring_an_empty_database_to_the_newest_revision(empty: str) -> None:
    assert migrate.current(empty) == ""
    migrate.upgrade(empty)
    assert migrate.current(empty) == migrate.head() != ""
    migrate.upgrade(empty)
    assert migrate.current(empty) == migrate.head()


def test_two_processes_that_migrate_at_once_wait_for_each_other(empty: str) -> None:
    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(migrate.upgrade, empty) for _ in range(2)]:
            done.result()
    assert migrate.current(empty) == migrate.head()


def test_alembic_finds_no_difference(owner: Engine) -> None:
    with owner.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_the_migrated_catalogue_is_the_declared_one(owner: Engine, empty: str) -> None:
    """Column by column, constraint by constraint, policy by policy, right by right."""
    declared = create_engine(empty)
    with declared.begin() as connection:
        for extension in ("pg_trgm", "unaccent", "btree_gist"):
            connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {extension}"))
        connection.execute(text("CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)"))
        Base.metadata.create_all(connection)
        for statement in policies(ROLE):
            connection.execute(text(statement))
    try:
        for kind, question in CATALOGUE.items():
            wanted, found = asked(declared, question), asked(owner, question)
            differing = {row for row in wanted ^ found if row[0] not in EXEMPT}
            assert len(wanted) > 10, kind
            assert differing == set(), kind
    finally:
        declared.dispose()


def test_every_table_says_who_gets_its_rows() -> None:
    for model in owned_models():
        assert "__access__" in vars(model), model.__tablename__
        assert set(model.__access__) <= set(WORDS), model.__tablename__


def test_row_level_security_is_forced_on_every_table(owner: Engine) -> None:
    tables = {name: (on, forced) for name, on, forced in asked(owner, CATALOGUE["security"]) if name not in EXEMPT}
    assert set(tables) == {model.__tablename__ for model in owned_models()}
    assert {name for name, security in tables.items() if security != (True, True)} == set()


def test_every_table_has_the_policies_its_model_asks_for(owner: Engine) -> None:
    wanted = set()
    for model in owned_models():
        table = model.__tablename__
        wanted |= {(table, "may_read"), (table, "may_add")}
        wanted |= set() if getattr(model, "__append_only__", False) else {(table, "may_change")}
        wanted |= {(table, "may_delete")} if getattr(model, "__deletable__", False) else set()
    assert asked(owner, "SELECT tablename, policyname FROM pg_policies") == wanted


def test_no_policy_lets_everything_through(owner: Engine) -> None:
    open_ones = asked(owner, "SELECT tablename FROM pg_policies WHERE qual = 'true' OR with_check = 'true'")
    assert open_ones == set()


def test_the_application_works_under_a_role_that_owns_nothing(owner: Engine) -> None:
    role = asked(
        owner, f"SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = '{ROLE}'"
    )
    assert role == {(False, False, False, False)}
    owned = f"SELECT relname FROM pg_class WHERE relowner = '{ROLE}'::regrole"
    member = f"SELECT roleid::regrole::text FROM pg_auth_members WHERE member = '{ROLE}'::regrole"
    assert asked(owner, owned) == asked(owner, member) == set()
    assert asked(owner, f"SELECT 1 WHERE has_schema_privilege('{ROLE}', 'public', 'CREATE')") == set()


def test_nothing_steps_around_row_level_security(owner: Engine) -> None:
    """Views run as their owner, and so do functions that say so: there are none but the ledger's guard."""
    views = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm', 'f')"
    definers = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    assert asked(owner, views) == set()
    assert {name for (name,) in asked(owner, definers)} == DEFINERS


@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE"])
def test_rights_are_only_those_the_models_give(owner: Engine, right: str) -> None:
    given = {
        "UPDATE": {m.__tablename__ for m in owned_models() if not getattr(m, "__append_only__", False)},
        "DELETE": {m.__tablename__ for m in owned_models() if getattr(m, "__deletable__", False)},
        "TRUNCATE": set(),
    }
    check = "has_any_column_privilege" if right == "UPDATE" else "has_table_privilege"
    question = f"SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND {check}"
    assert {name for (name,) in asked(owner, f"{question}('{ROLE}', oid, '{right}')")} == given[right]


def test_columns_that_must_not_change_cannot(owner: Engine) -> None:
    for model in owned_models():
        limited = getattr(model, "__columns_changed__", None)
        if limited and not getattr(model, "__append_only__", False):
            question = f"""SELECT attname FROM pg_attribute WHERE attrelid = '"{model.__tablename__}"'::regclass
                AND attnum > 0 AND has_column_privilege('{ROLE}', attrelid, attnum, 'UPDATE')"""
            assert {name for (name,) in asked(owner, question)} == set(limited), model.__tablename__
