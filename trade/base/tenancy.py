"""The two locks of tenancy: a session knows for whom it works, and PostgreSQL checks it again.

Lock one, in this process: :class:`TenantSession` refuses every statement while no :class:`Scope` is open, adds
the owner's criterion to every query on a table that has an owner, and refuses rows that the scope may not
write. Lock two, in the database: the same scope is told to PostgreSQL at the start of each transaction, and
row-level security under a role that owns nothing lets through only that owner's rows. Each is tested with the
other switched off (safety.md R1). Who gets which rows stands in :mod:`trade.base.access`.

What lock one does not see is lock two's alone: SQL written as text, statements on bare tables, and the row
that an ``ON CONFLICT DO UPDATE`` finds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NoReturn

from sqlalchemy import BindParameter, ClauseElement, Engine, Insert, Label, event, inspect, text
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction, with_loader_criteria
from sqlalchemy.orm.interfaces import CriteriaOption
from sqlalchemy.sql.visitors import anon_map

from trade.base.access import ALL_ROWS, OWNER_COLUMNS, Scope, Verb, allows, condition, owned_models

__all__ = [
    "DOOR",
    "PUBLIC",
    "SYSTEM",
    "NoScope",
    "Profile",
    "Scope",
    "TenantSession",
    "make_session",
    "open_scope",
    "session_for",
]


class NoScope(RuntimeError):
    """A query was made before saying for whom: a programming error, never an answer to a user."""


SYSTEM: Final = Scope("system")
PUBLIC: Final = Scope("public")
DOOR: Final = Scope("door")


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

    def bulk_save_objects(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: it writes behind the first lock's back."""
        raise NoScope("Use add_all, or execute an insert.")

    def bulk_insert_mappings(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: it writes behind the first lock's back."""
        raise NoScope("Use add_all, or execute an insert.")

    def bulk_update_mappings(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: it writes behind the first lock's back."""
        raise NoScope("Execute an update with its condition.")


def _untranslated(message: str, locale: str) -> str:
    return message


def _unsigned(purpose: str) -> str:
    raise RuntimeError("This profile was read without an installation's secret: nothing can be signed.")


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
    samples: frozenset[str] = frozenset()
    """Keys of settings whose value here is a placeholder, to be replaced before going live (A27)."""
    translate: Callable[[str, str], str] = dataclasses.field(default=_untranslated, compare=False, repr=False)
    """Puts a msgid into a language (``es``): for mails, whose reader is not the one who asks."""
    base_url: str = dataclasses.field(default="", compare=False)
    """Where the storefront is reached, without a slash at the end: for links in mails."""
    sign: Callable[[str], str] = dataclasses.field(default=_unsigned, compare=False, repr=False)
    """The token of a purpose (``order|V-17``) that this installation alone can make: for links without sign-in."""

    def has(self, module: str) -> bool:
        """Whether the network runs this module (reservations, gift_cheques, fee, trade, ...)."""
        return module in self.modules


def open_scope(session: Session, scope: Scope, profile: Profile, search: object = None) -> None:
    """Say for whom the session works. Raises NoScope if another scope is already open.

    ``search`` is where the session finds the search index, for :func:`trade.catalogue.engines.engine_of`.
    """
    present = session.info.get("scope")
    if present is not None and present != scope:
        raise NoScope("A session works for one scope only.")
    session.info["scope"] = scope
    session.info["profile"] = profile
    session.info["search"] = search


def make_session(engine: Engine, scope: Scope, profile: Profile, search: object = None) -> TenantSession:
    """A new session for one scope; the caller commits and closes it."""
    session = TenantSession(engine, expire_on_commit=False)
    open_scope(session, scope, profile, search)
    return session


@contextmanager
def session_for(engine: Engine, scope: Scope, profile: Profile, search: object = None) -> Iterator[TenantSession]:
    """A session that commits at the end, rolls back on an error, and is closed in any case."""
    session = make_session(engine, scope, profile, search)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()


# --- lock one: the session -----------------------------------------------------------------------


@event.listens_for(TenantSession, "do_orm_execute")
def _guard(state: ORMExecuteState) -> None:
    session, scope = state.session, state.session.info.get("scope")
    if scope is None:
        raise NoScope("No scope is open: nothing may be read or written.")
    if session.info.get("first_lock_off") or scope.kind in ALL_ROWS:
        return
    if state.is_column_load and state.bind_mapper:
        _judge_refreshed(state, state.bind_mapper.class_, scope)
        return
    target = state.bind_mapper.class_ if state.bind_mapper and not state.is_select else None
    if target is not None and state.is_insert:
        _judge_added(state, target, scope)
    elif target is not None:
        _judge_changed(state, target, scope)
    if state.is_select or state.is_update or state.is_delete:
        state.statement = state.statement.options(_criteria(session, scope, target))


def _judge_refreshed(state: ORMExecuteState, model: Any, scope: Scope) -> None:
    """A refresh finds its row by key and heeds no loader criteria: the condition is put beside the key."""
    wanted = condition(model, scope, "read")
    if wanted is not None:
        state.statement = state.statement.where(wanted)  # type: ignore[attr-defined]


class _Criteria(CriteriaOption):
    """The criteria of a scope on all tables as one option, whose cache key is made once.

    Every statement carries them, and each as an option of its own costs more than most statements. The key says how
    they are built; the ids in them are values that each statement brings along.
    """

    __slots__ = ("each", "key", "values")
    propagate_to_loaders = True
    _shapes: Final[dict[Any, object]] = {}

    def __init__(self, each: Iterable[Any]) -> None:
        self.each = list(each)
        self.values: list[BindParameter[Any]] = []
        places = anon_map()
        shape = tuple(criterion._gen_cache_key(places, self.values) for criterion in self.each)
        self.key = (_Criteria, self._shapes.setdefault(shape, object()))

    def _gen_cache_key(self, places: Any, values: list[BindParameter[Any]]) -> tuple[Any, ...]:
        values.extend(self.values)
        return self.key

    def process_compile_state(self, compile_state: Any) -> None:
        """Put the criteria on the statement that is being compiled."""
        self.get_global_criteria(compile_state.global_attributes)

    def process_compile_state_replaced_entities(self, compile_state: Any, mapper_entities: Any) -> None:
        """The same where the statement's entities were replaced."""
        self.process_compile_state(compile_state)

    def get_global_criteria(self, attributes: dict[Any, Any]) -> None:
        """Put the criteria among the attributes of a statement."""
        for criterion in self.each:
            criterion.get_global_criteria(attributes)


def _criteria(session: Session, scope: Scope, target: Any) -> _Criteria:
    """The loader criteria of a scope; a target must be a row that may be changed.

    They are put on every statement, lazy loads included: SQLAlchemy hands criteria on to the loads of what a
    query found, but a row that was just added, or brought from elsewhere, has none.
    """
    models = session.info.get("models")
    if models is None:
        models = session.info["models"] = tuple(owned_models())
    return _criteria_of(scope, models, target)


@lru_cache(maxsize=1_024)
def _criteria_of(scope: Scope, models: tuple[Any, ...], target: Any) -> _Criteria:
    """What a scope may read of these models, kept from one session to the next: it depends on nothing else."""
    verbs: dict[Any, Verb] = dict.fromkeys(models, "read")
    if target is not None:
        verbs[target] = "change"
    each = (_criterion(model, scope, verb) for model, verb in verbs.items())
    return _Criteria(criterion for criterion in each if criterion is not None)


def _criterion(model: Any, scope: Scope, verb: Verb) -> Any:
    wanted = condition(model, scope, verb)
    if wanted is None:
        return None
    return with_loader_criteria(model, wanted, include_aliases=True)


def _judge_added(state: ORMExecuteState, model: Any, scope: Scope) -> None:
    """Every row of an INSERT must be one that the scope may add."""
    for row in _rows_of(state.statement, state.parameters):
        if not allows(model, scope, "add", row):
            raise NoScope(f"A {scope.kind} session may not add this row to {model.__tablename__}.")


def _judge_changed(state: ORMExecuteState, model: Any, scope: Scope) -> None:
    """An UPDATE may not give rows away; one by primary keys carries no criterion and is refused."""
    if isinstance(state.parameters, list):
        raise NoScope(f"A {scope.kind} session may not change rows of {model.__tablename__} by their keys alone.")
    given: list[Any] = [getattr(state.statement, "_values", None), state.parameters]
    for name, value in (pair for row in given for pair in _plain(row or {}).items()):
        if name in OWNER_COLUMNS and not allows(model, scope, "change", {name: value}):
            raise NoScope(f"A {scope.kind} session may not give away rows of {model.__tablename__}.")


def _rows_of(statement: Any, parameters: Any) -> Iterator[dict[str, Any]]:
    """The rows of an INSERT, with values where they are known; expressions equal nobody's id."""
    each: list[Any] = parameters if isinstance(parameters, list) else [parameters or {}]
    if isinstance(statement, Insert) and statement.select is not None:
        columns = dict(zip(statement._select_names or (), statement.select.selected_columns, strict=False))
        yield from (_plain(columns, row) for row in each)
    elif statement._multi_values:
        yield from (_plain(row) for rows in statement._multi_values for row in rows)
    else:
        yield from (_plain({**(statement._values or {}), **row}) for row in each)


def _plain(row: Mapping[Any, Any], given: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    return {str(getattr(name, "key", name)): _value(value, given) for name, value in row.items()}


def _value(value: Any, given: Mapping[str, Any]) -> Any:
    inner = value.element if isinstance(value, Label) else value
    if isinstance(inner, BindParameter):
        return given.get(inner.key, inner.effective_value)
    return object() if isinstance(inner, ClauseElement) else inner


@event.listens_for(TenantSession, "before_flush")
def _guard_writes(session: Session, context: UOWTransaction, instances: Any) -> None:
    scope: Scope | None = session.info.get("scope")
    if scope is None:
        raise NoScope("No scope is open: nothing may be written.")
    if session.info.get("first_lock_off") or scope.kind in ALL_ROWS:
        return
    for thing in session.new:
        _judge(thing, scope, "add", _owners(thing))
    for thing in [*filter(session.is_modified, session.dirty), *session.deleted]:
        _judge(thing, scope, "change", _owners(thing))
        _judge(thing, scope, "change", _owners(thing) | _owners_before(thing))


def _judge(thing: Any, scope: Scope, verb: Verb, row: dict[str, Any]) -> None:
    if not allows(type(thing), scope, verb, row):
        raise NoScope(f"A {scope.kind} session may not {verb} this row of {thing.__tablename__}.")


def _owners(thing: Any) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in OWNER_COLUMNS if hasattr(thing, name)}


def _owners_before(thing: Any) -> dict[str, Any]:
    """The owners as they were loaded, where they have been changed since."""
    history = {name: inspect(thing).attrs[name].history for name in OWNER_COLUMNS if name in inspect(thing).attrs}
    return {name: changed.deleted[0] for name, changed in history.items() if changed.deleted}


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
