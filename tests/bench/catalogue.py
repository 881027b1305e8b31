"""A catalogue feed of so many books (SINLI LIBROS 09, full records with summaries): first time, again, 2 % changed.

The feed is read and taken in by the same steps as the job's, batch by batch. "Reading" is the reader alone; the
ratio of the first load is to the reader's own time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from io import BufferedRandom
from typing import BinaryIO

from sqlalchemy import func, select

from tests.bench.figures import check, figure, lap, main, peak_mebibytes
from tests.bench.ground import bench_house
from tests.cast import NOW
from tests.conftest import House
from trade.catalogue import actions
from trade.catalogue.formats.sinli_libros import LAYOUTS, read
from trade.catalogue.models import Book, BookPrice, BookSource, CatalogueRun
from trade.catalogue.rules import check_digit

WORDS = (
    "casa", "luna", "mar", "noche", "ciudad", "viento", "historia", "amor", "guerra", "tiempo", "sombra", "jardín",
    "camino", "libro", "secreto", "fuego", "agua", "piedra", "rey", "reina", "isla", "bosque", "sueño", "memoria",
    "palabra", "silencio", "espejo", "puerta", "lluvia", "estrella", "río", "montaña", "invierno", "verano",
)  # fmt: skip
SUMMARY = (
    "Una historia de familia, memoria y viento en una ciudad junto al mar, contada por quien volvió para verla. " * 9
)
CHANGED_EVERY = 50


def measure(scale: int) -> None:
    """Write the feeds, read them in, compare."""
    with bench_house() as house, tempfile.TemporaryFile() as first, tempfile.TemporaryFile() as second:
        write(first, scale, cents=lambda place: 1_000 + place % 3_000)
        write(second, scale, cents=lambda place: 1_000 + place % 3_000 + (7 if place % CHANGED_EVERY == 0 else 0))
        with lap() as reading:
            read_records = sum(1 for _ in read(_rewound(first)))
        check(read_records == scale, f"the reader gives {read_records} of {scale} records")
        figure("reading", scale / reading.seconds, "records/s")
        run, seconds = take(house, first)
        check((run.new, run.changed, run.refused) == (scale, 0, 0), f"the first load: {_counts(run)}")
        figure("first_load", scale / seconds, "records/s", ratio=seconds / reading.seconds, of="reading", goal=">=5000")
        run, seconds = take(house, first, forced=True)
        check((run.new, run.changed, run.unchanged) == (0, 0, scale), f"the same again: {_counts(run)}")
        figure("same_again", scale / seconds, "records/s", ratio=seconds / reading.seconds, of="reading")
        run, seconds = take(house, second)
        changed = -(-scale // CHANGED_EVERY)
        check((run.new, run.changed) == (0, changed), f"2 % changed: {_counts(run)}")
        figure("two_percent_changed", scale / seconds, "records/s", ratio=seconds / reading.seconds, of="reading")
        with house.session() as session:
            rows = [session.scalar(select(func.count()).select_from(model)) for model in (Book, BookSource, BookPrice)]
            check(rows[2] is not None and rows[2] >= scale + changed, f"rows of books, sources, prices: {rows}")
            size = session.scalar(select(func.pg_total_relation_size("book_source"))) or 0
        figure("kept_per_book", size / scale, "bytes")
        figure("memory", peak_mebibytes(), "MiB", goal="<=300")


def write(file: BufferedRandom | BinaryIO, scale: int, *, cents: object) -> None:
    """A feed of so many records."""
    file.write(f"INLIBROS09{'LIB00001':8}{'LIB00002':8}{scale:05}{1:07}{'':37}FANDE\r\n".encode())
    file.write(f"C{'SAMPLE SUPPLIER':40}E\r\n".encode())
    for line in lines(scale, cents):
        file.write(line)


def lines(scale: int, cents: object) -> Iterator[bytes]:
    """The lines of books: real layout, invented words."""
    layout = LAYOUTS["09"]
    for place in range(scale):
        twelve = f"97884{place:07}"
        ean = f"{twelve}{check_digit(twelve)}"
        one, two, three = (WORDS[place // step % len(WORDS)] for step in (1, 31, 977))
        gross = cents(place)  # type: ignore[operator]
        fields = {
            "ean": ean,
            "isbn": ean,
            "title": f"{one.capitalize()} y {two} de {three} {place % 977}",
            "authors": f"{two.capitalize()}, {three.capitalize()}",
            "publisher": f"Editorial {place % 300}",
            "binding": "03",
            "language": "SPA",
            "published": "032024",
            "pages": f"{100 + place % 800:04}",
            "state": "0",
            "product": "00",
            "gross": f"{gross:010}",
            "net": f"{gross * 10_000 // 10_400:010}",
            "vat": "00400",
            "price_type": "F",
            "collection": f"Colección {place % 50}",
            "weight": f"{200 + place % 700:06}",
            "thema": "FBA",
            "long_summary": SUMMARY,
        }
        text = "".join(f"{fields.get(column.name, '')[: column.length]:{column.length}}" for column in layout.columns)
        yield f"{text}\r\n".encode("cp1252")


def take(house: House, file: BinaryIO, *, forced: bool = False) -> tuple[CatalogueRun, float]:
    """Read a feed in as the job does, a transaction a batch; ``forced`` reads the same bytes again."""
    if forced:
        file.seek(0, 2)
        file.write(b"\r\n")
    with house.session() as session:
        run_id = actions.receive_feed(
            session, stream=_rewound(file), name="bench", origin="test", at=NOW, store=house.store, queued=False
        ).id
    with lap() as spent:
        with house.session() as session:
            check(actions.begin(session, run_id=run_id, at=NOW), "the run begins")
            batches, _ = actions.entries(session, run_id=run_id, store=house.store)
        for batch, _ in batches:
            with house.session() as session:
                actions.take_batch(session, run_id=run_id, batch=batch, at=NOW)
        with house.session() as session:
            run = actions.end(session, run_id=run_id, at=NOW)
    return run, spent.seconds


def _rewound(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return file


def _counts(run: CatalogueRun) -> str:
    return f"new {run.new}, changed {run.changed}, unchanged {run.unchanged}, refused {run.refused}"


if __name__ == "__main__":
    main(measure, scale=20_000, scale_means="books in the feed")
