"""A stock file from its arrival to the stock: F05, F06, F21, T111, T124, A13, A15, A33 and acceptance 3."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.conftest import House
from trade.base import listening
from trade.base.errors import Conflict, NotAllowed, NotFound, Refused
from trade.base.models import Effect, JournalEntry
from trade.base.settings import set_value
from trade.base.tenancy import NoScope, Scope, TenantSession
from trade.catalogue.actions import add_books, set_price
from trade.catalogue.rules import NewBook
from trade.members.models import Bookshop
from trade.stock import actions, queries
from trade.stock.models import BookshopStock, FeedRun, StockLine
from trade.stock.queries.feeding import shared
from trade.stock.rules import Freshness, Verdict
from trade.stock.settings import HELD_REMOVED_SHARE, THRESHOLDS

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
KNOWN = {9788437604947: 1495, 9788417860790: 2495, 9782070368228: 700}
UNKNOWN = 9788460418610


def csv(*rows: tuple[int, int, int | None]) -> bytes:
    lines = [f"{isbn};{quantity};{'' if cents is None else f'{cents / 100:.2f}'}" for isbn, quantity, cents in rows]
    return "\n".join(["isbn;quantity;price", *lines, ""]).encode()


ALL = csv(*((isbn, 2, cents) for isbn, cents in KNOWN.items()), (UNKNOWN, 1, 1500))


def send(
    house: House,
    data: bytes,
    *,
    at: datetime = NOW,
    format: str = "model_csv",
    dry_run: bool = False,
    scope: Scope | None = None,
    bookshop: int | None = None,
) -> int:
    """Receive and process one file as the bookshop's own job would; returns the run's id."""
    scope = scope or house.cast.bookshop("alba")
    with house.session(scope) as session:
        run = actions.receive_file(
            session,
            bookshop_id=bookshop or scope.bookshop_id or 0,
            format=format,
            data=data,
            name="stock.csv",
            origin="upload",
            at=at,
            store=house.store,
            apply_when_safe=not dry_run,
        )
        run_id = run.id
    with house.session(scope) as session:
        actions.process(session, run_id=run_id, at=at, store=house.store)
    return run_id


def counts(session: TenantSession, run_id: int) -> dict[str, int]:
    run = queries.run(session, run_id=run_id)
    names = ("read", "accepted", "refused", "repeated", "isbns", "unknown", "added", "changed", "zeroed")
    return {name: getattr(run, name) for name in names}


def state(house: House, run_id: int) -> str:
    with house.session() as session:
        return queries.run(session, run_id=run_id).state


def stock(house: House, bookshop: str = "alba") -> dict[int, tuple[int, int | None, str]]:
    with house.session() as session:
        rows = session.scalars(select(StockLine).where(StockLine.bookshop_id == getattr(house.cast, bookshop)))
        return {row.isbn: (row.quantity, row.declared_cents, row.verdict) for row in rows}


def file_at(house: House) -> datetime:
    with house.session() as session:
        return session.get_one(BookshopStock, house.cast.alba).file_at


def head(real_data: Path) -> bytes:
    return (real_data / "trade" / "sinli" / "real" / "CEGALD" / "cegald_first_800.txt").read_bytes()


# --- acceptance 3 ---


@pytest.mark.seed("F05", "F06")
def test_acceptance_3_the_real_head_twice_then_with_100_titles_removed(house: House, real_data: Path) -> None:
    data = head(real_data)
    first = send(house, data, format="cegald")
    with house.session() as session:
        assert counts(session, first) == {
            "read": 800,
            "accepted": 795,
            "refused": 5,
            "repeated": 2,
            "isbns": 793,
            "unknown": 793,
            "added": 793,
            "changed": 0,
            "zeroed": 0,
        }
        assert [line.line for line in queries.rejections(session, run_id=first)] == [37, 333, 466, 497, 783]
    before = stock(house)
    assert len(before) == 793
    assert {verdict for _, _, verdict in before.values()} == {"unknown_book"}

    second = send(house, data, format="cegald", at=NOW + timedelta(hours=1))
    with house.session() as session:
        same = queries.run(session, run_id=second)
        assert (same.state, same.added, same.changed, same.zeroed) == ("unchanged", 0, 0, 0)
        assert (same.read, same.accepted, same.refused, same.isbns, same.unknown) == (800, 795, 5, 793, 793)
        assert [line.line for line in queries.rejections(session, run_id=second)] == [37, 333, 466, 497, 783]
    assert stock(house) == before

    removed, less = without_titles(data, 100)
    third = send(house, less, format="cegald", at=NOW + timedelta(hours=2))
    with house.session() as session:
        assert counts(session, third)["zeroed"] == 100
        assert state(house, third) == "applied", "12.6 % fewer titles are below the guard"
    assert len(removed) == 100
    assert stock(house) == {isbn: row for isbn, row in before.items() if isbn not in removed}


def test_acceptance_3_with_100_titles_removed_a_hold_is_released(house: House, real_data: Path) -> None:
    data = head(real_data)
    send(house, data, format="cegald")
    before = stock(house)
    with house.session() as session:
        set_value(session, HELD_REMOVED_SHARE, 1_000, at=NOW)
    removed, less = without_titles(data, 100)
    held = send(house, less, format="cegald", at=NOW + timedelta(hours=1))
    assert state(house, held) == "held"
    assert stock(house) == before, "a held file changes nothing"
    with house.session(house.cast.bookshop("alba")) as session:
        actions.apply(session, run_id=held, at=NOW + timedelta(hours=2), force=True)
    assert stock(house) == {isbn: row for isbn, row in before.items() if isbn not in removed}


def without_titles(data: bytes, count: int) -> tuple[set[int], bytes]:
    """The file without ``count`` valid titles that stand on one line only, and which ones they were."""
    lines = data.split(b"\r\n")
    isbns = [re.sub(rb"[- ]", b"", line[1:18]) for line in lines]
    lone = [
        place
        for place, isbn in enumerate(isbns)
        if lines[place].startswith(b"D") and isbn.startswith((b"978", b"979")) and isbns.count(isbn) == 1
    ]
    chosen = set(lone[5 : 5 + count])
    kept = [line for place, line in enumerate(lines) if place not in chosen]
    return {int(isbns[place]) for place in chosen}, b"\r\n".join(kept)


# --- what becomes of a file ---


@pytest.mark.seed("F21", "T111", "T124")
def test_a_first_file_is_applied_and_judged(house: House) -> None:
    data = csv((9788437604947, 2, 1495), (9788417860790, 1, 2000), (9782070368228, 3, None), (UNKNOWN, 1, 1500))
    run_id = send(house, data)
    assert state(house, run_id) == "applied"
    assert stock(house) == {
        9788437604947: (2, 1495, Verdict.VISIBLE),
        9788417860790: (1, 2000, Verdict.PRICE_ERROR),
        9782070368228: (3, None, Verdict.NO_PRICE),
        UNKNOWN: (1, 1500, Verdict.UNKNOWN_BOOK),
    }
    with house.session(house.cast.bookshop("alba")) as session:
        assert [line.isbn for line in queries.unknown(session, bookshop_id=house.cast.alba)] == [UNKNOWN]
        [(line, book, *_)] = queries.price_errors(session, bookshop_id=house.cast.alba)
        assert (line.declared_cents, book.price_cents) == (2000, 2495)
        assert queries.count_price_errors(session, bookshop_id=house.cast.alba) == 1


def test_receiving_asks_for_one_job(house: House) -> None:
    run_id = send(house, ALL)
    with house.session() as session:
        effect = session.scalars(select(Effect).where(Effect.kind == "stock.import")).one()
        assert (effect.payload, effect.bookshop_id) == ({"run_id": run_id}, house.cast.alba)


def test_processing_again_changes_nothing(house: House) -> None:
    run_id = send(house, ALL)
    before = stock(house)
    with house.session(house.cast.bookshop("alba")) as session:
        actions.process(session, run_id=run_id, at=NOW + timedelta(hours=1), store=house.store)
    assert stock(house) == before
    with house.session() as session:
        moves = session.scalars(select(JournalEntry.action).where(JournalEntry.thing == "feed_run")).all()
        assert moves == ["feed_run.apply"]


def test_a_dry_run_shows_and_changes_nothing_until_it_is_applied(house: House) -> None:
    send(house, ALL)
    before = stock(house)
    run_id = send(house, csv((9788437604947, 5, 1495), (9788417860790, 2, 2495), (9782070368228, 2, 700)), dry_run=True)
    assert state(house, run_id) == "compared"
    assert stock(house) == before
    with house.session(house.cast.bookshop("alba")) as session:
        shown = [
            (c.kind, c.isbn, c.quantity_before, c.quantity_after, c.title)
            for c in queries.changes(session, run_id=run_id)
        ]
        assert shown == [
            ("zeroed", UNKNOWN, 1, 0, None),
            ("changed", 9788437604947, 2, 5, "Cien años de soledad"),
        ]
        actions.apply(session, run_id=run_id, at=NOW)
    del before[UNKNOWN]
    assert stock(house) == before | {9788437604947: (5, 1495, "visible")}


@pytest.mark.seed("F06")
def test_a_file_that_would_remove_too_much_is_held_until_a_person_decides(house: House) -> None:
    send(house, ALL)
    before = stock(house)
    held = send(house, csv((9788437604947, 2, 1495)))
    assert state(house, held) == "held"
    assert stock(house) == before
    with house.session(house.cast.bookshop("alba")) as session:
        waiting = queries.open_decision(session, bookshop_id=house.cast.alba)
        assert waiting is not None and waiting.id == held
        assert waiting.hold_reasons == [
            {"message": "It would remove %(gone)s of %(held)s titles.", "values": {"gone": 3, "held": 4}}
        ]
        with pytest.raises(Refused, match="suspicious"):
            actions.apply(session, run_id=held, at=NOW)
        actions.reject(session, run_id=held, at=NOW)
    assert state(house, held) == "rejected"
    assert stock(house) == before
    with house.session(house.cast.bookshop("alba")) as session, pytest.raises(Conflict):
        actions.apply(session, run_id=held, at=NOW, force=True)


def test_a_newer_file_overtakes_one_that_waits(house: House) -> None:
    send(house, ALL)
    held = send(house, csv((9788437604947, 2, 1495)), at=NOW + timedelta(hours=1))
    newer = send(house, ALL + b"9788437604947;1;14.95\n", at=NOW + timedelta(hours=2))
    assert (state(house, held), state(house, newer)) == ("superseded", "applied")
    with house.session(house.cast.bookshop("alba")) as session, pytest.raises(Conflict):
        actions.apply(session, run_id=held, at=NOW, force=True)


def test_an_identical_file_is_unchanged_and_never_held_and_renews_the_age(house: House) -> None:
    first = send(house, ALL)
    later = NOW + timedelta(hours=70)
    again = send(house, ALL, at=later)
    assert state(house, again) == "unchanged"
    with house.session() as session:
        assert queries.freshness_of(session, bookshop_id=house.cast.alba, at=later) is Freshness.FRESH
        told, repeated = queries.run(session, run_id=first), queries.run(session, run_id=again)
        same = ("read", "accepted", "refused", "repeated", "isbns", "unknown", "sender", "vat_included", "remarks")
        assert [getattr(repeated, name) for name in same] == [getattr(told, name) for name in same]
        assert (repeated.titles_before, repeated.received_at, repeated.finished_at) == (4, later, later)
        entry = session.scalars(
            select(JournalEntry).where(JournalEntry.thing == "feed_run", JournalEntry.thing_id == again)
        ).one()
        assert (entry.action, entry.bookshop_id) == ("feed_run.find_unchanged", house.cast.alba)
        assert entry.details == {"from": "received", "to": "unchanged"}


def test_the_same_bytes_as_another_format_are_not_the_same_file(house: House) -> None:
    send(house, ALL)
    run_id = send(house, ALL, format="cegald")
    assert state(house, run_id) == "refused"


@pytest.mark.seed("F06")
def test_an_unreadable_file_is_refused_with_its_reason_and_changes_nothing(house: House) -> None:
    send(house, ALL)
    before = stock(house)
    run_id = send(house, b"title;author\nX;Y\n")
    with house.session() as session:
        run = queries.run(session, run_id=run_id)
        assert run.state == "refused"
        assert run.error["values"] == {"line": 1, "column": "isbn"}
    assert stock(house) == before


def test_an_error_in_the_middle_of_applying_leaves_nothing_half_done(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(house, ALL)
    before = stock(house)

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("trade.stock.actions.writing._renew", broken)
    with pytest.raises(RuntimeError):
        send(house, ALL + b"9788437604947;1;14.95\n")
    assert stock(house) == before


@pytest.mark.seed("T124")
def test_a13_prices_of_cegald_are_grossed_up_by_the_category(house: House) -> None:
    text = (
        "INCEGALD02L0009999LIB00022\r\nI\r\nC" + "X" * 40 + "20261124EUR\r\n"
        "D978-84-376-0494-7000002 000001438\r\n"
        "D978-84-17860-79-0000001 000002399\r\n"
    )
    send(house, text.encode(), format="cegald")
    assert stock(house) == {9788437604947: (2, 1496, "visible"), 9788417860790: (1, 2495, "visible")}


@pytest.mark.seed("T124", "T112")
def test_raising_a_threshold_makes_a_title_visible_and_lowering_it_hides_it(house: House) -> None:
    send(house, csv((9788437604947, 1, 1400)))
    assert stock(house)[9788437604947][2] == "price_error"
    with house.session(house.cast.bookshop("alba")) as session:
        set_value(session, THRESHOLDS, {"fixed_price": 1_000}, at=NOW, bookshop_id=house.cast.alba)
        assert actions.rejudge(session, bookshop_id=house.cast.alba, at=NOW) == 1
    assert stock(house)[9788437604947][2] == "visible"
    with house.session(house.cast.bookshop("alba")) as session:
        set_value(session, THRESHOLDS, {"fixed_price": 0}, at=NOW, bookshop_id=house.cast.alba)
        actions.rejudge(session, bookshop_id=house.cast.alba, at=NOW)
    assert stock(house)[9788437604947][2] == "price_error"


def test_a_new_price_of_the_network_judges_every_bookshop_anew(house: House) -> None:
    for name in ("alba", "boreal"):
        send(house, csv((9788437604947, 1, 1495)), scope=house.cast.bookshop(name))
    with house.session() as session:
        set_price(session, isbn=9788437604947, cents=2_000, at=NOW)
    assert {stock(house, name)[9788437604947][2] for name in ("alba", "boreal")} == {"price_error"}


def test_unknown_titles_are_shown_when_the_book_arrives(house: House) -> None:
    send(house, ALL)
    with house.session() as session:
        add_books(session, books=[NewBook(UNKNOWN, "Recién llegado", price_cents=1500)], at=NOW, source="test")
    assert stock(house)[UNKNOWN] == (1, 1500, "visible")


@pytest.mark.seed("F06")
def test_lines_that_repeat_an_isbn(house: House) -> None:
    data = csv((9788437604947, 2, 1495), (9788437604947, 3, 1495), (9788417860790, 1, 2495), (9788417860790, 1, 2400))
    run_id = send(house, data)
    assert stock(house) == {9788437604947: (5, 1495, "visible"), 9788417860790: (2, None, "several_prices")}
    with house.session(house.cast.bookshop("alba")) as session:
        told = queries.rejections(session, run_id=run_id, kind="repeated")
        assert [(line.line, line.reason % line.values) for line in told] == [
            (3, "9788437604947 stands on 2 lines: their copies are added."),
            (5, "9788417860790 stands on 2 lines with different prices: it stays hidden."),
        ]
        assert [list(line.lines) for line in told] == [[2, 3], [4, 5]]
    again = send(house, data + b"\n")
    with house.session() as session:
        assert counts(session, again)["changed"] == 0


def test_a_title_that_comes_back_is_added_again(house: House) -> None:
    send(house, ALL)
    send(house, csv(*((isbn, 2, cents) for isbn, cents in KNOWN.items())))
    assert UNKNOWN not in stock(house)
    back = send(house, ALL)
    with house.session() as session:
        assert counts(session, back)["added"] == 1
    assert stock(house)[UNKNOWN][0] == 1


def test_the_first_file_teaches_the_sender_and_another_one_is_held(house: House, real_data: Path) -> None:
    data = head(real_data)
    send(house, data, format="cegald")
    other = data.replace(b"L0001234", b"L0007777")
    held = send(house, other, format="cegald", at=NOW + timedelta(hours=1))
    assert state(house, held) == "held"
    with house.session() as session:
        assert [reason["values"] for reason in queries.run(session, run_id=held).hold_reasons] == [
            {"sender": "L0007777", "known": "L0001234"}
        ]


def test_whom_a_person_lets_through_sends_for_the_bookshop_from_then_on(house: House, real_data: Path) -> None:
    data = head(real_data)
    other = data.replace(b"L0001234", b"L0007777")
    send(house, data, format="cegald")
    held = send(house, other, format="cegald", at=NOW + timedelta(hours=1))
    with house.session(house.cast.bookshop("alba")) as session:
        actions.apply(session, run_id=held, at=NOW + timedelta(hours=2), force=True)
    _, less = without_titles(other, 1)
    assert state(house, send(house, less, format="cegald", at=NOW + timedelta(days=1))) == "applied"
    assert state(house, send(house, data, format="cegald", at=NOW + timedelta(days=2))) == "held"


def test_a_dry_run_that_says_the_same_makes_the_stock_no_younger_until_it_is_applied(house: House) -> None:
    send(house, ALL)
    later = NOW + timedelta(hours=70)
    for data in (ALL, ALL + b"\n"):
        dry = send(house, data, at=later, dry_run=True)
        assert (state(house, dry), file_at(house)) == ("compared", NOW)
    with house.session(house.cast.bookshop("alba")) as session:
        actions.apply(session, run_id=dry, at=later + timedelta(hours=1))
    assert file_at(house) == later


def test_what_the_work_on_a_file_took_is_told_however_it_ends(house: House) -> None:
    first = send(house, ALL)
    ended = [first, send(house, ALL), send(house, ALL + b"\n"), send(house, b"nonsense")]
    held = send(house, csv((9788437604947, 2, 1495)))
    with house.session() as session:
        queries.run(session, run_id=held).took_ms = 1_000
    with house.session(house.cast.bookshop("alba")) as session:
        actions.apply(session, run_id=held, at=NOW, force=True)
        assert all(queries.run(session, run_id=run_id).took_ms is not None for run_id in ended)
        assert (queries.run(session, run_id=held).took_ms or 0) > 1_000, "comparing and, later, applying"


def test_a_file_older_than_the_last_one_is_held(house: House, real_data: Path) -> None:
    data = head(real_data)
    send(house, data, format="cegald")
    held = send(house, data.replace(b"20240405", b"20240404"), format="cegald", at=NOW + timedelta(hours=1))
    assert state(house, held) == "held"
    with house.session() as session:
        assert queries.run(session, run_id=held).file_date == date(2024, 4, 4)


@pytest.mark.parametrize("blank", ["", " "], ids=["in normal form", "line by line"])
def test_progress_is_told_by_lines_while_they_are_read(
    house: House, blank: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "STEP", 50)
    data = "isbn;cantidad\r\n" + "".join(f"{isbn};{blank}1{blank}\r\n" for isbn in [*KNOWN] * 40)
    told: list[tuple[str, int, int]] = []
    with house.session(house.cast.bookshop("alba")) as session:
        run = actions.receive_file(
            session,
            bookshop_id=house.cast.alba,
            format="model_csv",
            data=data.encode(),
            name="x",
            origin="upload",
            at=NOW,
            store=house.store,
        )
        actions.process(session, run_id=run.id, at=NOW, store=house.store, progress=lambda *step: told.append(step))
        assert run.state == "applied"
    assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["reading", "comparing", "applying", "done"]
    reading = [(done, of) for stage, done, of in told if stage == "reading"]
    lines = 40 * len(KNOWN)
    assert reading == [(0, 0), *[(done, lines) for done in ((0, 50, 100) if blank else (lines,))]]


# --- who may ---


@pytest.mark.parametrize(
    ("format", "data", "told"),
    [("xls", ALL, "the formats are art_asc, cegald, "), ("model_csv", b"", "empty")],
)
def test_what_cannot_be_received_is_refused(house: House, format: str, data: bytes, told: str) -> None:
    with pytest.raises(Refused, match=told):
        send(house, data, format=format)


def test_a_bookshop_that_left_sends_no_stock(house: House) -> None:
    with house.session() as session:
        session.get_one(Bookshop, house.cast.alba).state = "left"
    with pytest.raises(NotAllowed):
        send(house, ALL)


def test_a_bookshop_sees_only_its_own_runs_and_decides_only_on_them(house: House) -> None:
    send(house, ALL)
    held = send(house, csv((9788437604947, 2, 1495)))
    with house.session(house.cast.bookshop("boreal")) as session:
        assert queries.runs(session) == []
        assert queries.changes(session, run_id=held) == queries.rejections(session, run_id=held) == []
        with pytest.raises(NotFound):
            queries.run(session, run_id=held)
        with pytest.raises(NotFound):
            actions.apply(session, run_id=held, at=NOW, force=True)
        with pytest.raises(NotFound):
            actions.reject(session, run_id=held, at=NOW)
    assert state(house, held) == "held"


def test_no_bookshop_writes_the_stock_of_another(house: House) -> None:
    with pytest.raises(NoScope):
        send(house, ALL, scope=house.cast.bookshop("boreal"), bookshop=house.cast.alba)


@pytest.mark.parametrize("network", ["es", "fr"], indirect=True)
def test_both_networks_take_every_format(house: House, network: str) -> None:
    assert {module.NAME for module in queries.FORMATS.values()} >= {"cegald", "model_csv", "art_asc"}
    assert state(house, send(house, queries.FORMATS["model_csv"].template(network))) == "applied"


@pytest.mark.seed("F05")
def test_staff_see_the_feed_of_every_active_bookshop(house: House) -> None:
    send(house, ALL)
    with house.session(house.cast.staff()) as session:
        later = NOW + timedelta(hours=30)
        found = [(feed.slug, feed.titles, feed.freshness) for feed in queries.feeds(session, at=later)]
        assert found == [("boreal", 0, Freshness.NEVER), ("alba", 4, Freshness.LATE)]


def test_invariants_hold_and_tell_what_breaks_them(house: House) -> None:
    send(house, ALL)
    send(house, csv((9788437604947, 2, 1495)))
    with house.session() as session:
        assert [found.broken for found in queries.invariants(session)] == [()] * 6
        run = session.scalars(select(FeedRun).order_by(FeedRun.id)).first()
        assert run is not None
        run.read += 1
        session.scalars(select(StockLine).where(StockLine.isbn == UNKNOWN)).one().verdict = "visible"
        session.flush()
        broken = [found.broken for found in queries.invariants(session)]
        assert broken == [(), (), (f"{house.cast.alba}/{UNKNOWN}",), (str(run.id),), (), ()]
        session.rollback()


@pytest.mark.parametrize("slip", ["quantity", "price", "gone", "orphan"])
def test_an_invariant_tells_a_snapshot_that_is_not_what_the_lines_say(house: House, slip: str) -> None:
    send(house, ALL)
    with house.session() as session:
        line = session.scalars(select(StockLine).where(StockLine.isbn == UNKNOWN)).one()
        if slip == "quantity":
            line.quantity += 1
        elif slip == "price":
            line.price += 1
        elif slip == "gone":
            session.delete(line)
        else:
            line.bookshop_id = house.cast.boreal
        session.flush()
        orphans, torn, *others = [found.broken for found in queries.invariants(session)]
        assert (orphans, torn) == ((str(house.cast.boreal),) if slip == "orphan" else (), (str(house.cast.alba),))
        assert not any(others)
        session.rollback()


def test_others_hear_of_a_new_price_and_of_a_title_that_its_price_hides(house: House) -> None:
    dear, cheap = 9788437604947, 9788417860790
    send(house, csv((dear, 2, 1495), (cheap, 1, 2495), (9782070368228, 1, 700)))
    since = NOW + timedelta(minutes=10)

    def told() -> dict[int, tuple[int, int | None]]:
        with house.session() as session:
            _, rows = shared(session, bookshop_id=house.cast.alba, at=since, since=since)
        return {row.isbn: (row.available, row.cents) for row in rows}

    assert told() == {}
    with house.session() as session:
        set_price(session, isbn=dear, cents=1_500, at=since)
        set_price(session, isbn=cheap, cents=4_000, at=since)
    assert told() == {dear: (2, 1_500), cheap: (0, 4_000)}, "one still shown at another price, one hidden"
    with house.session() as session:
        set_value(session, THRESHOLDS, {"fixed_price": 9_000}, at=since, bookshop_id=house.cast.alba)
        assert actions.rejudge(session, bookshop_id=house.cast.alba, at=since) == 1
    assert told() == {dear: (2, 1_500), cheap: (1, 4_000)}
