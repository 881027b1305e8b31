"""Each way of asking and writing that SQLAlchemy knows, through each lock alone.

The classes here are mapped to the house's own tables (so PostgreSQL's policies are the real ones), and add what
the house itself avoids: lazy, joined and selected relationships between owned tables, and deferred columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Engine,
    bindparam,
    create_engine,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import InvalidRequestError, ProgrammingError
from sqlalchemy.orm import (
    DeclarativeBase,
    aliased,
    defer,
    foreign,
    joinedload,
    make_transient_to_detached,
    relationship,
    selectinload,
    subqueryload,
    undefer,
)
from sqlalchemy.orm.exc import ObjectDeletedError

from tests.conftest import House
from trade.base import tenancy
from trade.base.access import owned_models
from trade.base.tenancy import PUBLIC, NoScope, Scope, TenantSession, make_session
from trade.members.models import BillingData, Bookshop
from trade.stock.models import RareTitle

pytestmark = pytest.mark.database
# NoScope is the first lock's word; what the second hides is not found, and what it forbids is insufficient right.
REFUSALS = {"NoScope", "ProgrammingError", "StaleDataError"}
ISBN = 9788437604947


class World(DeclarativeBase):
    """A second family of classes over the same tables."""


class Shop(World):
    """A bookshop as its staff list would see it, with everything hanging on it."""

    __table__ = Bookshop.__table__
    __access__ = Bookshop.__access__
    rares = relationship("Rare", primaryjoin=lambda: Shop.id == foreign(Rare.bookshop_id), viewonly=True, uselist=True)
    billing = relationship(
        "Bill", primaryjoin=lambda: Shop.id == foreign(Bill.bookshop_id), viewonly=True, uselist=False
    )


class Rare(World):
    """A line of the rare-books log: its bookshop's alone."""

    __table__ = RareTitle.__table__
    __access__ = RareTitle.__access__
    shop = relationship("Shop", primaryjoin=lambda: foreign(Rare.bookshop_id) == Shop.id, viewonly=True)
    bill = relationship(
        "Bill", primaryjoin=lambda: Rare.bookshop_id == foreign(Bill.bookshop_id), viewonly=True, uselist=False
    )


class Bill(World):
    """A bookshop's billing data: never anybody else's."""

    __table__ = BillingData.__table__
    __access__ = BillingData.__access__


@pytest.fixture(scope="module", autouse=True)
def family(shared_house: House) -> Iterator[None]:
    """The locks know the second family, and both bookshops have a rare title."""
    whole = [*owned_models(), Shop, Rare, Bill]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tenancy, "owned_models", lambda: whole)
        with shared_house.session() as session:
            for shop in (shared_house.cast.alba, shared_house.cast.boreal):
                session.execute(insert(RareTitle).values(rare(shop)))
        yield


def rare(shop: int, isbn: int = ISBN) -> dict[str, Any]:
    """The values of a rare title."""
    return {"bookshop_id": shop, "isbn": isbn, "copies": 1, "holders": 1, "seen_on": date(2026, 11, 24), "mark": ""}


@pytest.fixture(scope="module")
def owner(shared_house: House) -> Iterator[Engine]:
    """The database as its owner sees it: row-level security does not bind this role."""
    engine = create_engine(shared_house.owner_url)
    yield engine
    engine.dispose()


Open = Callable[[Scope], Any]


@pytest.fixture(params=["the session alone", "the database alone"])
def lock(request: pytest.FixtureRequest, shared_house: House, owner: Engine) -> Open:
    """A way to open a session that only one of the locks guards; what it wrote is rolled back."""
    first = request.param == "the session alone"

    @contextmanager
    def opened(scope: Scope) -> Iterator[TenantSession]:
        session = make_session(owner if first else shared_house.engine, scope, shared_house.profile)
        session.info["first_lock_off"] = not first
        try:
            yield session
        finally:
            session.rollback()
            session.close()

    return opened


