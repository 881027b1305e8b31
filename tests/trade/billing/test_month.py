"""Closing a month on a real database: once, in order, to the cent, and never half."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from tests.trade.billing.ground import CLOSING, OCTOBER, close, october
from tests.trade.gift_cheques.ground import issue, redeem
from trade.base import settings
from trade.base.errors import NotFound, Refused
from trade.base.models import Effect, Posting
from trade.base.tenancy import NoScope
from trade.billing import actions, queries
from trade.billing.models import Invoice, MonthClose, Settlement, SettlementLine, TransferBatch
from trade.billing.rules.document import from_json
from trade.billing.settings import QR, VAT
from trade.gift_cheques import actions as cheques
from trade.gift_cheques.settings import COMMISSION
from trade.members.models import BillingData

pytestmark = pytest.mark.database


def digest(house) -> list[object]:
    """Everything a closing writes, to compare before and after."""
    with house.session() as session:
        rows = [
            session.execute(select(model.__table__).order_by(model.__table__.c.id)).all()
            for model in (Invoice, Settlement, SettlementLine, MonthClose, TransferBatch, Posting, Effect)
        ]
    return [[tuple(map(repr, row)) for row in table] for table in rows]


def holds(house):
    with house.session() as session:
        assert [item for item in queries.invariants(session, store=house.store) if not item.holds] == []


def account(house, name):
    with house.session() as session:
        return session.scalar(select(func.coalesce(func.sum(Posting.cents), 0)).where(Posting.account == name))


@pytest.mark.seed("T62", "T67", "T68", "T69", "T131")
def test_the_worked_example_in_spain(house):
    october(house)
    result = close(house)
    assert asdict(result) == {
        "month": "2026-10",
        "already": False,
        "bookshops": 2,
        "invoices": 2,
        "redeemed": 7000,
        "net": 350,
        "vat": 74,
        "transfer": 6576,
        "left_out": [],
    }
    with house.session() as session:
        alba = session.scalars(select(Settlement).where(Settlement.bookshop_id == house.cast.alba)).one()
        assert (alba.redeemed_cents, alba.commission_cents, alba.commission_vat_cents) == (5000, 250, 53)
        assert alba.transfer_cents == 4697
        invoice = session.scalars(select(Invoice).where(Invoice.id == alba.invoice_id)).one()
        document = from_json(invoice.data)
    assert (invoice.reference, invoice.issued_on) == ("CHQ-2026-000001", date(2026, 10, 31))
    assert (document.recipient.tax_id, document.recipient.tax_label) == ("B58378431", "NIF")
    assert document.deduction.due_on == date(2026, 11, 4)
    assert document.deduction.account.endswith("1332")
    assert account(house, "bookshop") == 6576
    assert account(house, "commission") == 350
    assert account(house, "vat_due") == 74
    holds(house)


@pytest.mark.parametrize("network", ["fr"], indirect=True)
def test_france_has_its_own_names_rates_and_sentences(house):
    october(house)
    assert close(house).vat == 70
    with house.session() as session:
        document = from_json(session.scalars(select(Invoice).order_by(Invoice.id)).first().data)
    assert (document.recipient.tax_label, document.recipient.register_id) == ("SIREN", "732829320")
    assert document.recipient.vat_id == "FR44732829320"
    assert [note.code for note in document.notes] == ["PMD", "PMT", "AAB"]
    assert document.locale == "fr"
    holds(house)


def test_closing_twice_changes_nothing(house):
    october(house)
    first = close(house)
    before = digest(house)
    second = close(house, at=CLOSING + timedelta(days=1))
    assert second.already
    assert asdict(second) == {**asdict(first), "already": True}
    assert digest(house) == before


def test_closing_at_once_from_eight_workers_closes_once(house):
    october(house)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: close(house), range(8)))
    assert sum(not result.already for result in results) == 1
    with house.session() as session:
        assert session.scalar(select(func.count()).select_from(Invoice)) == 2
        assert session.scalar(select(func.count()).select_from(Settlement)) == 2
        assert session.scalar(select(func.count()).select_from(TransferBatch)) == 1
    holds(house)


@pytest.mark.parametrize(
    ("at", "fine"),
    [
        (datetime(2026, 10, 31, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 10, 31, 23, 0, tzinfo=UTC), False),
        (datetime(2026, 10, 31, 23, 14, 59, tzinfo=UTC), False),
        (datetime(2026, 10, 31, 23, 15, tzinfo=UTC), True),
    ],
)
def test_a_month_that_can_still_change_is_refused(house, at, fine):
    """Midnight in Madrid is 23:00 UTC; a quarter of an hour more in which the last redemption can be undone."""
    october(house)
    if fine:
        assert close(house, at=at).bookshops == 2
        return
    before = digest(house)
    with pytest.raises(Refused, match="not over") as refusal:
        close(house, at=at)
    assert refusal.value.field == "month"
    assert digest(house) == before


@pytest.mark.parametrize("month", ["", "2026-13", "2026-1", "October", "2026-10-01", "1999-10", "٢٠٢٦-١٠"])
def test_what_is_no_month_is_refused(house, month):
    with pytest.raises(Refused, match="2026-10"):
        close(house, month=month)


@pytest.mark.seed("T62")
def test_the_moment_of_redeeming_decides_the_month(house):
    (code,) = issue(house, at=OCTOBER)
    redeem(house, code, 1000, key="last", at=datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC))
    redeem(house, code, 2000, key="first", at=datetime(2026, 10, 31, 23, 0, 0, tzinfo=UTC))
    assert close(house).redeemed == 1000
    assert close(house, "2026-11", at=datetime(2026, 12, 1, 7, 0, tzinfo=UTC)).redeemed == 2000
    with house.session() as session:
        references = session.scalars(select(Invoice.reference).order_by(Invoice.id)).all()
    assert references == ["CHQ-2026-000001", "CHQ-2026-000002"]
    holds(house)


def test_months_are_closed_in_order(house):
    (code,) = issue(house, at=OCTOBER)
    redeem(house, code, 1000, key="october", at=OCTOBER)
    redeem(house, code, 1000, key="november", at=CLOSING)
    december = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
    with pytest.raises(Refused, match="2026-10"):
        close(house, "2026-11", at=december)
    close(house, at=december)
    assert close(house, "2026-11", at=december).redeemed == 1000
    holds(house)


def test_a_new_year_begins_a_series_and_goes_on_with_the_chain(house):
    (code,) = issue(house, at=OCTOBER)
    redeem(house, code, 1000, key="1", at=datetime(2026, 12, 15, tzinfo=UTC))
    redeem(house, code, 1000, key="2", at=datetime(2027, 1, 15, tzinfo=UTC))
    close(house, "2026-12", at=datetime(2027, 1, 2, tzinfo=UTC))
    close(house, "2027-01", at=datetime(2027, 2, 2, tzinfo=UTC))
    with house.session() as session:
        old, new = session.scalars(select(Invoice).order_by(Invoice.id)).all()
    assert (old.reference, new.reference) == ("CHQ-2026-000001", "CHQ-2027-000001")
    assert new.previous_hash == old.record_hash
    holds(house)


def test_undone_redemptions_are_not_settled_and_settled_ones_not_undone(house):
    (code,) = issue(house, at=OCTOBER)
    kept = redeem(house, code, 1000, key="1", at=OCTOBER)
    undone = redeem(house, code, 2000, key="2", at=OCTOBER)
    with house.session(house.cast.bookshop("alba")) as session:
        cheques.undo(session, entry_id=undone, at=OCTOBER)
    assert close(house).redeemed == 1000
    with house.session(house.cast.staff()) as session, pytest.raises(Refused, match="closed"):
        cheques.undo(session, entry_id=kept, at=CLOSING, reason="Too late.")
    holds(house)


def test_a_rate_changed_in_the_month_makes_two_lines(house):
    (code,) = issue(house, at=OCTOBER)
    with house.session(house.cast.staff("ada")) as session:
        settings.set_value(session, COMMISSION, 400, at=OCTOBER, valid_from=OCTOBER.replace(day=20))
    redeem(house, code, 1000, key="1", at=OCTOBER)
    redeem(house, code, 1000, key="2", at=OCTOBER.replace(day=21))
    assert close(house).net == 90
    with house.session() as session:
        document = from_json(session.scalars(select(Invoice)).one().data)
        versions = session.scalars(select(Settlement)).one().setting_versions
    assert [(line.rate, line.redeemed, line.net) for line in document.lines] == [(400, 1000, 40), (500, 1000, 50)]
    assert len(versions["gift_cheques.commission"]) == 2
    assert versions[VAT.key] is None


def test_no_commission_makes_a_transfer_without_invoice(house):
    (code,) = issue(house, at=OCTOBER)
    with house.session(house.cast.staff("ada")) as session:
        settings.set_value(session, COMMISSION, 0, at=OCTOBER)
    redeem(house, code, 1000, at=OCTOBER)
    result = close(house)
    assert (result.bookshops, result.invoices, result.transfer) == (1, 0, 1000)
    holds(house)


def test_a_bookshop_without_billing_data_waits_for_the_next_closing(house):
    codes = october(house)
    with house.session() as session:
        session.execute(update(BillingData).where(BillingData.bookshop_id == house.cast.boreal).values(legal_name=""))
    assert close(house).left_out == ["boreal"]
    with house.session() as session:
        session.execute(
            update(BillingData).where(BillingData.bookshop_id == house.cast.boreal).values(legal_name="Boreal")
        )
    redeem(house, codes[2], 500, key="november", at=CLOSING)
    result = close(house, "2026-11", at=datetime(2026, 12, 2, tzinfo=UTC))
    assert (result.bookshops, result.redeemed) == (2, 2500)
    with house.session() as session:
        late = session.scalars(select(Invoice).where(Invoice.bookshop_id == house.cast.boreal)).one()
    assert from_json(late.data).period_start == date(2026, 10, 1)
    holds(house)


def test_a_month_without_redemptions_closes_empty(house):
    result = close(house)
    assert (result.bookshops, result.transfer) == (0, 0)
    assert close(house).already
    holds(house)


def test_nothing_is_kept_of_a_closing_that_fails(house, monkeypatch):
    october(house)
    before = digest(house)

    def fail(*args, **kwargs):
        raise RuntimeError("the power went out")

    monkeypatch.setattr("trade.billing.actions.closing.open_batch", fail)
    with pytest.raises(RuntimeError):
        close(house)
    assert digest(house) == before
    monkeypatch.undo()
    assert close(house).invoices == 2
    with house.session() as session:
        assert session.scalars(select(Invoice.reference).order_by(Invoice.id)).all() == [
            "CHQ-2026-000001",
            "CHQ-2026-000002",
        ]


def test_the_code_stands_only_where_the_setting_asks_for_it(house):
    codes = october(house)
    close(house)
    with house.session(house.cast.staff("ada")) as session:
        settings.set_value(session, QR, "tax_office", at=CLOSING)
    redeem(house, codes[2], 5000, key="november", at=CLOSING)
    close(house, "2026-11", at=datetime(2026, 12, 2, tzinfo=UTC))
    with house.session() as session:
        without, _, coded = [from_json(i.data) for i in session.scalars(select(Invoice).order_by(Invoice.id))]
    assert without.qr is None
    assert coded.qr.content.endswith("?nif=B00000000&numserie=CHQ-2026-000003&fecha=30-11-2026&importe=3.03")
    assert (coded.qr.heading, coded.qr.caption) == ("QR tributario:", "")


def test_bookshops_see_their_own_papers_and_change_none(house):
    october(house)
    close(house)
    with house.session(house.cast.bookshop("boreal")) as session:
        (row,) = queries.settlements_of(session, bookshop_id=house.cast.boreal)
        assert row[1].reference == "CHQ-2026-000002"
        assert queries.settlements_of(session, bookshop_id=house.cast.alba) == []
        with pytest.raises(NotFound):
            queries.invoice_by_reference(session, reference="CHQ-2026-000001")
        changed = session.execute(update(Settlement).values(state="paid").execution_options(synchronize_session=False))
        assert changed.rowcount == 0


def test_accountants_ask_and_the_worker_closes(house):
    october(house)
    with house.session(house.cast.accountant()) as session:
        with pytest.raises(Refused, match="not over"):
            actions.ask_to_close(session, month="2026-12", at=CLOSING)
        actions.ask_to_close(session, month="2026-10", at=CLOSING)
        assert queries.month_close(session, month="2026-10").state == "closing"
    with house.session(house.cast.accountant()) as session:
        actions.ask_to_close(session, month="2026-10", at=CLOSING)
    with house.session() as session:
        effects = session.scalars(select(Effect).where(Effect.kind == "billing.close")).all()
    assert [effect.payload for effect in effects] == [{"month": "2026-10"}]
    close(house)
    with house.session(house.cast.accountant()) as session, pytest.raises(Refused, match="already"):
        actions.ask_to_close(session, month="2026-10", at=CLOSING)


def test_a_bookshop_may_not_close(house):
    october(house)
    before = digest(house)
    with (
        pytest.raises(NoScope),
        house.session(house.cast.bookshop("alba")) as session,
    ):
        actions.close_month(session, month="2026-10", at=CLOSING)
    assert digest(house) == before
