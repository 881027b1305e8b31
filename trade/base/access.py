"""Who gets a table's rows, said in the words of ``__access__`` and told in three tongues from one table.

:func:`condition` makes the criterion that queries carry, :func:`allows` judges a row that is about to be
written, :func:`policies` writes the row-level security of PostgreSQL: the two locks cannot drift apart.

==============  ===========================================================================================
word            who gets the row
==============  ===========================================================================================
bookshop        the bookshop named by ``bookshop_id`` reads and writes it
bookshop_sees   the bookshop named by ``bookshop_id`` reads it and never writes it (invoices, settlements)
between         both bookshops named by ``buyer_id`` and ``seller_id`` read and write it
itself          the bookshop whose own row it is (``id``) reads and changes it
reader          the person named by ``reader_id`` (or ``person_id``) reads and writes it
reader_sees     the person named by ``reader_id`` (or ``person_id``) reads it and never writes it (roles)
self            the person whose own row it is (``id``) reads and changes it
colleague       a bookshop reads the persons who have a role in it
bookshop_read   every signed-in bookshop reads it
bookshop_use    every signed-in bookshop reads and changes it (columns limited by GRANT)
anyone_read     everybody reads it, the public included
reader_add      whoever is signed in may add a row
public_add      anybody may add a row, the public included
door            sign-in, registration and one-time links read and write it
accountant      the platform's accountants read it
accountant_add  the platform's accountants may add a row (an approval)
==============  ===========================================================================================

Staff and system scopes get every row. Where a row has a bookshop and a reader (a reservation), a bookseller at
work gets it as her bookshop only: what she reserves elsewhere as a reader is none of her bookshop's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, false, or_

from trade.base.db import Base

Kind = Literal["public", "door", "reader", "bookshop", "staff", "accountant", "system"]
Verb = Literal["read", "add", "change"]
ALL_ROWS: Final[frozenset[str]] = frozenset({"staff", "system"})
READS: Final[frozenset[Verb]] = frozenset({"read"})
ADDS: Final[frozenset[Verb]] = frozenset({"add"})
CHANGES: Final[frozenset[Verb]] = frozenset({"read", "change"})
WRITES: Final[frozenset[Verb]] = frozenset({"read", "add", "change"})


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


@dataclass(frozen=True)
class Word:
    """What a word allows to whom: sessions of ``kind`` (None: of any), with somebody ``signed_in``.

    Sessions of the kind ``but`` are left out. Where ``columns`` are given, one of the first ``most`` that the
    model has must hold the scope's bookshop or person, as ``owner`` says.
    """

    verbs: frozenset[Verb]
    kind: Kind | None = None
    owner: Literal["bookshop", "person"] | None = None
    columns: tuple[str, ...] = ()
    most: int = 1
    signed_in: bool = False
    but: Kind | None = None

    def concerns(self, scope: Scope) -> bool:
        """Whether the word speaks of sessions like this one."""
        someone = scope.person_id is not None or not (self.signed_in or self.owner == "person")
        return self.kind in (None, scope.kind) and scope.kind != self.but and someone

    def of(self, model: Any) -> tuple[str, ...]:
        """The model's columns that name the owner."""
        return tuple(name for name in self.columns if hasattr(model, name))[: self.most]


READER_COLUMNS = ("reader_id", "person_id")
WORDS: Final[dict[str, Word]] = {
    "bookshop": Word(WRITES, "bookshop", "bookshop", ("bookshop_id",)),
    "bookshop_sees": Word(READS, "bookshop", "bookshop", ("bookshop_id",)),
    "between": Word(WRITES, "bookshop", "bookshop", ("buyer_id", "seller_id"), most=2),
    "itself": Word(CHANGES, "bookshop", "bookshop", ("id",)),
    "reader": Word(WRITES, None, "person", READER_COLUMNS),
    "reader_sees": Word(READS, None, "person", READER_COLUMNS),
    "self": Word(CHANGES, None, "person", ("id",)),
    "colleague": Word(READS, "bookshop"),
    "bookshop_read": Word(READS, "bookshop"),
    "bookshop_use": Word(CHANGES, "bookshop"),
    "anyone_read": Word(READS),
    "reader_add": Word(ADDS, signed_in=True),
    "public_add": Word(ADDS),
    "door": Word(WRITES, "door"),
    "accountant": Word(READS, "accountant"),
    "accountant_add": Word(ADDS, "accountant"),
}
WORK: Final = frozenset({"bookshop", "bookshop_sees"})
OWNER_COLUMNS: Final = ("id", "bookshop_id", "buyer_id", "seller_id", *READER_COLUMNS)


def owned_models() -> list[Any]:
    """Every mapped class, in the order of their tables."""
    return sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda model: model.__tablename__)