@pytest.fixture
def first(shared_house: House, owner: Engine) -> Iterator[TenantSession]:
    """A session of Alba's that only the first lock guards."""
    session = make_session(owner, shared_house.cast.bookshop("alba"), shared_house.profile)
    yield session
    session.rollback()
    session.close()


def ask_for_all(session: TenantSession) -> dict[str, Any]:
    """The bookshops whose rare titles each way of asking finds."""
    other = aliased(Rare)
    inner = select(Rare.bookshop_id).where(Rare.copies > 0)
    cte, derived = inner.cte(), inner.subquery()
    both = union_all(select(Rare.bookshop_id), select(Rare.bookshop_id))
    shops = aliased(Rare, select(Rare).subquery())
    return {
        "select": session.scalars(select(Rare.bookshop_id)),
        "entities": [row.bookshop_id for row in session.scalars(select(Rare))],
        "query": [row.bookshop_id for row in session.query(Rare)],
        "query of a column": [shop for (shop,) in session.query(Rare.bookshop_id)],
        "alias": session.scalars(select(other.bookshop_id)),
        "subquery": session.scalars(select(derived.c.bookshop_id)),
        "alias of a subquery": session.scalars(select(shops.bookshop_id)),
        "common table": session.scalars(select(cte.c.bookshop_id)),
        "union": session.scalars(both),
        "in": session.scalars(select(Shop.id).where(Shop.id.in_(inner))),
        "exists": session.scalars(select(Shop.id).where(exists().where(Rare.bookshop_id == Shop.id))),
        "any": session.scalars(select(Shop.id).where(Shop.rares.any())),
        "has": session.scalars(select(Shop.id).where(Shop.billing.has(Bill.iban != ""))),
        "scalar subquery": [
            shop
            for shop, found in session.execute(
                select(Shop.id, select(func.count()).where(Rare.bookshop_id == Shop.id).scalar_subquery())
            )
            if found
        ],
        "join": session.scalars(select(Rare.bookshop_id).join(Rare.shop)),
        "join from the public side": session.scalars(select(Shop.id).join(Shop.rares)),
        "outer join": [
            shop for shop, isbn in session.execute(select(Shop.id, Rare.isbn).outerjoin(Shop.rares)) if isbn
        ],
        "self join": session.scalars(select(other.bookshop_id).join(Rare, Rare.isbn == other.isbn)),
        "grouped": session.scalars(select(Rare.bookshop_id).group_by(Rare.bookshop_id)),
        "locked": session.scalars(select(Rare.bookshop_id).with_for_update()),
        "deferred": [row.bookshop_id for row in session.scalars(select(Rare).options(defer(Rare.mark)))],
        "returning": session.scalars(update(Rare).values(mark="x").returning(Rare.bookshop_id)),
    }


def reached(session: TenantSession) -> dict[str, Any]:
    """The bookshops whose rare titles and billing data each way of loading a relationship finds."""
    found: dict[str, list[int]] = {}
    for name, option in {
        "lazy": None,
        "joined": joinedload(Shop.rares),
        "selected": selectinload(Shop.rares),
        "by subquery": subqueryload(Shop.rares),
    }.items():
        session.expunge_all()
        shops = session.scalars(select(Shop).options(option) if option else select(Shop)).unique().all()
        assert len(shops) == 2
        found[name] = [shop.id for shop in shops if shop.rares]
    found["lazy, one"] = [shop.id for shop in shops if shop.billing]
    found["lazy, by key"] = [row.bookshop_id for row in session.scalars(select(Rare)) if row.bill]
    return found


def test_each_way_of_asking_finds_ones_own_rows_only(lock: Open, shared_house: House) -> None:
    with lock(shared_house.cast.bookshop("alba")) as session:
        for way, found in ask_for_all(session).items():
            assert set(found) == {shared_house.cast.alba}, way


def test_each_way_of_loading_reaches_ones_own_rows_only(lock: Open, shared_house: House) -> None:
    with lock(shared_house.cast.bookshop("alba")) as session:
        for way, found in reached(session).items():
            assert found == [shared_house.cast.alba], way


