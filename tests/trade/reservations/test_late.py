"""What time does: late reservations are marked and told once, uncollected ones lapse (T44, T52 by setting)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.cast import NOW
from tests.trade.reservations.helpers import reserve, shelve
from trade.base.models import SettingValue
from trade.base.tenancy import SYSTEM
from trade.messages.models import Message
from trade.reservations import actions
from trade.reservations.models import Reservation
from trade.stock.models import StockHold

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def reserved(house):
    with house.session() as session:
        shelve(session, house.cast.alba, copies=3)
    house.reference = reserve(house)
    return house


def mark(house, at):
    with house.session(SYSTEM) as session:
        return actions.mark_late(session, at=at)


def lapse(house, at):
    with house.session(SYSTEM) as session:
        return actions.lapse_uncollected(session, at=at)


def row(house):
    with house.session() as session:
        return session.scalar(select(Reservation).where(Reservation.reference == house.reference))


def templates(house):
    with house.session() as session:
        return sorted(session.scalars(select(Message.template)))


@pytest.mark.seed("T44", "T145")
@pytest.mark.parametrize(
    ("after",        "marked"),
    [
        (DAY - SECOND,   0),
        (DAY,            0),
        (DAY + SECOND,   1),
        (30 * DAY,       1),
    ],
)  # fmt: skip
def test_late_is_after_the_deadline_and_not_at_it(reserved, after, marked):
    assert mark(reserved, NOW + after) == marked
    assert (row(reserved).late_at is not None) is bool(marked)


@pytest.mark.seed("T44")
def test_both_are_told_once_and_the_reservation_stays_open(reserved):
    assert [mark(reserved, NOW + DAY + n * SECOND) for n in (1, 2, 3)] == [1, 0, 0]
    assert row(reserved).state == "received"
    told = templates(reserved)
    assert told.count("reservation.late_reader") == 1
    assert told.count("reservation.late_bookshop") == 1
    with reserved.session(reserved.cast.bookshop()) as session:
        actions.notify(session, reference=reserved.reference, at=NOW + 2 * DAY)
    assert row(reserved).state == "notified"


def test_rejection_by_the_platform_happens_only_where_the_setting_says_so(reserved):
    with reserved.session() as session:
        session.add(SettingValue(key="reservations.reject_when_late", value=True, valid_from=NOW, set_at=NOW))
    assert mark(reserved, NOW + DAY + SECOND) == 1
    assert row(reserved).state == "rejected_by_platform"
    assert templates(reserved).count("reservation.rejected") == 1
    assert templates(reserved).count("reservation.expired") == 1
    with reserved.session() as session:
        assert session.scalar(select(StockHold.state)) == "released"


def test_what_is_answered_in_time_is_never_late(reserved):
    with reserved.session(reserved.cast.bookshop()) as session:
        actions.notify(session, reference=reserved.reference, at=NOW)
    assert mark(reserved, NOW + 10 * DAY) == 0


@pytest.mark.seed("T48")
def test_uncollected_books_lapse_after_their_last_day_in_the_bookshops_zone(reserved):
    with reserved.session(reserved.cast.bookshop()) as session:
        assert actions.notify(session, reference=reserved.reference, at=NOW).collect_by == date(2026, 12, 1)
    last_second = NOW.replace(month=12, day=1, hour=22, minute=59, second=59)  # 23:59:59 in Madrid
    assert lapse(reserved, last_second) == 0
    assert lapse(reserved, last_second + SECOND) == 1
    assert lapse(reserved, last_second + DAY) == 0
    assert row(reserved).state == "lapsed"
    assert templates(reserved).count("reservation.lapsed") == 1
