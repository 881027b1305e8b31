"""One cheque, many counters, on a real database; each race is run again with its guard off and must fail."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from tests.cast import NOW
from tests.trade.gift_cheques.ground import issue, redeem
from trade.base.errors import Refused
from trade.gift_cheques import actions, queries
from trade.gift_cheques.actions import changing, counter
from trade.gift_cheques.models import ChequeEntry, GiftCheque

pytestmark = pytest.mark.database
THREADS = 32


def race(tasks: list[Callable[[], object]]) -> list[object]:
    """Run all at the same moment; a refusal is an outcome like any other."""
    start = Barrier(len(tasks))

    def run(task):
        start.wait()
        try:
            return task()
        except Refused as refusal:
            return refusal

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def winners(outcomes: list[object]) -> list[object]:
    return [outcome for outcome in outcomes if not isinstance(outcome, Refused)]


def spent(house) -> int:
    with house.session() as session:
        return -session.scalar(select(func.sum(ChequeEntry.cents)).where(ChequeEntry.kind == "redeem"))


def both_counters(house, code, cents) -> list[Callable[[], object]]:
    shops = ("alba", "boreal")
    return [
        lambda number=number: redeem(house, code, cents, shop=shops[number % 2], key=f"form {number}")
        for number in range(THREADS)
    ]


def roomy(house) -> None:
    """Enough connections for every thread."""
    house.engine.dispose()
    house.engine.pool._max_overflow = THREADS


@pytest.mark.parametrize("round_", range(3))
def test_one_of_thirty_two_counters_wins(house, round_):
    roomy(house)
    (code,) = issue(house)
    assert len(winners(race(both_counters(house, code, 5000)))) == 1
    assert spent(house) == 5000
    with house.session() as session:
        assert all(item.holds for item in queries.invariants(session))


def test_without_the_guard_the_same_cheque_is_spent_many_times(house, monkeypatch):
    """The negative control: read, decide, write, as everybody does it first."""
    roomy(house)
    (code,) = issue(house)
    everybody_read = Barrier(THREADS)

    def take_naively(session, cheque, cents):
        everybody_read.wait()
        values = {"remaining_cents": cheque.remaining_cents - cents, "state": "used"}
        session.execute(update(GiftCheque).where(GiftCheque.id == cheque.id).values(**values))
        return True

    monkeypatch.setattr(counter, "_take", take_naively)
    assert len(winners(race(both_counters(house, code, 5000)))) > 1
    assert spent(house) > 5000
    with house.session() as session:
        assert not all(item.holds for item in queries.invariants(session))


def test_a_form_sent_by_thirty_two_clicks_redeems_once(house):
    roomy(house)
    (code,) = issue(house)
    outcomes = race([lambda: redeem(house, code, 1000, key="one form") for _ in range(THREADS)])
    assert len(outcomes) == THREADS
    assert len(set(winners(outcomes))) == 1
    assert len(winners(outcomes)) == THREADS
    assert spent(house) == 1000


def test_parts_taken_at_once_never_exceed_the_whole(house):
    roomy(house)
    (code,) = issue(house)
    outcomes = race(both_counters(house, code, 700))
    assert 1 <= len(winners(outcomes)) <= 7
    assert spent(house) == 700 * len(winners(outcomes))
    with house.session() as session:
        assert all(item.holds for item in queries.invariants(session))


def test_two_undoings_give_back_once(house):
    roomy(house)
    (code,) = issue(house)
    entry = redeem(house, code, 5000)

    def undo():
        with house.session(house.cast.bookshop("alba")) as session:
            return actions.undo(session, entry_id=entry, at=NOW).id

    outcomes = race([undo for _ in range(8)])
    assert len(set(winners(outcomes))) == 1
    with house.session() as session:
        assert session.scalars(select(GiftCheque.remaining_cents)).one() == 5000
        assert all(item.holds for item in queries.invariants(session))


def test_redeeming_and_undoing_at_once_keeps_the_sum(house):
    roomy(house)
    (code,) = issue(house)
    entry = redeem(house, code, 2000)

    def undo():
        with house.session(house.cast.bookshop("alba")) as session:
            return actions.undo(session, entry_id=entry, at=NOW).id

    race([undo, *both_counters(house, code, 3000)[:6]])
    with house.session() as session:
        assert all(item.holds for item in queries.invariants(session))


def test_the_guard_is_the_version(house):
    """A balance read before somebody else's change is never written back."""
    (code,) = issue(house)
    with house.session() as stale:
        cheque = stale.scalars(select(GiftCheque)).one()
        redeem(house, code, 1000)
        assert not changing.change_balance(stale, cheque=cheque, move="redeem_part", remaining=4500)
        assert cheque.remaining_cents == 4000