def test_staff_and_system_get_every_row(lock: Open, shared_house: House) -> None:
    both = {shared_house.cast.alba, shared_house.cast.boreal}
    for scope in (shared_house.cast.staff(), tenancy.SYSTEM):
        with lock(scope) as session:
            assert {way for way, found in ask_for_all(session).items() if set(found) != both} == set()
            assert {way for way, found in reached(session).items() if set(found) != both} == set()


@pytest.mark.parametrize("kind", ["public", "door", "reader", "accountant"])
def test_nobody_else_finds_any(lock: Open, shared_house: House, kind: str) -> None:
    scope = {"reader": shared_house.cast.reader(), "accountant": shared_house.cast.accountant()}.get(kind)
    with lock(scope or Scope(kind)) as session:  # type: ignore[arg-type]
        for way, found in ask_for_all(session).items():
            # The door, which admits bookshops, and accountants read billing data; nobody reads rare titles.
            expected = {shared_house.cast.alba, shared_house.cast.boreal} if way == "has" else set()
            assert set(found) == (expected if kind in {"door", "accountant"} else set()), way


def test_a_foreign_id_is_an_absent_id(lock: Open, shared_house: House) -> None:
    with shared_house.session() as session:
        foreign_id = session.scalars(
            select(RareTitle.id).where(RareTitle.bookshop_id == shared_house.cast.boreal)
        ).first()
    with lock(shared_house.cast.bookshop("alba")) as session:
        assert session.get(RareTitle, foreign_id) is None
        assert session.get(RareTitle, foreign_id, with_for_update=True) is None
        assert session.query(RareTitle).filter_by(id=foreign_id).one_or_none() is None
        assert session.execute(update(RareTitle).where(RareTitle.id == foreign_id).values(mark="x")).rowcount == 0
        assert session.execute(delete(RareTitle).where(RareTitle.id == foreign_id)).rowcount == 0


def test_a_foreign_row_brought_from_elsewhere_is_neither_read_nor_changed(lock: Open, shared_house: House) -> None:
    """Detached from another session, or forged from its key: refreshing it finds nothing."""
    with shared_house.session() as session:
        theirs = session.scalars(select(RareTitle).where(RareTitle.bookshop_id == shared_house.cast.boreal)).one()
        session.expunge(theirs)
    their_id = theirs.id
    with lock(shared_house.cast.bookshop("alba")) as session:
        session.add(theirs)
        with pytest.raises(InvalidRequestError):
            session.refresh(theirs)
        session.expunge(theirs)
        forged = RareTitle(id=their_id)
        make_transient_to_detached(forged)
        session.add(forged)
        with pytest.raises(ObjectDeletedError):
            _ = forged.mark
        session.expunge(forged)


@pytest.mark.parametrize("way", ["flush", "take over", "delete", "merge"])
def test_a_foreign_row_is_not_written_by_the_unit_of_work(lock: Open, shared_house: House, way: str) -> None:
    with shared_house.session() as session:
        theirs = session.scalars(select(RareTitle).where(RareTitle.bookshop_id == shared_house.cast.boreal)).one()
        session.expunge(theirs)
    their_id = theirs.id
    with lock(shared_house.cast.bookshop("alba")) as session:
        if way == "merge":
            session.merge(theirs)
        else:
            session.add(theirs)
        if way == "flush":
            theirs.mark = "changed"
        elif way == "take over":
            theirs.bookshop_id = shared_house.cast.alba
        elif way == "delete":
            session.delete(theirs)
        with pytest.raises(Exception) as refusal:
            session.flush()
        assert type(refusal.value).__name__ in {*REFUSALS, "SAWarning"}, refusal.value
    with shared_house.session() as session:
        kept = session.get_one(RareTitle, their_id)
        assert (kept.bookshop_id, kept.mark) == (shared_house.cast.boreal, "")


