"""Repeated lines, differences, guards, the price threshold and freshness, at their boundaries."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trade.stock.oracle import Difference
from trade.base.text import Text
from trade.stock.columns import ADDED, CHANGED, KINDS, ZEROED, Changes, titles_of
from trade.stock.rules import (
    Freshness,
    FreshnessLimits,
    Guards,
    Header,
    KnownBook,
    Last,
    Reading,
    Rejected,
    Repeat,
    Repeated,
    Tally,
    Title,
    Verdict,
    applied,
    difference,
    freshness,
    price_within,
    remark,
    suspicions,
    tally,
    undone,
    verdict_on,
    with_vat,
)
from trade.stock.sheet import Line, sheet_of

TODAY = date(2026, 11, 24)
GUARDS = Guards()


def titles(count: int, *, quantity: int = 1, price: int | None = 1000) -> dict[int, Title]:
    return {9788400000000 + number: Title(quantity, price) for number in range(count)}


def summed(new: dict[int, Title], refused: int = 0) -> Tally:
    """The sum of a file that names each title once."""
    return Tally(len(new), [Rejected(n, Text("no"), "") for n in range(refused)], titles_of(new), [])


def found(last: Last, new: dict[int, Title], header: Header, guards: Guards = GUARDS, refused: int = 0) -> list[str]:
    total = summed(new, refused)
    changes = difference(last.titles, total.titles)
    told = suspicions(last=last, header=header, total=total, changes=changes, today=TODAY, guards=guards)
    return [str(reason) for reason in told]


def reasons(last: dict[int, Title], new: dict[int, Title], **header: object) -> list[str]:
    return found(Last(titles_of(last).held), new, Header(**header))  # type: ignore[arg-type]


def named(changes: Changes) -> Difference:
    """The ISBNs of each kind of change."""
    lists = [changes.isbn[changes.kind == kind].tolist() for kind in (ADDED, CHANGED, ZEROED)]
    return Difference(*lists)


# --- one file ---


@pytest.mark.parametrize(
    ("prices", "title"),
    [
        ((1000, 1000), Title(5, 1000)),
        ((1000, None), Title(5, 1000)),
        ((1000, 1001), Title(5, None, several_prices=True)),
        ((None, None), Title(5, None)),
    ],
)
def test_3_9_repeated_isbns_are_summed_when_their_price_is_one(prices: tuple[int | None, ...], title: Title) -> None:
    lines = [Line(1, 9788437604947, 2, prices[0]), Line(2, 9788437604947, 3, prices[1])]
    total = tally(Reading(Header(), sheet_of(lines), []))
    assert total.titles.by_isbn() == {9788437604947: title}
    assert (total.read, total.accepted, total.repeated) == (2, 2, 1)
    known = tuple(sorted({price for price in prices if price is not None}))
    assert total.repeats == [Repeat(9788437604947, (1, 2), known)]


@pytest.mark.parametrize(
    ("net", "rate", "gross"),
    [(1827, 400, 1900), (1442, 400, 1500), (1896, 550, 2000), (1250, 400, 1300), (1, 400, 1), (13, 400, 14)],
)
def test_a13_vat_is_added_half_up(net: int, rate: int, gross: int) -> None:
    assert with_vat(np.array([net, -1, -2]), np.array([rate] * 3)).tolist() == [gross, -1, -2]


@pytest.mark.parametrize(
    ("rule", "title", "told"),
    [
        (Repeated.HIDE, Title(6, None, several_prices=True), "with different prices: it stays hidden"),
        (Repeated.ADD, Title(6, 900), "their copies are added, the last price counts"),
        (Repeated.LAST, Title(1, None), "the last one counts"),
        (Repeated.HIGHEST, Title(3, 1000), "the highest number of copies and the highest price count"),
    ],
)
def test_3_9_what_a_repeated_isbn_counts_is_a_setting(rule: Repeated, title: Title, told: str) -> None:
    lines = [(3, 1000), (2, 900), (1, None)]
    sheet = sheet_of(Line(n, 9788437604947, copies, price) for n, (copies, price) in enumerate(lines, 1))
    total = tally(Reading(Header(), sheet, []), rule=rule)
    assert total.titles.by_isbn() == {9788437604947: title}
    assert total.repeats == [Repeat(9788437604947, (1, 2, 3), (900, 1000))]
    assert told in str(remark(total.repeats[0], rule=rule))


# --- against the last file ---


def test_difference_names_what_appears_changes_and_goes() -> None:
    before = titles_of({1: Title(1, 100), 2: Title(1, 100), 3: Title(1, 100), 5: Title(1, 100)})
    after = {1: Title(1, 100), 2: Title(2, 100), 3: Title(1, 101), 4: Title(1, 100), 6: Title(0, 5)}
    assert named(difference(before, titles_of(after))) == Difference(added=[4], changed=[2, 3], zeroed=[5])
    assert len(difference(before, before)) == 0


def test_a_file_that_tells_what_moved_leaves_the_rest_as_it_is() -> None:
    before = titles_of({1: Title(1, 100), 2: Title(1, 100), 3: Title(1, 100)})
    changes = difference(before, titles_of({2: Title(0, 100), 3: Title(4, 100), 9: Title(1, 5)}), whole=False)
    assert named(changes) == Difference(added=[9], changed=[3], zeroed=[2])
    assert applied(before, changes).by_isbn() == {1: Title(1, 100), 3: Title(4, 100), 9: Title(1, 5)}


def test_prices_with_vat_after_prices_without_it_change_every_priced_title() -> None:
    stock = titles_of({1: Title(1, 100), 2: Title(1, None), 3: Title(1, None, several_prices=True)})
    assert named(difference(stock, stock, other_vat=True)) == Difference(added=[], changed=[1], zeroed=[])


def test_changes_are_listed_by_kind_and_isbn() -> None:
    before, after = titles_of({9: Title(1, 1), 5: Title(1, 1)}), titles_of({1: Title(1, 1), 5: Title(2, 1)})
    changes = difference(before, after)
    told = [(KINDS[kind], isbn) for kind, isbn in zip(changes.kind, changes.isbn.tolist(), strict=True)]
    assert told == [("zeroed", 9), ("changed", 5), ("added", 1)]
    back = undone(changes)
    assert [KINDS[kind] for kind in back.kind] == ["zeroed", "changed", "added"]
    assert applied(applied(before, changes), back).by_isbn() == before.by_isbn()


@pytest.mark.parametrize(("left", "held"), [(71, False), (70, True), (69, True), (100, False)])
def test_3_9_a_file_with_30_percent_fewer_titles_is_held(left: int, held: bool) -> None:
    found = reasons(titles(100), titles(left))
    assert bool(found) == held
    assert not held or found == [f"It would remove {100 - left} of 100 titles."]


def test_3_9_titles_replaced_by_others_count_as_removed() -> None:
    other = {isbn + 1000: title for isbn, title in titles(100).items()}
    assert reasons(titles(100), other) == ["It would remove 100 of 100 titles."]


@pytest.mark.parametrize(
    ("moved", "price", "held"),
    [(5, 1501, False), (6, 1501, True), (6, 1500, False), (6, 499, True), (6, 500, False), (100, None, False)],
)
def test_3_9_prices_that_moved_too_much_are_held(moved: int, price: int | None, held: bool) -> None:
    last = titles(100)
    new = {isbn: Title(1, price) if n < moved else title for n, (isbn, title) in enumerate(last.items())}
    assert bool(reasons(last, new)) == held


@pytest.mark.parametrize("last", [{}, titles(3)])
def test_3_9_all_stock_zero_is_held(last: dict[int, Title]) -> None:
    told = "The file has no copies of anything: all stock would be zero."
    assert told in reasons(last, titles(3, quantity=0))
    assert told in reasons(last, {})


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (date(2026, 11, 22), True),
        (date(2026, 11, 23), False),
        (date(2026, 11, 24), False),
        (date(2026, 11, 25), False),
        (date(2026, 11, 26), True),
        (None, False),
    ],
)
def test_3_9_a_file_older_than_the_last_or_of_the_future_is_held(day: date | None, held: bool) -> None:
    last = Last(titles_of(titles(3)), date=date(2026, 11, 23))
    assert bool(found(last, titles(3), Header(day))) == held
    assert found(last, titles(3), Header(day), Guards(older=False, future=False)) == []


@pytest.mark.parametrize(
    ("known", "sender", "held"), [("", "L1", False), ("L1", "L1", False), ("L1", "L2", True), ("L1", "", False)]
)
def test_3_9_the_first_file_teaches_the_sender_and_another_is_held(known: str, sender: str, held: bool) -> None:
    last = Last(titles_of(titles(3)), sender=known)
    assert bool(found(last, titles(3), Header(None, sender))) == held
    assert found(last, titles(3), Header(None, sender), Guards(other_sender=False)) == []


@pytest.mark.parametrize(("refused", "held"), [(2, False), (3, True), (4, True)])
def test_3_9_a_file_with_half_its_lines_refused_is_held(refused: int, held: bool) -> None:
    told = found(Last(), titles(3), Header(), refused=refused)
    assert told == ([f"{refused} of its {refused + 3} lines cannot be read."] if held else [])
    assert found(Last(), titles(3), Header(), Guards(refused_share=10_000), refused=refused) == []


def test_3_9_a_file_that_tells_what_moved_may_have_no_copies() -> None:
    last, total = Last(titles_of(titles(3))), summed({9788400000000: Title(0, 1000)})
    changes = difference(last.titles, total.titles, whole=False)

    careless = Guards(removed_share=5_000)

    def told(whole: bool, guards: Guards = careless) -> list[Text]:
        return suspicions(
            last=last, header=Header(), total=total, changes=changes, today=TODAY, guards=guards, whole=whole
        )

    assert told(whole=False) == []
    assert len(told(whole=True)) == 1
    assert told(whole=True, guards=Guards(removed_share=5_000, no_copies=False)) == []


def test_3_9_the_limits_are_settings() -> None:
    strict = Guards(removed_share=100, price_moved=100, price_moved_share=0)
    new = titles(99, price=1011)
    assert found(Last(titles_of(titles(100))), new, Header(), strict) == [
        "It would remove 1 of 100 titles.",
        "99 of 99 prices would move by more than 1 %.",
    ]


def test_a_first_file_passes() -> None:
    assert reasons({}, titles(5), date=date(2024, 4, 5), sender="L0001234") == []


# --- what may be shown ---


@pytest.mark.parametrize(
    ("declared", "network", "threshold", "verdict"),
    [
        (2000, 2100, 500, Verdict.VISIBLE),
        (2000, 2101, 500, Verdict.PRICE_ERROR),
        (2000, 1900, 500, Verdict.VISIBLE),
        (2000, 1899, 500, Verdict.PRICE_ERROR),
        (1900, 2090, 500, Verdict.PRICE_ERROR),
        (1900, 2090, 1000, Verdict.VISIBLE),
        (2000, 2000, 0, Verdict.VISIBLE),
        (2000, 2001, 0, Verdict.VISIBLE),
        (2000, 1999, 0, Verdict.VISIBLE),
        (2000, 2002, 0, Verdict.PRICE_ERROR),
        (2000, 1998, 0, Verdict.PRICE_ERROR),
    ],
)
def test_t124_threshold(declared: int, network: int, threshold: int, verdict: Verdict) -> None:
    book = KnownBook(network, "fixed_price")
    assert verdict_on(Title(1, declared), book=book, thresholds={"fixed_price": threshold}) is verdict
    assert price_within(network, declared, threshold=threshold) == (verdict is Verdict.VISIBLE)


@pytest.mark.parametrize(
    ("book", "title", "verdict"),
    [
        (KnownBook(2000, "fixed_price"), Title(1, None), Verdict.NO_PRICE),
        (KnownBook(2000, "fixed_price"), Title(1, None, several_prices=True), Verdict.SEVERAL_PRICES),
        (KnownBook(None, "fixed_price"), Title(1, 2000), Verdict.NO_NETWORK_PRICE),
        (None, Title(1, 2000), Verdict.UNKNOWN_BOOK),
        (None, Title(1, None, several_prices=True), Verdict.UNKNOWN_BOOK),
        (KnownBook(2000, "textbook"), Title(1, 2100), Verdict.PRICE_ERROR),
    ],
)
def test_a15_other_causes_are_not_a_breach_of_the_threshold(
    book: KnownBook | None, title: Title, verdict: Verdict
) -> None:
    assert verdict_on(title, book=book, thresholds={"fixed_price": 500}) is verdict


@given(st.integers(100, 10_000))
def test_a13_vat_taken_off_and_added_again_never_hides_a_book(price: int) -> None:
    for rate in (400, 550, 2100):
        net = (price * 10_000 + (10_000 + rate) // 2) // (10_000 + rate)
        declared = int(with_vat(np.array([net]), np.array([rate]))[0])
        assert price_within(price, declared, threshold=0)


@pytest.mark.parametrize(
    ("minutes", "state"),
    [
        (0, Freshness.FRESH),
        (26 * 60 - 1, Freshness.FRESH),
        (26 * 60, Freshness.LATE),
        (36 * 60 - 1, Freshness.LATE),
        (36 * 60, Freshness.STALE),
        (72 * 60 - 1, Freshness.STALE),
        (72 * 60, Freshness.EXPIRED),
    ],
)
def test_a32_freshness(minutes: int, state: Freshness) -> None:
    received = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
    at = received + timedelta(minutes=minutes)
    assert freshness(received_at=received, at=at, limits=FreshnessLimits()) is state


def test_f05_a_bookshop_that_never_sent_a_file() -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    assert freshness(received_at=None, at=at, limits=FreshnessLimits()) is Freshness.NEVER
