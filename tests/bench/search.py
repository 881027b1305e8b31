"""Search among so many books: relevance of the judged searches, each class of search beside the engine's bare call.

The judged books lie among synthetic ones (tests/relevance). "Bare" is one call of the engine with the words as they
stand in its index: no reading of what was typed, no fields, no popularity, no exact titles first.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import psycopg
from sqlalchemy import update
from tantivy import Occur, Query

from config.databases import conninfo
from jobs.context import open_context
from tests.bench.figures import check, figure, main, milliseconds, note, peak_mebibytes, percentiles
from tests.bench.ground import bench_house
from tests.cast import NOW
from tests.conftest import House
from tests.relevance.judging import verdict
from tests.relevance.synthetic import Hay, real_books
from trade.availability.finding import find
from trade.base.tenancy import PUBLIC, TenantSession
from trade.catalogue.engines import Entry, note_changed
from trade.catalogue.engines.analysis import telling, typed_key
from trade.catalogue.engines.folder import IndexFolder, IndexReader
from trade.catalogue.engines.keeping import catch_up, rebuild
from trade.catalogue.engines.tantivy import SCHEMA, TantivyIndex
from trade.catalogue.models import Book
from trade.catalogue.queries import searched, suggest
from trade.catalogue.rules import sort_key

ROUNDS = 300
COLUMNS = (
    "isbn", "title", "subtitle", "publisher", "language", "weight_is_estimate", "subject", "collection", "category_id",
    "price_cents", "price_is_sample", "availability", "popularity", "search_key", "sort_key", "form",
)  # fmt: skip


@dataclass
class Sample:
    """Some of the books, from which searches are made."""

    books: list[Entry] = field(default_factory=list)


def measure(scale: int) -> None:
    """Load, build, ask."""
    with bench_house() as house:
        sample = _load(house, scale)
        folder = _build(house, scale)
        reader = IndexReader(folder)
        reader.opened(now=True)
        house.search = reader
        engine = reader.opened()
        judged = verdict(engine)
        figure("success_at_1", judged.first, "share", goal=">=0.95")
        figure("success_at_5", judged.in_five, "share", goal=">=0.99")
        for query, kind, _ in judged.failed:
            note(f"not first: {query} ({kind})")
        with house.session(PUBLIC) as session:
            _classes(session, engine, sample)
        _updates(house, reader, sample)


def _load(house: House, scale: int) -> Sample:
    """Put the judged and the synthetic books into the database by COPY."""
    sample, began = Sample(), time.perf_counter()
    with closing(psycopg.connect(conninfo(house.owner_url))) as connection:
        (category,) = connection.execute("SELECT min(id) FROM category").fetchone() or (1,)
        connection.execute("CREATE TEMP TABLE named (isbn bigint, position int, name text, role text)")
        entries = _entries(scale, sample)
        while some := [entry for _, entry in zip(range(100_000), entries, strict=False)]:
            with connection.cursor() as cursor, cursor.copy(f"COPY book ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                for entry in some:
                    copy.write_row(_row(entry, category))
            with (
                connection.cursor() as cursor,
                cursor.copy("COPY author (isbn, position, name, role) FROM STDIN") as copy,
            ):
                for entry in some:
                    for place, name in enumerate(entry.authors):
                        copy.write_row((entry.isbn, place, name, "author"))
        connection.execute("ANALYZE book, author")
        connection.commit()
    note(f"loaded in {time.perf_counter() - began:.0f} s")
    return sample


def _entries(scale: int, sample: Sample) -> Iterator[Entry]:
    known = {9788437604947, 9788417860790, 9782070368228}
    yield from (entry for entry in real_books() if entry.isbn not in known)
    step = max(scale // (ROUNDS * 2), 1)
    for number, entry in enumerate(Hay().books(scale)):
        if number % step == 0:
            sample.books.append(entry)
        yield entry


def _row(entry: Entry, category: int) -> Sequence[Any]:
    return (
        entry.isbn, entry.title, entry.subtitle, entry.publisher, entry.language, False, entry.subject,
        entry.collection, category, entry.price_cents, False, "available", entry.popularity, "",
        sort_key(entry.title), entry.form,
    )  # fmt: skip


def _build(house: House, scale: int) -> IndexFolder:
    """Build the index in a process of its own, so that its memory can be told."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_build_alone, args=(house.config(), there))
    process.start()
    books, seconds, memory = here.recv()
    process.join()
    folder = IndexFolder(house.config().search_dir)
    generation = folder.current()
    assert generation is not None
    size = sum(file.stat().st_size for file in generation.path.iterdir())
    check(books >= scale, f"{books} books in the index of {scale}")
    figure("index_build", books / seconds, "books/s")
    figure("index_size", size / 2**20, "MiB")
    figure("index_build_memory", memory, "MiB")
    return folder


def _build_alone(config: Any, answer: Any) -> None:
    context = open_context(config)
    began = time.perf_counter()
    books = rebuild(IndexReader(IndexFolder(config.search_dir)), context.session, at=NOW)
    answer.send((books, time.perf_counter() - began, peak_mebibytes()))
    context.engine.dispose()


# --- classes of searches -----------------------------------------------------------------------------