WRITES: dict[str, Callable[[TenantSession, int, int], Any]] = {
    "add": lambda session, own, other: session.add(RareTitle(**rare(other, 9782070368228))),
    "give away": lambda session, own, other: setattr(session.scalars(select(RareTitle)).first(), "bookshop_id", other),
    "insert": lambda session, own, other: session.execute(insert(RareTitle).values(rare(other, 9782070368228))),
    "insert several": lambda session, own, other: session.execute(
        insert(RareTitle).values([rare(own, 9782070368228), rare(other, 9782070368228)])
    ),
    "insert many": lambda session, own, other: session.execute(
        insert(RareTitle), [rare(own, 9782070368228), rare(other, 9782070368228)]
    ),
    "insert or update": lambda session, own, other: session.execute(
        upsert(RareTitle)
        .values(rare(other))
        .on_conflict_do_update(index_elements=["bookshop_id", "isbn"], set_={"mark": "x"})
    ),
    "insert from select": lambda session, own, other: session.execute(
        insert(RareTitle).from_select(
            ["bookshop_id", "isbn", "copies", "holders", "seen_on", "mark"],
            select(Shop.id, func.max(1), func.max(1), func.max(1), func.current_date(), func.max("")).group_by(Shop.id),
        )
    ),
    "insert from select, the owner a parameter": lambda session, own, other: session.execute(
        insert(RareTitle)
        .from_select(
            ["bookshop_id", "isbn", "copies", "holders", "seen_on", "mark"],
            select(bindparam("shop", type_=BigInteger), 9782070368228, 1, 1, func.current_date(), literal("")),
        )
        .execution_options(dml_strategy="orm"),
        {"shop": other},
    ),
    "update": lambda session, own, other: session.execute(update(RareTitle).values(bookshop_id=other)),
    "update by another's key": lambda session, own, other: session.execute(
        update(RareTitle), [{"id": session.info["theirs"], "mark": "x"}]
    ),
}


@pytest.mark.parametrize("way", WRITES)
def test_a_forged_owner_is_refused(lock: Open, shared_house: House, way: str) -> None:
    with shared_house.session() as session:
        before = session.execute(select(RareTitle.bookshop_id, RareTitle.isbn, RareTitle.mark)).all()
        theirs = session.scalar(select(RareTitle.id).where(RareTitle.bookshop_id == shared_house.cast.boreal))
    with lock(shared_house.cast.bookshop("alba")) as session:
        session.info["theirs"] = theirs
        with pytest.raises(Exception) as refusal:
            WRITES[way](session, shared_house.cast.alba, shared_house.cast.boreal)
            session.flush()
        assert type(refusal.value).__name__ in REFUSALS, refusal.value
    with shared_house.session() as session:
        assert session.execute(select(RareTitle.bookshop_id, RareTitle.isbn, RareTitle.mark)).all() == before


def test_everybody_may_read_but_only_the_owner_may_change(lock: Open, shared_house: House) -> None:
    """What is public to read is not public to write: an UPDATE of every row reaches one's own."""
    with lock(shared_house.cast.bookshop("alba")) as session:
        assert len(session.scalars(select(Shop.id)).all()) == 2
        changed = session.scalars(update(Bookshop).values(description="ours").returning(Bookshop.id)).all()
        assert changed == [shared_house.cast.alba]
    with lock(shared_house.cast.reader()) as session:
        assert session.execute(update(Bookshop).values(description="mine")).rowcount == 0


RAW = "SELECT bookshop_id FROM rare_title"


def test_raw_sql_is_stopped_by_the_database(shared_house: House) -> None:
    """Text, a bare table, a driver's own cursor: the first lock cannot see them, the second stops them all."""
    table = RareTitle.__table__
    with shared_house.session(shared_house.cast.bookshop("alba")) as session:
        connection = session.connection()
        ways = {
            "text": session.scalars(text(RAW)),
            "from text": [
                row.bookshop_id
                for row in session.scalars(select(Rare).from_statement(text("SELECT * FROM rare_title")))
            ],
            "bare table": session.scalars(select(table.c.bookshop_id)),
            "connection": connection.scalars(text(RAW)),
            "driver": [row[0] for row in connection.exec_driver_sql(RAW)],
        }
        for way, found in ways.items():
            assert set(found) == {shared_house.cast.alba}, way
        with pytest.raises(ProgrammingError), session.begin_nested():
            session.execute(insert(table).values(rare(shared_house.cast.boreal, 9782070368228)))
        assert session.execute(update(table).values(mark="ours")).rowcount == 1
        session.rollback()


