"""Decisions about personal data: purposes of consent, clocks, retention, and what a certificate says.

Sources: GDPR articles 7, 12(3) and 17; LOPDGDD article 32 (blocking); Código de Comercio article 30 (six years);
Code de commerce L123-22 (ten years); safety.md section 4; domain.md 5.5.
"""

from __future__ import annotations

import calendar
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from trade.base.errors import Refused
from trade.base.text import N_

PURPOSES = {
    "news": N_("Send me news of the network by e-mail."),
    "newsletter": N_("Send me the weekly newsletter of the activities of the bookshops I choose."),
    "loyalty": N_("Let my bookshops use my purchases for their loyalty card."),
}
"""One box for each purpose, never ticked beforehand (F45-F47; CJEU C-673/17); the words are kept with the consent."""


def check_purpose(purpose: str) -> None:
    """Whether there is such a purpose. Raises Refused."""
    if purpose not in PURPOSES:
        raise Refused(N_("There is no purpose of that name."), field="purpose")


def due_on(asked_at: datetime) -> date:
    """The last day of the answer: one month after it was asked (GDPR art. 12(3)), in UTC days."""
    day = asked_at.date()
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def days_left(due: date, *, at: datetime) -> int:
    """Days until the last day; negative when it has passed."""
    return (due - at.date()).days


KEEP_YEARS = {"ES": 6, "FR": 10}


def keep_until(at: datetime, *, country: str) -> date:
    """The last day on which records of trade must be kept: whole years from the end of this one."""
    return date(at.year + KEEP_YEARS[country], 12, 31)


LAWS = {
    "ES": N_("Commercial Code, article 30: six years; blocked under article 32 of Organic Law 3/2018."),
    "FR": N_("Commercial Code, article L123-22: ten years."),
}
PROOF = N_("Proof of what was consented to and of this deletion: GDPR articles 5(2) and 7(1).")


@dataclass(frozen=True)
class Outcome:
    """What became of one kind of personal data: counts only, nothing personal.

    ``deleted`` rows are gone, ``detached`` ones stay without any link to the person, ``blocked`` ones are sealed
    for the law until ``until``; ``kept`` ones stay, ``why`` says by which duty.
    """

    kind: str
    label: str
    found: int = 0
    deleted: int = 0
    detached: int = 0
    blocked: int = 0
    kept: int = 0
    why: str = ""
    until: str = ""

    def __post_init__(self) -> None:
        if self.found != self.deleted + self.detached + self.blocked + self.kept:
            raise ValueError(f"{self.kind}: what was found is not what was dealt with.")
        if (self.blocked or self.kept) and not self.why:
            raise ValueError(f"{self.kind}: what stays needs a reason.")


def certificate(
    outcomes: Iterable[Outcome], *, subject: str, asked_at: datetime, executed_at: datetime, network: str, code: str
) -> dict[str, Any]:
    """The certificate of a deletion: what was found, deleted, detached, blocked or kept, why and until when.

    ``subject`` is a random number that stands for nobody; ``code`` the version of the program.
    """
    return {
        "format": "mostrador.deletion.1",
        "network": network,
        "subject": subject,
        "asked_at": asked_at.isoformat(),
        "executed_at": executed_at.isoformat(),
        "code": code,
        "records": [asdict(outcome) for outcome in outcomes],
    }


def fingerprint(document: Mapping[str, Any]) -> str:
    """The SHA-256 of a certificate in its canonical form (sorted keys, no blanks)."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True)
class Line:
    """One line of the readable certificate: a msgid with its counts."""

    label: str
    message: str
    count: int
    why: str = ""
    until: str = ""


_WORDS = (
    ("deleted", N_("%(label)s: %(count)s deleted.")),
    ("detached", N_("%(label)s: %(count)s kept without any link to you.")),
    ("blocked", N_("%(label)s: %(count)s blocked until %(until)s. %(why)s")),
    ("kept", N_("%(label)s: %(count)s kept. %(why)s")),
)


def lines_of(document: Mapping[str, Any]) -> list[Line]:
    """The readable lines of a certificate; kinds of which nothing was found are left out."""
    return [
        Line(record["label"], message, record[name], record["why"], record["until"])
        for record in document["records"]
        for name, message in _WORDS
        if record[name]
    ]