def _classes(session: TenantSession, engine: TantivyIndex, sample: Sample) -> None:
    chance = np.random.default_rng(5)
    books = [book for book in sample.books if len(set(telling(book.title))) >= 2][:ROUNDS]
    pairs = [" ".join(chance.choice(sorted(set(telling(book.title))), 2, replace=False)) for book in books]
    surnames = [f"{chance.choice(telling(book.title))} {telling(book.authors[0])[-1]}" for book in books]
    slips = [(book, slip) for book in books if (slip := _slip(book, chance))]
    common = [word for word, _ in engine._searcher.terms_with_prefix("text", "", limit=60)]
    numbers = [str(book.isbn) for book in books]
    nothing = ["".join(chance.choice(list("bcdfghjklmnpqrstvwxz"), 9)) for _ in books[:100]]
    begun = [typed_key(book.title)[: int(chance.integers(3, 10))] for book in books]
    begun += [typed_key(book.authors[0])[: int(chance.integers(3, 10))] for book in books]

    for book, number in zip(books[:50], numbers, strict=False):
        check(searched(session, words=number).hits.isbns == [book.isbn], f"the book of {number}")
    for book, pair in zip(books[:100], pairs, strict=False):
        check(
            book.isbn in searched(session, words=pair, exact=True, limit=10_000).hits.isbns, f"{book.title} by {pair}"
        )
    missed = [
        slip for book, slip in slips[:100] if book.isbn not in searched(session, words=slip, limit=1_000).hits.isbns
    ]
    figure("typing_error_finds_its_book", 1 - len(missed) / max(len(slips[:100]), 1), "share")

    ask = _asker(session)
    _tell("isbn", ask, numbers, _bare(engine), goal="<=1")
    _tell("two_words", ask, pairs, _bare(engine), goal="<=5")
    _tell("title_word_and_surname", ask, surnames, _bare(engine), goal="<=5")
    _tell("commonest_words", ask, common, _bare(engine), goal="<=30")
    _tell("one_typing_error", ask, [slip for _, slip in slips], _bare_fuzzy(engine), goal="<=10")
    _tell(
        "zero_hits_exact", lambda words: searched(session, words=words, exact=True), nothing, _bare(engine), goal="<=1"
    )
    _tell("zero_hits", ask, nothing, _bare_fuzzy(engine))
    _tell("typeahead", lambda typed: suggest(session, typed=typed), begun, _bare_prefix(engine), goal="<=2")
    _tell("page_with_facets", lambda words: find(session, words=words, at=NOW), pairs, _bare(engine))
    _tell("page_with_facets_commonest", lambda words: find(session, words=words, at=NOW), common, _bare(engine))


def _asker(session: TenantSession) -> Callable[[str], object]:
    return lambda words: searched(session, words=words)


def _slip(book: Entry, chance: np.random.Generator) -> str:
    """Two words of a book, two neighbouring letters of one exchanged; "" where it has no word long enough."""
    told = sorted(set(telling(book.title)))
    long = [word for word in told if len(word) >= 6 and word[2] != word[3]]
    others = [word for word in told if word not in long[:1]]
    if not long or not others:
        return ""
    word = long[0]
    return f"{word[:2]}{word[3]}{word[2]}{word[4:]} {chance.choice(others)}"


def _bare(engine: TantivyIndex) -> Callable[[str], object]:
    searcher = engine._searcher
    return lambda words: searcher.search(
        Query.boolean_query([(Occur.Must, Query.term_query(SCHEMA, "text", word)) for word in telling(words)]), 20
    )


def _bare_fuzzy(engine: TantivyIndex) -> Callable[[str], object]:
    searcher = engine._searcher

    def ask(words: str) -> object:
        parts = [Query.fuzzy_term_query(SCHEMA, "text", word, 1) for word in telling(words)]
        return searcher.search(Query.boolean_query([(Occur.Must, part) for part in parts]), 20)

    return ask


def _bare_prefix(engine: TantivyIndex) -> Callable[[str], object]:
    searcher = engine._searcher
    return lambda typed: searcher.search(
        Query.term_query(SCHEMA, "prefix", typed), 8, count=False, order_by_field="popularity"
    )


def _tell(
    name: str, ask: Callable[[str], object], words: Sequence[str], bare: Callable[[str], object], goal: str = ""
) -> None:
    """p50 and p95 of a class, warm, beside the bare call on the same words."""
    for each in words:
        ask(each)
        bare(each)
    ours = percentiles([milliseconds(lambda each=each: ask(each)) for each in words])
    theirs = percentiles([milliseconds(lambda each=each: bare(each)) for each in words])
    for percentile, value, beside in zip(("p50", "p95"), ours, theirs, strict=True):
        goals = goal if percentile == "p95" and goal else ()
        figure(f"{name}_{percentile}", value, "ms", ratio=value / beside, of=f"bare_{percentile}", goal=goals)


# --- changes -----------------------------------------------------------------------------------------


def _updates(house: House, reader: IndexReader, sample: Sample) -> None:
    """One changed book, and two thousand, from their commit until a search finds them."""
    for number in (1, 2_000):
        isbns = [book.isbn for book in sample.books] if number > 1 else [sample.books[0].isbn]
        word = f"xyzzy{number}"
        with house.session() as session:
            session.execute(update(Book).where(Book.isbn.in_(isbns)).values(title=f"Cambiado {word}"))
            note_changed(session, isbns=isbns)
        began = time.perf_counter()
        catch_up(reader, house.session, at=NOW)
        engine = reader.opened(now=True)
        figure(f"update_of_{len(isbns)}", time.perf_counter() - began, "s", goal="<=5")
        check(engine.books_with(word) == len(isbns), f"{len(isbns)} changed books are found")


if __name__ == "__main__":
    main(measure, scale=100_000, scale_means="synthetic books")
