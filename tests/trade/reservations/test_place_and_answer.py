"""Placing and answering reservations on PostgreSQL (T44-T48, T125, T135)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from tests.cast import NOW
from tests.trade.reservations.helpers import ISBN, reserve, shelve
from trade.accounts.models import Person
from trade.base.errors import Conflict, NotAllowed, NotFound, Refused
from trade.base.models import JournalEntry, SettingValue
from trade.base.tenancy import PUBLIC
from trade.calendar.models import ClosingDay, Vacation
from trade.catalogue.models import Book
from trade.members.models import Bookshop
from trade.messages.models import Message
from trade.reservations import actions, queries
from trade.reservations.models import Reservation
from trade.reservations.rules import REFUSALS, Refusal
from trade.stock.models import StockHold
from trade.stock.queries import available

HOUR = timedelta(hours=1)


@pytest.fixture
def stocked(house):
    with house.session() as session:
        shelve(session, house.cast.alba, copies=2)
    return house


def mails(house):
    with house.session() as session:
        return [(m.template, m.to_email) for m in session.scalars(select(Message).order_by(Message.id))]


def state(house, reference):
    with house.session() as session:
        return session.scalar(select(Reservation).where(Reservation.reference == reference))


def copies(house, shop="alba"):
    with house.session() as session:
        return available(session, bookshop_id=getattr(house.cast, shop), isbn=ISBN)


@pytest.mark.seed("T44", "T45")
def test_a_reservation_holds_a_copy_counts_its_deadline_and_tells_both(stocked):
    reference = reserve(stocked, note="I come on Saturday")
    placed = state(stocked, reference)
    assert placed.state == "received"
    assert placed.due_at == NOW + timedelta(days=1)
    assert placed.price_cents == 1495
    assert placed.reader_name == "Clara"
    assert copies(stocked) == 1
    assert mails(stocked) == [
        ("reservation.received", "clara@mostrador.example"),
        ("reservation.new", "alba@mostrador.example"),
    ]


@pytest.mark.seed("T133")
def test_the_deadline_knows_the_bookshops_closing_days_and_says_so(stocked):
    with stocked.session() as session:
        session.add(ClosingDay(bookshop_id=stocked.cast.alba, day=date(2026, 11, 25), name="Inventory"))
    placed = state(stocked, reserve(stocked))
    assert placed.due_at == NOW + timedelta(days=2)
    deadline = queries.deadline_of(placed)
    assert [(s.first, s.kind.value, s.name) for s in deadline.skipped] == [
        (date(2026, 11, 25), "closing_day", "Inventory")
    ]
    assert queries.trace_of(deadline) == placed.due_because


@pytest.mark.seed("T44")
def test_the_same_reader_reserves_a_book_once_while_it_waits(stocked):
    reference = reserve(stocked)
    with pytest.raises(Refused, match="already reserved"):
        reserve(stocked)
    with stocked.session(stocked.cast.bookshop()) as session:
        actions.reject(session, reference=reference, reason_code="other", note="", at=NOW + HOUR)
    assert reserve(stocked) != reference


@pytest.mark.seed("T135")
def test_inside_a_vacation_nothing_is_taken_and_outside_it_is(stocked):
    with stocked.session() as session:
        session.add(Vacation(bookshop_id=stocked.cast.alba, first_day=date(2026, 11, 25), last_day=date(2026, 11, 30)))
    reserve(stocked)
    with pytest.raises(Refused, match="vacation"):
        reserve(stocked, "bruno", at=NOW + timedelta(days=1))
    week_later = NOW + timedelta(days=7)
    with stocked.session() as session:
        shelve(session, stocked.cast.alba, copies=2, at=week_later)
    assert reserve(stocked, "bruno", at=week_later)


@pytest.mark.seed("T125")
def test_a_bookshop_that_does_not_take_part_takes_no_reservation(stocked):
    with stocked.session() as session:
        session.add(
            SettingValue(key="reservations.on", bookshop_id=stocked.cast.alba, value=False, valid_from=NOW, set_at=NOW)
        )
    with pytest.raises(Refused) as refused:
        reserve(stocked)
    assert refused.value.text.message == REFUSALS[Refusal.NOT_OFFERED]


@pytest.mark.parametrize("network", ["es", "fr"], indirect=True)
def test_both_networks_reserve(house):
    with house.session() as session:
        shelve(session, house.cast.alba)
    assert state(house, reserve(house)).state == "received"


def test_a_suspended_bookshop_takes_no_reservation(stocked):
    with stocked.session() as session:
        session.get(Bookshop, stocked.cast.alba).state = "suspended"
    with pytest.raises(Refused, match="takes no reservations"):
        reserve(stocked)


@pytest.mark.seed("T44")
def test_a_recalled_book_cannot_be_reserved(stocked):
    with stocked.session() as session:
        session.execute(update(Book).where(Book.isbn == ISBN).values(availability="recalled"))
    with pytest.raises(Refused, match="recalled"):
        reserve(stocked)
    assert copies(stocked) == 2, "a recall leaves the lines of stock alone"
    assert mails(stocked) == []


def test_unknown_books_and_bookshops_are_not_found(stocked):
    with pytest.raises(NotFound):
        reserve(stocked, isbn=9788420412146)
    with pytest.raises(NotFound), stocked.session(stocked.cast.reader()) as session:
        actions.place(session, bookshop_id=999_999, isbn=ISBN, locale="es", at=NOW)


@pytest.mark.seed("T44")
def test_only_a_verified_reader_reserves(stocked):
    with stocked.session() as session:
        session.get(Person, stocked.cast.people["clara"]).verified_at = None
    with pytest.raises(NotAllowed, match="Confirm"):
        reserve(stocked)
    with pytest.raises(NotAllowed, match="Sign in"), stocked.session(PUBLIC) as session:
        actions.place(session, bookshop_id=stocked.cast.alba, isbn=ISBN, locale="es", at=NOW)


def test_no_copy_left_is_refused_before_anything_is_written(house):
    with house.session() as session:
        shelve(session, house.cast.alba, copies=0)
    with pytest.raises(Refused, match="No copy is left"):
        reserve(house)
    assert mails(house) == []


def test_one_reader_has_at_most_so_many_open_reservations(stocked):
    with stocked.session() as session:
        session.add(SettingValue(key="reservations.most_open", value=1, valid_from=NOW, set_at=NOW))
        shelve(session, stocked.cast.boreal)
    reserve(stocked)
    with pytest.raises(Refused, match="most open reservations"):
        reserve(stocked, shop="boreal")


@pytest.mark.seed("T46", "T48")
def test_notifying_tells_the_reader_exactly_once_and_keeps_the_copy(stocked):
    reference = reserve(stocked)
    with stocked.session(stocked.cast.bookshop()) as session:
        actions.notify(session, reference=reference, at=NOW + HOUR)
    with pytest.raises(Conflict), stocked.session(stocked.cast.bookshop()) as session:
        actions.notify(session, reference=reference, at=NOW + 2 * HOUR)
    told = state(stocked, reference)
    assert (told.state, told.collect_by, told.notified_at) == ("notified", date(2026, 12, 1), NOW + HOUR)
    assert mails(stocked).count(("reservation.notified", "clara@mostrador.example")) == 1
    assert copies(stocked) == 1


@pytest.mark.seed("T47")
def test_rejecting_needs_a_known_reason(stocked):
    reference = reserve(stocked)
    for reason in ("", "because"):
        with pytest.raises(Refused, match="reason"), stocked.session(stocked.cast.bookshop()) as session:
            actions.reject(session, reference=reference, reason_code=reason, note="", at=NOW + HOUR)
    assert state(stocked, reference).state == "received"


@pytest.mark.seed("T47")
@pytest.mark.parametrize(
    ("reason",       "hold",            "free"),
    [
        ("not_in_stock", "until_next_file", 1),
        ("damaged",      "until_next_file", 1),
        ("wrong_price",  "released",        2),
        ("other",        "released",        2),
    ],
)  # fmt: skip
def test_a_rejection_tells_why_and_a_missing_copy_stays_out_of_the_stock(stocked, reason, hold, free):
    reference = reserve(stocked)
    with stocked.session(stocked.cast.bookshop()) as session:
        actions.reject(session, reference=reference, reason_code=reason, note="Sorry", at=NOW + HOUR)
    rejected = state(stocked, reference)
    assert (rejected.state, rejected.reason_code, rejected.reason) == ("rejected_by_shop", reason, "Sorry")
    with stocked.session() as session:
        assert session.scalar(select(StockHold.state)) == hold
    assert copies(stocked) == free
    assert ("reservation.rejected", "clara@mostrador.example") in mails(stocked)


@pytest.mark.seed("T47")
def test_the_reader_cancels_and_the_copy_is_free_again(stocked):
    reference = reserve(stocked)
    with stocked.session(stocked.cast.reader()) as session:
        actions.cancel(session, reference=reference, at=NOW + HOUR)
    assert state(stocked, reference).state == "rejected_by_reader"
    assert copies(stocked) == 2
    assert ("reservation.cancelled", "alba@mostrador.example") in mails(stocked)
    with pytest.raises(Conflict), stocked.session(stocked.cast.bookshop()) as session:
        actions.notify(session, reference=reference, at=NOW + 2 * HOUR)


def test_another_reader_and_another_bookshop_find_nothing(stocked):
    reference = reserve(stocked)
    with pytest.raises(NotFound), stocked.session(stocked.cast.reader("bruno")) as session:
        actions.cancel(session, reference=reference, at=NOW)
    with pytest.raises(NotFound), stocked.session(stocked.cast.bookshop("boreal")) as session:
        actions.notify(session, reference=reference, at=NOW)


def test_the_reader_may_not_answer_and_the_bookshop_may_not_cancel(stocked):
    reference = reserve(stocked)
    with pytest.raises(NotAllowed), stocked.session(stocked.cast.bookshop()) as session:
        session.info["scope"]  # the bookshop's own session
        from_shop = queries.by_reference(session, reference=reference)
        actions.answer.fire(session, actions.answer.RESERVATION, from_shop, "cancel", role="bookshop", at=NOW)


@pytest.mark.seed("T46")
def test_collected_and_lapsed_are_marks_after_the_end(stocked):
    first, second = reserve(stocked), reserve(stocked, "bruno")
    with stocked.session(stocked.cast.bookshop()) as session:
        for reference in (first, second):
            actions.take(session, reference=reference, at=NOW)
            actions.notify(session, reference=reference, at=NOW + HOUR)
        actions.collect(session, reference=first, at=NOW + 2 * HOUR)
        actions.lapse(session, reference=second, at=NOW + 2 * HOUR)
    assert (state(stocked, first).state, state(stocked, second).state) == ("collected", "lapsed")
    with stocked.session() as session:
        holds = dict(session.execute(select(StockHold.reference, StockHold.state)).all())
    assert holds == {first: "until_next_file", second: "released"}
    assert copies(stocked) == 1


@pytest.mark.seed("T44")
def test_every_move_is_journalled_without_personal_data(stocked):
    reference = reserve(stocked)
    with stocked.session(stocked.cast.bookshop()) as session:
        actions.take(session, reference=reference, at=NOW)
        actions.notify(session, reference=reference, at=NOW)
    with stocked.session() as session:
        entries = session.scalars(select(JournalEntry).where(JournalEntry.thing == "reservation")).all()
    assert [(entry.action, entry.actor_kind) for entry in entries] == [
        ("reservation.placed", "reader"),
        ("reservation.take", "bookshop"),
        ("reservation.notify", "bookshop"),
    ]
    assert "clara" not in str([entry.details for entry in entries]).lower()
