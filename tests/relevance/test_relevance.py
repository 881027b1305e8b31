"""The judged searches among a few thousand synthetic books; bin/bench search asks them among millions."""

from __future__ import annotations

from tests.relevance.judging import judged, verdict
from tests.relevance.synthetic import Hay, real_books
from trade.catalogue.engines.tantivy import TantivyIndex

SYNTHETIC = 3_000


def test_a_right_answer_comes_first() -> None:
    index = TantivyIndex()
    with index.writing(bulk=False) as writer:
        writer.replace((), real_books())
        writer.replace((), Hay().books(SYNTHETIC))
    found = verdict(index)
    assert found.first >= 0.95, found.failed
    assert found.in_five >= 0.99, found.failed


def test_enough_searches_are_judged_and_each_has_its_books() -> None:
    searches, known = judged(), {book.isbn for book in real_books()}
    assert len({search.query for search in searches}) == len(searches) >= 200
    assert [search.query for search in searches if not search.right <= known] == []
    kinds = {search.kind for search in searches}
    assert kinds >= {"accents", "article", "inversion", "typo", "series", "isbn", "ca", "eu", "gl", "fr", "en"}
