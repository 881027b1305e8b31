"""What was probably meant by words that find nothing: typing errors, words run together or torn apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from trade.catalogue.engines import Ask, Engine, Word
from trade.catalogue.engines.analysis import SMALL, words
from trade.catalogue.rules import forgiven, typing_errors

LOOKED_AT: Final = 50
"""How many hits of a forgiving search are read to see which words they hold."""
MOST_ERRORS: Final = 2
VOUCHING: Final = 4
"""So many telling words vouch for each other: an unknown one of five letters or six may then hold two errors too."""
SHORTEST_DOUBTED: Final = 5

Forgiving = Mapping[int, int]
"""How many errors are forgiven in the word at each place."""


def meant(engine: Engine, typed: Sequence[str]) -> list[str]:
    """The words with the fewest changes that find something, of these what most books hold; empty where none do."""
    told = [place for place, word in enumerate(typed) if word not in SMALL] or list(range(len(typed)))
    held = {place: engine.books_with(typed[place]) for place in told}
    for reading in (*_parted(engine, typed, held), *_together(engine, typed)):
        if engine.count(Ask(_asked(reading))):
            return list(reading)
    begun = not held[told[-1]]
    for forgiving in _more_and_more(typed, held):
        found = _read(engine, typed, told, forgiving, unfinished=False)
        if not found and begun and max(forgiving.values()) == 1:
            found = _read(engine, typed, told, forgiving, unfinished=True)
        if found:
            return found
    return []


def _asked(reading: Sequence[str]) -> tuple[Word, ...]:
    told = [word for word in reading if word not in SMALL] or list(reading)
    return tuple(Word(word) for word in told)


def _parted(engine: Engine, typed: Sequence[str], held: Mapping[int, int]) -> Iterator[list[str]]:
    """Readings in which an unknown word is two known ones: davinci."""
    for place in (place for place, books in held.items() if not books):
        word = typed[place]
        for cut in range(2, len(word) - 1):
            first, second = word[:cut], word[cut:]
            if engine.books_with(first) and engine.books_with(second):
                yield [*typed[:place], first, second, *typed[place + 1 :]]


def _together(engine: Engine, typed: Sequence[str]) -> Iterator[list[str]]:
    """Readings in which two neighbours are one known word: hiper ion."""
    for place in range(len(typed) - 1):
        one = typed[place] + typed[place + 1]
        if engine.books_with(one):
            yield [*typed[:place], one, *typed[place + 2 :]]


def _more_and_more(typed: Sequence[str], held: Mapping[int, int]) -> Iterator[Forgiving]:
    """What to forgive: one error in unknown words, or in one word, the rarest first; in every word; then two errors.

    Last, where many words vouch for each other, two in the unknown ones that are not quite short, one in the others.
    """
    most = {place: forgiven(typed[place]) for place in held if forgiven(typed[place])}
    unknown = [place for place in most if not held[place]]
    rarest = sorted(most, key=lambda place: held[place])
    tried: list[Forgiving] = []
    for errors in range(1, MOST_ERRORS + 1):
        groups = [unknown] if unknown else [[place] for place in rarest]
        tried += [{place: min(errors, most[place]) for place in group} for group in groups]
    every = dict.fromkeys(most, 1)
    tried.insert(len(tried) // 2, every)
    if len(held) >= VOUCHING:
        doubted = [place for place in unknown if len(typed[place]) >= SHORTEST_DOUBTED]
        tried.append(every | dict.fromkeys(doubted, MOST_ERRORS))
    seen: list[Forgiving] = []
    for forgiving in tried:
        if forgiving and forgiving not in seen:
            seen.append(forgiving)
            yield forgiving


def _read(
    engine: Engine, typed: Sequence[str], told: Sequence[int], forgiving: Forgiving, *, unfinished: bool
) -> list[str]:
    """The words that the hits of a forgiving search hold in the places of forgiven ones."""
    last = told[-1]
    ask = Ask(tuple(Word(typed[place], unfinished and place == last, forgiving.get(place, 0)) for place in told))
    readings: Counter[tuple[str, ...]] = Counter()
    errors: dict[tuple[str, ...], int] = {}
    for text in engine.written(ask, limit=LOOKED_AT):
        chosen = [_likest(typed[place], text, most, unfinished and place == last) for place, most in forgiving.items()]
        if all(word for word, _ in chosen):
            reading = tuple(word for word, _ in chosen)
            readings[reading] += 1
            errors[reading] = sum(number for _, number in chosen)
    if not readings:
        return []
    best = min(readings, key=lambda reading: (errors[reading], -readings[reading], reading))
    replaced = dict(zip(forgiving, best, strict=True))
    return [replaced.get(place, word) for place, word in enumerate(typed)]


def _likest(typed: str, text: str, most: int, unfinished: bool) -> tuple[str, int]:
    """The word of a text that is most like the typed one, and by how many errors; "" where none is near."""
    best, fewest = "", most + 1
    for word in words(text):
        if abs(len(word) - len(typed)) > most and not (unfinished and len(word) > len(typed)):
            continue
        compared = word[: len(typed)] if unfinished else word
        errors = typing_errors(typed, compared)
        if errors < fewest:
            best, fewest = word, errors
    return best, fewest
