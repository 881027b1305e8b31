"""Decisions about gift cheques: codes, what may be redeemed where and on what, and why not in words."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from trade.base.errors import Refused
from trade.base.text import N_, Text

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 signs: no I, L, O or U, so that a code read aloud or from paper is typed right."""
LENGTH = 16
TAIL = 4
MOST_CHEQUES = 10_000
_LOOKALIKES = str.maketrans("ILO", "110")
_SEPARATORS = re.compile(r"[\s\-–—.·]")

UNKNOWN = N_("No gift cheque has this code. Check every letter with the one on the cheque.")
"""The one answer for every code that is not a cheque, however it is wrong (safety.md R13)."""


def new_code(choose: Callable[[str], str]) -> str:
    """A code of 16 signs, 80 bits; ``choose`` picks one of a string (``secrets.choice``)."""
    return "".join(choose(ALPHABET) for _ in range(LENGTH))


def shown(code: str) -> str:
    """A code in groups of four, as printed: ``MQ7T-4K2P-93XD-8YNA``."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def read_code(typed: str) -> str:
    """The code as it is hashed: capitals without separators, look-alikes read as the sign that exists.

    Whatever was typed has a reading; one that is no code is simply unknown later on, like any other.
    """
    return _SEPARATORS.sub("", typed).upper().translate(_LOOKALIKES)[:64]


def code_hash(code: str, pepper: bytes) -> str:
    """The keyed hash under which a cheque is found; without the pepper nobody can try codes against it."""
    return hmac.digest(pepper, f"gift cheque {code}".encode(), "sha256").hex()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a decision about a cheque needs. ``bookshops`` and ``isbns`` are None where there is no limit."""

    state: str
    remaining: int
    valid_from: date
    expires_on: date
    bookshops: frozenset[int] | None = None
    isbns: frozenset[int] | None = None


def obstacles(facts: Facts, *, bookshop_id: int, day: date) -> list[Text]:
    """Why nothing can be redeemed here today, in words; empty where it can (T64). ``day`` is the network's."""
    found = []
    if facts.state == "blocked":
        found.append(Text(N_("This cheque is blocked. The holder may ask the network why.")))
    if facts.state == "expired" or facts.expires_on < day:
        found.append(Text(N_("This cheque expired on %(day)s."), {"day": facts.expires_on}))
    if facts.valid_from > day:
        found.append(Text(N_("This cheque can be used from %(day)s on."), {"day": facts.valid_from}))
    if facts.remaining == 0 and facts.state == "used":
        found.append(Text(N_("Nothing is left on this cheque.")))
    if facts.bookshops is not None and bookshop_id not in facts.bookshops:
        found.append(Text(N_("This cheque can only be used in other bookshops, as its buyer asked.")))
    return found


def check_amount(facts: Facts, cents: int) -> None:
    """Refused where the amount is not above zero or more than what is left (A26)."""
    if cents <= 0:
        raise Refused(N_("Type the amount to redeem, above zero."), field="amount")
    if cents > facts.remaining:
        raise Refused(N_("The cheque has less left than this amount."), field="amount")


def check_books(facts: Facts, isbns: Sequence[int]) -> None:
    """Refused where the cheque is for certain books and the sale holds none or others of them (T65)."""
    if facts.isbns is None:
        return
    if not isbns:
        raise Refused(N_("This cheque is for certain books only: type the ISBNs that you sell."), field="isbns")
    wrong = [isbn for isbn in isbns if isbn not in facts.isbns]
    if wrong:
        raise Refused(N_("This cheque cannot be used for %(isbns)s."), field="isbns", isbns=", ".join(map(str, wrong)))


def state_after(*, remaining: int, face: int) -> str:
    """The state of a cheque that is neither blocked nor expired, by what is left on it."""
    if remaining == 0:
        return "used"
    return "active" if remaining == face else "partly_used"


def may_undo(*, redeemed_at: datetime, at: datetime, minutes: int) -> bool:
    """Whether the bookshop itself may still undo; exactly at the last minute it may (A26)."""
    return at - redeemed_at <= timedelta(minutes=minutes)
