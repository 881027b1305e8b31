"""The accountants' area: months, invoices, papers, approvals; and who may not do what."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select, update

from jobs.queue import drain
from tests.backoffice.browser import said
from tests.invoices.paper import text_of
from trade.billing.models import Invoice, MonthClose, TransferBatch
from trade.members.models import BillingData


def table(data: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(data.decode("utf-8-sig")), delimiter=";"))


def test_the_months_and_one_of_them(emilio):
    page = emilio.get("/ledger/")
    assert "October 2026" in page
    assert "€70.00" in page
    assert "2026-10/1 wait for approval" in page
    month = emilio.get("/ledger/month/2026-10/")
    for word in ("CHQ-2026-000001", "CHQ-2026-000002", "€46.97", "€18.79", "€65.76", "ES91 •••• 1332"):
        assert word in month
    assert "ES9121000418450200051332" not in month


@pytest.mark.seed("T67")
def test_invoices_are_listed_found_and_downloaded(emilio, books):
    page = emilio.get("/ledger/invoices/")
    assert page.index("CHQ-2026-000002") < page.index("CHQ-2026-000001")
    assert "Alba" in page
    assert "CHQ-2026-000001" not in emilio.get("/ledger/invoices/?search=000002")
    answer = emilio.client.get("/ledger/invoices/CHQ-2026-000001.pdf")
    assert answer.mimetype == "application/pdf"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "CHQ-2026-000001" in text_of(answer.data)
    with books.session() as session:
        kept = session.scalars(select(Invoice.pdf_sha256).where(Invoice.number == 1)).one()
    assert books.store.get(kept) == answer.data
    rows = table(emilio.client.get("/ledger/invoices/export/csv/").data)
    assert [row[0] for row in rows[1:]] == ["CHQ-2026-000002", "CHQ-2026-000001"]


ABSENT = (
    "/ledger/invoices/CHQ-2026-000009.pdf",
    "/ledger/invoices/x.pdf",
    "/ledger/invoices/%27%3B--.pdf",
    "/ledger/month/2026-09/",
    "/ledger/month/x/",
    "/ledger/month/2026-13/pack.zip",
    "/ledger/month/2026-09/pack.zip",
    "/ledger/month/2026-10/nobody.csv",
    "/ledger/month/2026-10/../../x.csv",
    "/ledger/transfers/99/sepa.xml",
    "/ledger/transfers/1/sepa.xml",
    "/ledger/transfers/x/sepa.xml",
    "/ledger/entries/export/xlsx/",
)


def test_what_is_not_there_is_not_found(emilio):
    answers = {address: emilio.client.get(address).status_code for address in ABSENT}
    assert {address: status for address, status in answers.items() if status != 404} == {}


@pytest.mark.seed("T69")
def test_the_statement_adds_up_to_the_transfer(emilio):
    rows = table(emilio.client.get("/ledger/month/2026-10/alba.csv").data)[1:]
    assert [int(row[-1]) for row in rows] == [3290, 1710, -303, 4697]


def test_two_people_approve_and_the_bank_pays(emilio, ada, books, context):
    with books.session() as session:
        batch_id = session.scalars(select(TransferBatch.id)).one()
    approve = f"/ledger/transfers/{batch_id}/approve"
    assert said(emilio.do(approve)) == ["Your approval is written down."]
    assert "another person must approve" in said(emilio.do(approve))[0]
    assert "Two different people" in said(emilio.do(f"/ledger/transfers/{batch_id}/paid"))[0]
    assert emilio.client.get(f"/ledger/transfers/{batch_id}/sepa.xml").status_code == 404
    ada.do(approve)
    drain(context)
    page = emilio.get("/ledger/month/2026-10/")
    assert "At the bank" in page
    assert "Emilio" in page
    file = emilio.client.get(f"/ledger/transfers/{batch_id}/sepa.xml")
    assert b"<CtrlSum>65.76</CtrlSum>" in file.data
    pack = ZipFile(BytesIO(emilio.client.get("/ledger/month/2026-10/pack.zip").data))
    assert {name.partition("/")[0] for name in pack.namelist()} == {"invoices", "statements", "transfers", "totals.csv"}
    emilio.do(f"/ledger/transfers/{batch_id}/paid")
    drain(context)
    assert "Waits for approval" not in emilio.get("/ledger/month/2026-10/")
    with books.session() as session:
        assert session.scalars(select(TransferBatch.state)).one() == "paid"


def test_a_held_bookshop_comes_into_a_further_batch(ada, books, context):
    shop = BillingData.bookshop_id == books.cast.boreal
    books.set_time(books.clock.now().replace(month=12))
    with books.session() as session:
        session.execute(update(BillingData).where(shop).values(iban=""))
    assert "Nobody who waits" in said(ada.do("/ledger/month/2026-10/open"))[0]


def test_accountants_do_not_close_and_administrators_do(emilio, ada, books, context):
    books.set_time(books.clock.now().replace(month=12))
    assert "Close November" not in emilio.get("/ledger/")
    assert emilio.post("/ledger/month/2026-11/close", page="/ledger/profile/").status_code == 403
    assert "Close November 2026" in ada.get("/ledger/")
    assert said(ada.do("/ledger/month/2026-11/close")) == ["The month is being closed."]
    drain(context)
    with books.session() as session:
        states = dict(session.execute(select(MonthClose.month, MonthClose.state)).all())
    assert states == {"2026-10": "closed", "2026-11": "closed"}
    assert "Nothing to settle" in ada.get("/ledger/month/2026-11/")


def test_the_accounts_sum_to_zero(emilio):
    page = emilio.get("/ledger/accounts/")
    for word in ("€80.00", "€65.76", "€3.50", "€0.74", "€0.00", "Library week (sample)"):
        assert word in page
    entries = emilio.get("/ledger/entries/")
    assert "Commission invoiced" in entries
    rows = table(emilio.client.get("/ledger/entries/export/csv/").data)
    assert len(rows) == 1 + 1 + 3 + 2


def test_nobody_else_enters(books):
    for address in ("/ledger/", "/ledger/invoices/", "/ledger/month/2026-10/pack.zip"):
        assert books.client().get(address).status_code == 302
        for who in ("alba_owner", "alba_clerk", "clara", "dora"):
            assert books.client(who).get(address).status_code == 403
