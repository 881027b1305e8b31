"""What the stand-in keeps: each account's objects apart, requests by their idempotency key, optionally in a file."""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.doubles.stripe.parameters import Wrong

KEY = re.compile(r"(sk|rk)_(test|live)_([A-Za-z0-9]{4,40})(?:_([a-z]+))?")
RIGHTS = {"norefunds": {"refunds"}, "nodisputes": {"disputes"}, "nothing": {"*"}}
PREFIXES = {
    "checkout.session": "cs_test",
    "payment_intent": "pi",
    "charge": "ch",
    "refund": "re",
    "dispute": "du",
    "customer": "cus",
    "setup_intent": "seti",
    "payment_method": "pm",
    "event": "evt",
    "webhook_endpoint": "we",
}

Thing = dict[str, Any]


@dataclass(frozen=True)
class Key:
    """An API key: its account, whether it is restricted, and what it may not write or read."""

    account: str
    live: bool
    restricted: bool
    barred: frozenset[str]

    def demand(self, area: str) -> None:
        """Raises Wrong where a restricted key lacks the right."""
        if self.barred & {area, "*"}:
            raise Wrong(
                f"The provided key does not have the required permissions for this endpoint. Having the '{area}' "
                "permission would allow this request to continue.",
                status=403,
                code="more_permissions_required_for_application",
            )


def key_of(text: str, revoked: set[str]) -> Key:
    """Read an API key. ``rk_test_alba0001`` is an account's restricted key; ``_norefunds``, ``_nodisputes`` and
    ``_nothing`` behind it take rights away. Raises Wrong for a key that is none, or was revoked.
    """
    found = KEY.fullmatch(text)
    if found is None or found[3].startswith("wrong"):
        raise Wrong("Invalid API Key provided: " + text[:8] + "***", status=401)
    if text in revoked:
        raise Wrong("This API Key has been revoked.", status=401, code="api_key_expired")
    if found[4] is not None and found[4] not in RIGHTS:
        raise Wrong("Invalid API Key provided: " + text[:8] + "***", status=401)
    barred = RIGHTS.get(found[4] or "", set())
    return Key(f"acct_{found[3]}", found[2] == "live", found[1] == "rk", frozenset(barred))


@dataclass
class Done:
    """A request that was made under an idempotency key; ``answer`` is None while it runs."""

    shape: str
    answer: tuple[int, bytes] | None = None


@dataclass
class Store:
    """All accounts. ``lock`` is held while a request is worked on."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    things: dict[str, dict[str, Thing]] = field(default_factory=dict)
    done: dict[tuple[str, str], Done] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    base: str = ""
    file: sqlite3.Connection | None = None

    def open_file(self, path: Path) -> None:
        """Keep everything in a file from now on, and take what is in it."""
        self.file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.file.execute("PRAGMA synchronous = OFF")  # it must outlive the process, not the machine
        self.file.execute(
            "CREATE TABLE IF NOT EXISTS thing (account TEXT, id TEXT, body TEXT, PRIMARY KEY (account, id))"
        )
        for account, thing_id, body in self.file.execute("SELECT account, id, body FROM thing ORDER BY rowid"):
            self.things.setdefault(account, {})[thing_id] = json.loads(body)

    def keep(self, account: str, thing: Thing) -> Thing:
        """Keep an object's present state."""
        self.things.setdefault(account, {})[thing["id"]] = thing
        if self.file is not None:
            statement = (
                "INSERT INTO thing VALUES (?, ?, ?) ON CONFLICT (account, id) DO UPDATE SET body = excluded.body"
            )
            self.file.execute(statement, (account, thing["id"], json.dumps(thing)))
        return thing

    def new(self, account: str, kind: str, **values: Any) -> Thing:
        """A new object of an account, not kept yet."""
        thing_id = f"{PREFIXES[kind]}_{secrets.token_hex(12)}"
        return {"id": thing_id, "object": kind, "created": int(time.time()), **values}

    def get(self, account: str, thing_id: str, kind: str) -> Thing:
        """An object of the account. Raises Wrong where it has none: another account's is the same as none."""
        found = self.things.get(account, {}).get(thing_id)
        if found is None or found["object"] != kind:
            name = kind.replace(".", " ").replace("_", " ")
            raise Wrong(f"No such {name}: '{thing_id}'", status=404, code="resource_missing", param="id")
        return found

    def all(self, account: str, kind: str) -> list[Thing]:
        """The account's objects of a kind, newest first."""
        return [thing for thing in reversed(self.things.get(account, {}).values()) if thing["object"] == kind]
