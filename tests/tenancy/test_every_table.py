"""Every table of the house, asked and written by every kind of session, through each lock alone.

What each may do is said here once more, by hand: :data:`PUBLIC_TABLES` and its sisters are the reviewed lists of
what is not one owner's alone, and :func:`may` is the meaning of the words without a look at trade/base/access.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, delete, func, insert, inspect, select, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from tests.conftest import House
from tests.tenancy.plant import MODELS, Owner, plant, values
from trade.base.tenancy import DOOR, PUBLIC, SYSTEM, NoScope, Scope, TenantSession, make_session

pytestmark = pytest.mark.database

PUBLIC_TABLES = {
    "author", "book", "book_cover", "book_detail", "book_price", "bookshop", "bookshop_stock", "category",
    "closing_day", "delegated_distributor", "directory_mark", "distributor", "distributor_stock", "legal_text",
    "message_template", "payment_account", "place", "presale_part", "presale_title", "question", "questionnaire",
    "requirement", "setting_value", "shipping_bracket", "shipping_table", "stock_hold", "stock_line",
    "trusted_distributor", "vacation",
}  # fmt: skip
EVERY_BOOKSHOP = {"campaign", "campaign_book", "campaign_bookshop", "gift_cheque", "stock_adapter"}
THE_DOOR = {
    "answer", "application", "billing_data", "bookshop", "consent", "payment", "person", "recovery_code", "refund",
    "reply", "role", "sale", "sale_line", "shipment", "sign_in_attempt", "sign_in_session", "stock_arrival",
    "stock_hold", "stock_token", "stored_file", "token", "tombstone", "totp_use", "withdrawal",
}  # fmt: skip
ACCOUNTANTS = {
    "billing_data", "campaign", "cheque_entry", "dispute", "fee", "gift_cheque", "invoice", "invoice_series",
    "journal_entry", "ledger_entry", "month_close", "payment", "posting", "refund", "sale", "sale_line", "settlement",
    "settlement_line", "stored_file", "transfer_approval", "transfer_batch", "transfer_line",
}  # fmt: skip
NOBODYS = {
    "blocked_record", "book_source", "catalogue_rejection", "catalogue_run", "catalogue_source", "distributor_feed",
    "distributor_run", "scheduled_run", "search_change", "search_copy",
}  # fmt: skip
OWNER_COLUMNS = {"bookshop_id", "person_id", "reader_id"}
ANYBODY_ADDS = {"effect", "journal_entry", "message"}


@dataclass(frozen=True)
class Planted:
    """A row of a table and who owns it."""

    key: tuple[Any, ...]
    row: dict[str, Any]


Rows = dict[str, list[Planted]]


def may(table: str, scope: Scope, verb: str, row: dict[str, Any]) -> bool:
    """Whether a scope may do this to the row, by the meaning of its model's words."""
    if scope.kind in {"staff", "system"}:
        return True
    person = row.get("reader_id") if "reader_id" in row else row.get("person_id")
    at_work = scope.kind == "bookshop" and {"bookshop", "bookshop_sees"} & set(MODELS[table].__access__)
    mine = scope.person_id is not None and person == scope.person_id and not at_work
    ours = scope.kind == "bookshop" and row.get("bookshop_id") == scope.bookshop_id
    ourselves = scope.kind == "bookshop" and row.get("id") == scope.bookshop_id
    myself = scope.person_id is not None and row.get("id") == scope.person_id
    bookshop, reads, adds = scope.kind == "bookshop", verb == "read", verb == "add"
    meaning = {
        "bookshop": ours,
        "between": bookshop and scope.bookshop_id in {row.get("buyer_id"), row.get("seller_id")},
        "bookshop_sees": ours and reads,
        "bookshop_read": bookshop and reads,
        "bookshop_use": bookshop and not adds,
        "itself": ourselves and not adds,
        "reader": mine,
        "reader_sees": mine and reads,
        "self": myself and not adds,
        "colleague": bookshop and reads and scope.bookshop_id in row.get("works_in", ()),
        "anyone_read": reads,
        "reader_add": adds and scope.person_id is not None,
        "public_add": adds,
        "door": scope.kind == "door",
        "accountant": scope.kind == "accountant" and reads,
        "accountant_add": scope.kind == "accountant" and adds,
    }
    return any(meaning[word] for word in MODELS[table].__access__)


