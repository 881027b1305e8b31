"""The search index in tantivy: BM25 by field times popularity, exact titles and names first, typing errors forgiven.

Broad searches (every word in many thousand books) look at what most bookshops hold first: ranking hundreds of
thousands of books would take longer than anybody waits, and nobody reads their end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import log2
from pathlib import Path
from typing import Any, Final

import tantivy
from tantivy import Document, FieldType, Occur, Query, Searcher

from trade.catalogue.engines import MOST_CHOICES, Ask, Entry, Hits, Narrowed, Suggested, Word
from trade.catalogue.engines.analysis import (
    BEGINNINGS,
    FULL,
    LONGEST_PREFIX,
    SERIES,
    SMALL,
    beginnings,
    exact_keys,
    joined,
    name_key,
    name_keys,
    prefixes,
    series_keys,
    telling,
    title_keys,
    typed_key,
    typed_name_keys,
    words,
)

VERSION: Final = "1"
"""Of the fields and their meaning: an index of another version is built anew."""
BROAD: Final = 20_000
"""From so many books with the rarest word on, popular books are looked at first."""
COMPLETIONS: Final = 40
FEW: Final = 5
_NONE = "-"
_WHOLE, _FULL_NAME, _NAME, _SERIES, _EXACT, _BEGIN = 60.0, 50.0, 30.0, 50.0, 15.0, 12.0
_NAME_OF_SOMEBODY = 75.0
"""A full name of several words counts for more than a title: books by somebody come before one called after him."""
_BY_FIELD = {"title": 1.0, "author": 1.0, "series": 0.7}
_ANYWHERE = 0.4
_UNFINISHED = 0.4
_CHUNK = 64_000_000


def _schema() -> tantivy.Schema:
    fields = tantivy.SchemaBuilder()
    fields.add_unsigned_field("isbn", indexed=True, fast=True)
    for name in ("text", "author", "series"):
        fields.add_text_field(name, tokenizer_name="words", index_option="freq")
    fields.add_text_field("title", tokenizer_name="words", index_option="position")
    for name in ("whole", "begin", "name", "prefix", "hot", "known"):
        fields.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("language", "subject", "form"):
        fields.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    fields.add_unsigned_field("price", fast=True)
    fields.add_unsigned_field("popularity", fast=True)
    fields.add_float_field("weight", fast=True)
    fields.add_bytes_field("shown", stored=True)
    return fields.build()


SCHEMA: Final = _schema()


def weight(popularity: int) -> float:
    """What the engine makes a factor of (log2(2 + weight)): 1 for a book nobody holds, 2.2 where a thousand do."""
    return float(2 ** (1 + 0.12 * log2(1 + popularity)) - 2)


class TantivyIndex:
    """One generation of the index in a folder; with no folder, one in memory.

    ``small``: typeahead knows every title from its first letter on. ``popular``: so many hold a popular book.
    """

    def __init__(self, folder: Path | None = None, *, small: bool = True, popular: int = 8) -> None:
        self._index = tantivy.Index(SCHEMA, path=None if folder is None else str(folder))
        self._index.register_tokenizer("words", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
        self._index.config_reader("manual")
        self._small = small
        self._popular = popular
        self._searcher: Searcher = self._index.searcher()

    def reload(self) -> None:
        """See what was written since."""
        self._index.reload()
        self._searcher = self._index.searcher()

    # --- reading ---------------------------------------------------------------------------------

    def hits(self, ask: Ask, *, limit: int, offset: int) -> Hits:
        """A page of what is asked for, best first, and how many there are in all."""
        found = _Asked(self._searcher, ask)
        if not found.broad:
            return self._hits(found.query(), limit, offset)
        total = self.count(ask)
        popular = self._hits(found.query(popular=True), limit, offset)
        wanted = min(limit, total - offset) - len(popular.isbns)
        if wanted <= 0:
            return Hits(total, popular.isbns, popular.scores)
        rest = self._hits(found.query(popular=False), wanted, max(offset - popular.total, 0))
        return Hits(total, popular.isbns + rest.isbns, popular.scores + rest.scores)

    def _hits(self, query: Query, limit: int, offset: int) -> Hits:
        found = self._searcher.search(query, limit, offset=offset, weight_by_field="weight")
        isbns = self._searcher.fast_field_values("isbn", [address for _, address in found.hits])
        return Hits(
            int(found.count or 0),  # type: ignore[attr-defined]
            [int(isbn or 0) for isbn in isbns],
            [score for score, _ in found.hits],
        )

    def count(self, ask: Ask) -> int:
        """How many books there are in all."""
        return _all_of(self._searcher.aggregate(_Asked(self._searcher, ask).matching(), _COUNTING)["language"])

    def books_with(self, word: str) -> int:
        """In how many books a word stands (deleted ones included until their segment is merged)."""
        return self._searcher.doc_freq("text", word)

    def written(self, ask: Ask, *, limit: int) -> list[str]:
        """Titles, names and series of the first hits, as they are written."""
        found = self._searcher.search(
            _Asked(self._searcher, ask).matching(), limit, count=False, weight_by_field="popularity"
        )
        return [" ".join(_shown(self._searcher, address)[1:]) for _, address in found.hits]

    def facets(self, ask: Ask, *, prices: Sequence[tuple[int, int | None]]) -> Mapping[str, Mapping[str, int]]:
        """How many of the hits have each language, subject and form, and lie in each span of prices."""
        spans = [{"from": low, **({} if high is None else {"to": high + 1})} for low, high in prices]
        terms = {name: {"terms": {"field": name, "size": MOST_CHOICES}} for name in ("language", "subject", "form")}
        asked = {**terms, "price": {"range": {"field": "price", "ranges": spans}}}
        found = self._searcher.aggregate(_Asked(self._searcher, ask).matching(), asked)
        counted = {
            name: {each["key"]: each["doc_count"] for each in found[name]["buckets"] if each["key"] != _NONE}
            for name in terms
        }
        by_start = {int(each.get("from", 0)): each["doc_count"] for each in found["price"]["buckets"]}
        counted["price"] = {
            f"{low}-{'' if high is None else high}": by_start.get(low, 0) for low, high in prices if by_start.get(low)
        }
        return counted

    def suggest(self, typed: str, *, limit: int) -> list[Suggested]:
        """What begins with what was typed: most held first, each text once."""
        key = typed_key(typed)
        if not key:
            return []
        query = _term("prefix", key[:LONGEST_PREFIX])
        if len(key) > LONGEST_PREFIX:
            more = [_term("title", word) for word in telling(key)[:-1]]
            query = Query.boolean_query([(Occur.Must, part) for part in (query, *more)])
        found = self._searcher.search(query, limit * 8, count=False, order_by_field="popularity")
        kept: dict[tuple[str, str], Suggested] = {}
        for _, address in found.hits:
            kind, text, by, _series = _shown(self._searcher, address)
            if len(key) > LONGEST_PREFIX and not any(name.startswith(key) for name in _keys_of(kind, text)):
                continue
            isbn = self._searcher.fast_field_values("isbn", [address])[0] if kind == "title" else 0
            kept.setdefault((kind, typed_key(text)), Suggested(kind, text, by, int(isbn or 0)))
            if len(kept) == limit:
                break
        return list(kept.values())

    # --- writing ---------------------------------------------------------------------------------

    @contextmanager
    def writing(self, *, bulk: bool) -> Iterator[TantivyWriter]:
        """A writer; what it wrote is committed and merged at the end, or nothing of it where an error comes."""
        writer = self._index.writer(*((4 * _CHUNK, 2) if bulk else (_CHUNK, 1)))
        try:
            yield TantivyWriter(writer, self._searcher, every_prefix=self._small, popular=self._popular, bulk=bulk)
            writer.commit()
        except BaseException:
            writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()
        self.reload()


class TantivyWriter:
    """Adds books and names; of a book that is written again the old state goes."""

    def __init__(
        self, writer: tantivy.IndexWriter, searcher: Searcher, *, every_prefix: bool, popular: int, bulk: bool
    ) -> None:
        self._writer = writer
        self._searcher = searcher
        self._every_prefix = every_prefix
        self._popular = popular
        self._named: set[str] | None = None if bulk else set()

    def replace(self, isbns: Iterable[int], entries: Iterable[Entry]) -> None:
        """Forget what was known of these books and write what is given."""
        gone = list(isbns)
        if gone:  # by query: a bare number is taken for one with a sign, and never found
            self._writer.delete_documents_by_query(Query.term_set_query(SCHEMA, "isbn", gone))
        for entry in entries:
            self._writer.add_document(self._book(entry))

    def add_names(self, kind: str, names: Iterable[tuple[str, int]]) -> None:
        """Let typeahead know authors, series or publishers, each with how many hold what is theirs."""
        for name, popularity in names:
            known = f"{kind}:{' '.join(words(name))}"
            if self._named is not None:  # a bulk of names has each once, and there may be millions
                if known in self._named or self._searcher.doc_freq("known", known):
                    continue
                self._named.add(known)
            made = Document()
            made.add_unsigned("isbn", 0)
            made.add_text("known", known)
            made.add_text("title", " ".join(telling(name)))
            made.add_unsigned("popularity", popularity)
            keys = typed_name_keys(name) if kind == "author" else [typed_key(name)]
            for prefix in prefixes(keys, popular=self._every_prefix or popularity >= self._popular):
                made.add_text("prefix", prefix)
            made.add_bytes("shown", json.dumps([kind, name, "", ""]).encode())
            self._writer.add_document(made)

    def _book(self, entry: Entry) -> Document:
        made = Document()
        title = _words(entry.title, entry.subtitle)
        authors = _words(*entry.authors)
        series = _words(entry.collection, entry.publisher)
        made.add_unsigned("isbn", entry.isbn)
        every = dict.fromkeys([*title, *authors, *series, *_words(entry.subject, *entry.others)])
        made.add_text("text", " ".join(every))
        made.add_text("title", " ".join([word for word in title if word not in SMALL] or title))
        made.add_text("author", " ".join(authors))
        made.add_text("series", " ".join(series))
        _add(made, "whole", title_keys(entry.title))
        _add(made, "whole", exact_keys(entry.title))
        _add(made, "whole", series_keys(entry.title, entry.collection))
        _add(made, "begin", beginnings(entry.title))
        _add(made, "name", {key for author in entry.authors for key in name_keys(author)})
        popular = entry.popularity >= self._popular
        _add(made, "prefix", prefixes([typed_key(entry.title)], popular=popular or self._every_prefix))
        if popular:
            made.add_text("hot", "1")
        made.add_text("language", entry.language or _NONE)
        made.add_text("subject", entry.subject or _NONE)
        made.add_text("form", entry.form or _NONE)
        if entry.price_cents is not None:
            made.add_unsigned("price", entry.price_cents)
        made.add_unsigned("popularity", entry.popularity)
        made.add_float("weight", weight(entry.popularity))
        by = ", ".join(entry.authors)
        made.add_bytes("shown", json.dumps(["title", entry.title, by, entry.collection], ensure_ascii=False).encode())
        return made


# --- questions ---------------------------------------------------------------------------------------

_COUNTING: Final = {"language": {"terms": {"field": "language", "size": 1}}}


class _Asked:
    """A question as queries of the engine."""

    def __init__(self, searcher: Searcher, ask: Ask) -> None:
        self._searcher = searcher
        self._ask = ask
        self._texts = [word.text for word in ask.words]
        self._exact = [word for word in ask.words if not word.errors and not word.unfinished]
        self._completed = {
            word.text: [text for text, _ in searcher.terms_with_prefix("text", word.text, limit=COMPLETIONS)]
            for word in ask.words
            if word.unfinished and not word.errors
        }
        self._matching = self._all_words()

    @property
    def broad(self) -> bool:
        """Whether so many books are meant that popular ones are looked at first."""
        rarest = [self._searcher.doc_freq("text", word.text) for word in self._exact]
        return bool(rarest) and len(rarest) == len(self._ask.words) and min(rarest) >= BROAD

    def matching(self) -> Query:
        """Every book that is meant, not ranked."""
        return Query.const_score_query(self._matching, 1.0)

    def query(self, *, popular: bool | None = None) -> Query:
        """Every book that is meant, ranked; only popular ones and exact titles and names, or only the others."""
        parts: list[tuple[Occur, Query]] = [(Occur.Must, self._matching)]
        parts += [(Occur.Should, preference) for preference in self._preferences()]
        if popular is not None:
            first = Query.boolean_query([(Occur.Should, part) for part in (_term("hot", "1"), *self._exactly())])
            parts.append((Occur.Must if popular else Occur.MustNot, Query.const_score_query(first, 0.0)))
        return Query.boolean_query(parts)

    def _all_words(self) -> Query:
        parts = [self._word(word) for word in self._ask.words]
        if self._ask.least is not None:
            some = [(Occur.Should, part) for part in parts]
            parts = [Query.boolean_query(some, minimum_number_should_match=self._ask.least)]
        if self._ask.isbns is not None:
            parts.append(_numbered(*self._ask.isbns))
        parts += [Query.const_score_query(part, 0.0) for part in _narrowing(self._ask.narrowed)]
        return Query.boolean_query([(Occur.Must, part) for part in parts]) if len(parts) != 1 else parts[0]

    def _word(self, word: Word) -> Query:
        if word.errors:
            fuzzy = Query.fuzzy_term_query(SCHEMA, "text", word.text, word.errors, True, word.unfinished)
            return Query.boost_query(fuzzy, _ANYWHERE)
        whole = Query.boost_query(_term("text", word.text), _ANYWHERE)
        if not word.unfinished:
            return whole
        longer = [text for text in self._completed[word.text] if text != word.text]
        more = [Query.boost_query(_term("text", text), _ANYWHERE * _UNFINISHED) for text in longer]
        return Query.disjunction_max_query([whole, *more])

    def _preferences(self) -> Iterator[Query]:
        for name, boost in _BY_FIELD.items():
            for word in self._ask.words:
                yield Query.boost_query(_term(name, word.text), boost)
                for text in self._completed.get(word.text, ()):
                    yield Query.boost_query(_term(name, text), boost * _UNFINISHED)
        yield from self._exactly()
        if 1 <= len(self._texts) <= BEGINNINGS:
            last = self._completed.get(self._texts[-1], ())
            for text in dict.fromkeys([self._texts[-1], *last[:FEW]]):
                yield Query.const_score_query(_term("begin", " ".join([*self._texts[:-1], text])), _BEGIN)
        if len(self._texts) > 1:
            yield Query.phrase_query(SCHEMA, "title", list(self._texts), slop=1)

    def _exactly(self) -> Iterator[Query]:
        if self._texts:
            yield Query.const_score_query(_term("whole", " ".join(self._texts)), _WHOLE)
            yield Query.const_score_query(_term("name", name_key(self._texts)), _NAME)
            full = _NAME_OF_SOMEBODY if len(self._texts) > 1 else _FULL_NAME
            yield Query.const_score_query(_term("name", FULL + name_key(self._texts)), full)
            yield Query.const_score_query(_term("whole", SERIES + " ".join(self._texts)), _SERIES)
        if self._ask.typed:
            yield Query.const_score_query(_term("whole", FULL + self._ask.typed), _EXACT)


def _numbered(low: int, high: int) -> Query:
    """Books by number. By its dictionary: a span of a column would be looked for in every book."""
    if low == high:
        return Query.term_query(SCHEMA, "isbn", low, "basic")
    return Query.range_query(SCHEMA, "isbn", FieldType.Unsigned, low, high, use_inverted_index=True)


def _narrowing(narrowed: Narrowed) -> Iterator[Query]:
    chosen = {"language": narrowed.languages, "subject": narrowed.subjects, "form": narrowed.forms}
    for name, values in chosen.items():
        if values:
            yield Query.term_set_query(SCHEMA, name, list(values))
    if narrowed.price_from is not None or narrowed.price_to is not None:
        low, high = narrowed.price_from or 0, narrowed.price_to
        yield Query.range_query(SCHEMA, "price", FieldType.Unsigned, low, high)


def _term(name: str, text: str) -> Query:
    return Query.term_query(SCHEMA, name, text, "freq")


def _words(*texts: str) -> list[str]:
    """Every word of some texts, and what hyphens and apostrophes join as one word too."""
    return [word for text in texts if text for word in (*words(text), *joined(text))]


def _add(made: Document, name: str, texts: Iterable[str]) -> None:
    for text in texts:
        made.add_text(name, text)


def _all_of(counted: Mapping[str, Any]) -> int:
    return int(sum(each["doc_count"] for each in counted["buckets"]) + counted["sum_other_doc_count"])


def _shown(searcher: Searcher, address: Any) -> list[str]:
    told: list[str] = json.loads(searcher.doc(address).get_first("shown") or "[]")
    return told


def _keys_of(kind: str, text: str) -> list[str]:
    return typed_name_keys(text) if kind == "author" else [typed_key(text)]
