"""The rare-books log (T109, T110, A16, A40) and what is forgotten."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import delete, insert, select, text, update

from tests.conftest import House
from tests.trade.stock.test_feed import ALL, NOW, UNKNOWN, csv, send
from trade.base.errors import Conflict, NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book, Category
from trade.distributors.models import Distributor, DistributorStock, TrustedDistributor
from trade.members.models import Bookshop
from trade.stock import actions, queries
from trade.stock.actions.marks import forget_accepted
from trade.stock.actions.prices import Checked
from trade.stock.models import RareTitle, StockLine

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


@pytest.mark.seed("T109")
@pytest.mark.parametrize(
    ("on", "state", "rare"), [(True, "active", False), (False, "active", True), (True, "suspended", True)]
)
def test_what_a_trusted_distributor_of_any_bookshop_has_is_not_rare(
    stocked: House, on: bool, state: str, rare: bool
) -> None:
    with stocked.session() as session:
        row = Distributor(key="azeta", name="Azeta", state=state)
        session.add(row)
        session.flush()
        session.add(DistributorStock(isbn=ONE, distributor_id=row.id, seen_at=NOW))
        session.add(
            TrustedDistributor(
                bookshop_id=stocked.cast.boreal, distributor_id=row.id, switched_on=on, position=0, changed_at=NOW
            )
        )
    with stocked.session() as session:
        actions.log_rare_titles(session, at=NOW)
    assert ((stocked.cast.alba, ONE, 1) in log(stocked)) is rare


@pytest.mark.seed("T109")
@pytest.mark.parametrize(
    ("said", "rare"), [("available", True), ("print_on_demand", False), ("forthcoming", False), ("discontinued", True)]
)
def test_a16_print_on_demand_and_presales_are_not_rare(stocked: House, said: str, rare: bool) -> None:
    with stocked.session() as session:
        session.execute(update(Book).where(Book.isbn == ONE).values(availability=said))
        actions.log_rare_titles(session, at=NOW)
    assert ((stocked.cast.alba, ONE, 1) in log(stocked)) is rare


def plain(session: TenantSession) -> set[tuple[int, int, int, int]]:
    """The log as one plain statement would tell it: the oracle, too slow for a whole network."""
    told = """
        SELECT line.bookshop_id, line.isbn, line.quantity, count(*) OVER (PARTITION BY line.isbn)
        FROM stock_line AS line JOIN bookshop ON bookshop.id = line.bookshop_id AND bookshop.state = 'active'
        WHERE line.quantity > 0
          AND EXISTS (SELECT FROM book WHERE book.isbn = line.isbn
            AND availability NOT IN ('print_on_demand', 'forthcoming'))
          AND NOT EXISTS (SELECT FROM distributor_stock AS has
            JOIN distributor ON distributor.id = has.distributor_id AND distributor.state = 'active'
            JOIN trusted_distributor AS trust ON trust.distributor_id = has.distributor_id AND trust.switched_on
            WHERE has.isbn = line.isbn)
    """
    return {row for row in map(tuple, session.execute(text(told))) if row[3] <= 2}


@pytest.mark.seed("T109")
def test_the_log_equals_a_plain_statement_on_random_stock(house: House) -> None:
    chance = Random(7)
    with house.session() as session:
        shops = []
        for number in range(4):
            row = Bookshop(
                slug=f"s{number}",
                name=f"S{number}",
                state="active" if number < 3 else "left",
                country="ES",
                time_zone="Europe/Madrid",
                applied_at=NOW,
            )
            session.add(row)
            session.flush()
            shops.append(row.id)
        category = session.scalars(select(Category.id).limit(1)).one()
        isbns = range(9_790_000_000_000, 9_790_000_000_040)
        for isbn in isbns:
            said = chance.choice(("available", "available", "print_on_demand", "forthcoming"))
            session.add(Book(isbn=isbn, title=str(isbn), category_id=category, price_cents=1000, availability=said))
        one = Distributor(key="azeta", name="Azeta")
        session.add(one)
        session.flush()
        trust = {"bookshop_id": shops[0], "distributor_id": one.id, "switched_on": True, "position": 0}
        session.add(TrustedDistributor(**trust, changed_at=NOW))
        has = chance.sample(isbns, 8)
        session.add_all(DistributorStock(isbn=isbn, distributor_id=one.id, seen_at=NOW) for isbn in has)
        session.flush()
        for day in range(3):
            session.execute(delete(StockLine))
            lines = [(shop, isbn) for shop in shops for isbn in isbns if chance.random() < 0.4]
            values = {"price": 1000, "declared_cents": 1000, "verdict": "visible", "changed_at": NOW}
            session.execute(
                insert(StockLine),
                [
                    {"bookshop_id": shop, "isbn": isbn, "quantity": chance.randint(0, 2), **values}
                    for shop, isbn in lines
                ],
            )
            actions.log_rare_titles(session, at=NOW + timedelta(days=day))
            found = select(RareTitle.bookshop_id, RareTitle.isbn, RareTitle.copies, RareTitle.holders)
            assert {tuple(row) for row in session.execute(found)} == plain(session)
        session.rollback()


@pytest.mark.seed("T110")
def test_a_mark_is_one_of_three_and_the_bookshops_own(stocked: House) -> None:
    with stocked.session() as session:
        actions.log_rare_titles(session, at=NOW)
    with stocked.session(stocked.cast.bookshop("alba")) as session:
        actions.mark_rare(session, bookshop_id=stocked.cast.alba, isbn=ONE, mark="stock_error", at=NOW)
        with pytest.raises(Refused):
            actions.mark_rare(session, bookshop_id=stocked.cast.alba, isbn=ONE, mark="anything", at=NOW)
        with pytest.raises(NotFound):
            actions.mark_rare(session, bookshop_id=stocked.cast.alba, isbn=THREE, mark="seen", at=NOW)
        with pytest.raises(NotFound):
            actions.mark_rare(session, bookshop_id=stocked.cast.boreal, isbn=TWO, mark="seen", at=NOW)
        assert queries.rare_titles(session)[-1][0].mark == "stock_error", "what is looked at comes last"
        actions.mark_rare(session, bookshop_id=stocked.cast.alba, isbn=ONE, mark="", at=NOW)
        assert {row.mark for row, _ in queries.rare_titles(session)} == {""}


@pytest.mark.seed("T111", "T112")
def test_an_accepted_price_is_asked_again_when_a_price_changes(stocked: House) -> None:
    alba = stocked.cast.alba
    send(stocked, csv((ONE, 1, 1000), (TWO, 2, 2495), (THREE, 1, 700)), at=NOW + timedelta(hours=1))
    with stocked.session(stocked.cast.bookshop("alba")) as session:
        actions.accept_price(session, bookshop_id=alba, isbn=ONE, at=NOW)
        with pytest.raises(Conflict):
            actions.accept_price(session, bookshop_id=alba, isbn=TWO, at=NOW)
        assert [accepted for _, _, accepted in queries.price_errors(session, bookshop_id=alba)] == [True]
        assert queries.count_price_errors(session, bookshop_id=alba) == 1
        assert queries.count_price_errors(session, bookshop_id=alba, open_only=True) == 0
    with stocked.session() as session:
        session.execute(update(Book).where(Book.isbn == ONE).values(price_cents=1500))
        assert [accepted for _, _, accepted in queries.price_errors(session)] == [False]
        session.execute(update(StockLine).where(StockLine.isbn == ONE).values(verdict="visible"))
        assert forget_accepted(session) == 1


@pytest.mark.seed("T111")
@pytest.mark.parametrize(("isbn", "verdict"), [(ONE, "visible"), (TWO, "price_error")])
def test_a_wrong_verdict_is_found_and_set_right_by_night(stocked: House, isbn: int, verdict: str) -> None:
    send(stocked, csv((ONE, 1, 1000), (TWO, 2, 2495), (THREE, 1, 700)), at=NOW + timedelta(hours=1))
    with stocked.session() as session:
        assert actions.check_price_errors(session, at=NOW) == Checked(price_errors=1, repaired=0)
        session.execute(update(StockLine).where(StockLine.isbn == isbn).values(verdict=verdict))
        assert actions.check_price_errors(session, at=NOW).repaired > 0
        assert [line.isbn for line, _, _ in queries.price_errors(session)] == [ONE]
        assert actions.check_price_errors(session, at=NOW) == Checked(price_errors=1, repaired=0)


@pytest.mark.seed("T112")
def test_the_effect_of_another_threshold_is_what_saving_it_does(stocked: House) -> None:
    alba = stocked.cast.alba
    send(stocked, csv((ONE, 1, 1400), (TWO, 2, 2600), (THREE, 1, 700)), at=NOW + timedelta(hours=1))
    with stocked.session(stocked.cast.bookshop("alba")) as session:
        for wanted, shown, hidden in ((500, 0, 0), (700, 1, 0), (400, 0, 1), (0, 0, 1)):
            effect = queries.effect_of(
                session, bookshop_id=alba, present={"fixed_price": 500}, wanted={"fixed_price": wanted}
            )
            assert (effect.shown, effect.hidden, len(effect.samples)) == (shown, hidden, shown + hidden), wanted


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
    new = send(house, ALL + b"9788437604947;1;14.95\n", at=NOW + timedelta(days=20))
    with house.session() as session:
        actions.forget_old_lines(session, at=NOW + timedelta(days=31))
        assert queries.changes(session, run_id=old) == queries.rejections(session, run_id=old) == []
        assert len(queries.rejections(session, run_id=new, kind="repeated")) == 1
        assert queries.run(session, run_id=old).added == 4
