"""Chapters 7 and 8: the month's end, two approvals, the bank's file, and the accountant's papers (T62, T67-T69)."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

from lxml import etree
from sqlalchemy import select

from tests.browser.story import ACCOUNTANT, ADMINISTRATOR, ANSWERS, APPLICANT, Story
from trade.billing.models import Invoice, Settlement, TransferBatch

MONTH = "2026-11"
AFTERWARDS = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)


def settlement(story: Story) -> Settlement | None:
    """What the network owes the bookshop for the month."""
    with story.stack.house.session() as session:
        wanted = select(Settlement).where(Settlement.bookshop_id == story.bookshop_id, Settlement.month == MONTH)
        found = session.scalars(wanted).one_or_none()
        session.expunge_all()
        return found


def close(story: Story) -> None:
    """A month that is not over is refused; closing it once issues one invoice, closing it again changes nothing."""
    administrator = story.enter(ADMINISTRATOR, "/staff/months/", "staff-months")
    administrator.fill(month=MONTH)
    administrator.confirm("form[action$='/months/close'] button", "month-not-over")
    assert settlement(story) is None
    story.move_to(AFTERWARDS)
    administrator = story.enter(ADMINISTRATOR, "/staff/months/", "month-over")
    administrator.fill(month=MONTH)
    administrator.confirm("form[action$='/months/close'] button", "closing")
    story.stack.settle()
    administrator.go(f"/staff/months/{MONTH}/", "closed")
    owed = settlement(story)
    assert owed is not None
    assert (owed.redeemed_cents, owed.commission_cents) == (5000, 250)
    administrator.go("/staff/months/", "months-again")
    administrator.fill(month=MONTH)
    administrator.confirm("form[action$='/months/close'] button", "closed-already")
    story.stack.settle()
    with story.stack.house.session() as session:
        wanted = select(Invoice.reference).where(Invoice.bookshop_id == story.bookshop_id)
        assert len(session.scalars(wanted).all()) == 1


def approve(story: Story) -> None:
    """Two different people approve; then the file for the bank is written."""
    with story.stack.house.session() as session:
        batch_id = session.scalars(select(TransferBatch.id).where(TransferBatch.month == MONTH)).one()
    administrator = story.enter(ADMINISTRATOR, f"/staff/transfers/{batch_id}/", "transfers")
    administrator.confirm("form[action$='/approve'] button", "approved-once")
    assert not administrator.page.locator("form[action$='/approve']").count()
    accountant = story.enter(ACCOUNTANT, f"/ledger/month/{MONTH}/", "ledger-month")
    accountant.confirm("form[action$='/approve'] button", "approved-twice")
    story.stack.settle()
    accountant.go(f"/ledger/month/{MONTH}/", "bank-file")
    sepa = etree.fromstring(accountant.save("a[href$='/sepa.xml']"))
    assert sepa.tag == "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}Document"
    assert ANSWERS[story.network]["iban"] in sepa.xpath("//*[local-name()='CdtrAcct']//*[local-name()='IBAN']/text()")


def read_papers(story: Story) -> None:
    """The accountant downloads an invoice and the month; the bookshop sees the same numbers."""
    accountant = story.enter(ACCOUNTANT, "/ledger/", "ledger")
    with accountant.at_most(1, "the month as one file"):
        pack = accountant.save("a[href$='/pack.zip']")
    with zipfile.ZipFile(io.BytesIO(pack)) as files:
        names = files.namelist()
        assert files.testzip() is None
    assert [name for name in names if name.endswith(".pdf")]
    assert [name for name in names if name.endswith(".xml")]
    assert [name for name in names if name.endswith("totals.csv")]
    accountant.go("/ledger/invoices/", "ledger-invoices")
    assert accountant.save("a[href$='.pdf']").startswith(b"%PDF-1.7")
    accountant.go("/ledger/accounts/", "ledger-accounts")
    accountant.go("/ledger/entries/", "ledger-entries")
    owner = story.enter(APPLICANT, "/office/", "today-in-december")
    owner = story.enter(APPLICANT, "/office/money/", "money")
    owner.go(f"/office/money/month/{MONTH}", "statement")
    assert owner.save("a[href*='/office/money/invoices/']").startswith(b"%PDF-1.7")


def tell(story: Story) -> None:
    """Both chapters."""
    close(story)
    approve(story)
    read_papers(story)
