"""The two locks of tenancy: a session knows for whom it works, and PostgreSQL checks it again.

Lock one, in this process: :class:`TenantSession` refuses every statement while no :class:`Scope` is open,
and adds the owner's criterion to every query on a table that has an owner. Lock two, in the database: the
same scope is told to PostgreSQL at the start of each transaction, and row-level security under a role that
owns nothing lets through only that owner's rows. Each is tested with the other switched off (safety.md R1).

A model says who may see its rows by ``__access__``, a tuple of words:

=============  ============================================================================
word           who gets the row
=============  ============================================================================
bookshop       the bookshop named by ``bookshop_id`` reads and writes it
reader         the person named by ``reader_id`` (or ``person_id``) reads and writes it
between        both bookshops named by ``buyer_id`` and ``seller_id``
itself         the bookshop whose own row it is (``id``) reads and writes it
self           the person whose own row it is (``id``) reads and writes it
colleague      a bookshop reads the persons who have a role in it
bookshop_sees  the bookshop named by ``bookshop_id`` reads it and never writes it (invoices, settlements)
bookshop_read  every signed-in bookshop reads it
bookshop_use   every signed-in bookshop reads and updates it (columns limited by GRANT)
anyone_read    everybody reads it, the public included
reader_add     a signed-in reader may add a row
public_add     anybody may add a row, the public included
door           sign-in, registration and one-time links read and write it
accountant     the platform's accountants read it
accountant_add the platform's accountants may add a row (an approval)
=============  ============================================================================

Staff and system scopes get every row. A table without ``__access__`` is refused at start-up.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Engine, event, false, or_, text
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction, with_loader_criteria

from trade.base.db import Base

Kind = Literal["public", "door", "reader", "bookshop", "staff", "accountant", "system"]
WORDS = frozenset(
    {
        "bookshop",
        "reader",
        "between",
        "itself",
        "self",
        "colleague",
        "bookshop_sees",
        "bookshop_read",
        "bookshop_use",
        "anyone_read",
        "reader_add",
        "public_add",
        "door",
        "accountant",
        "accountant_add",
    }
)
ALL_ROWS: frozenset[str] = frozenset({"staff", "system"})


class NoScope(RuntimeError):
    """A query was made before saying for whom: a programming error, never an answer to a user."""


@dataclass(frozen=True)
class Scope:
    """For whom a session works. ``person_id`` is the one who acts, None for the public and for jobs."""

    kind: Kind
    bookshop_id: int | None = None
    person_id: int | None = None

    def __post_init__(self) -> None:
        if self.kind == "bookshop" and self.bookshop_id is None:
            raise ValueError("A bookshop scope names its bookshop.")
        if self.kind == "reader" and self.person_id is None:
            raise ValueError("A reader scope names its reader.")


SYSTEM = Scope("system")
PUBLIC = Scope("public")
DOOR = Scope("door")


class TenantSession(Session):
    """A session that works for exactly one scope, given once by :func:`open_scope`."""

    @property
    def scope(self) -> Scope:
        """The open scope. Raises NoScope where none is open."""
        scope: Scope | None = self.info.get("scope")
        if scope is None:
            raise NoScope("No scope is open: nothing may be read or written.")
        return scope

    @property
    def profile(self) -> Profile:
        """The network's profile. Raises NoScope where none was given."""
        profile: Profile | None = self.info.get("profile")
        if profile is None:
            raise NoScope("No network profile was given to this session.")
        return profile


def _untranslated(message: str, locale: str) -> str:
    return message


@dataclass(frozen=True)
class Profile:
    """The country's bundle (requirements 1.7): what makes one installation Spain's or France's."""

    code: str
    country: str
    locale: str
    time_zone: str
    currency: str
    money_flow: str
    brand: str
    settings: dict[str, Any] = dataclasses.field(default_factory=dict, hash=False, compare=False)
    modules: frozenset[str] = frozenset()
    translate: Callable[[str, str], str] = dataclasses.field(default=_untranslated, compare=False, repr=False)
    """Puts a msgid into a language (``es``): for mails, whose reader is not the one who asks."""

    def has(self, module: str) -> bool:
        """Whether the network runs this module (reservations, gift_cheques, fee, trade, ...)."""
        return module in self.modules


def open_scope(session: Session, scope: Scope, profile: Profile) -> None:
    """Say for whom the session works. Raises NoScope if another scope is already open."""
    present = session.info.get("scope")
    if present is not None and present != scope:
        raise NoScope("A session works for one scope only.")
    session.info["scope"] = scope
    session.info["profile"] = profile


def make_session(engine: Engine, scope: Scope, profile: Profile) -> TenantSession:
    """A new session for one scope; the caller commits and closes it."""
    session = TenantSession(engine, expire_on_commit=False)
    open_scope(session, scope, profile)
    return session


