"""Who may import whom: the contracts of import-linter, and what they cannot say."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import ROOT
from tests.architecture.source import Module, modules, parsed, place

LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(sys.argv[1], no_cache=True))"
PURE = ("rules", "states")


def lint(config: Path) -> subprocess.CompletedProcess[str]:
    """The linter's verdict under a configuration, without its cache."""
    return python(LINT, str(config))


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a new process answers, with the product on its path and nothing of it loaded."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def imported(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Every import in a tree with the module it names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, node.module or ""


def inner_imports(module: Module) -> list[str]:
    """The imports that stand inside a function."""
    functions = [node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [place(module, found) for function in functions for found, _ in imported(function)]


def test_the_floors_of_the_house_are_kept() -> None:
    verdict = lint(ROOT / "pyproject.toml")
    assert verdict.returncode == 0, verdict.stdout


def test_the_linter_sees_a_broken_floor(tmp_path: Path) -> None:
    turned = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    kept = 'layers = ["backoffice | storefront | jobs", "web | invoices", "trade"]'
    assert kept in turned
    config = tmp_path / "pyproject.toml"
    config.write_text(turned.replace(kept, 'layers = ["trade", "web | invoices", "backoffice | storefront | jobs"]'))
    verdict = lint(config)
    assert verdict.returncode == 1
    assert "BROKEN" in verdict.stdout


def test_nobody_imports_the_composition_root() -> None:
    found = [place(module, node) for module in modules() for node, name in imported(module.tree) if name == "app"]
    assert found == []


def test_no_import_stands_inside_a_function() -> None:
    assert [found for module in modules() for found in inner_imports(module)] == []


def test_an_inner_import_is_found() -> None:
    assert inner_imports(parsed("trade/x.py", "def f():\n    if 1:\n        import os\n")) == ["trade/x.py:3"]


def test_the_domain_reads_no_environment() -> None:
    found = [
        place(module, node)
        for module in modules("trade")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    assert found == []


@pytest.mark.parametrize("floor", PURE)
def test_rules_and_states_reach_no_database_even_by_detours(floor: str) -> None:
    """Imported alone in a new process, they have loaded neither SQLAlchemy nor anything of the web."""
    names = [module.name for module in modules("trade") if floor in module.name.split(".")[2:3]]
    assert names
    wanted = "; ".join(f"import {name}" for name in names)
    barred = "{'sqlalchemy', 'flask', 'psycopg', 'redis', 'rq', 'weasyprint', 'wtforms'}"
    code = f"import sys; {wanted}; print(*sorted({barred} & set(sys.modules)))"
    answer = python(code)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.split() == []