@pytest.fixture(scope="module")
def owners(shared_house: House) -> tuple[Owner, Owner]:
    """Alba with Clara, Boreal with Bruno."""
    cast = shared_house.cast
    return Owner(cast.alba, cast.people["clara"]), Owner(cast.boreal, cast.people["bruno"])


@pytest.fixture(scope="module")
def rows(shared_house: House, owners: tuple[Owner, Owner]) -> Rows:
    """One row for each owner in every table, and everything else that is in it."""
    with shared_house.session() as session:
        for owner in owners:
            for table in MODELS:
                # The cast has some already, where a bookshop may have one only.
                with suppress(IntegrityError), session.begin_nested():
                    plant(session, table, owner)
    with shared_house.session() as session:
        return {table: _all(session, table) for table in MODELS}


def _all(session: TenantSession, table: str) -> list[Planted]:
    model = MODELS[table]
    columns = model.__table__.columns
    roles = session.execute(select(MODELS["role"].person_id, MODELS["role"].bookshop_id)).all()
    found = []
    for values_of in session.execute(select(*columns)).mappings():
        row = dict(values_of)
        if table == "person":
            row["works_in"] = {shop for person, shop in roles if person == row["id"] and shop is not None}
        found.append(Planted(tuple(row[column.name] for column in inspect(model).primary_key), row))
    return found


@pytest.fixture(scope="module")
def owner_engine(shared_house: House) -> Iterator[Engine]:
    """The database as its owner sees it: row-level security does not bind this role."""
    engine = create_engine(shared_house.owner_url)
    yield engine
    engine.dispose()


Open = Callable[[Scope], Any]


@pytest.fixture(scope="module", params=["the session alone", "the database alone"])
def lock(request: pytest.FixtureRequest, shared_house: House, owner_engine: Engine) -> Open:
    """A way to open a session that only one of the locks guards; what it wrote is rolled back."""
    first = request.param == "the session alone"

    @contextmanager
    def opened(scope: Scope) -> Iterator[TenantSession]:
        session = make_session(owner_engine if first else shared_house.engine, scope, shared_house.profile)
        session.info["first_lock_off"] = not first
        try:
            yield session
        finally:
            session.rollback()
            session.close()

    return opened


SCOPES: dict[str, Callable[[House], Scope]] = {
    "public": lambda house: PUBLIC,
    "door": lambda house: DOOR,
    "clara": lambda house: house.cast.reader("clara"),
    "bruno": lambda house: house.cast.reader("bruno"),
    "alba": lambda house: house.cast.bookshop("alba"),
    "alba's clerk": lambda house: house.cast.bookshop("alba", "alba_clerk"),
    "boreal": lambda house: house.cast.bookshop("boreal"),
    "a job of alba's": lambda house: Scope("bookshop", bookshop_id=house.cast.alba),
    "accountant": lambda house: house.cast.accountant(),
    "staff": lambda house: house.cast.staff(),
    "system": lambda house: SYSTEM,
}


@pytest.fixture(params=SCOPES)
def scope(request: pytest.FixtureRequest, shared_house: House) -> Scope:
    """Each kind of session in turn."""
    return SCOPES[request.param](shared_house)


def key_of(model: Any) -> list[Any]:
    """The mapped attributes of a model's key."""
    return [getattr(model, column.name) for column in inspect(model).primary_key]


def harmless_columns(model: Any) -> list[str]:
    """The columns that do not name the owner."""
    return [c.name for c in model.__table__.columns if c.name not in OWNER_COLUMNS and not c.primary_key]


def tables_of(*words: str) -> set[str]:
    """The tables whose models say one of the words."""
    return {table for table, model in MODELS.items() if set(words) & set(model.__access__)}


def test_the_lists_of_what_is_shared_were_reviewed() -> None:
    """A table that opens to more people changes one of these lists, and is seen."""
    assert tables_of("anyone_read") == PUBLIC_TABLES
    assert tables_of("bookshop_read", "bookshop_use") == EVERY_BOOKSHOP
    assert tables_of("door") == THE_DOOR
    assert tables_of("accountant") == ACCOUNTANTS
    assert tables_of("public_add") == ANYBODY_ADDS
    assert {table for table, model in MODELS.items() if not model.__access__} == NOBODYS


