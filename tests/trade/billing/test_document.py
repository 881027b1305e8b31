"""The frozen invoice document: JSON and back, and no sum that does not foot."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.sample import sample
from trade.billing.rules.commission import Redeemed, commission_lines
from trade.billing.rules.document import QrCode, Unbalanced, check, from_json, numbered, to_json, vat_lines


@pytest.mark.parametrize("locale", ["es", "fr", "en"])
def test_a_document_survives_storage_unchanged(locale):
    document = sample(locale)
    assert from_json(json.loads(json.dumps(to_json(document)))) == document


def test_the_mock_ups_figures():
    document = sample("es")
    assert [line.net for line in document.lines] == [1687, 3451]
    assert (document.net, document.tax, document.total) == (5138, 1079, 6217)
    assert document.deduction.transfer == 128450 - 6217 == 122233


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda d: replace(d, net=d.net + 1), "net total"),
        (lambda d: replace(d, tax=d.tax + 1), "VAT total"),
        (lambda d: replace(d, total=d.total + 1), "invoice total"),
        (lambda d: replace(d, vat=()), "VAT table"),
        (lambda d: replace(d, lines=(replace(d.lines[0], net=1), *d.lines[1:])), "commission of a line"),
        (lambda d: replace(d, lines=(replace(d.lines[0], channel="loan"), *d.lines[1:])), "channel"),
        (lambda d: replace(d, deduction=replace(d.deduction, transfer=1)), "transfer"),
        (lambda d: replace(d, deduction=replace(d.deduction, invoice=1)), "deducted invoice"),
        (lambda d: replace(d, deduction=replace(d.deduction, redeemed=1)), "redeemed total"),
        (lambda d: replace(d, deduction=replace(d.deduction, redemptions=1)), "redemptions"),
    ],
)
def test_a_sum_that_does_not_foot_is_named(change, named):
    with pytest.raises(Unbalanced, match=named):
        check(change(sample("es")))


def test_stored_data_that_were_changed_are_refused():
    data = to_json(sample("es"))
    data["total"] += 100
    with pytest.raises(Unbalanced):
        from_json(data)


@pytest.mark.parametrize("broken", [{"schema": 2}, {"schema": None}])
def test_an_unknown_shape_is_refused(broken):
    with pytest.raises(ValueError, match="Unknown shape"):
        from_json({**to_json(sample("es")), **broken})


def test_unknown_and_missing_fields_are_refused():
    data = to_json(sample("es"))
    with pytest.raises(TypeError):
        from_json({**data, "discount": 1})
    del data["brand"]
    with pytest.raises(TypeError):
        from_json(data)


def test_the_number_is_taken_last():
    draft = sample("es")
    draft = replace(draft, number="", deduction=replace(draft.deduction, reference="Alba"))
    document = numbered(draft, number="CHQ-2026-000419", qr=QrCode(content="x", heading="y"))
    assert document.number == "CHQ-2026-000419"
    assert document.deduction.reference == "CHQ-2026-000419 Alba"
    assert document.qr.content == "x"


@pytest.mark.seed("T69")
def test_the_worked_example():
    lines = commission_lines(
        [Redeemed(cents=3290, channel="counter", rate=500), Redeemed(cents=1710, channel="counter", rate=500)],
        vat_rate=2100,
    )
    (vat,) = vat_lines(lines)
    assert (lines[0].redeemed, lines[0].net, vat.tax) == (5000, 250, 53)
    assert 5000 - lines[0].net - vat.tax == 4697


def test_a_rate_changed_within_the_month_makes_two_lines():
    lines = commission_lines(
        [
            Redeemed(cents=1000, channel="counter", rate=500),
            Redeemed(cents=1000, channel="counter", rate=400),
            Redeemed(cents=500, channel="counter", rate=500),
        ],
        vat_rate=2100,
    )
    assert [(line.rate, line.redeemed, line.redemptions, line.net) for line in lines] == [
        (400, 1000, 1, 40),
        (500, 1500, 2, 75),
    ]


@given(
    st.lists(
        st.builds(
            Redeemed,
            cents=st.integers(1, 1_000_000),
            channel=st.sampled_from(["counter", "orders"]),
            rate=st.integers(0, 10_000),
        ),
        max_size=30,
    ),
    st.sampled_from([0, 550, 2000, 2100]),
)
def test_no_cent_is_lost_between_redemptions_and_lines(redemptions, vat_rate):
    lines = commission_lines(redemptions, vat_rate=vat_rate)
    assert sum(line.redeemed for line in lines) == sum(item.cents for item in redemptions)
    assert sum(line.redemptions for line in lines) == len(redemptions)
    for line in lines:
        assert abs(line.net * 10_000 - line.redeemed * line.rate) <= 5_000
