"""Synthetic books with a realistic law of words: the hay in which the judged books lie. The same seed gives the same.

Words of titles are drawn by rank (Zipf): common words with the frequencies of real titles, then invented words made
letter by letter after them. Names mix real first names and surnames with invented ones. How many hold a book falls
with a power of its rank: most are held by one or two.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from config.settings import ROOT
from trade.catalogue.engines import Entry
from trade.catalogue.engines.analysis import name_keys, title_keys
from trade.catalogue.rules import check_digit

JUDGED = Path(__file__).parent
REAL = (ROOT / "config" / "seeds" / "books" / "books.csv", JUDGED / "books.csv")
LANGUAGES, SHARES = ("es", "fr", "en", "ca", "gl", "eu"), (0.58, 0.2, 0.13, 0.05, 0.02, 0.02)
FORMS, FORM_SHARES = ("paperback", "hardback", "ebook", "audio"), (0.7, 0.2, 0.07, 0.03)
INVENTED, SURNAMES, PUBLISHERS, SERIES, SUBJECTS = 120_000, 60_000, 3_000, 6_000, 240
CHUNK = 20_000
MOST_HOLDERS = 1_350


def real_books() -> list[Entry]:
    """The books that are asked for. Whoever asks for a book has heard of it: they are of the most held tenth."""
    chance = np.random.default_rng(7)
    rows = [row for path in REAL for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())]
    return [
        Entry(
            isbn=int(row["isbn"]),
            title=row["title"],
            authors=tuple(row["authors"].split(" | ")),
            collection=row.get("collection") or "",
            publisher=row["publisher"],
            language=row["language"],
            popularity=holders,
            price_cents=1_500,
        )
        for row, holders in zip(rows, _holders(chance, len(rows), most_held=0.1), strict=True)
    ]


def _holders(chance: np.random.Generator, number: int, most_held: float = 1.0) -> list[int]:
    drawn: list[int] = np.minimum((chance.random(number) * most_held) ** -0.7, MOST_HOLDERS).astype(int).tolist()
    return drawn


class Hay:
    """The laws from which books are drawn."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = np.random.default_rng(seed)
        real = real_books()
        self._taken = {key for book in real for key in title_keys(book.title)}
        self._taken |= {key for book in real for name in book.authors for key in name_keys(name)}
        titles = [re.sub(r"[^\w'’ ]+", " ", book.title).split() for book in real]
        common = Counter(word for title in titles for word in title)
        names = [name.split() for book in real for name in book.authors[:1]]
        self._first = sorted({name[0] for name in names if len(name) > 1})
        self._chain = _chain(word.lower() for word in common)
        invented = self._invented(INVENTED)
        self._words = np.array([*common, *invented], dtype=object)
        zipf = 1 / (np.arange(len(invented)) + 30) ** 0.9
        law = np.concatenate([np.array([*common.values()]) / sum(common.values()) * 0.5, zipf / zipf.sum() * 0.5])
        self._law = np.cumsum(law / law.sum())
        held = Counter(part for name in {tuple(name) for name in names} for part in name[1:] if len(part) > 2)
        often = [name for name, number in held.items() if number > 2]
        seldom = [name for name in held if name not in often]
        self._surnames = np.array([*often, *seldom, *(word.title() for word in invented[:SURNAMES])], dtype=object)
        shares = [np.full(len(often), 0.35 / len(often)), np.full(len(seldom), 1e-6), zipf[:SURNAMES] / zipf.sum()]
        self._surname_law = np.cumsum(np.concatenate(shares) / np.concatenate(shares).sum())
        self._lengths = np.array([min(len(title), 12) for title in titles])
        self._publishers = [f"{word.title()} {end}" for word, end in zip(
            invented[-PUBLISHERS:], ("Ediciones", "Editorial", "Éditions") * PUBLISHERS, strict=False)]  # fmt: skip
        self._series = self._phrases(SERIES, 3)
        self._subjects = self._phrases(SUBJECTS, 2)

    def _phrases(self, number: int, longest: int) -> list[str]:
        return [
            " ".join(self._draw(size)).capitalize() for size in self._chance.integers(1, longest + 1, number).tolist()
        ]

    def _draw(self, number: int) -> list[str]:
        found: list[str] = self._words[np.searchsorted(self._law, self._chance.random(number))].tolist()
        return found

    def _invented(self, number: int) -> list[str]:
        made: dict[str, None] = {}
        while len(made) < number:
            for _ in range(number - len(made)):
                word, pair = "", "^^"
                for draw in self._chance.random(14):
                    letters, law = self._chain[pair]
                    letter = letters[int(np.searchsorted(law, draw))]
                    if letter == "$":
                        break
                    word, pair = word + letter, pair[1] + letter
                if len(word) >= 3:
                    made[word] = None
        return list(made)

    def books(self, number: int) -> Iterator[Entry]:
        """So many books, none of them with the title of a judged one."""
        made = 0
        while made < number:
            size = min(CHUNK, number - made)
            yield from self._chunk(made, size)
            made += size

    def _chunk(self, first: int, size: int) -> Iterator[Entry]:
        chance = self._chance
        lengths = chance.choice(self._lengths, size)
        drawn = self._draw(int(lengths.sum()))
        surnames = self._surnames[np.searchsorted(self._surname_law, chance.random((size, 2)))].tolist()
        given = chance.integers(0, len(self._first), size).tolist()
        holders = _holders(chance, size)
        languages = chance.choice(LANGUAGES, size, p=SHARES).tolist()
        forms = chance.choice(FORMS, size, p=FORM_SHARES).tolist()
        prices = (chance.integers(4, 45, size) * 100 + 95).tolist()
        series = chance.integers(0, SERIES * 5, size).tolist()
        place = 0
        for row, length in enumerate(lengths.tolist()):
            title = " ".join(drawn[place : place + length])
            place += length
            title = title[0].upper() + title[1:]
            if not self._taken.isdisjoint(title_keys(title)):
                title = f"{title} {surnames[row][0]}"
            twelve = f"9798{first + row:08}"
            numbered = series[row] < SERIES
            yield Entry(
                isbn=int(f"{twelve}{check_digit(twelve)}"),
                title=title,
                authors=(f"{self._first[given[row]]} {surnames[row][0]} {surnames[row][1]}",),
                collection=f"{self._series[series[row]]} {series[row] % 40 + 1}" if numbered else "",
                publisher=self._publishers[series[row] % PUBLISHERS],
                subject=self._subjects[series[row] % SUBJECTS],
                language=languages[row],
                form=forms[row],
                price_cents=prices[row],
                popularity=holders[row],
            )


def _chain(words: Iterator[str]) -> dict[str, tuple[list[str], np.ndarray]]:
    """Which letter follows a pair of letters, and how often."""
    followed: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for word in words:
        pair = "^^"
        for letter in f"{word}$":
            followed[pair][letter] += 1
            pair = pair[1] + letter
    return {
        pair: (list(letters), np.cumsum(np.array(list(letters.values())) / sum(letters.values())))
        for pair, letters in followed.items()
    }
