"""How fast each stock format reads lines in normal form, beside cutting the same bytes into lines."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from tests.bench.figures import check, figure, main
from trade.catalogue.rules import check_digit
from trade.stock import configured
from trade.stock.formats import art_asc, cegald, geslib, model_csv
from trade.stock.rules import Reading

DESCRIBED = configured.Options({"isbn": "2", "quantity": "3", "price": "4"}, delimiter="|", in_cents=True)
GOAL = ">=1_000_000"


@dataclass(frozen=True)
class Sample:
    """A format, how it writes a line, and what stands before the lines."""

    name: str
    read: Callable[[bytes], Reading]
    start: str
    line: Callable[[str, int, int], str]
    goal: tuple[str, ...] = (GOAL,)


def hyphens(isbn: str) -> str:
    """An ISBN of the length that SINLI wants; where the hyphens stand does not matter here."""
    return f"{isbn[:3]}-{isbn[3:5]}-{isbn[5:8]}-{isbn[8:12]}-{isbn[12]}"


SAMPLES = (
    Sample(
        "cegald",
        cegald.read,
        "INCEGALD02L0009999LIB00022\r\nI\r\nC" + "X" * 40 + "20261122EUR\r\n",
        lambda isbn, copies, cents: f"D{hyphens(isbn)}{copies:06d} {cents:09d}\r\n",
    ),
    Sample(
        "art_asc",
        art_asc.read,
        "EXTRACTION STOCK DU 22/11/2026\r\n",
        lambda isbn, copies, cents: f"9999{isbn}{copies:04d}{cents:010d}\r\n",
    ),
    Sample(
        "model_csv",
        model_csv.read,
        "isbn;cantidad;pvp\r\n",
        lambda isbn, copies, cents: f"{isbn};{copies};{cents // 100},{cents % 100:02d}\r\n",
    ),
    Sample(
        "described",
        lambda data: configured.read(data, options=DESCRIBED),
        "shelf|ean|qty|cents\n",
        lambda isbn, copies, cents: f"A1|{isbn}|{copies}|{cents}\n",
    ),
    Sample(
        "geslib_initial",
        geslib.read,
        "I|\r\n",
        lambda isbn, copies, cents: (
            f"GP4|A|{isbn[3:]}|T|A|1||{isbn}|||||||||{copies}|||||||||||||{cents // 100},{cents % 100:02d}|L0\r\n"
        ),
        goal=(),
    ),
)


def measure(scale: int) -> None:
    """Read ``scale`` lines in each format; every line must be there, with its copies and its price."""
    chance = random.Random(7)
    isbns = [twelve + str(check_digit(twelve)) for twelve in (f"97884{n:07d}" for n in range(scale))]
    copies = [chance.randrange(1, 30) for _ in isbns]
    cents = [chance.randrange(100, 6_000) for _ in isbns]
    for sample in SAMPLES:
        lines = zip(isbns, copies, cents, strict=True)
        data = (sample.start + "".join(sample.line(*line) for line in lines)).encode()
        sample.read(data[:4_096].rpartition(b"\n")[0])  # what a process does only once is not measured
        begun = perf_counter()
        cut = len(data.decode().split("\n"))
        bare = perf_counter() - begun
        begun = perf_counter()
        reading = sample.read(data)
        took = perf_counter() - begun
        check(cut > scale and not reading.rejected, f"{sample.name}: lines of good titles were refused")
        check(np.array_equal(reading.sheet.isbn, np.array(isbns, dtype=np.int64)), f"{sample.name}: other ISBNs")
        check(np.array_equal(reading.sheet.quantity, np.array(copies)), f"{sample.name}: other copies")
        check(np.array_equal(reading.sheet.price, np.array(cents)), f"{sample.name}: other prices")
        figure(
            f"formats.{sample.name}",
            scale / took,
            "lines/s",
            ratio=took / bare,
            of="cutting into lines",
            goal=sample.goal,
        )


if __name__ == "__main__":
    main(measure, scale=500_000, scale_means="lines of a file")
