"""The register without gaps under eight writers of whom a fifth roll back; a sequence is the negative control."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Sequence, create_engine, func, select, text
from sqlalchemy.schema import CreateSequence

from invoices.sample import sample
from tests.trade.billing.ground import CLOSING
from trade.billing import queries
from trade.billing.actions import issue
from trade.billing.models import Invoice
from trade.billing.rules.register import gaps

pytestmark = pytest.mark.database
WRITERS, EACH = 8, 15


class PowerCut(RuntimeError):
    """What a fifth of the transactions meet after the number was taken."""


def draft():
    document = sample("es")
    return replace(document, number="", deduction=replace(document.deduction, reference="Alba"))


def write(house, writer: int, take) -> int:
    """One writer's transactions, some of which fail after their number; returns how many were kept."""
    chance, kept = random.Random(writer), 0
    for _ in range(EACH):
        try:
            with house.session() as session:
                take(session)
                if chance.random() < 0.2:
                    raise PowerCut
            kept += 1
        except PowerCut:
            continue
    return kept


def issue_one(house):
    def take(session):
        issue(session, bookshop_id=house.cast.alba, month="2026-10", kind="gift_cheques", draft=draft(), at=CLOSING)

    return take


def test_numbers_have_no_gap_whoever_rolls_back(house):
    with ThreadPoolExecutor(WRITERS) as pool:
        kept = sum(pool.map(lambda writer: write(house, writer, issue_one(house)), range(WRITERS)))
    assert WRITERS * EACH * 0.6 < kept < WRITERS * EACH
    with house.session() as session:
        numbers = session.scalars(select(Invoice.number)).all()
        assert sorted(numbers) == list(range(1, kept + 1))
        broken = [item.sentence for item in queries.invariants(session) if not item.holds]
    assert broken == []


def test_a_sequence_leaves_gaps(house):
    """The control: the same writers on what databases offer for numbering."""
    owner = create_engine(house.owner_url)
    counter = Sequence("control")
    with owner.begin() as connection:
        connection.execute(CreateSequence(counter))
        connection.execute(text("GRANT USAGE ON SEQUENCE control TO mostrador_app"))
    owner.dispose()
    seen: list[int] = []

    def take(session):
        number = session.scalar(select(func.nextval("control")))
        session.info["number"] = number

    def run(writer):
        chance = random.Random(writer)
        for _ in range(EACH):
            try:
                with house.session() as session:
                    take(session)
                    number = session.info["number"]
                    if chance.random() < 0.2:
                        raise PowerCut
                seen.append(number)
            except PowerCut:
                continue

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(run, range(WRITERS)))
    assert gaps(seen) != []


@pytest.mark.parametrize(
    ("forgery", "sentence"),
    [
        ("UPDATE invoice SET record_hash = repeat('0', 64) WHERE number = 2", "chained"),
        ("UPDATE invoice SET previous_hash = '' WHERE number = 2", "chained"),
        ("UPDATE invoice SET net_cents = net_cents + 1, total_cents = total_cents + 1 WHERE number = 2", "frozen"),
        ("UPDATE invoice SET data = jsonb_set(data, '{recipient,name}', '\"X\"') WHERE number = 2", "frozen"),
        ("UPDATE invoice SET data = data - 'total' WHERE number = 2", "frozen"),
        ("DELETE FROM invoice WHERE number = 2", "no gap"),
        ("DELETE FROM invoice WHERE number = 3", "no gap"),
        ("UPDATE invoice_series SET last_number = 4", "no gap"),
    ],
)
def test_the_check_notices_what_is_forged_in_the_database(house, forgery, sentence):
    for _ in range(3):
        with house.session() as session:
            issue_one(house)(session)
    owner = create_engine(house.owner_url)
    with owner.begin() as connection:
        connection.execute(text(forgery))
    owner.dispose()
    with house.session() as session:
        broken = [item.sentence for item in queries.invariants(session) if not item.holds]
    assert any(sentence in item for item in broken)


def test_nobody_in_the_application_may_change_or_delete_an_invoice(house):
    with house.session() as session:
        issue_one(house)(session)
    for statement in ("UPDATE invoice SET total_cents = 1", "DELETE FROM invoice", "TRUNCATE invoice"):
        with pytest.raises(Exception, match="permission denied"), house.session() as session:
            session.connection().exec_driver_sql(statement)