@contextmanager
def session_for(engine: Engine, scope: Scope, profile: Profile) -> Iterator[TenantSession]:
    """A session that commits at the end, rolls back on an error, and is closed in any case."""
    session = make_session(engine, scope, profile)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()


# --- lock one: the session -----------------------------------------------------------------------


def _person_column(model: Any) -> Any:
    return model.reader_id if hasattr(model, "reader_id") else model.person_id


def criterion(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    """The condition a row must meet to be seen in this scope; None where every row may be seen."""
    access = frozenset(model.__access__)
    if scope.kind in ALL_ROWS or "anyone_read" in access:
        return None
    if scope.kind == "door":
        return None if "door" in access else false()
    if scope.kind == "accountant" and "accountant" in access:
        return None
    if scope.kind == "bookshop" and access & {"bookshop_read", "bookshop_use"}:
        return None
    conditions: list[ColumnElement[bool]] = []
    if scope.kind == "bookshop" and access & {"bookshop", "bookshop_sees"}:
        conditions.append(model.bookshop_id == scope.bookshop_id)
    if scope.kind == "bookshop" and "between" in access:
        conditions.append(or_(model.buyer_id == scope.bookshop_id, model.seller_id == scope.bookshop_id))
    if scope.kind == "bookshop" and "itself" in access:
        conditions.append(model.id == scope.bookshop_id)
    if scope.kind == "bookshop" and "colleague" in access:
        conditions.append(model.is_colleague_in(scope.bookshop_id))
    if scope.person_id is not None and "self" in access:
        conditions.append(model.id == scope.person_id)
    if scope.person_id is not None and "reader" in access:
        conditions.append(_person_column(model) == scope.person_id)
    return or_(*conditions) if conditions else false()


def owned_models() -> list[Any]:
    """Every mapped class, in the order of their tables."""
    return sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda model: model.__tablename__)


@event.listens_for(TenantSession, "do_orm_execute")
def _guard(state: ORMExecuteState) -> None:
    session = state.session
    scope = session.info.get("scope")
    if scope is None:
        raise NoScope("No scope is open: nothing may be read or written.")
    if session.info.get("first_lock_off") or state.is_column_load or state.is_relationship_load:
        return
    if state.is_select or state.is_update or state.is_delete:
        state.statement = state.statement.options(*_criteria(session, scope))


def _criteria(session: Session, scope: Scope) -> list[Any]:
    """The loader criteria of a scope, built once per session."""
    found: list[Any] | None = session.info.get("criteria")
    if found is None:
        found = []
        for model in owned_models():
            condition = criterion(model, scope)
            if condition is not None:
                found.append(with_loader_criteria(model, condition, include_aliases=True))
        session.info["criteria"] = found
    return found


@event.listens_for(TenantSession, "before_flush")
def _guard_writes(session: Session, context: UOWTransaction, instances: Any) -> None:
    scope: Scope | None = session.info.get("scope")
    if scope is None:
        raise NoScope("No scope is open: nothing may be written.")
    if session.info.get("first_lock_off") or scope.kind in ALL_ROWS:
        return
    for thing in [*session.new, *session.dirty, *session.deleted]:
        if not _may_write(thing, scope, added=thing in session.new):
            raise NoScope(f"A {scope.kind} session may not write this row of {thing.__tablename__}.")


def _may_write(thing: Any, scope: Scope, *, added: bool) -> bool:
    access = frozenset(thing.__access__)
    if scope.kind == "door" and "door" in access:
        return True
    if scope.kind == "bookshop" and "bookshop" in access and thing.bookshop_id == scope.bookshop_id:
        return True
    if scope.kind == "bookshop" and "bookshop_use" in access and not added:
        return True
    if scope.kind == "bookshop" and "itself" in access and thing.id == scope.bookshop_id:
        return True
    if "self" in access and scope.person_id is not None and thing.id == scope.person_id:
        return True
    if scope.kind == "bookshop" and "between" in access and scope.bookshop_id in (thing.buyer_id, thing.seller_id):
        return True
    if scope.kind == "accountant" and "accountant_add" in access and added:
        return True
    if added and ("public_add" in access or ("reader_add" in access and scope.person_id is not None)):
        return True
    owner = thing.reader_id if hasattr(thing, "reader_id") else getattr(thing, "person_id", None)
    return "reader" in access and scope.person_id is not None and owner == scope.person_id


# --- lock two: the database ----------------------------------------------------------------------