def test_every_table_has_rows_of_both(rows: Rows, owners: tuple[Owner, Owner]) -> None:
    """Otherwise the tests below would prove nothing."""
    for table, every in rows.items():
        assert len(every) >= 2, table
        for column in {c.name for c in MODELS[table].__table__.columns if c.foreign_keys} & OWNER_COLUMNS:
            wanted = {owner.bookshop_id if column == "bookshop_id" else owner.person_id for owner in owners}
            assert wanted <= {item.row[column] for item in every}, table


def test_everybody_reads_exactly_their_rows(lock: Open, scope: Scope, rows: Rows) -> None:
    with lock(scope) as session:
        for table, every in rows.items():
            model = MODELS[table]
            found = {tuple(key) for key in session.execute(select(*key_of(model)))}
            assert found == {item.key for item in every if may(table, scope, "read", item.row)}, table
            assert session.scalar(select(func.count()).select_from(model)) == len(found), table


def test_a_foreign_row_is_an_absent_one(lock: Open, scope: Scope, rows: Rows) -> None:
    with lock(scope) as session:
        for table, every in rows.items():
            for item in every:
                found = session.get(MODELS[table], item.key)
                assert (found is not None) == may(table, scope, "read", item.row), (table, item.key)


def test_everybody_changes_exactly_their_rows(lock: Open, scope: Scope, rows: Rows) -> None:
    for table, every in rows.items():
        model = MODELS[table]
        if getattr(model, "__append_only__", False):
            continue
        column = (getattr(model, "__columns_changed__", None) or harmless_columns(model))[0]
        with lock(scope) as session:
            changed = session.execute(update(model).values({column: getattr(model, column)}).returning(*key_of(model)))
            wanted = {item.key for item in every if may(table, scope, "change", item.row)}
            assert {tuple(key) for key in changed} == wanted, table


def test_everybody_deletes_exactly_their_rows(lock: Open, scope: Scope, rows: Rows) -> None:
    for table in (table for table, model in MODELS.items() if getattr(model, "__deletable__", False)):
        model = MODELS[table]
        with lock(scope) as session:
            gone = session.execute(delete(model).returning(*key_of(model)))
            wanted = {item.key for item in rows[table] if may(table, scope, "change", item.row)}
            assert {tuple(key) for key in gone} == wanted, table


def test_everybody_adds_exactly_what_they_may(
    lock: Open, scope: Scope, shared_house: House, owners: tuple[Owner, Owner], rows: Rows
) -> None:
    """A row with a forged owner is refused by each lock alone."""
    with make_session(shared_house.engine, SYSTEM, shared_house.profile) as session:
        # Never committed: that a row points to nothing is found out after both locks have let it in.
        new = [(table, values(session, table, owner)) for table in MODELS for owner in owners]
    with lock(scope) as session:
        for table, row in new:
            assert _added(session, table, row) == may(table, scope, "add", row), (table, row)


@pytest.mark.parametrize("scope", ["clara", "alba", "alba's clerk", "boreal", "a job of alba's"], indirect=True)
def test_nobody_gives_rows_away(lock: Open, scope: Scope, shared_house: House, rows: Rows) -> None:
    """A row that is one's own stays so: its owner column takes no other id."""
    cast = shared_house.cast
    another_bookshop = cast.alba if scope.bookshop_id == cast.boreal else cast.boreal
    for table in tables_of(scope.kind):
        model = MODELS[table]
        if getattr(model, "__append_only__", False):
            continue
        person = "reader_id" if hasattr(model, "reader_id") else "person_id"
        column, forged = ("bookshop_id", another_bookshop) if scope.kind == "bookshop" else (person, cast.people["ada"])
        with lock(scope) as session, pytest.raises((NoScope, ProgrammingError)):
            session.execute(update(model).values({column: forged}))
            raise AssertionError(f"{table} was given away")


def _added(session: TenantSession, table: str, row: dict[str, Any]) -> bool:
    """Whether the locks let the row in; what else the table demands of it does not matter here."""
    try:
        with session.begin_nested() as attempt:
            session.execute(insert(MODELS[table]).inline().values(row))
            attempt.rollback()
    except IntegrityError:
        return True
    except (NoScope, ProgrammingError):
        return False
    return True
