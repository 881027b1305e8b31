"""A month from its closing to the paid transfer as the worker carries it out, with real files, in both profiles."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from zipfile import ZipFile

import facturx
import pytest
from sqlalchemy import select, update

from invoices.logo import clean_logo
from jobs.context import open_context
from jobs.queue import carry_out, drain
from tests.invoices.paper import text_of
from tests.invoices.schematron import FRENCH, report
from tests.trade.billing.ground import CLOSING, close, october
from tests.trade.gift_cheques.ground import issue
from trade.base import settings
from trade.base.models import Effect
from trade.base.tenancy import Scope
from trade.billing import actions, queries
from trade.billing.models import Invoice, MonthClose, TransferBatch
from trade.gift_cheques.models import GiftCheque
from trade.members.settings import LOGO
from trade.messages.models import Message

BOTH = pytest.mark.parametrize("network", ["es", "fr"], indirect=True)


@pytest.fixture
def context(house):
    october(house)
    house.set_time(CLOSING)
    opened = open_context(house.config())
    yield opened
    opened.engine.dispose()
    opened.redis.close()


def approve_and_pay(house, context):
    with house.session() as session:
        (batch,) = session.scalars(select(TransferBatch)).all()
    for who in ("emilio", "ada"):
        with house.session(Scope("accountant", person_id=house.cast.people[who])) as session:
            actions.approve(session, batch_id=batch.id, name=who, at=CLOSING)
    drain(context)
    with house.session(house.cast.accountant()) as session:
        actions.ask_to_pay(session, batch_id=batch.id, at=CLOSING)
    drain(context)
    return batch.id


@BOTH
def test_closing_makes_each_pdf_once_and_tells_the_bookshop(house, context):
    close(house)
    drain(context)
    with house.session() as session:
        made = session.scalars(select(Invoice).order_by(Invoice.id)).all()
        mails = session.scalars(select(Message).where(Message.template == "invoice.issued")).all()
    assert len(made) == len(mails) == 2
    for invoice in made:
        pdf = context.store.get(invoice.pdf_sha256)
        assert len(pdf) == invoice.pdf_size
        assert invoice.reference in text_of(pdf)
        _, xml = facturx.get_facturx_xml_from_pdf(pdf, check_xsd=True)
        assert report(xml)[1] == []
        if house.network == "fr":
            assert report(xml, FRENCH)[1] == []
    assert {mail.locale for mail in mails} == {house.network}
    assert any(made[0].reference in mail.subject for mail in mails)


def test_a_pdf_that_exists_is_never_made_again(house, context, monkeypatch):
    close(house)
    drain(context)
    with house.session() as session:
        before = {invoice.id: invoice.pdf_sha256 for invoice in session.scalars(select(Invoice))}
        session.execute(update(Effect).where(Effect.kind == "invoice.render").values(state="pending"))
        ids = session.scalars(select(Effect.id).where(Effect.kind == "invoice.render")).all()
    monkeypatch.setattr("jobs.invoices.make_pdf", lambda *args: pytest.fail("made again"))
    assert [carry_out(context, effect_id) for effect_id in ids] == ["done", "done"]
    with house.session() as session:
        assert {invoice.id: invoice.pdf_sha256 for invoice in session.scalars(select(Invoice))} == before


def test_a_worker_that_dies_before_the_commit_leaves_no_trace(house, context, monkeypatch):
    close(house)

    def die(*args, **kwargs):
        raise RuntimeError("killed")

    monkeypatch.setattr("jobs.invoices.actions.keep_pdf", die)
    with house.session() as session:
        effect_id = session.scalar(select(Effect.id).where(Effect.kind == "invoice.render").limit(1))
    assert carry_out(context, effect_id) == "retry"
    with house.session() as session:
        assert session.scalars(select(Invoice.pdf_sha256)).all() == [None, None]
    monkeypatch.undo()
    assert carry_out(context, effect_id) == "done"


@BOTH
@pytest.mark.seed("T61", "T67", "T69")
def test_the_pack_holds_the_whole_month_and_cross_foots(house, context):
    close(house)
    drain(context)
    approve_and_pay(house, context)
    with house.session() as session:
        row = session.scalars(select(MonthClose)).one()
        batch = session.scalars(select(TransferBatch)).one()
        invoices = session.scalars(select(Invoice)).all()
    with ZipFile(BytesIO(context.store.get(row.pack_sha256))) as archive:
        names = archive.namelist()
        content = {name: archive.read(name) for name in names}
    assert len([name for name in names if name.startswith("invoices/")]) == 2
    assert len([name for name in names if name.startswith("statements/")]) == 2
    assert content["transfers/2026-10-1.xml"] == context.store.get(batch.file_sha256)
    for invoice in invoices:
        assert content[f"invoices/{invoice.reference}.pdf"] == context.store.get(invoice.pdf_sha256)
    *rows, sums = list(csv.reader(StringIO(content["totals.csv"].decode("utf-8-sig")), delimiter=";"))[1:]
    figures = [[int(cell.replace(",", "")) for cell in line[2:7]] for line in (*rows, sums)]
    assert [sum(column) for column in zip(*figures[:-1], strict=True)] == figures[-1]
    assert all(redeemed - net - vat == transfer for redeemed, net, vat, _, transfer in figures)
    for name in names:
        if name.startswith("statements/"):
            lines = list(csv.reader(StringIO(content[name].decode("utf-8-sig")), delimiter=";"))[1:]
            assert sum(int(line[-1]) for line in lines[:-1]) == int(lines[-1][-1])


def test_paid_transfers_are_told_and_the_books_hold(house, context):
    close(house)
    drain(context)
    approve_and_pay(house, context)
    with house.session() as session:
        assert len(session.scalars(select(Message).where(Message.template == "transfer.sent")).all()) == 2
        assert session.scalars(select(Effect.kind).where(Effect.state == "dead")).all() == []
        found = queries.invariants(session, store=context.store)
    assert [item.sentence for item in found if not item.holds] == []
    assert all(item.checked for item in found)


def test_a_damaged_file_is_noticed(house, context):
    close(house)
    drain(context)
    with house.session() as session:
        sha256 = session.scalars(select(Invoice.pdf_sha256)).first()
    path = context.store.path(sha256)
    path.chmod(0o640)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with house.session() as session:
        broken = [item for item in queries.invariants(session, store=context.store) if not item.holds]
    assert [len(item.broken) for item in broken] == [1]


def test_what_was_asked_is_closed_by_the_worker(house, context):
    with house.session(house.cast.accountant()) as session:
        actions.ask_to_close(session, month="2026-10", at=CLOSING)
    drain(context)
    with house.session() as session:
        assert session.scalars(select(MonthClose.state)).one() == "closed"
        assert len(session.scalars(select(Invoice)).all()) == 2


def test_cheques_expire_by_the_clock(house, context):
    issue(house, expires_on=(CLOSING + timedelta(days=30)).date(), at=CLOSING)
    house.set_time(CLOSING + timedelta(days=32))
    with house.session() as session:
        session.add(Effect(kind="gift_cheques.expire", key="expire", payload={"period": "2026-12-04"}))
    drain(context)
    with house.session() as session:
        assert sorted(session.scalars(select(GiftCheque.state))).count("expired") == 1


def test_the_logo_of_the_day_stands_on_the_invoice(house, context):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><path d="M0 0h40v10z" fill="#1f4d3a"/></svg>'
    logo = clean_logo(svg)
    with house.session(house.cast.staff("ada")) as session:
        settings.set_value(session, LOGO, context.store.put(logo.content), at=CLOSING)
    close(house)
    drain(context)
    with house.session() as session:
        invoice = session.scalars(select(Invoice)).first()
    assert invoice.data["logo_sha256"] == logo.sha256
    assert "Mostrador" not in text_of(context.store.get(invoice.pdf_sha256))
