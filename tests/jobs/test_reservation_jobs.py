"""The scheduled work on reservations, carried out as the worker does it."""

from datetime import timedelta

from sqlalchemy import select

from jobs import reservations  # noqa: F401 - declares the handlers
from jobs.context import Context
from jobs.queue import drain
from tests.cast import NOW
from tests.trade.reservations.helpers import reserve, shelve
from trade.base import outbox
from trade.messages.models import Message
from trade.reservations import actions
from trade.reservations.models import Reservation

DAY = timedelta(days=1)


def work(house, kind, period):
    """Let the effect of a period fall due, as the schedule does, and carry it out."""
    with house.session() as session:
        outbox.post(session, kind=kind, key=f"{kind}:{period}", payload={"period": period})
    redis = house.app.extensions["redis"]
    drain(Context(house.config(), house.profile, house.engine, redis, house.clock, house.store))


def test_the_clock_marks_late_once_and_lets_uncollected_books_go(house):
    with house.session() as session:
        shelve(session, house.cast.alba, copies=2)
    late, kept = reserve(house, "clara"), reserve(house, "bruno")
    with house.session(house.cast.bookshop()) as session:
        actions.notify(session, reference=kept, at=NOW)
    house.set_time(NOW + 2 * DAY)
    for period in ("1", "2"):
        work(house, "reservations.mark_late", period)
    house.set_time(NOW + 8 * DAY)
    work(house, "reservations.lapse", "1")
    with house.session() as session:
        found = {row.reference: row for row in session.scalars(select(Reservation))}
        mails = sorted(session.scalars(select(Message.template)))
    assert found[late].late_at is not None
    assert found[late].state == "received"
    assert found[kept].state == "lapsed"
    assert mails.count("reservation.late_reader") == mails.count("reservation.late_bookshop") == 1
    assert mails.count("reservation.lapsed") == 1
