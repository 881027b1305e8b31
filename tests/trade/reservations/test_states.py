"""The table of moves of a reservation (T44-T48, requirements 1.3)."""

import pytest

from trade.reservations.states import HOLDING, OPEN, RESERVATION

FINAL = {
    "notified",
    "rejected_by_shop",
    "rejected_by_reader",
    "rejected_by_platform",
    "collected",
    "lapsed",
}


@pytest.mark.seed("T46", "T47")
def test_open_and_final_states_are_the_ones_of_the_seed():
    assert set(RESERVATION.open_states()) == set(OPEN)
    assert {name for name, state in RESERVATION.states.items() if state.final} == FINAL
    assert set(HOLDING) == {*OPEN, "notified"}


@pytest.mark.seed("T44", "T46", "T47")
@pytest.mark.parametrize(
    ("state",               "role",     "moves"),
    [
        ("received",             "bookshop", ["notify", "take", "reject"]),
        ("in_process",           "bookshop", ["notify", "reject"]),
        ("notified",             "bookshop", ["collect", "lapse"]),
        ("collected",            "bookshop", []),
        ("lapsed",               "bookshop", []),
        ("rejected_by_shop",     "bookshop", []),
        ("rejected_by_reader",   "bookshop", []),
        ("rejected_by_platform", "bookshop", []),
        ("received",             "reader",   ["cancel"]),
        ("in_process",           "reader",   ["cancel"]),
        ("notified",             "reader",   []),
        ("received",             "staff",    []),
        ("received",             "platform", ["expire"]),
        ("notified",             "platform", ["lapse"]),
    ],
)  # fmt: skip
def test_who_may_do_what(state, role, moves):
    assert [move.name for move in RESERVATION.allowed(state, role)] == moves


def test_only_a_rejection_asks_for_a_reason():
    assert [move.name for move in RESERVATION.moves if move.needs_reason] == ["reject"]


def test_after_marks_are_the_only_moves_that_leave_an_end():
    leaving = {move.name for move in RESERVATION.moves if FINAL & set(move.origins)}
    assert leaving == {move.name for move in RESERVATION.moves if move.mark} == {"collect", "lapse"}
