"""Numbers, fingerprints and digests of the invoice register."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from trade.billing.rules.register import Record, digest_of, fingerprint, gaps, invoice_number

PUBLISHED = Record(
    issuer_tax_id="89890001K",
    number="12345678/G33",
    issued_on=date(2024, 1, 1),
    tax=1235,
    total=12345,
    generated_at=datetime(2024, 1, 1, 19, 20, 30, tzinfo=timezone(timedelta(hours=1))),
    previous="",
)


def test_the_example_published_by_the_tax_office():
    assert fingerprint(PUBLISHED) == "3C464DAF61ACB827C65FDA19F352A4E3BDC2C640E9E9FC4CC058073F38F12F60"


@pytest.mark.parametrize(
    "change",
    [
        {"issuer_tax_id": "89890002K"},
        {"number": "12345678/G34"},
        {"issued_on": date(2024, 1, 2)},
        {"tax": 1236},
        {"total": 12346},
        {"generated_at": datetime(2024, 1, 1, 19, 20, 31, tzinfo=UTC)},
        {"previous": "AB"},
        {"kind": "F2"},
    ],
)
def test_every_field_counts(change):
    assert fingerprint(replace(PUBLISHED, **change)) != fingerprint(PUBLISHED)


def test_a_moment_without_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        fingerprint(replace(PUBLISHED, generated_at=datetime(2024, 1, 1)))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("counter", "number"), [(1, "CHQ-2026-000001"), (418, "CHQ-2026-000418"), (1_000_000, "CHQ-2026-1000000")]
)
def test_numbers(counter, number):
    assert invoice_number("CHQ", 2026, counter) == number


def test_there_is_no_number_zero():
    with pytest.raises(ValueError, match="from 1"):
        invoice_number("CHQ", 2026, 0)


@pytest.mark.parametrize(("counters", "missing"), [([], []), ([1, 2, 3], []), ([1, 3, 4, 6], [2, 5]), ([2], [1])])
def test_gaps(counters, missing):
    assert gaps(counters) == missing


def test_a_digest_does_not_depend_on_the_order_of_keys():
    assert digest_of({"a": 1, "b": {"c": "ñ", "d": [1, 2]}}) == digest_of({"b": {"d": [1, 2], "c": "ñ"}, "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})
