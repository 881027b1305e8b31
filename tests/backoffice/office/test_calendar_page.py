"""The calendar page: the effect before saving, holidays by one click, refusals with their reason (T132-T137)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tests.backoffice.office.visits import owner, post, read, status_of, words
from tests.cast import NOW
from tests.trade.reservations.helpers import reserve
from trade.calendar.models import ClosingDay, Vacation
from trade.reservations.models import Reservation


def due(house):
    with house.session() as session:
        return session.scalar(select(Reservation.due_at))


def count(house, model):
    with house.session() as session:
        return session.scalar(select(func.count()).select_from(model))


@pytest.mark.seed("T132", "T133")
def test_a_closing_day_shows_its_effect_and_only_saving_moves_the_deadline(stocked):
    reference = reserve(stocked)
    client = owner(stocked)
    page = words(read(client, "/office/calendar/closing-day?day=2026-11-25&name=Inventory"))
    assert "Closing day, not saved yet" in page
    assert "1 deadline moves:" in page
    assert f"{reference} Wed 25 Nov, 11:00 → Thu 26 Nov, 11:00" in page
    assert (due(stocked), count(stocked, ClosingDay)) == (NOW + timedelta(days=1), 0)
    saved = words(post(client, "/office/calendar/closing-day", day="2026-11-25", name="Inventory"))
    assert "is a closing day now. 1 deadline moved." in saved
    assert (due(stocked), count(stocked, ClosingDay)) == (NOW + timedelta(days=2), 1)


@pytest.mark.seed("T132")
@pytest.mark.parametrize("verb", ["draft", "save"])
def test_a_weekend_date_is_refused_with_its_reason_and_the_input_kept(office, verb):
    client = owner(office)
    if verb == "draft":
        page = read(client, "/office/calendar/closing-day?day=2026-11-28&name=Party")
    else:
        page = post(client, "/office/calendar/closing-day", day="2026-11-28", name="Party")
    assert "is outside the working week: it does not count for deadlines anyway" in words(page)
    assert "Saturday" in words(page)
    assert 'value="2026-11-28"' in page and 'value="Party"' in page
    assert count(office, ClosingDay) == 0


def test_a_past_date_and_no_date_are_refused(office):
    client = owner(office)
    assert "Only dates from tomorrow on" in words(read(client, "/office/calendar/closing-day?day=2026-11-24"))
    assert "This needs another look" in words(read(client, "/office/calendar/closing-day?day=nonsense"))


@pytest.mark.seed("T132")
def test_one_click_adds_the_holidays_of_the_region(office):
    client = owner(office)
    page = words(read(client, "/office/calendar/"))
    assert "Add the 11 public holidays of your region" in page
    page = words(post(client, "/office/calendar/holidays"))
    assert "11 holidays added." in page
    assert "Inmaculada Concepción" in page
    assert "public holidays of your region" not in page
    assert count(office, ClosingDay) == 11


@pytest.mark.seed("T134", "T135")
def test_a_vacation_shows_what_moves_and_what_readers_will_see(stocked):
    reserve(stocked)
    client = owner(stocked)
    page = words(read(client, "/office/calendar/vacation?first_day=2026-11-25&last_day=2026-11-29"))
    assert "5 days in a row, 3 of them working days. No order or reservation comes in." in page
    assert "«Closed until Monday 30 November»" in page
    assert "→ Mon 30 Nov, 11:00" in page
    post(client, "/office/calendar/vacation", first_day="2026-11-25", last_day="2026-11-29", note="Autumn")
    assert due(stocked) == NOW + timedelta(days=6)
    page = words(read(client, "/office/calendar/vacation?first_day=2026-11-27&last_day=2026-12-02"))
    assert "Another vacation covers some of these days." in page
    assert count(stocked, Vacation) == 1


def test_removing_moves_the_deadline_back(stocked):
    reserve(stocked)
    client = owner(stocked)
    post(client, "/office/calendar/closing-day", day="2026-11-25", name="")
    with stocked.session() as session:
        closing_day = session.scalar(select(ClosingDay.id))
    assert status_of(owner(stocked, "boreal"), f"/office/calendar/closing-day/{closing_day}/remove") == 404
    page = words(post(client, f"/office/calendar/closing-day/{closing_day}/remove"))
    assert "The closing day is removed. 1 deadline moved." in page
    assert (due(stocked), count(stocked, ClosingDay)) == (NOW + timedelta(days=1), 0)


@pytest.mark.seed("T132", "T134")
def test_every_day_of_the_year_says_its_kind_in_words(office):
    with office.session() as session:
        session.add(ClosingDay(bookshop_id=office.cast.alba, day=date(2026, 12, 24), name="Inventory"))
        session.add(Vacation(bookshop_id=office.cast.alba, first_day=date(2027, 8, 9), last_day=date(2027, 8, 10)))
    page = read(owner(office), "/office/calendar/")
    assert 'title="closing day: Inventory"' in page
    assert page.count('<span class="unseen"> vacation</span>') == 2
    assert 'title="public holiday, not in the calendar: Inmaculada Concepción"' in page


@pytest.mark.seed("T137")
def test_whoever_is_shut_but_wants_orders_is_led_to_the_hours(office):
    page = read(owner(office), "/office/calendar/choose")
    assert "The premises are shut, but I serve orders" in words(page)
    assert 'href="/office/settings/basic"' in page
    assert 'href="/office/calendar/#add-vacation"' in page


def test_the_french_calendar_has_its_own_holidays(shared_french_house):
    shared_french_house.set_time(NOW)
    page = words(post(owner(shared_french_house), "/office/calendar/holidays"))
    assert "Noël" in page and "Fête nationale" in page
    assert "Inmaculada" not in page
