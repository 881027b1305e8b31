"""Today's queue and the reservation page (T44-T48, T133)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.backoffice.office.visits import owner, post, read, status_of, words
from tests.cast import NOW
from tests.trade.reservations.helpers import reserve, shelve
from trade.accounts.models import Role
from trade.base.errors import NotFound
from trade.calendar import actions as calendar
from trade.members.models import Bookshop
from trade.messages.models import Message
from trade.reservations import actions
from trade.reservations.models import Reservation

DAY = timedelta(days=1)


def states(house):
    with house.session() as session:
        return dict(session.execute(select(Reservation.reference, Reservation.state)).all())


@pytest.mark.seed("T44")
def test_a_new_reservation_is_in_the_queue_with_its_deadline_and_the_most_urgent_first(stocked):
    late = reserve(stocked, "clara", at=NOW - 2 * DAY)
    fresh = reserve(stocked, "bruno", at=NOW)
    page = words(read(owner(stocked), "/office/"))
    assert "2 things to do. 1 is late." in page
    assert page.index(late) < page.index(fresh)
    assert page.index("Past the deadline") < page.index("Tomorrow")
    assert "Cien años de soledad" in page


@pytest.mark.seed("T133")
def test_a_row_says_because_of_which_closing_day_it_is_due_then(stocked):
    with stocked.session(stocked.cast.bookshop()) as session:
        shop = session.get(Bookshop, stocked.cast.alba)
        calendar.add_closing_day(session, bookshop=shop, day=date(2026, 11, 25), name="Inventory", at=NOW - DAY)
    reference = reserve(stocked)
    page = words(read(owner(stocked), "/office/"))
    assert "because Wed 25 is a closing day" in page
    detail = words(read(owner(stocked), f"/office/reservations/{reference}"))
    assert "Due Thu 26 Nov, 11:00" in detail
    assert (
        "The time to answer is 1 working day. These days do not count: Wed 25 Nov (closing day, Inventory)." in detail
    )


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("es", "lun 23 nov"),
        ("fr", "lun. 23 nov."),
        ("en", "Mon 23 Nov"),
    ],
)  # fmt: skip
def test_deadlines_are_worded_in_the_readers_language(stocked, language, sentence):
    reference = reserve(stocked, at=NOW - 4 * DAY)
    assert sentence in words(read(owner(stocked, language=language), f"/office/reservations/{reference}"))


@pytest.mark.seed("T46", "T48")
def test_set_aside_and_notify_from_today(stocked):
    reference = reserve(stocked)
    client = owner(stocked)
    page = words(post(client, f"/office/reservations/{reference}/notify", back="today"))
    assert "Set aside. Clara has been told by mail." in page
    assert "Nothing is waiting for you" in page
    assert states(stocked) == {reference: "notified"}
    again = words(post(client, f"/office/reservations/{reference}/notify", back="today"))
    assert "changed by somebody else in the meantime" in again
    with stocked.session() as session:
        sent = session.scalars(select(Message.template).where(Message.template == "reservation.notified")).all()
    assert len(sent) == 1


@pytest.mark.seed("T47")
def test_reject_asks_for_a_reason_that_the_reader_reads(stocked):
    reference = reserve(stocked)
    client = owner(stocked)
    page = words(post(client, f"/office/reservations/{reference}/reject", back="today", reason_code=""))
    assert "Choose the reason: the reader will read it." in page
    assert states(stocked) == {reference: "received"}
    page = words(
        post(client, f"/office/reservations/{reference}/reject", reason_code="not_in_stock", note="Sold this morning")
    )
    assert states(stocked) == {reference: "rejected_by_shop"}
    assert "The copy could not be found in the bookshop." in page
    assert "Sold this morning" in page
    with stocked.session() as session:
        mail = session.scalar(select(Message).where(Message.template == "reservation.rejected"))
    assert "Sold this morning" in mail.body


def test_the_after_marks_are_offered_only_after_the_end(stocked):
    reference = reserve(stocked)
    client = owner(stocked)
    assert "Mark as collected" not in read(client, f"/office/reservations/{reference}")
    post(client, f"/office/reservations/{reference}/notify")
    assert "Mark as collected" in read(client, f"/office/reservations/{reference}")
    post(client, f"/office/reservations/{reference}/collect")
    page = words(read(client, f"/office/reservations/{reference}"))
    assert states(stocked) == {reference: "collected"}
    assert "Set aside and notify" not in page
    for event in ("Reserved", "Set aside, reader notified", "Collected"):
        assert event in page


@pytest.mark.seed("F44")
def test_another_bookshops_reservation_is_not_found(stocked):
    reference = reserve(stocked)
    stranger = owner(stocked, "boreal")
    assert stranger.get(f"/office/reservations/{reference}").status_code == 404
    for verb in ("notify", "take", "reject", "collect", "lapse"):
        assert status_of(stranger, f"/office/reservations/{reference}/{verb}", reason_code="other") == 404
    assert states(stocked) == {reference: "received"}
    assert reference not in read(stranger, "/office/reservations/")
    assert reference not in read(stranger, "/office/")


@pytest.mark.seed("F44")
def test_what_a_bookseller_reserves_elsewhere_is_not_in_her_own_office(stocked):
    own = reserve(stocked, "alba_owner", shop="boreal")
    client = owner(stocked)
    for address in ("/office/", "/office/reservations/", f"/office/reservations/?search={own}"):
        assert f">{own}<" not in read(client, address)
    assert "To answer 0" in words(read(client, "/office/reservations/"))
    assert client.get(f"/office/reservations/{own}").status_code == 404
    assert own not in client.get("/office/reservations/export/csv/").get_data(as_text=True)
    assert status_of(client, f"/office/reservations/{own}/notify") == 404
    with pytest.raises(NotFound), stocked.session(stocked.cast.bookshop()) as session:
        actions.notify(session, reference=own, at=NOW)
    assert states(stocked) == {own: "received"}


def test_the_list_has_its_views_and_finds_a_reader(stocked):
    first, second = reserve(stocked, "clara"), reserve(stocked, "bruno")
    client = owner(stocked)
    post(client, f"/office/reservations/{first}/notify")
    to_answer = read(client, "/office/reservations/")
    assert second in to_answer and f">{first}<" not in to_answer
    assert f">{first}<" in read(client, "/office/reservations/?tab=waiting")
    assert f">{second}<" in read(client, "/office/reservations/?search=Bruno")
    assert f">{second}<" not in read(client, "/office/reservations/?search=Clara")


def test_posting_without_the_token_changes_nothing(stocked):
    reference = reserve(stocked)
    assert owner(stocked).post(f"/office/reservations/{reference}/notify").status_code == 400
    assert states(stocked) == {reference: "received"}


def test_a_coming_regional_holiday_is_named_with_what_adding_it_would_move(office):
    friday = NOW.replace(month=12, day=4)
    office.set_time(friday)
    with office.session() as session:
        shelve(session, office.cast.alba, at=friday)
    reserve(office, at=friday)
    page = words(read(owner(office), "/office/"))
    assert "Monday 7 December is a public holiday" in page
    assert "If you add it, 1 deadline moves." in page


def test_a_person_of_two_bookshops_switches_between_them(stocked):
    from_alba = reserve(stocked, shop="alba")
    with stocked.session() as session:
        alba_owner, boreal = stocked.cast.people["alba_owner"], stocked.cast.boreal
        session.add(Role(person_id=alba_owner, name="clerk", bookshop_id=boreal))
    client = owner(stocked)
    assert from_alba in read(client, "/office/")
    page = read(client, "/office/")
    assert f"/office/switch/{stocked.cast.boreal}" in page
    switched = post(client, f"/office/switch/{stocked.cast.boreal}")
    assert from_alba not in switched
    assert client.get(f"/office/reservations/{from_alba}").status_code == 404
    assert client.get("/office/settings/basic").status_code == 403  # a clerk there
    assert status_of(owner(stocked, "boreal"), f"/office/switch/{stocked.cast.alba}") == 404
