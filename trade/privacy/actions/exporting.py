"""Everything the platform holds about a person, for herself (GDPR art. 15 and 20)."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from trade.accounts.models import Person
from trade.base import journal
from trade.base.errors import NotFound
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.privacy.actions.erasing import KINDS

README = N_(
    "These are the data that %(network)s holds about you, as of %(moment)s. data.json is for machines, data.txt"
    " for reading. Purposes, legal bases, recipients and periods stand in the privacy policy."
)


def collect(session: TenantSession, *, person_id: int) -> dict[str, list[dict[str, Any]]]:
    """The person's data by kind; nobody else's. Scope reader. Raises NotFound."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound()
    return {kind.name: found for kind in KINDS if (found := kind.export(session, person=person))}


def export_data(session: TenantSession, *, person_id: int, locale: str, at: datetime) -> bytes:
    """A ZIP with the person's data as JSON and as text. Scope reader. Raises NotFound."""
    data = collect(session, person_id=person_id)
    translate = session.profile.translate
    labels = {kind.name: translate(kind.label, locale) for kind in KINDS}
    values = {"network": session.profile.brand, "moment": f"{at:%Y-%m-%d %H:%M} UTC"}
    readme = Text(translate(README, locale), values)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", f"{readme}\n")
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2))
        archive.writestr("data.txt", _readable(data, labels))
    journal.write(session, action="person.exported", thing="person", thing_id=person_id, at=at)
    return packed.getvalue()


def _readable(data: dict[str, list[dict[str, Any]]], labels: dict[str, str]) -> str:
    parts: list[str] = []
    for name, rows in data.items():
        parts.append(f"{labels[name]}\n{'=' * len(labels[name])}\n")
        parts += ["\n".join(f"{key}: {value}" for key, value in row.items()) + "\n" for row in rows]
    return "\n".join(parts)
