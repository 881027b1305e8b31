"""The columns of stock do what one title at a time did (``oracle``), and come back from their packing as they were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trade.stock import oracle
from trade.base.money import gross_of
from trade.stock.columns import ADDED, CHANGED, ZEROED, Changes, Title, Titles, titles_of
from trade.stock.packing import (
    Remark,
    content_of,
    pack_changes,
    pack_remarks,
    pack_titles,
    unpack_changes,
    unpack_remarks,
    unpack_titles,
)
from trade.stock.rules import (
    VERDICTS,
    Facts,
    Guards,
    Header,
    KnownBook,
    Last,
    Reading,
    Repeated,
    applied,
    difference,
    explained,
    fits,
    suspicions,
    tally,
    undone,
    verdict_on,
    verdicts_on,
    with_vat,
)
from trade.stock.sheet import Line, sheet_of

ISBNS = st.integers(1, 12)
PRICES = st.none() | st.sampled_from([900, 1000, 1400, 1501])
COPIES = st.sampled_from([0, 0, 1, 2, 3, 99_999])
TITLES = st.dictionaries(
    ISBNS, st.builds(Title, COPIES, PRICES) | st.builds(Title, COPIES, st.none(), st.just(True)), max_size=12
)
LINES = st.lists(st.tuples(ISBNS, COPIES, PRICES), max_size=20)


def lines_of(rows: list[tuple[int, int, int | None]]) -> list[Line]:
    return [Line(number, *row) for number, row in enumerate(rows, 1)]


def kinds(changes: Changes) -> oracle.Difference:
    return oracle.Difference(*[changes.isbn[changes.kind == kind].tolist() for kind in (ADDED, CHANGED, ZEROED)])


def same(left: Titles | Changes, right: Titles | Changes) -> bool:
    columns = vars(left)
    return all(np.array_equal(columns[name], getattr(right, name)) for name in columns) and all(
        columns[name].dtype == getattr(right, name).dtype for name in columns
    )


@given(LINES, st.sampled_from(list(Repeated)))
def test_a_file_is_summed_up_like_one_title_at_a_time(rows: list[tuple[int, int, int | None]], rule: Repeated) -> None:
    lines = lines_of(rows)
    total = tally(Reading(Header(), sheet_of(lines), []), rule=rule)
    assert total.titles.by_isbn() == oracle.titles_in(lines, rule)
    assert total.titles.isbn.tolist() == sorted({line.isbn for line in lines})
    often = {line.isbn for line in lines if sum(other.isbn == line.isbn for other in lines) > 1}
    assert {repeat.isbn for repeat in total.repeats} == often
    assert [repeat.lines[0] for repeat in total.repeats] == sorted(repeat.lines[0] for repeat in total.repeats)
    assert total.accepted == len(lines) == len(total.titles) + total.repeated


@given(TITLES, TITLES, st.booleans())
def test_files_are_compared_like_one_title_at_a_time(
    before: Mapping[int, Title], after: Mapping[int, Title], whole: bool
) -> None:
    stock = titles_of(before).held
    changes = difference(stock, titles_of(after), whole=whole)
    assert kinds(changes) == oracle.difference(before, after, whole=whole)
    new = applied(stock, changes)
    assert new.by_isbn() == oracle.applied(before, after, whole=whole)
    assert same(applied(new, undone(changes)), stock), "undone, it is what it was"
    assert fits(new, changes)
    if len(changes):
        assert not fits(stock, changes)


@given(TITLES, TITLES, st.none() | st.integers(20, 27), st.none() | st.integers(20, 27))
def test_files_are_held_like_one_title_at_a_time(
    before: Mapping[int, Title], after: Mapping[int, Title], day: int | None, last_day: int | None
) -> None:
    today, guards = date(2026, 11, 24), Guards()
    last = Last(titles_of(before).held, None if last_day is None else date(2026, 11, last_day))
    header = Header(None if day is None else date(2026, 11, day))
    total = tally(Reading(header, sheet_of(()), []))
    total = type(total)(len(after), [], titles_of(after), [])
    changes = difference(last.titles, total.titles)
    told = suspicions(last=last, header=header, total=total, changes=changes, today=today, guards=guards)
    begins = {reason.message.split(" %(")[0].split(" ")[0:2][0] for reason in told}
    assert ("It would remove" in " ".join(map(str, told))) == oracle.removes_too_much(before, after, guards)
    assert ("prices would move" in " ".join(map(str, told))) == oracle.moves_prices_too_far(before, after, guards)
    assert ("It is dated" in " ".join(map(str, told))) == oracle.out_of_time(last.date, header, today)
    assert ("no copies" in " ".join(map(str, told))) == (not any(title.quantity for title in after.values()))
    assert begins <= {"The", "It", "%(moved)s"}


@given(st.lists(st.tuples(PRICES, st.booleans(), st.none() | st.integers(800, 1600), st.integers(0, 2_000))))
def test_titles_are_judged_like_one_at_a_time(rows: list[tuple[int | None, bool, int | None, int]]) -> None:
    titles = [Title(1, None if several else price, several) for price, several, _, _ in rows]
    books = [KnownBook(network, "any") for _, _, network, _ in rows]
    columns = titles_of(dict(enumerate(titles)))
    facts = Facts(
        known=np.array([n % 5 > 0 for n in range(len(rows))], dtype=np.bool_),
        price=np.array([-1 if book.price is None else book.price for book in books], dtype=np.int64),
        threshold=np.array([limit for *_, limit in rows], dtype=np.int64),
        vat_rate=np.zeros(len(rows), dtype=np.int64),
    )
    told = [VERDICTS[place] for place in verdicts_on(columns.price, facts).tolist()]
    assert told == [
        verdict_on(title, book=book if n % 5 else None, thresholds={"any": limit})
        for n, (title, book, (*_, limit)) in enumerate(zip(titles, books, rows, strict=True))
    ]


@given(st.lists(st.integers(1, 1_000_000)), st.sampled_from([0, 210, 400, 550, 1000, 2100]))
def test_vat_is_added_like_one_price_at_a_time(prices: list[int], rate: int) -> None:
    found = with_vat(np.array(prices, dtype=np.int32), np.full(len(prices), rate))
    assert found.tolist() == [gross_of(price, rate) for price in prices]


@pytest.mark.parametrize(
    ("before", "after", "hidden"),
    [
        (None, 1000, False),
        (None, 1100, True),
        (1000, 1100, True),
        (1200, 1100, False),
        (1100, 1000, False),
        (1100, None, False),
    ],
)
def test_a_change_hides_a_title_if_it_was_not_hidden_before(
    before: int | None, after: int | None, hidden: bool
) -> None:
    def stock(price: int | None) -> Titles:
        return titles_of({} if price is None else {7: Title(1, price)})

    facts = Facts(np.array([True]), np.array([1000]), np.array([500]), np.array([400]))
    changes = explained(difference(stock(before), stock(after)), facts, vat_before=True, vat_after=True)
    assert changes.hidden.tolist() == [hidden]
    assert len(changes.chosen("price_error")) == int(hidden)


@given(TITLES, TITLES)
def test_what_is_packed_comes_back(before: Mapping[int, Title], after: Mapping[int, Title]) -> None:
    stock, changes = titles_of(before), difference(titles_of(before).held, titles_of(after))
    assert same(unpack_titles(pack_titles(stock)), stock)
    assert same(unpack_changes(pack_changes(changes)), changes)
    assert (content_of(stock) == content_of(titles_of(after))) == (dict(before) == dict(after))


@given(st.binary(max_size=200))
def test_foreign_bytes_are_no_columns(data: bytes) -> None:
    with pytest.raises(ValueError, match="These bytes are not"):
        unpack_titles(data)


def test_remarks_come_back() -> None:
    remarks = [Remark("refused", 3, "“%(price)s” is no price in cents.", {"price": "x"}, "ñandú;x", lines=[3, 9])]
    assert unpack_remarks(pack_remarks(remarks)) == remarks
    assert pack_remarks([]) is None and unpack_remarks(None) == []


def test_a_snapshot_is_small_and_quick() -> None:
    rng = np.random.default_rng(1)
    isbn = np.unique(rng.integers(9788400000000, 9788500000000, 60_000))
    stock = Titles(isbn, np.ones(len(isbn), np.int32), rng.integers(100, 4000, len(isbn)).astype(np.int32))
    assert len(pack_titles(stock)) < 8 * len(stock)
