"""The rare-books log (T109, T110, A16, A40) and what is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.conftest import House
from tests.trade.stock.test_feed import ALL, NOW, UNKNOWN, csv, send
from trade.catalogue.models import Book
from trade.members.models import Bookshop
from trade.stock import actions, queries
from trade.stock.models import FeedChange, FeedRejection, RareTitle

ONE, TWO, THREE = 9788437604947, 9788417860790, 9782070368228


def third_bookshop(house: House) -> None:
    with house.session() as session:
        alba = session.get_one(Bookshop, house.cast.alba)
        session.add(
            Bookshop(
                slug="third",
                name="Third",
                state="active",
                country=alba.country,
                time_zone=alba.time_zone,
                applied_at=NOW,
            )
        )


def third(house: House) -> int:
    with house.session() as session:
        return session.scalars(select(Bookshop.id).where(Bookshop.slug == "third")).one()


@pytest.fixture
def stocked(house: House) -> House:
    """One title at one bookshop, one at two, one at three; an unknown ISBN at one."""
    third_bookshop(house)
    house.cast.third = third(house)  # type: ignore[attr-defined]
    send(house, csv((ONE, 1, 1495), (TWO, 2, 2495), (THREE, 1, 700), (UNKNOWN, 1, 1500)))
    send(house, csv((TWO, 1, 2495), (THREE, 1, 700)), scope=house.cast.bookshop("boreal"))
    with house.session() as session:
        run = actions.receive_file(
            session,
            bookshop_id=third(house),
            format="model_csv",
            data=csv((THREE, 1, 700)),
            name="x",
            origin="upload",
            at=NOW,
            store=house.store,
        )
        actions.process(session, run_id=run.id, at=NOW, store=house.store)
    return house


def log(house: House) -> set[tuple[int, int, int]]:
    with house.session() as session:
        return {(row.bookshop_id, row.isbn, row.holders) for row, _ in queries.rare_titles(session)}


@pytest.mark.seed("T109")
def test_titles_of_one_or_two_bookshops_are_rare_those_of_three_are_not(stocked: House) -> None:
    alba, boreal = stocked.cast.alba, stocked.cast.boreal
    with stocked.session() as session:
        assert actions.log_rare_titles(session, at=NOW) == 3
    assert log(stocked) == {(alba, ONE, 1), (alba, TWO, 2), (boreal, TWO, 2)}
    with stocked.session(stocked.cast.bookshop("boreal")) as session:
        assert [row.isbn for row, _ in queries.rare_titles(session)] == [TWO]


@pytest.mark.seed("T109", "T110")
def test_the_log_follows_the_stock_and_keeps_marks(stocked: House) -> None:
    with stocked.session() as session:
        actions.log_rare_titles(session, at=NOW)
        session.scalars(select(RareTitle).where(RareTitle.isbn == ONE)).one().mark = "seen"
    send(stocked, csv((ONE, 1, 1495), (THREE, 1, 700), (UNKNOWN, 1, 1500)), at=NOW + timedelta(hours=1))
    with stocked.session() as session:
        actions.log_rare_titles(session, at=NOW + timedelta(days=1))
    alba, boreal = stocked.cast.alba, stocked.cast.boreal
    assert log(stocked) == {(alba, ONE, 1), (boreal, TWO, 1)}
    with stocked.session() as session:
        assert session.scalars(select(RareTitle.mark).where(RareTitle.isbn == ONE)).one() == "seen"


def test_copies_of_bookshops_that_are_not_active_do_not_count(stocked: House) -> None:
    with stocked.session() as session:
        session.get_one(Bookshop, stocked.cast.boreal).state = "suspended"
    with stocked.session() as session:
        actions.log_rare_titles(session, at=NOW)
    assert log(stocked) == {
        (stocked.cast.alba, ONE, 1),
        (stocked.cast.alba, TWO, 1),
        (stocked.cast.alba, THREE, 2),
        (third(stocked), THREE, 2),
    }


def test_popularity_is_the_number_of_bookshops_that_have_the_book(stocked: House) -> None:
    with stocked.session() as session:
        actions.log_rare_titles(session, at=NOW)
    with stocked.session() as session:
        found = {book.isbn: book.popularity for book in session.scalars(select(Book))}
    assert found == {ONE: 1, TWO: 2, THREE: 3}


def test_lines_of_old_runs_are_forgotten_their_counts_stay(house: House) -> None:
    old = send(house, ALL + b"junk;1;1\n")
    send(house, ALL + b"9788437604947;1;14.95\n", at=NOW + timedelta(days=20))
    with house.session() as session:
        actions.forget_old_lines(session, at=NOW + timedelta(days=31))
        runs = session.scalars(select(FeedChange.run_id).distinct()).all()
        assert old not in runs and len(runs) == 1
        assert session.scalar(select(func.count()).select_from(FeedRejection).where(FeedRejection.run_id == old)) == 0
        assert queries.run(session, run_id=old).added == 4
