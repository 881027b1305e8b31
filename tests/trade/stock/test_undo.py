"""Undoing the last file, reading one again, files that only tell what moved, and what a file means in figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import pytest
from sqlalchemy import select

from jobs.context import open_context
from jobs.queue import drain
from tests.conftest import House
from tests.trade.stock.test_feed import ALL, NOW, UNKNOWN, csv, file_at, send, state, stock
from trade.base.errors import Conflict, NotFound, Refused
from trade.base.models import JournalEntry
from trade.base.settings import set_value
from trade.catalogue.settings import VAT_RATES
from trade.stock import actions, queries, readers
from trade.stock.models import BookshopStock, FeedRun
from trade.stock.settings import HELD_REMOVED_SHARE, HOLD_NO_COPIES, REPEATED, THRESHOLDS

ONE, TWO, THREE = 9788437604947, 9788417860790, 9782070368228
LATER = NOW + timedelta(days=1)
BAD = csv((ONE, 5, 1495), (TWO, 1, 3300), (THREE, 1, 700), (9788498383621, 4, 1200))


def revert(house: House, run_id: int, name: str = "alba") -> int:
    with house.session(house.cast.bookshop(name)) as session:
        return actions.revert(session, run_id=run_id, at=LATER + timedelta(hours=1)).id


def held(house: House) -> list[str]:
    """Invariants that are broken."""
    with house.session() as session:
        return [found.sentence for found in queries.invariants(session) if found.broken]


@pytest.mark.seed("F06")
def test_one_click_brings_back_the_stock_of_yesterday_and_its_age(house: House) -> None:
    first = send(house, ALL)
    before = stock(house)
    bad = send(house, BAD, at=LATER)
    assert stock(house) != before
    back = revert(house, bad)
    assert stock(house) == before
    assert (state(house, bad), state(house, back), state(house, first)) == ("reverted", "applied", "applied")
    with house.session() as session:
        run, old = queries.run(session, run_id=back), queries.run(session, run_id=first)
        assert (run.origin, run.previous_id, run.file_id) == ("revert", bad, old.file_id)
        assert (run.added, run.changed, run.zeroed) == (1, 3, 1)
        assert session.get_one(BookshopStock, house.cast.alba).file_at == NOW, "the stock is as old as it was"
        actions_done = session.scalars(select(JournalEntry.action).where(JournalEntry.thing == "feed_run")).all()
        assert {"feed_run.revert", "feed_run.apply"} <= set(actions_done)
    assert held(house) == []


def test_undoing_is_undone_in_the_same_way(house: House) -> None:
    send(house, ALL)
    bad = send(house, BAD, at=LATER)
    after = stock(house)
    revert(house, revert(house, bad))
    assert stock(house) == after
    assert held(house) == []


def test_the_undone_file_is_not_unchanged_when_it_comes_again(house: House) -> None:
    send(house, ALL)
    bad = send(house, BAD, at=LATER)
    revert(house, bad)
    again = send(house, BAD, at=LATER + timedelta(hours=2))
    assert state(house, again) == "applied"
    revert(house, again)
    assert state(house, send(house, ALL, at=LATER + timedelta(hours=3))) == "unchanged"


def test_what_was_applied_is_undone_by_whom_it_belongs_to_but_for_the_first_file(house: House) -> None:
    first = send(house, ALL)
    with house.session() as session:
        assert not queries.can_revert(session, run_id=first)
    with pytest.raises(Refused, match="first file"):
        revert(house, first)
    bad = send(house, BAD, at=LATER)
    with house.session() as session:
        assert queries.can_revert(session, run_id=bad)
    with pytest.raises(NotFound):
        revert(house, bad, "boreal")
    revert(house, bad)
    with pytest.raises(Conflict, match="Nothing would change"):
        revert(house, bad)
    refused = send(house, b"nonsense", at=LATER)
    with pytest.raises(Conflict, match="that was applied"):
        revert(house, refused)


@pytest.mark.parametrize("forgotten", [0, 1])
def test_what_is_no_longer_kept_cannot_be_undone(house: House, forgotten: int) -> None:
    send(house, ALL)
    since = [send(house, BAD, at=LATER), send(house, ALL + b"\n", at=LATER)]
    with house.session() as session:
        queries.run(session, run_id=since[forgotten]).changes = None
        assert not queries.can_revert(session, run_id=since[0])
    with pytest.raises(Refused, match="no longer kept"):
        revert(house, since[0])
    with house.session() as session, pytest.raises(Refused, match="no longer kept"):
        queries.first_after(session, bookshop_id=house.cast.alba, on=NOW.date() - timedelta(days=1))


@pytest.mark.seed("F06")
def test_yesterday_comes_back_over_all_the_files_of_today_at_once(house: House) -> None:
    send(house, BAD)
    evening = send(house, ALL, at=NOW + timedelta(hours=9))
    yesterday = stock(house)
    today = [
        send(house, csv((ONE, copies, 1495), (TWO, 1, 2495), (UNKNOWN, 1, 1500)), at=LATER + timedelta(minutes=copies))
        for copies in (5, 5, 7, 1)
    ]
    assert [state(house, run_id) for run_id in today] == ["applied", "unchanged", "applied", "applied"]
    with house.session() as session:
        first = queries.first_after(session, bookshop_id=house.cast.alba, on=NOW.date())
        assert first == today[0]
        way = queries.way_back(session, run_id=first, at=LATER)
        assert ([run.id for run in way.undone], way.target.id) == ([today[3], today[2], today[0]], evening)
        assert (way.titles, len(way.changes), way.last.run_id) == (4, 3, today[3])
    with house.session(house.cast.bookshop("alba")) as session:
        with pytest.raises(Conflict, match="meanwhile"):
            actions.revert(session, run_id=first, at=LATER, over=today[2])
        back = actions.revert(session, run_id=first, at=LATER + timedelta(hours=1), over=today[3]).id
    assert (stock(house), file_at(house)) == (yesterday, NOW + timedelta(hours=9))
    assert {state(house, run.id) for run in way.undone} == {"reverted"}
    assert held(house) == []
    with house.session() as session:
        with pytest.raises(Conflict, match="No file was applied since"):
            queries.first_after(session, bookshop_id=house.cast.alba, on=LATER.date())
        assert queries.run(session, run_id=back).previous_id == today[3]
    revert(house, today[3])
    assert stock(house)[ONE][0] == 7, "what was undone can be undone in part"
    assert held(house) == []


def test_a_copy_that_was_sold_since_stays_out_of_the_older_stock(house: House) -> None:
    def free() -> int:
        with house.session() as session:
            return queries.available(session, bookshop_id=house.cast.alba, isbn=ONE)

    send(house, ALL)
    with house.session() as session:
        for reference in ("sold", "given back"):
            actions.hold(session, bookshop_id=house.cast.alba, isbn=ONE, copies=1, reference=reference, at=NOW)
        actions.keep_until_next_file(session, reference="sold", at=NOW + timedelta(hours=2))
        actions.release_hold(session, reference="given back", at=NOW + timedelta(hours=2))
    assert free() == 1
    less = send(house, ALL.replace(b"%d;2" % ONE, b"%d;1" % ONE), at=LATER)
    assert (stock(house)[ONE][0], free()) == (1, 1), "this file knows that one is gone"
    revert(house, less)
    assert (stock(house)[ONE][0], free()) == (2, 1), "the older one does not"
    assert held(house) == []
    send(house, ALL.replace(b"%d;2" % ONE, b"%d;1" % ONE), at=LATER + timedelta(hours=2))
    assert free() == 1


def test_a_run_that_waits_is_applied_over_the_stock_it_was_compared_with(house: House) -> None:
    send(house, ALL)
    bad = send(house, BAD, at=LATER)
    waiting = send(house, csv((ONE, 2, 1495), (THREE, 3, 700), (UNKNOWN, 1, 1500)), dry_run=True, at=LATER)
    with house.session() as session:
        session.get_one(FeedRun, waiting).base_sha256 = "another stock"
    with house.session(house.cast.bookshop("alba")) as session, pytest.raises(Conflict, match="has changed since"):
        actions.apply(session, run_id=waiting, at=LATER, force=True)
    assert state(house, waiting) == "held" or state(house, waiting) == "compared"
    revert(house, bad)
    assert state(house, waiting) == "superseded"


def test_a_file_is_read_again_from_its_raw_bytes(house: House) -> None:
    first = send(house, ALL)
    send(house, BAD, at=LATER)
    with house.session(house.cast.bookshop("alba")) as session:
        again = actions.replay(session, run_id=first, at=LATER).id
    context = open_context(house.config())
    drain(context)
    context.engine.dispose()
    context.redis.close()
    with house.session() as session:
        run = queries.run(session, run_id=again)
        assert (run.origin, run.state, run.isbns) == ("replay", "applied", 4)
    assert {isbn: row[0] for isbn, row in stock(house).items()} == {ONE: 2, TWO: 2, THREE: 2, UNKNOWN: 1}


def test_a_file_that_is_read_again_is_as_old_as_when_it_first_came(house: House) -> None:
    def again(run_id: int, *, dry_run: bool) -> str:
        at = NOW + timedelta(hours=71)
        with house.session(house.cast.bookshop("alba")) as session:
            run = actions.replay(session, run_id=run_id, at=at, apply_when_safe=not dry_run)
            actions.process(session, run_id=run.id, at=at, store=house.store)
            if dry_run:
                actions.apply(session, run_id=run.id, at=at)
            return run.state

    first = send(house, ALL)
    assert (again(first, dry_run=False), file_at(house)) == ("unchanged", NOW)
    send(house, BAD, at=LATER)
    assert (again(first, dry_run=True), file_at(house)) == ("applied", NOW)
    send(house, ALL, at=LATER)
    assert (again(first, dry_run=True), file_at(house)) == ("applied", LATER), "it says what a younger one says"


def test_a_file_that_tells_what_moved_leaves_the_rest(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    send(house, ALL)
    real = readers.reader_of
    monkeypatch.setattr(
        import_module("trade.stock.actions.process"),
        "reader_of",
        lambda session, **given: replace(real(session, **given), whole_inventory=False),
    )
    moved = send(house, csv((ONE, 7, 1495), (UNKNOWN, 0, 1500)), at=LATER)
    assert state(house, moved) == "applied"
    assert {isbn: row[0] for isbn, row in stock(house).items()} == {ONE: 7, TWO: 2, THREE: 2}
    nothing = send(house, b"isbn;quantity\n", at=LATER)
    assert state(house, nothing) == "unchanged", "no line, nothing moved"
    assert held(house) == []


def test_files_that_tell_what_moved_take_effect_in_the_order_of_their_arrival(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(house, ALL)
    real = readers.reader_of
    monkeypatch.setattr(
        import_module("trade.stock.actions.process"),
        "reader_of",
        lambda session, **given: replace(real(session, **given), whole_inventory=False),
    )
    with house.session(house.cast.bookshop("alba")) as session:
        runs = [
            actions.receive_file(
                session,
                bookshop_id=house.cast.alba,
                format="model_csv",
                data=csv((ONE, copies, 1495)),
                name="moved",
                origin="push",
                at=LATER,
                store=house.store,
            ).id
            for copies in (5, 9)
        ]
        actions.process(session, run_id=runs[1], at=LATER, store=house.store)
        actions.process(session, run_id=runs[0], at=LATER, store=house.store)
    assert stock(house)[ONE][0] == 9
    assert {state(house, run) for run in runs} == {"applied"}


def test_a_whole_file_overtakes_those_that_were_not_read_yet(house: House) -> None:
    with house.session(house.cast.bookshop("alba")) as session:
        runs = [
            actions.receive_file(
                session,
                bookshop_id=house.cast.alba,
                format="model_csv",
                data=data,
                name="whole",
                origin="push",
                at=NOW,
                store=house.store,
            ).id
            for data in (BAD, ALL)
        ]
        actions.process(session, run_id=runs[1], at=NOW, store=house.store)
        actions.process(session, run_id=runs[0], at=NOW, store=house.store)
    assert [state(house, run) for run in runs] == ["superseded", "applied"]
    assert stock(house)[ONE][0] == 2


def test_a_file_says_what_it_means_with_the_lines_behind_each_number(house: House) -> None:
    send(house, ALL)
    dry = send(house, BAD, dry_run=True, at=LATER)
    with house.session(house.cast.bookshop("alba")) as session:
        told = queries.meaning(session, run_id=dry)
        assert (told.titles_before, told.removed, told.removed_share) == (4, 1, 2_500)
        assert (told.added, told.changed, told.mispriced) == (1, 3, 1)
        behind = {kind: queries.changes(session, run_id=dry, kind=kind) for kind in ("zeroed", "price_error")}
        assert [(change.isbn, change.quantity_before) for change in behind["zeroed"]] == [(UNKNOWN, 1)]
        [dear] = behind["price_error"]
        assert (dear.isbn, dear.cents_after, dear.title) == (TWO, 3300, "El infinito en un junco")
        assert [c.isbn for c in queries.changes(session, run_id=dry, words="infinito")] == [TWO]
        assert [c.isbn for c in queries.changes(session, run_id=dry, words="978-84-376")] == [ONE]
        page = queries.changes(session, run_id=dry, limit=2, offset=3)
        assert [change.kind for change in page] == ["changed", "added"]


def test_prices_without_vat_after_prices_with_it_are_written_anew(house: House) -> None:
    send(house, ALL)
    text = (
        "INCEGALD02L0009999LIB00022\r\nI\r\nC" + "X" * 40 + "20261124EUR\r\n"
        "D978-84-376-0494-7000002 000001495\r\nD978-84-17860-79-0000001 000002399\r\n"
        "D978-20-703-6822-8000003 000000000\r\n"
        "D978-84-604-1861-0000001 000001500\r\n"
    )
    run = send(house, text.encode(), format="cegald", at=LATER)
    assert state(house, run) == "applied"
    assert stock(house)[ONE] == (2, 1555, "visible")
    assert held(house) == []


@pytest.mark.parametrize(
    ("setting", "value", "isbn", "wanted"),
    [
        (REPEATED, "last", ONE, (3, 1495, "visible")),
        (THRESHOLDS, {"fixed_price": 9_000}, TWO, (1, 2000, "visible")),
    ],
)
def test_the_same_bytes_are_read_anew_where_a_setting_has_changed(
    house: House, setting: object, value: object, isbn: int, wanted: tuple[int, int, str]
) -> None:
    data = csv((ONE, 2, 1495), (ONE, 3, 1495), (TWO, 1, 2000))
    send(house, data)
    assert stock(house)[isbn] != wanted
    with house.session() as session:
        set_value(session, setting, value, at=NOW)  # type: ignore[arg-type]
    assert state(house, send(house, data, at=LATER)) == "applied"
    assert stock(house)[isbn] == wanted
    assert state(house, send(house, data, at=LATER)) == "unchanged"


def test_another_rate_of_vat_judges_everything_anew(house: House) -> None:
    text = "INCEGALD02L0009999LIB00022\r\nI\r\nC" + "X" * 40 + "20261124EUR\r\nD978-84-376-0494-7000002 000001438\r\n"
    send(house, text.encode(), format="cegald")
    assert stock(house)[ONE] == (2, 1496, "visible")
    with house.session() as session:
        set_value(session, VAT_RATES, {"fixed_price": 2_100}, at=NOW)
    send(house, text.encode(), format="cegald", at=LATER)
    assert stock(house)[ONE] == (2, 1740, "price_error")


def test_a_guard_can_be_switched_off(house: House) -> None:
    send(house, csv((ONE, 1, 1495)))
    with house.session() as session:
        set_value(session, HOLD_NO_COPIES, False, at=NOW)
        set_value(session, HELD_REMOVED_SHARE, 10_000, at=NOW)
    assert state(house, send(house, csv((ONE, 0, 1495)), at=LATER)) == "held", "all titles gone is still too many"


def test_a_held_copy_keeps_its_line_until_nobody_holds_it(house: House) -> None:
    send(house, ALL)
    with house.session() as session:
        actions.hold(session, bookshop_id=house.cast.alba, isbn=ONE, copies=1, reference="R1", at=NOW)
    send(house, csv((TWO, 1, 2495), (THREE, 3, 700), (UNKNOWN, 1, 1500)), at=LATER)
    assert stock(house)[ONE][0] == 0
    assert held(house) == []
    with house.session() as session:
        actions.release_hold(session, reference="R1", at=LATER)
        actions.forget_old_lines(session, at=LATER)
    assert ONE not in stock(house)
    assert held(house) == []