def _words(model: Any, verb: Verb) -> Iterator[tuple[str, Word]]:
    """The words of a model that allow something. Raises ValueError for a word nobody knows."""
    unknown = set(model.__access__) - set(WORDS)
    if unknown:
        raise ValueError(f"{model.__tablename__}: unknown access words {sorted(unknown)}")
    both = not WORK.isdisjoint(model.__access__)
    for name in model.__access__:
        word = WORDS[name]
        if verb in word.verbs:
            yield name, replace(word, but="bookshop") if both and word.columns == READER_COLUMNS else word


# --- the first lock's tongue -----------------------------------------------------------------------


def _owner_id(word: Word, scope: Scope) -> int | None:
    return scope.bookshop_id if word.owner == "bookshop" else scope.person_id


def condition(model: Any, scope: Scope, verb: Verb) -> ColumnElement[bool] | None:
    """What a row must meet for this scope to read or change it; None where every row will do."""
    if scope.kind in ALL_ROWS:
        return None
    parts: list[ColumnElement[bool]] = []
    for name, word in _words(model, verb):
        if not word.concerns(scope):
            continue
        if name == "colleague":
            parts.append(model.is_colleague_in(scope.bookshop_id))
        elif word.owner is None:
            return None
        else:
            parts += [getattr(model, column) == _owner_id(word, scope) for column in word.of(model)]
    return or_(*parts) if parts else false()


def allows(model: Any, scope: Scope, verb: Verb, row: Mapping[str, Any]) -> bool:
    """Whether this scope may add the row, or change it, given the values of its OWNER_COLUMNS."""
    if scope.kind in ALL_ROWS:
        return True
    return any(
        word.owner is None or any(row.get(column) == _owner_id(word, scope) for column in word.of(model))
        for _, word in _words(model, verb)
        if word.concerns(scope)
    )


# --- the second lock's tongue ----------------------------------------------------------------------

KIND_SQL: Final = "current_setting('app.kind', true)"
OWNER_SQL: Final = {
    "bookshop": "nullif(current_setting('app.bookshop', true), '')::bigint",
    "person": "nullif(current_setting('app.person', true), '')::bigint",
}


def _word_sql(model: Any, name: str, word: Word) -> str:
    parts = [f"{KIND_SQL} = '{word.kind}'" if word.kind else f"{KIND_SQL} <> ''"]
    if word.but is not None:
        parts.append(f"{KIND_SQL} <> '{word.but}'")
    if word.signed_in:
        parts.append(f"{OWNER_SQL['person']} IS NOT NULL")
    if word.owner is not None:
        parts.append(f"{OWNER_SQL[word.owner]} IN ({', '.join(word.of(model))})")
    if name == "colleague":
        parts.append(model.__colleague_sql__.format(bookshop=OWNER_SQL["bookshop"]))
    return f"({' AND '.join(parts)})"


def condition_sql(model: Any, verb: Verb) -> str:
    """The same condition for PostgreSQL, which reads the scope from the transaction's settings."""
    everything = f"{KIND_SQL} IN ('staff', 'system')"
    return " OR ".join([everything, *(_word_sql(model, name, word) for name, word in _words(model, verb))])


def policies(role: str) -> list[str]:
    """The SQL that puts row-level security on every table and grants the role its rights.

    ``__append_only__`` tables give no UPDATE or DELETE; ``__columns_changed__`` limits UPDATE to those
    columns; rows are deleted only where ``__deletable__`` says so.
    """
    statements = [f'GRANT USAGE ON SCHEMA public TO "{role}"', f'GRANT SELECT ON alembic_version TO "{role}"']
    for model in owned_models():
        statements += _table_policies(model, role)
    return [*statements, f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "{role}"']


def _table_policies(model: Any, role: str) -> Iterator[str]:
    table = f'"{model.__tablename__}"'
    change = condition_sql(model, "change")
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f'GRANT SELECT, INSERT ON {table} TO "{role}"'
    yield f"CREATE POLICY may_read ON {table} FOR SELECT USING ({condition_sql(model, 'read')})"
    yield f"CREATE POLICY may_add ON {table} FOR INSERT WITH CHECK ({condition_sql(model, 'add')})"
    if not getattr(model, "__append_only__", False):
        columns = getattr(model, "__columns_changed__", None)
        which = f" ({', '.join(columns)})" if columns else ""
        yield f'GRANT UPDATE{which} ON {table} TO "{role}"'
        yield f"CREATE POLICY may_change ON {table} FOR UPDATE USING ({change}) WITH CHECK ({change})"
    if getattr(model, "__deletable__", False):
        yield f'GRANT DELETE ON {table} TO "{role}"'
        yield f"CREATE POLICY may_delete ON {table} FOR DELETE USING ({change})"
