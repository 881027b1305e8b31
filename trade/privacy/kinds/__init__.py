"""The kinds of personal data the platform holds, one file each: what there is, how it is erased, how it is told.

A new kind is a new file here; erasure, certificate and export find it by being in the folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trade.accounts.models import Person
from trade.base.tenancy import TenantSession
from trade.base.text import Text
from trade.privacy.rules import Outcome


@dataclass(frozen=True)
class Case:
    """One erasure: whose data, under which random subject, when, and with which secret."""

    person: Person
    subject: str
    at: datetime
    pepper: bytes
    country: str


class PersonalData:
    """One kind of personal data. ``name`` is its key, ``label`` its words in certificates and exports."""

    name: str
    label: str

    def open(self, session: TenantSession, *, person: Person) -> list[Text]:
        """What must end before the person can be erased; each a sentence for her."""
        return []

    def erase(self, session: TenantSession, *, case: Case) -> Outcome:
        """Delete, detach or block it, and count what was done."""
        raise LookupError(f"{self.name} does not say how it is erased.")

    def export(self, session: TenantSession, *, person: Person) -> list[dict[str, Any]]:
        """Everything of this kind about the person, as plain values."""
        return []
