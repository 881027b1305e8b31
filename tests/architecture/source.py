"""The product's own source as data: every module parsed once, every template read once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from config.settings import ROOT

PACKAGES = ("backoffice", "config", "invoices", "jobs", "storefront", "trade", "web")


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the root of the checkout, its dotted name, its tree."""

    path: str
    name: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The room of the domain it belongs to, or an empty string outside ``trade/``."""
        parts = self.path.split("/")
        return parts[1] if parts[0] == "trade" and len(parts) > 2 else ""

    def calls(self) -> Iterator[ast.Call]:
        """Every call in the file."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


def parsed(path: str, text: str) -> Module:
    """A module from its text: the tests of the rules themselves use it for wrong-doers made up on the spot."""
    name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return Module(path, name, ast.parse(text, filename=path))


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every module below the folders, or of the whole product: packages and the composition root."""
    files = [ROOT / "app.py"] if not folders else []
    for folder in folders or PACKAGES:
        files += sorted((ROOT / folder).rglob("*.py"))
    return tuple(parsed(str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")) for file in files)


@cache
def templates() -> tuple[tuple[str, str], ...]:
    """Every template with its path and text: pages, mails and papers."""
    found: list[tuple[str, str]] = []
    for package in PACKAGES:
        files = (ROOT / package).rglob("templates/**/*.*")
        found += [
            (str(file.relative_to(ROOT)), file.read_text(encoding="utf-8"))
            for file in sorted(files)
            if file.suffix in {".html", ".xml", ".txt", ".svg"}
        ]
    return tuple(found)


def called(call: ast.Call) -> str:
    """The last name of what is called: ``commit`` for ``session.commit()``."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def dotted(node: ast.expr) -> str:
    """A chain of names as it is written: ``func.now`` for that attribute; empty for anything else."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""


def place(module: Module, node: ast.AST) -> str:
    """Where a node stands, as a person would look it up."""
    return f"{module.path}:{getattr(node, 'lineno', 0)}"


def folder_of(module: Module) -> Path:
    """The folder of the file, from the root of the checkout."""
    return Path(module.path).parent
