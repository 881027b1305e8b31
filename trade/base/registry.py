"""Adapters found by being in a folder: one file per outside system, describing itself."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def adapters(package: ModuleType) -> dict[str, ModuleType]:
    """The modules of an adapter folder by their ``NAME``, in the order of their file names.

    Raises ValueError where two files claim one name, AttributeError where one has no ``NAME``.
    """
    found: dict[str, ModuleType] = {}
    for info in sorted(iter_modules(package.__path__), key=lambda item: item.name):
        module = import_module(f"{package.__name__}.{info.name}")
        if module.NAME in found:
            raise ValueError(f"Two adapters are called {module.NAME}.")
        found[module.NAME] = module
    return found
