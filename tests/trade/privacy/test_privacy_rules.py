"""Clocks, retention and certificates of deletion (F40, F42, F47, domain.md 5.5)."""

from datetime import UTC, date, datetime

import pytest

from trade.base.errors import Refused
from trade.privacy.rules import (
    PURPOSES,
    Outcome,
    certificate,
    check_purpose,
    days_left,
    due_on,
    fingerprint,
    keep_until,
    lines_of,
)
from trade.privacy.states import DELETION, OPEN


def moment(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


@pytest.mark.seed("F42")
@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (moment(2026, 11, 24), date(2026, 12, 24)),
        (moment(2026, 12, 31), date(2027, 1, 31)),
        (moment(2027, 1, 31), date(2027, 2, 28)),
        (moment(2028, 1, 31), date(2028, 2, 29)),
        (moment(2026, 3, 31), date(2026, 4, 30)),
    ],
)
def test_the_answer_is_due_within_a_month(asked: datetime, due: date) -> None:
    assert due_on(asked) == due


def test_the_clock_counts_down_and_below_zero() -> None:
    due = date(2026, 12, 24)
    assert [days_left(due, at=moment(2026, 12, day)) for day in (1, 24, 25)] == [23, 0, -1]


@pytest.mark.parametrize(("country", "until"), [("ES", date(2032, 12, 31)), ("FR", date(2036, 12, 31))])
def test_records_of_trade_are_kept_for_the_countrys_years(country: str, until: date) -> None:
    assert keep_until(moment(2026, 1, 1), country=country) == until
    assert keep_until(moment(2026, 12, 31), country=country) == until


@pytest.mark.seed("F45", "F46", "F47")
def test_each_purpose_has_its_own_words() -> None:
    assert len(set(PURPOSES.values())) == len(PURPOSES)
    check_purpose("newsletter")
    with pytest.raises(Refused):
        check_purpose("everything")


def test_what_is_found_is_dealt_with_and_what_stays_has_a_reason() -> None:
    with pytest.raises(ValueError, match="not what was dealt with"):
        Outcome("account", "Account", found=2, deleted=1)
    with pytest.raises(ValueError, match="needs a reason"):
        Outcome("invoices", "Invoices", found=1, kept=1)
    Outcome("account", "Account", found=3, deleted=1, detached=1, kept=1, why="the law")


OUTCOMES = [
    Outcome("account", "Account", found=1, deleted=1),
    Outcome("shelves", "Shelves"),
    Outcome("terms", "Texts accepted", found=2, blocked=2, why="Commercial Code", until="2032-12-31"),
]


@pytest.mark.seed("F42")
def test_a_certificate_counts_without_naming() -> None:
    document = certificate(
        OUTCOMES,
        subject="5f0c",
        asked_at=moment(2026, 11, 24),
        executed_at=moment(2026, 11, 25),
        network="es",
        code="1.0.0",
    )
    assert [line.count for line in lines_of(document)] == [1, 2]
    assert lines_of(document)[1].until == "2032-12-31"
    assert fingerprint(document) == fingerprint(dict(reversed(document.items())))
    changed = {**document, "records": document["records"][:1]}
    assert fingerprint(changed) != fingerprint(document)


def test_a_request_ends_certified_withdrawn_or_refused() -> None:
    assert {name for name, state in DELETION.states.items() if state.final} == {"certified", "withdrawn", "refused"}
    assert set(DELETION.open_states()) == {*OPEN, "executed"}
    assert not any(move.name == "withdraw" for move in DELETION.allowed("executed", "reader"))
