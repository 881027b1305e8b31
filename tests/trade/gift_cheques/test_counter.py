"""Issuing, looking up, redeeming and undoing on a real database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tests.cast import NOW
from tests.trade.gift_cheques.ground import PEPPER, issue, redeem
from trade.base import settings
from trade.base.errors import Conflict, NotAllowed, NotFound, Refused
from trade.base.models import JournalEntry, Posting
from trade.gift_cheques import actions, queries
from trade.gift_cheques.models import Campaign, ChequeEntry, GiftCheque
from trade.gift_cheques.rules import UNKNOWN
from trade.gift_cheques.settings import COMMISSION, ON

pytestmark = pytest.mark.database


def look_up(house, code, shop="alba", at=NOW):
    with house.session(house.cast.bookshop(shop)) as session:
        return actions.look_up(session, code=code, bookshop_id=getattr(house.cast, shop), pepper=PEPPER, at=at)


def undo(house, entry_id, scope=None, at=NOW, **more):
    with house.session(scope or house.cast.bookshop("alba")) as session:
        return actions.undo(session, entry_id=entry_id, at=at, **more).id


def balance(house, account):
    with house.session() as session:
        return session.scalar(select(func.coalesce(func.sum(Posting.cents), 0)).where(Posting.account == account))


def holds(house):
    with house.session() as session:
        assert [item for item in queries.invariants(session) if not item.holds] == []


def test_codes_are_kept_as_keyed_hashes_only(house):
    (code,) = issue(house)
    with house.session() as session:
        row = session.scalars(select(GiftCheque)).one()
        stored = {column.name: str(getattr(row, column.name)) for column in GiftCheque.__table__.columns}
    bare = code.replace("-", "")
    assert not any(bare in value or code in value for value in stored.values())
    assert stored["code_tail"] == bare[-4:]
    assert balance(house, "cheques_issued") == 5000
    assert balance(house, "cash") == -5000
    holds(house)


def test_a_campaign_is_issued_once(house):
    issue(house, cheques=3)
    with house.session(house.cast.staff()) as session:
        campaign = session.scalars(select(Campaign)).one()
        with pytest.raises(Conflict):
            actions.issue(session, campaign_id=campaign.id, pepper=PEPPER, at=NOW)
        assert session.scalar(select(func.count()).select_from(GiftCheque)) == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"face_cents": 0}, "face"),
        ({"face_cents": 100_001}, "face"),
        ({"cheques": 0}, "cheques"),
        ({"cheques": 10_001}, "cheques"),
        ({"expires_on": date(2026, 8, 31)}, "expires_on"),
        ({"expires_on": date(2026, 11, 23)}, "expires_on"),
        ({"bookshop_ids": [999_999]}, "bookshops"),
    ],
)
def test_a_draft_says_what_is_wrong(house, change, field):
    with pytest.raises(Refused) as refusal:
        issue(house, **change)
    assert refusal.value.field == field


@pytest.mark.seed("T63", "T64")
def test_the_counter_sees_balance_expiry_and_limits(house):
    (code,) = issue(house, bookshop_ids=[house.cast.boreal], isbns=[9788437604947])
    here, there = look_up(house, code), look_up(house, code.lower().replace("-", " "), "boreal")
    assert (here.remaining_cents, here.expires_on, here.isbns) == (5000, date(2027, 12, 31), [9788437604947])
    assert not here.redeemable
    assert "other bookshops" in str(here.obstacles[0])
    assert there.redeemable
    assert there.commission_rate == 500


@pytest.mark.parametrize("code", ["", "x", "MQ7T-4K2P-93XD-8YNA", "'; DROP TABLE gift_cheque; --", "0" * 5000, "\x00"])
def test_every_unknown_code_gets_the_same_answer(house, code):
    issue(house)
    for act in (lambda: look_up(house, code), lambda: redeem(house, code, 100)):
        with pytest.raises(Refused) as refusal:
            act()
        assert (refusal.value.text.message, refusal.value.field) == (UNKNOWN, "code")


def test_look_ups_are_journalled_without_the_code(house):
    (code,) = issue(house)
    look_up(house, code)
    with house.session() as session:
        line = session.scalars(select(JournalEntry).where(JournalEntry.action == "gift_cheque.looked_up")).one()
        assert line.bookshop_id == house.cast.alba
        assert code not in str(line.details)


@pytest.mark.seed("T61", "T66")
def test_partial_redemptions_leave_the_rest(house):
    (code,) = issue(house)
    redeem(house, code, 2290, key="1")
    assert look_up(house, code).remaining_cents == 2710
    redeem(house, code, 2710, shop="boreal", key="2")
    view = look_up(house, code)
    assert (view.remaining_cents, view.state, view.redeemable) == (0, "used", False)
    assert balance(house, "bookshop") == 5000
    assert balance(house, "cheques_issued") == 0
    holds(house)


@pytest.mark.seed("T66")
def test_a_form_sent_twice_redeems_once(house):
    (code,) = issue(house)
    first = redeem(house, code, 2000, key="form")
    assert redeem(house, code, 2000, key="form") == first
    assert look_up(house, code).remaining_cents == 3000
    with pytest.raises(Refused, match="other figures"):
        redeem(house, code, 1000, key="form")
    assert redeem(house, code, 1000, key="next form") != first
    assert redeem(house, code, 2000, shop="boreal", key="form") != first
    holds(house)


def test_responsibility_is_taken_explicitly(house):
    (code,) = issue(house)
    with pytest.raises(Refused) as refusal:
        redeem(house, code, 100, responsible=False)
    assert refusal.value.field == "responsible"


@pytest.mark.seed("T65")
def test_books_outside_the_campaign_are_refused_with_the_isbn(house):
    (code,) = issue(house, isbns=[9788437604947])
    with pytest.raises(Refused, match="9788417860790"):
        redeem(house, code, 100, isbns=(9788437604947, 9788417860790))
    with pytest.raises(Refused, match="certain books"):
        redeem(house, code, 100)
    redeem(house, code, 100, isbns=(9788437604947,))
    holds(house)


def test_expiry_is_by_the_networks_day(house):
    (code,) = issue(house, expires_on=date(2026, 11, 24))
    last_minute = NOW.replace(hour=22, minute=59)  # 23:59 in Madrid
    assert look_up(house, code, at=last_minute).redeemable
    assert not look_up(house, code, at=last_minute + timedelta(minutes=1)).redeemable
    with pytest.raises(Refused, match="expired"):
        redeem(house, code, 100, at=last_minute + timedelta(minutes=1))
    redeem(house, code, 100, at=last_minute)


def test_a_bookshop_that_does_not_take_cheques_may_neither_look_nor_redeem(house):
    (code,) = issue(house)
    with house.session(house.cast.bookshop("alba")) as session:
        settings.set_value(session, ON, False, at=NOW, bookshop_id=house.cast.alba)
    with pytest.raises(NotAllowed):
        look_up(house, code)
    with pytest.raises(NotAllowed):
        redeem(house, code, 100)
    assert look_up(house, code, "boreal").redeemable


def test_each_redemption_keeps_the_rate_of_its_moment(house):
    (code,) = issue(house)
    first = redeem(house, code, 1000, key="1")
    with house.session(house.cast.staff("ada")) as session:
        settings.set_value(session, COMMISSION, 400, at=NOW, valid_from=NOW + timedelta(hours=1))
    second = redeem(house, code, 1000, key="2", at=NOW + timedelta(minutes=59))
    third = redeem(house, code, 1000, key="3", at=NOW + timedelta(hours=1))
    with house.session() as session:
        rates = {e.id: e.details["rate"] for e in session.scalars(select(ChequeEntry)) if e.kind == "redeem"}
    assert rates == {first: 500, second: 500, third: 400}


def test_undo_gives_everything_back_once(house):
    (code,) = issue(house)
    entry = redeem(house, code, 5000)
    at = NOW + timedelta(minutes=15)
    assert undo(house, entry, at=at) == undo(house, entry, at=at)
    assert look_up(house, code).remaining_cents == 5000
    assert look_up(house, code).state == "active"
    assert balance(house, "bookshop") == 0
    holds(house)


def test_after_the_minutes_staff_alone_undo_with_a_reason(house):
    (code,) = issue(house)
    entry = redeem(house, code, 1000)
    later = NOW + timedelta(minutes=15, seconds=1)
    with pytest.raises(NotAllowed, match="15 minutes"):
        undo(house, entry, at=later)
    with pytest.raises(Refused, match="reason"):
        undo(house, entry, house.cast.staff(), at=later)
    undo(house, entry, house.cast.staff(), at=later, reason="The reader brought the books back.")
    holds(house)


def test_another_bookshops_redemption_does_not_exist(house):
    (code,) = issue(house)
    entry = redeem(house, code, 1000)
    with pytest.raises(NotFound):
        undo(house, entry, house.cast.bookshop("boreal"))
    with house.session(house.cast.bookshop("boreal")) as session:
        since, until = NOW - timedelta(days=1), NOW + timedelta(days=1)
        assert queries.redemptions(session, bookshop_id=house.cast.alba, since=since, until=until) == []
        assert queries.sums(session, bookshop_id=house.cast.alba, since=since, until=until) == []


@pytest.mark.seed("T61")
def test_the_list_of_redemptions(house):
    (code,) = issue(house)
    first, second = redeem(house, code, 1000, key="1"), redeem(house, code, 500, key="2", at=NOW + timedelta(minutes=1))
    undo(house, first, at=NOW + timedelta(minutes=2))
    with house.session(house.cast.bookshop("alba")) as session:
        window = {"bookshop_id": house.cast.alba, "since": NOW, "until": NOW + timedelta(days=1)}
        found = queries.redemptions(session, **window)
        assert [(item.entry_id, item.cents, item.undone_at is None) for item in found] == [
            (second, 500, True),
            (first, 1000, False),
        ]
        assert [(s.channel, s.count, s.cents) for s in queries.sums(session, **window)] == [("counter", 1, 500)]


def test_blocked_cheques_wait_and_come_back(house):
    (code,) = issue(house)
    redeem(house, code, 1000)
    with house.session(house.cast.staff()) as session:
        cheque = session.scalars(select(GiftCheque)).one()
        with pytest.raises(Refused):
            actions.block(session, cheque_id=cheque.id, reason=" ", at=NOW)
        actions.block(session, cheque_id=cheque.id, reason="Lost by its holder.", at=NOW)
    assert "blocked" in str(look_up(house, code).obstacles[0])
    with pytest.raises(Refused, match="blocked"):
        redeem(house, code, 1000, key="2")
    with house.session(house.cast.staff()) as session:
        actions.unblock(session, cheque_id=cheque.id, reason="Found.", at=NOW)
    assert look_up(house, code).state == "partly_used"
    holds(house)


def test_what_is_left_expires_into_its_own_account(house):
    codes = issue(house, cheques=3, expires_on=date(2026, 12, 31))
    redeem(house, codes[0], 5000, key="1")
    redeem(house, codes[1], 1000, key="2")
    after = NOW + timedelta(days=60)
    with house.session() as session:
        assert actions.expire_due(session, at=NOW) == 0
        assert actions.expire_due(session, at=after) == 2
        assert actions.expire_due(session, at=after) == 0
    assert balance(house, "cheques_expired") == 9000
    assert balance(house, "cheques_issued") == 0
    assert look_up(house, codes[2], at=after).state == "expired"
    holds(house)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("UPDATE gift_cheque SET remaining_cents = remaining_cents + 1", "sum of its entries"),
        ("UPDATE gift_cheque SET state = 'used'", "state of a gift cheque"),
    ],
)
def test_the_invariants_notice_a_forged_balance(house, change, sentence):
    (code,) = issue(house)
    redeem(house, code, 1000)
    with house.session() as session:
        session.connection().exec_driver_sql(change)
        broken = [item.sentence for item in queries.invariants(session) if not item.holds]
        session.rollback()
    assert any(sentence in item for item in broken)