@event.listens_for(TenantSession, "after_begin")
def _tell_database(session: Session, transaction: SessionTransaction, connection: Any) -> None:
    scope: Scope | None = session.info.get("scope")
    if scope is None:
        raise NoScope("No scope is open: no transaction may begin.")
    connection.execute(
        text(
            "SELECT set_config('app.kind', :kind, true), set_config('app.bookshop', :bookshop, true),"
            " set_config('app.person', :person, true)"
        ),
        {
            "kind": scope.kind,
            "bookshop": "" if scope.bookshop_id is None else str(scope.bookshop_id),
            "person": "" if scope.person_id is None else str(scope.person_id),
        },
    )


KIND_SQL = "current_setting('app.kind', true)"
BOOKSHOP_SQL = "nullif(current_setting('app.bookshop', true), '')::bigint"
PERSON_SQL = "nullif(current_setting('app.person', true), '')::bigint"


def _conditions(model: Any) -> tuple[str, str, str]:
    """SQL for reading, adding and changing rows of the model's table."""
    access = frozenset(model.__access__)
    unknown = access - WORDS
    if unknown:
        raise ValueError(f"{model.__tablename__}: unknown access words {sorted(unknown)}")
    read = [f"{KIND_SQL} IN ('staff', 'system')"]
    write = list(read)
    if "bookshop" in access:
        own = f"({KIND_SQL} = 'bookshop' AND bookshop_id = {BOOKSHOP_SQL})"
        read.append(own)
        write.append(own)
    if "between" in access:
        own = f"({KIND_SQL} = 'bookshop' AND {BOOKSHOP_SQL} IN (buyer_id, seller_id))"
        read.append(own)
        write.append(own)
    if "itself" in access:
        own = f"({KIND_SQL} = 'bookshop' AND id = {BOOKSHOP_SQL})"
        read.append(own)
        write.append(own)
    if "self" in access:
        own = f"(id = {PERSON_SQL})"
        read.append(own)
        write.append(own)
    if "colleague" in access:
        read.append(f"({KIND_SQL} = 'bookshop' AND {model.__colleague_sql__.format(bookshop=BOOKSHOP_SQL)})")
    if "reader" in access:
        column = _person_column(model).key
        own = f"({column} = {PERSON_SQL})"
        read.append(own)
        write.append(own)
    if "door" in access:
        read.append(f"{KIND_SQL} = 'door'")
        write.append(f"{KIND_SQL} = 'door'")
    if "bookshop_sees" in access:
        read.append(f"({KIND_SQL} = 'bookshop' AND bookshop_id = {BOOKSHOP_SQL})")
    if access & {"bookshop_read", "bookshop_use"}:
        read.append(f"{KIND_SQL} = 'bookshop'")
    if "accountant" in access:
        read.append(f"{KIND_SQL} = 'accountant'")
    if "anyone_read" in access:
        read.append(f"{KIND_SQL} <> ''")
    add = list(write)
    if "reader_add" in access:
        add.append(f"{PERSON_SQL} IS NOT NULL")
    if "accountant_add" in access:
        add.append(f"{KIND_SQL} = 'accountant'")
    if "public_add" in access:
        add.append(f"{KIND_SQL} <> ''")
    change = list(write)
    if "bookshop_use" in access:
        change.append(f"{KIND_SQL} = 'bookshop'")
    return " OR ".join(read), " OR ".join(add), " OR ".join(change)


def policies(role: str) -> list[str]:
    """The SQL that puts row-level security on every table and grants the role its rights.

    ``__append_only__`` tables give no UPDATE or DELETE; ``__columns_changed__`` limits UPDATE to those
    columns; rows are deleted only where ``__deletable__`` says so.
    """
    statements = [f'GRANT USAGE ON SCHEMA public TO "{role}"', f'GRANT SELECT ON alembic_version TO "{role}"']
    for model in owned_models():
        table = model.__tablename__
        read, add, change = _conditions(model)
        statements += [
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
            f'GRANT SELECT, INSERT ON "{table}" TO "{role}"',
            f'CREATE POLICY may_read ON "{table}" FOR SELECT USING ({read})',
            f'CREATE POLICY may_add ON "{table}" FOR INSERT WITH CHECK ({add})',
        ]
        if not getattr(model, "__append_only__", False):
            columns = getattr(model, "__columns_changed__", None)
            which = f" ({', '.join(columns)})" if columns else ""
            statements.append(f'GRANT UPDATE{which} ON "{table}" TO "{role}"')
            statements.append(f'CREATE POLICY may_change ON "{table}" FOR UPDATE USING ({change}) WITH CHECK ({change})')
        if getattr(model, "__deletable__", False):
            statements.append(f'GRANT DELETE ON "{table}" TO "{role}"')
            statements.append(f'CREATE POLICY may_delete ON "{table}" FOR DELETE USING ({change})')
    statements.append(f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "{role}"')
    return statements
