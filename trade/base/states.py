"""The life of a thing, as one table of moves; every move is a compare-and-set in the database.

``machine.allowed(state, role)`` draws the buttons, ``machine.move`` guards, :func:`fire` changes the row
with ``UPDATE ... WHERE id = :id AND state = ANY(:from)`` and journals it. No form ever shows a state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Shape = Literal["open", "working", "done", "refused", "late"]


@dataclass(frozen=True)
class State:
    """One state: its word for people (a msgid), its shape (colour is never alone), and whether it ends the life."""

    label: str
    shape: Shape
    final: bool = False


@dataclass(frozen=True)
class Move:
    """One move: from which states, to which one, who may make it, and the words of its button.

    ``mark`` moves leave a final state for an after-mark (collected, lapsed). ``needs_reason`` moves refuse
    an empty reason.
    """

    name: str
    origins: tuple[str, ...]
    target: str
    roles: frozenset[str]
    label: str
    needs_reason: bool = False
    mark: bool = False


@dataclass(frozen=True)
class Machine:
    """A named table of states and moves with a first state; checked once when it is made."""

    name: str
    first: str
    states: Mapping[str, State]
    moves: Sequence[Move]

    def __post_init__(self) -> None:
        for move in self.moves:
            for state in (*move.origins, move.target):
                if state not in self.states:
                    raise ValueError(f"{self.name}: move {move.name} names the unknown state {state}")
            for origin in move.origins:
                if self.states[origin].final and not move.mark:
                    raise ValueError(f"{self.name}: {origin} is final, yet {move.name} leaves it")
        reached = self.reachable()
        lost = set(self.states) - reached
        if lost:
            raise ValueError(f"{self.name}: never reached: {sorted(lost)}")

    def reachable(self) -> set[str]:
        """Every state that some sequence of moves reaches from the first one."""
        reached = {self.first}
        while True:
            more = {m.target for m in self.moves if reached & set(m.origins)} - reached
            if not more:
                return reached
            reached |= more

    def allowed(self, state: str, role: str) -> list[Move]:
        """The moves a role may make now, in the order of the table."""
        return [m for m in self.moves if state in m.origins and role in m.roles]

    def move(self, name: str) -> Move:
        """The move of that name. Raises KeyError for a name not in the table."""
        for move in self.moves:
            if move.name == name:
                return move
        raise KeyError(f"{self.name}: no move is called {name}")

    def open_states(self) -> tuple[str, ...]:
        """The states that do not end the life."""
        return tuple(name for name, state in self.states.items() if not state.final)
