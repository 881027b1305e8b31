"""Delegated distributors are asked over a real connection: time-out, kept answers, breaker, and what readers see."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from config.settings import ROOT
from tests.cast import NOW
from tests.conftest import House
from tests.trade.distributors.test_distributors import keep
from trade.availability.queries import explain, offers
from trade.availability.rules import Label
from trade.base.settings import set_value
from trade.base.tenancy import PUBLIC, session_for
from trade.distributors.actions.keeping import Particulars
from trade.trastienda.asking import LiveSource, Question
from trade.trastienda.models import DelegatedDistributor
from trade.trastienda.queries import questions
from trade.trastienda.settings import OPEN

ODD, EVEN = 9788437604947, 9788417860790


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the double answers."""
    command = [sys.executable, str(ROOT / "tests" / "doubles" / "distributor.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.terminate()


@pytest.fixture
def source() -> Iterator[LiveSource]:
    made = LiveSource(seconds=0.5, private=True)
    yield made
    made.close()


def times_asked(address: str) -> int:
    with urllib.request.urlopen(f"{address}/count") as answer:
        return int(answer.read())


def of(address: str, behaviour: str, number: int = 1) -> Question:
    return Question(number, "plain_json", f"{address}/{behaviour}")


@pytest.mark.seed("T80")
def test_what_it_has_is_told_and_kept_for_a_short_age(address: str, source: LiveSource) -> None:
    before = times_asked(address)
    for later, asked in ((0, 1), (29, 1), (30, 2)):
        at = NOW + timedelta(seconds=later)
        found = source.ask([of(address, "good")], isbns=[ODD, EVEN], at=at)
        assert {isbn: told.copies for (_, isbn), told in found.items()} == {ODD: 0, EVEN: 3}
        assert times_asked(address) - before == asked
    assert found[1, EVEN].answered_at == NOW + timedelta(seconds=30)


@pytest.mark.seed("T80")
def test_a_page_of_many_books_waits_for_nobody_and_knows_the_next_time(address: str, source: LiveSource) -> None:
    both = [of(address, "good", 1), of(address, "slow", 2)]
    start = time.perf_counter()
    assert source.remembered(both, isbns=[ODD, EVEN], at=NOW) == {}
    good, slow = source.prepare(both, isbns=[ODD, EVEN], at=NOW)
    assert source.prepare(both, isbns=[ODD, EVEN], at=NOW) == [] or good.done(), "it is being asked already"
    assert time.perf_counter() - start < 0.2
    good.result()
    found = source.remembered(both, isbns=[ODD, EVEN], at=NOW + timedelta(seconds=29))
    assert {isbn: told.copies for (_, isbn), told in found.items()} == {ODD: 0, EVEN: 3}
    assert source.remembered(both, isbns=[EVEN], at=NOW + timedelta(seconds=30)) == {}, "too old"
    slow.result()
    assert source.remembered(both[1:], isbns=[EVEN], at=NOW) == {}, "slow means that it has nothing"


@pytest.mark.parametrize("behaviour", ["garbage", "error", "huge"])
def test_who_talks_nonsense_has_nothing(address: str, source: LiveSource, behaviour: str) -> None:
    assert source.ask([of(address, behaviour)], isbns=[EVEN], at=NOW) == {}


def test_single_values_that_are_no_copies_are_passed_over(address: str, source: LiveSource) -> None:
    found = source.ask([of(address, "nonsense")], isbns=[ODD, EVEN], at=NOW)
    assert {told.copies for told in found.values()} == {0}


def test_nobody_waits_for_a_slow_one_and_then_it_is_left_alone(address: str, source: LiveSource) -> None:
    both = [of(address, "slow", 1), of(address, "good", 2)]
    start = time.perf_counter()
    found = source.ask(both, isbns=[EVEN], at=NOW)
    assert time.perf_counter() - start < 1.5, "three seconds are not waited for"
    assert set(found) == {(2, EVEN)}
    for number in (1, 2):
        source.ask(both, isbns=[EVEN + number * 10], at=NOW)
    before = times_asked(address)
    assert source.ask([of(address, "slow", 1)], isbns=[EVEN], at=NOW + timedelta(seconds=29)) == {}
    assert times_asked(address) == before, "its breaker is open"
    assert source.ask([of(address, "good", 1)], isbns=[EVEN], at=NOW + timedelta(seconds=31)), "asked again"


def test_in_production_the_own_network_is_not_asked(address: str) -> None:
    source = LiveSource(seconds=0.5)
    assert source.ask([of(address, "good")], isbns=[EVEN], at=NOW) == {}
    source.close()


@pytest.mark.seed("T79", "T80", "T86", "T88")
def test_with_the_back_room_open_only_what_a_delegate_has_now_is_shown(
    house: House, address: str, source: LiveSource
) -> None:
    profile = replace(house.profile, modules=house.profile.modules | {"back_room"})
    certified = Particulars(
        "Azeta",
        24,
        48,
        delegated=True,
        certified_until=NOW.date(),
        protocol="plain_json",
        address=f"{address}/good",
    )
    one = keep(house, "azeta", told=certified)
    with session_for(house.engine, house.cast.bookshop(), profile) as session:
        alba = house.cast.alba
        session.add(
            DelegatedDistributor(bookshop_id=alba, distributor_id=one, switched_on=True, position=0, changed_at=NOW)
        )
        set_value(session, OPEN, True, at=NOW, bookshop_id=alba)
    with session_for(house.engine, PUBLIC, profile) as session:
        asked = questions(session, at=NOW)
        assert questions(session, at=NOW + timedelta(days=1)) == [], "its certificate has lapsed"
    answers = source.ask(asked, isbns=[ODD, EVEN], at=NOW)
    with session_for(house.engine, PUBLIC, profile) as session:
        assert offers(session, isbn=ODD, at=NOW, answers=answers) == []
        (offer,) = offers(session, isbn=EVEN, at=NOW, answers=answers)
        assert (offer.label, offer.detail.source, offer.detail.answered_at) == (Label.DELEGATED, "Azeta", NOW)
        assert offers(session, isbn=EVEN, at=NOW) == [], "who was not asked has nothing"
        told = explain(session, bookshop_id=house.cast.alba, isbn=EVEN, at=NOW, answers=answers)
        assert [step.way for step in told.steps if step.holds] == [Label.DELEGATED]
