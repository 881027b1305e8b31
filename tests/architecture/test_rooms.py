"""A room's files are a closed vocabulary: whoever knows one room finds everything in the next one."""

from __future__ import annotations

import ast
from typing import TypeGuard

from config.settings import ROOT
from tests.architecture.source import Module, dotted, modules, parsed, place

VOCABULARY = {"models", "rules", "states", "settings", "queries", "actions"}
ADAPTERS = {
    "stock": {"formats", "clients"},
    "catalogue": {"formats", "engines", "clients"},
    "privacy": {"kinds"},
    "trastienda": {"distributors"},
    "payments": {"gateways"},
    "shipping": {"carriers"},
}
# Two words more, in one room only. ``permissions`` is the table of sentences that every URL demands, ``identity``
# the plain value that says who asks: the access guard and every menu read both on each request, and neither is
# a rule about a thing that is stored.
# Stock: a file is read into a ``sheet`` of columns by one of the ``readers`` (formats of code and rows that staff
# configured), the quick way where its lines are in normal form (``quick``), and comes packed in several ways
# (``arrival``); stock is compared as ``columns``, one row an ISBN, and kept packed (``packing``); how well its feed
# does is told by ``health``, as pure as rules; formats prove themselves by ``samples``. Catalogue: every feed gives
# ``records`` of one shape. Trastienda: distributors are asked by the edge, between transactions (``asking``). None of
# these is a rule about a thing stored.
# ``finding`` joins the search of the catalogue with availability: one read of two rooms, and no query of its own.
MORE = {
    "availability": {"finding"},
    "accounts": {"identity", "permissions"},
    "stock": {"sheet", "table", "configured", "readers", "quick", "arrival", "health", "columns", "packing", "samples"},
    "catalogue": {"records"},
    "trastienda": {"asking"},
}
WHOLE_DOMAIN = {"trade/__init__.py", "trade/models.py", "trade/settings.py"}
LONGEST_FILE = 400


def strangers(module: Module) -> list[str]:
    """The file, if its name is not one a room may have. ``base`` is the ground, not a room."""
    if module.path in WHOLE_DOMAIN or module.room in {"base", ""}:
        return [] if module.path in WHOLE_DOMAIN or module.room == "base" else [module.path]
    inside = module.name.split(".")[2:]
    allowed = VOCABULARY | ADAPTERS.get(module.room, set()) | MORE.get(module.room, set())
    return [] if not inside or inside[0] in allowed else [module.path]


def test_rooms_have_only_the_files_everybody_knows() -> None:
    assert [found for module in modules("trade") for found in strangers(module)] == []


def test_a_stranger_is_found() -> None:
    wrong = ("trade/stock/helpers.py", "trade/stock/gateways/x.py", "trade/utils.py", "trade/members/identity.py")
    right = (
        "trade/stock/rules.py",
        "trade/stock/formats/x.py",
        "trade/billing/rules/y.py",
        "trade/x/__init__.py",
    )
    assert [strangers(parsed(path, "")) for path in wrong] == [[path] for path in wrong]
    assert [strangers(parsed(path, "")) for path in right] == [[]] * len(right)


def test_every_room_says_what_its_files_are_for() -> None:
    silent = [
        module.path
        for module in modules()
        if module.tree.body and not ast.get_docstring(module.tree) and not module.path.startswith("config/migrations")
    ]
    assert not silent, "\n".join(silent)


def test_files_stay_short() -> None:
    """A guide, not a fence: a file that needs more lines is split by verb, or says here why not."""
    long = {
        module.path: lines
        for module in modules()
        if (lines := len((ROOT / module.path).read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def public(node: ast.AST) -> TypeGuard[ast.FunctionDef | ast.ClassDef]:
    """Whether it is a function or class that other files may use. What a Protocol asks for is said by its names."""
    if isinstance(node, ast.ClassDef) and any(dotted(base) == "Protocol" for base in node.bases):
        return False
    return isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")


def test_public_functions_of_the_domain_say_what_they_mean() -> None:
    silent = []
    for module in modules("trade"):
        classes = [node for node in module.tree.body if isinstance(node, ast.ClassDef) and public(node)]
        told = [node for owner in (module.tree, *classes) for node in owner.body if public(node)]
        silent += [f"{place(module, node)} {node.name}" for node in told if not ast.get_docstring(node)]
    assert not silent, "\n".join(silent)
