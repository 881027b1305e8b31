"""From the closed month to the bank: two people, frozen accounts, one file, books that end at zero."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tests.trade.billing.ground import CLOSING, close, october
from trade.base.errors import Conflict, NotFound, Refused
from trade.base.models import Effect, Posting
from trade.base.tenancy import Scope
from trade.billing import actions, queries
from trade.billing.models import Settlement, TransferBatch
from trade.members.models import BillingData

pytestmark = pytest.mark.database


@pytest.fixture
def batch_id(house):
    october(house)
    close(house)
    with house.session() as session:
        return session.scalars(select(TransferBatch.id)).one()


def approve(house, batch_id, who):
    scope = Scope("accountant", person_id=house.cast.people[who])
    with house.session(scope) as session:
        return actions.approve(session, batch_id=batch_id, name=who, at=CLOSING)


def exports(house):
    with house.session() as session:
        return session.scalar(select(func.count()).select_from(Effect).where(Effect.kind == "billing.export"))


def test_a_closed_month_opens_its_batch(house, batch_id):
    with house.session(house.cast.accountant()) as session:
        batch = queries.batch(session, batch_id=batch_id)
        lines = queries.lines_of(session, batch_id=batch_id)
    assert (batch.reference, batch.state, batch.count, batch.total_cents) == ("2026-10/1", "open", 2, 6576)
    assert sorted(line.cents for line in lines) == [1879, 4697]
    assert {line.text for line in lines} == {"CHQ-2026-000001 Alba", "CHQ-2026-000002 Boreal"}


def test_it_takes_two_different_people(house, batch_id):
    assert approve(house, batch_id, "emilio") == 1
    assert exports(house) == 0
    with pytest.raises(Refused, match="another person"):
        approve(house, batch_id, "emilio")
    assert exports(house) == 0
    assert approve(house, batch_id, "ada") == 2
    assert exports(house) == 1
    with house.session() as session:
        assert [approval.name for approval in queries.approvals(session, batch_id=batch_id)] == ["emilio", "ada"]


def test_two_approvals_at_once_write_one_file(house, batch_id):
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda who: approve(house, batch_id, who), ("emilio", "ada")))
    assert sorted(counts) == [1, 2]
    assert exports(house) == 1


def test_one_person_clicking_eight_times_approves_once(house, batch_id):
    def click(_):
        try:
            return approve(house, batch_id, "emilio")
        except Refused:
            return 0

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(click, range(8))) == 1
    assert exports(house) == 0


@pytest.mark.parametrize("approvers", [[], ["emilio"]])
def test_no_file_without_two_approvals(house, batch_id, approvers):
    for who in approvers:
        approve(house, batch_id, who)
    with house.session() as session, pytest.raises(Refused, match="Two different people"):
        actions.mark_exported(
            session, batch_id=batch_id, sha256="0" * 64, size=1, execution_on=CLOSING.date(), at=CLOSING
        )
    with house.session(house.cast.accountant()) as session, pytest.raises(Refused):
        actions.ask_to_pay(session, batch_id=batch_id, at=CLOSING)


def test_what_was_approved_cannot_change_its_account(house, batch_id):
    with house.session() as session:
        session.execute(update(BillingData).values(iban="FR1420041010050500013M02606"))
    with house.session() as session:
        assert {line.iban[:2] for line in queries.lines_of(session, batch_id=batch_id)} == {"ES"}


@pytest.mark.seed("T131")
def test_paid_transfers_settle_the_ledger(house, batch_id):
    approve(house, batch_id, "emilio")
    approve(house, batch_id, "ada")
    with house.session() as session:
        actions.mark_exported(
            session, batch_id=batch_id, sha256="0" * 64, size=1, execution_on=CLOSING.date(), at=CLOSING
        )
    with house.session(house.cast.accountant()) as session:
        actions.ask_to_pay(session, batch_id=batch_id, at=CLOSING)
    with house.session() as session:
        assert len(actions.mark_paid(session, batch_id=batch_id, at=CLOSING)) == 2
    with house.session() as session:
        with pytest.raises(Conflict):
            actions.mark_paid(session, batch_id=batch_id, at=CLOSING)
        assert set(session.scalars(select(Settlement.state))) == {"paid"}
        owed = session.scalar(select(func.sum(Posting.cents)).where(Posting.account == "bookshop"))
        assert owed == 0
        assert [item.sentence for item in queries.invariants(session) if not item.holds] == []


@pytest.mark.seed("T130")
@pytest.mark.parametrize("iban", ["", "ES9221000418450200051332"])
def test_a_bookshop_without_valid_account_is_held_and_paid_by_a_further_batch(house, iban):
    october(house)
    shop = BillingData.bookshop_id == house.cast.boreal
    with house.session() as session:
        session.execute(update(BillingData).where(shop).values(iban=iban))
    close(house)
    with house.session() as session:
        (first,) = queries.batches_of(session, month="2026-10")
        assert (first.count, first.total_cents) == (1, 4697)
        assert [row[1].slug for row in queries.unpaid(session, until_month="2026-10")] == ["boreal"]
        assert actions.open_batch(session, month="2026-10", at=CLOSING) is None
    with house.session() as session:
        session.execute(update(BillingData).where(shop).values(iban="ES7921000813610123456789"))
    with house.session() as session:
        second = actions.open_batch(session, month="2026-10", at=CLOSING + timedelta(days=1))
        assert (second.reference, second.total_cents) == ("2026-10/2", 1879)
        assert queries.unpaid(session, until_month="2026-10") == []


@pytest.mark.parametrize(("hours", "paid"), [(0, False), (23.9, False), (24, True), (None, True)])
def test_an_account_changed_within_a_day_waits(house, hours, paid):
    october(house)
    changed_at = None if hours is None else CLOSING - timedelta(hours=hours)
    with house.session() as session:
        session.execute(update(BillingData).values(changed_at=changed_at))
    close(house)
    with house.session() as session:
        assert [batch.count for batch in queries.batches_of(session, month="2026-10")] == ([2] if paid else [])
        assert len(queries.unpaid(session, until_month="2026-10")) == (0 if paid else 2)


def test_absent_batches_do_not_exist(house):
    for verb in (
        lambda s: actions.approve(s, batch_id=99, name="x", at=CLOSING),
        lambda s: queries.batch(s, batch_id=0),
    ):
        with house.session(house.cast.accountant()) as session, pytest.raises(NotFound):
            verb(session)
