"""Rules of conduct that the source itself proves: who commits, who asks the clock, where raw SQL may stand."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable

import pytest

from config.settings import ROOT
from tests.architecture.source import Module, called, dotted, modules, parsed, place

ENDS_OF_TRANSACTIONS = {"commit", "rollback"}
# The wrapper that opens a scope's session ends its transaction: the edge uses it as its one commit.
# The search index commits files of its own, no transaction of the database.
ENDS_THEM_FOR_THE_EDGE = {"trade/base/tenancy.py", "trade/catalogue/engines/tantivy.py"}
# The clock itself; and the age of an effect, which the database dated by its own clock.
ASKS_THE_SYSTEM = {"trade/base/clock.py", "trade/base/queries.py"}
CLOCKS = {"now", "utcnow", "today", "monotonic", "time_ns"}
RAW_SQL = {"text", "literal_column", "exec_driver_sql", "DDL"}
# The second lock tells PostgreSQL the scope; the outbox rings the bell that SQLAlchemy has no words for.
RAW_SQL_FILES = {"trade/base/tenancy.py", "trade/base/outbox.py"}


def ends_a_transaction(module: Module) -> list[str]:
    """Calls of commit or rollback outside the wrapper of the edge; a savepoint of one's own may end."""
    if module.path in ENDS_THEM_FOR_THE_EDGE:
        return []
    savepoints = {
        dotted(node.targets[0])
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and called(node.value) == "begin_nested"
    }
    return [
        place(module, call)
        for call in module.calls()
        if called(call) in ENDS_OF_TRANSACTIONS and dotted(call.func).rpartition(".")[0] not in savepoints
    ]


def asks_the_clock(module: Module) -> list[str]:
    """Calls that read the time. ``func.now()`` is allowed as a column's server default only, in ``models.py``."""
    if module.path in ASKS_THE_SYSTEM:
        return []
    columns = module.path.endswith("models.py") or module.path == "trade/base/db.py"
    return [
        place(module, call)
        for call in module.calls()
        if called(call) in CLOCKS or dotted(call.func) == "time.time"
        if not (columns and dotted(call.func) == "func.now")
    ]


def holds_raw_sql(module: Module) -> list[str]:
    """Raw SQL outside queries. Tables and their constraints are declared in SQL where SQLAlchemy has no words."""
    parts = module.name.split(".")
    if module.path in RAW_SQL_FILES or parts[0] == "config" or "queries" in parts or parts[-1] == "models":
        return []
    imported = {
        alias.asname or alias.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
        if alias.name in RAW_SQL
    }
    return [
        place(module, call)
        for call in module.calls()
        if (isinstance(call.func, ast.Name) and call.func.id in imported)
        or (isinstance(call.func, ast.Attribute) and call.func.attr == "exec_driver_sql")
        or dotted(call.func) in {f"{root}.{name}" for root in ("sa", "sqlalchemy") for name in RAW_SQL}
    ]


def takes_positions(module: Module) -> list[str]:
    """Public verbs and reads of a room that take more than the session (or one thing) by position."""
    parts = module.name.split(".")
    if not module.room or module.room == "base" or not {"actions", "queries"} & set(parts):
        return []
    verbs = [node for node in module.tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    given = [(node, [argument.arg for argument in node.args.posonlyargs + node.args.args]) for node in verbs]
    return [f"{place(module, node)} {node.name}" for node, names in given if names[:1] == ["session"] and names[1:]]


RULES: list[tuple[Callable[[Module], list[str]], str, str]] = [
    (ends_a_transaction, "trade/x/actions.py", "def f(session):\n    session.commit()\n"),
    (
        ends_a_transaction,
        "trade/x/actions.py",
        "def f(session):\n    x = session.begin_nested()\n    session.rollback()\n",
    ),
    (asks_the_clock, "trade/x/rules.py", "def f():\n    return datetime.now(UTC)\n"),
    (asks_the_clock, "trade/x/rules.py", "def f():\n    return date.today()\n"),
    (asks_the_clock, "trade/x/actions.py", "def f():\n    return func.now()\n"),
    (asks_the_clock, "trade/x/actions.py", "def f():\n    return time.time()\n"),
    (takes_positions, "trade/x/actions.py", "def f(session, bookshop_id):\n    pass\n"),
    (takes_positions, "trade/x/queries/y.py", "def f(session, bookshop_id, *, at):\n    pass\n"),
]
RAW = [
    ("trade/x/actions.py", "from sqlalchemy import text\ndef f(session):\n    session.execute(text('SELECT 1'))\n"),
    ("web/x.py", "from sqlalchemy import text as sql\ndef f(session):\n    session.execute(sql('SELECT 1'))\n"),
    ("jobs/x.py", "import sqlalchemy as sa\ndef f(session):\n    session.execute(sa.text('SELECT 1'))\n"),
    ("jobs/x.py", "def f(connection):\n    connection.exec_driver_sql('SELECT 1')\n"),
]


@pytest.mark.parametrize("rule", [ends_a_transaction, asks_the_clock, takes_positions], ids=lambda rule: rule.__name__)
def test_the_domain_keeps(rule: Callable[[Module], list[str]]) -> None:
    found = [where for module in modules("trade") for where in rule(module)]
    assert not found, "\n".join(found)


def test_raw_sql_stands_in_queries_only() -> None:
    found = [where for module in modules() for where in holds_raw_sql(module)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("rule", "path", "wrong"), RULES)
def test_a_breach_is_found(rule: Callable[[Module], list[str]], path: str, wrong: str) -> None:
    assert len(rule(parsed(path, wrong))) == 1


@pytest.mark.parametrize(("path", "wrong"), RAW)
def test_raw_sql_is_found(path: str, wrong: str) -> None:
    assert len(holds_raw_sql(parsed(path, wrong))) == 1
    assert holds_raw_sql(parsed("trade/x/queries.py", wrong)) == []


def test_no_promise_is_left_in_the_source() -> None:
    """Nothing is left for later (acceptance 8). Vendored files are not ours."""
    words = "|".join(("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error"))
    pattern = ["git", "grep", "-nwE", words, "--", ".", ":!tests/browser/vendor", ":!*/static/vendor/*"]
    found = subprocess.run(pattern, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode in {0, 1}, found.stderr
    assert found.stdout == ""