def test_the_database_gives_nothing_to_who_says_nothing(shared_house: House) -> None:
    """A connection that never told its scope reads no row of any table, and may write none (safety.md 31)."""
    with shared_house.engine.connect() as connection:
        for model in owned_models():
            assert connection.execute(select(func.count()).select_from(model.__table__)).scalar_one() == 0, model
        with pytest.raises(ProgrammingError):
            connection.execute(insert(RareTitle.__table__).values(rare(shared_house.cast.alba, 9782070368228)))


def test_the_scope_ends_with_its_transaction(shared_house: House) -> None:
    """The connection goes back to the pool without a scope: the next one that forgets it reads nothing."""
    with shared_house.session(shared_house.cast.staff()) as session:
        assert len(session.scalars(text(RAW)).all()) == 2
    with shared_house.engine.connect() as connection:
        assert connection.execute(text(RAW)).all() == []


def test_without_a_scope_nothing_is_asked(shared_house: House) -> None:
    with TenantSession(shared_house.engine) as session:
        for attempt in (
            lambda: session.execute(select(RareTitle)),
            lambda: session.execute(text(RAW)),
            lambda: session.connection(),
            lambda: session.get(RareTitle, 1),
            lambda: session.scope,
            lambda: session.profile,
        ):
            with pytest.raises(NoScope):
                attempt()
        session.add(RareTitle(**rare(shared_house.cast.alba)))
        with pytest.raises(NoScope):
            session.flush()


def test_one_statement_serves_many_bookshops_each_with_its_own_rows(shared_house: House, owner: Engine) -> None:
    """What is kept of the criteria from one session to the next is how they are built, never for whom."""
    cast = shared_house.cast
    built = select(RareTitle.bookshop_id)
    found, keys = {}, set()
    for scope in (cast.bookshop("alba"), cast.bookshop("boreal"), cast.bookshop("alba"), PUBLIC):
        with make_session(owner, scope, shared_house.profile) as session:
            found[scope] = set(session.scalars(built))
            keys.add(tenancy._criteria(session, scope, None).key)
    assert found == {cast.bookshop("alba"): {cast.alba}, cast.bookshop("boreal"): {cast.boreal}, PUBLIC: set()}
    assert len(keys) == 2, "one way for bookshops, another for the public"


def test_a_session_works_for_one_scope_only(shared_house: House) -> None:
    session = make_session(shared_house.engine, shared_house.cast.bookshop("alba"), shared_house.profile)
    with pytest.raises(NoScope, match="one scope"):
        tenancy.open_scope(session, shared_house.cast.staff(), shared_house.profile)


def test_ways_around_the_first_lock_are_closed(first: TenantSession, shared_house: House) -> None:
    row = rare(shared_house.cast.boreal)
    for attempt in (
        lambda: first.bulk_save_objects([RareTitle(**row)]),
        lambda: first.bulk_insert_mappings(RareTitle, [row]),
        lambda: first.bulk_update_mappings(RareTitle, [row]),
    ):
        with pytest.raises(NoScope):
            attempt()


def test_undeferred_columns_come_with_ones_own_row(first: TenantSession) -> None:
    row = first.scalars(select(Rare).options(defer(Rare.mark))).one()
    assert row.mark == ""
    first.expire(row)
    assert row.copies == 1
    first.refresh(row)
    assert first.scalars(select(Rare).options(undefer(Rare.mark))).one() is row


def test_the_moment_is_aware(shared_house: House) -> None:
    with shared_house.session() as session:
        applied = session.scalars(select(Bookshop.applied_at)).first()
    assert isinstance(applied, datetime)
    assert applied.tzinfo is UTC or applied.utcoffset() is not None
