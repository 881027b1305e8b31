"""Every declared setting: rooms with a ``settings.py`` are found by being in the house."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

ROOMS = tuple(sorted(path.parent.name for path in Path(__file__).parent.glob("*/settings.py")))

for _room in ROOMS:
    if _room != "base":
        import_module(f"trade.{_room}.settings")
