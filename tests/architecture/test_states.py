"""Every life that the domain tells, checked as a table: all states reachable, final states final, no dead end."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.architecture.source import modules
from trade.base.states import Machine, Move, State

SHAPES = {"open", "working", "done", "refused", "late"}


def machines() -> dict[str, Machine]:
    """Every machine of every room by the name under which it stands in its file."""
    found = {}
    for module in modules("trade"):
        if "states" in module.name.split(".")[2:]:
            names = vars(import_module(module.name))
            found |= {f"{module.name}.{name}": value for name, value in names.items() if isinstance(value, Machine)}
    return found


MACHINES = machines()
ANY = pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))


def test_rooms_tell_lives() -> None:
    assert len(MACHINES) >= 2
    assert len({machine.name for machine in MACHINES.values()}) == len(MACHINES)


@ANY
def test_every_state_is_reached(machine: Machine) -> None:
    assert machine.reachable() == set(machine.states)


@ANY
def test_final_states_are_final(machine: Machine) -> None:
    """Only a mark (collected, lapsed) leaves a final state, and it leads to another final one."""
    for move in machine.moves:
        for origin in move.origins:
            if machine.states[origin].final:
                assert move.mark, f"{move.name} leaves {origin}"
                assert machine.states[move.target].final, f"{move.name} revives {origin}"


@ANY
def test_no_life_is_stuck(machine: Machine) -> None:
    """From every state that is not final some sequence of moves ends the life or leads on."""
    left = {origin for move in machine.moves for origin in move.origins}
    assert {name for name, state in machine.states.items() if not state.final} <= left


@ANY
def test_moves_are_told_apart(machine: Machine) -> None:
    names = [move.name for move in machine.moves]
    assert len(names) == len(set(names))
    assert all(move.roles and move.label and move.origins for move in machine.moves)
    assert all(state.label and state.shape in SHAPES for state in machine.states.values())


def test_a_wrong_table_is_refused_when_it_is_made() -> None:
    begun, ended = State("Begun", "open"), State("Ended", "done", final=True)
    anybody = frozenset({"staff"})
    end = Move("end", ("begun",), "ended", anybody, "End")
    with pytest.raises(ValueError, match="never reached"):
        Machine("life", "begun", {"begun": begun, "ended": ended}, [])
    with pytest.raises(ValueError, match="is final"):
        again = Move("again", ("ended",), "begun", anybody, "Again")
        Machine("life", "begun", {"begun": begun, "ended": ended}, [end, again])
    with pytest.raises(ValueError, match="unknown state"):
        Machine("life", "begun", {"begun": begun}, [end])
