"""The invoice register: numbers without gaps and a chain of fingerprints.

The fingerprint of a record follows the published form of Veri*Factu (Orden HAC/1177/2024): SHA-256 over a
line of fields that ends with the fingerprint of the record before it. Both profiles keep the chain; it makes
no claim of conformity, which needs the maker's declaration and the submission to the tax office.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from trade.base.money import euros


@dataclass(frozen=True, kw_only=True)
class Record:
    """What the chain binds of one invoice. ``generated_at`` is aware; ``previous`` is empty for the first."""

    issuer_tax_id: str
    number: str
    issued_on: date
    tax: int
    total: int
    generated_at: datetime
    previous: str
    kind: str = "F1"


def invoice_number(series: str, year: int, counter: int) -> str:
    """``CHQ-2026-000418``. Raises ValueError for a counter below 1."""
    if counter < 1:
        raise ValueError("Invoices are counted from 1.")
    return f"{series}-{year}-{counter:06d}"


def fingerprint(record: Record) -> str:
    """The record's fingerprint: 64 hexadecimal capitals. Raises ValueError for a naive moment."""
    if record.generated_at.tzinfo is None:
        raise ValueError("The moment of a record carries its offset.")
    line = (
        f"IDEmisorFactura={record.issuer_tax_id}&NumSerieFactura={record.number}"
        f"&FechaExpedicionFactura={record.issued_on:%d-%m-%Y}&TipoFactura={record.kind}"
        f"&CuotaTotal={euros(record.tax)}&ImporteTotal={euros(record.total)}&Huella={record.previous}"
        f"&FechaHoraHusoGenRegistro={record.generated_at.isoformat(timespec='seconds')}"
    )
    return sha256(line.encode()).hexdigest().upper()


def digest_of(data: Mapping[str, Any]) -> str:
    """SHA-256 of frozen data in one canonical writing, whatever order a database keeps its keys in."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def gaps(counters: Iterable[int]) -> list[int]:
    """The numbers missing between 1 and the highest."""
    seen = set(counters)
    return [number for number in range(1, max(seen, default=0) + 1) if number not in seen]
