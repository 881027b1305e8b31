"""The counter, what was redeemed, invoices and transfers (T60-T69, A26)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from jobs import invoices as invoice_jobs  # noqa: F401 - declares the handlers
from jobs.context import Context
from jobs.queue import drain
from tests.backoffice.office.visits import owner, post, read, status_of, words
from tests.cast import NOW
from trade.base.models import SettingValue
from trade.billing.actions import close_month
from trade.gift_cheques import actions
from trade.gift_cheques.models import ChequeEntry, GiftCheque

BOOK = 9788437604947
MINUTE = timedelta(minutes=1)


def cheque(house, *, isbns=(), bookshops=(), face=5000):
    """A fresh cheque's code."""
    with house.session(house.cast.staff()) as session:
        campaign = actions.create_campaign(
            session,
            name="Sample town hall",
            face_cents=face,
            cheques=1,
            valid_from=date(2026, 9, 1),
            expires_on=date(2028, 12, 12),
            at=NOW - timedelta(days=60),
            isbns=isbns,
            bookshop_ids=bookshops,
        )
        issued = actions.issue(
            session, campaign_id=campaign.id, pepper=house.config().secret_key.encode(), at=NOW - timedelta(days=60)
        )
    return issued[0].code


def hidden(page, name):
    """The value of a hidden field."""
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


def look_up(client, code):
    return post(client, "/office/cheques/look-up", code=code)


def redeem(client, code, amount, **more):
    """Look a cheque up and redeem from it, as the two forms do."""
    page = look_up(client, code)
    fields = {"responsible": "y", **more}
    return post(
        client,
        "/office/cheques/redeem",
        code=hidden(page, "code"),
        key=hidden(page, "key"),
        amount=amount,
        **{name: value for name, value in fields.items() if value},
    )


def left(house, code):
    with house.session() as session:
        return session.scalar(select(GiftCheque.remaining_cents).where(GiftCheque.code_tail == code[-4:]))


@pytest.mark.seed("T63", "T64")
def test_the_counter_shows_balance_expiry_and_whether_it_may_be_redeemed_here(office):
    code = cheque(office)
    page = look_up(owner(office), code.lower().replace("-", " "))
    told = words(page)
    assert "€50.00" in told
    assert "May be redeemed in Alba" in told
    assert "until Tuesday 12 December 2028" in told
    assert "Any book" in told
    assert code not in page.partition('name="code" value="')[0]  # in no link and no heading
    assert left(office, code) == 5000


@pytest.mark.seed("F47", "T66")
def test_the_responsibility_tick_starts_unticked(office):
    page = look_up(owner(office), cheque(office))
    tick = page.partition('name="responsible"')[2].partition(">")[0]
    assert "checked" not in tick


@pytest.mark.seed("T66")
def test_without_the_tick_nothing_is_redeemed_and_the_amount_is_kept(office):
    code = cheque(office)
    page = redeem(owner(office), code, "22,90", responsible="")
    assert "Tick that you handed over the books and answer for it." in words(page)
    assert 'value="22,90"' in page
    assert left(office, code) == 5000


@pytest.mark.seed("T63", "T66")
def test_a_part_is_redeemed_and_the_same_form_sent_twice_redeems_once(office):
    code = cheque(office)
    client = owner(office)
    page = look_up(client, code)
    fields = {"code": hidden(page, "code"), "key": hidden(page, "key"), "amount": "22,90", "responsible": "y"}
    assert "€22.90 redeemed. You can undo it for 15 minutes." in words(post(client, "/office/cheques/redeem", **fields))
    post(client, "/office/cheques/redeem", **fields)
    assert left(office, code) == 2710
    with office.session() as session:
        assert session.scalar(select(func.count()).where(ChequeEntry.kind == "redeem", ChequeEntry.cents == -2290)) == 1


@pytest.mark.parametrize("amount", ["50,01", "0", "-1", "nonsense", ""])
def test_an_impossible_amount_is_refused_and_nothing_taken(office, amount):
    code = cheque(office)
    page = words(redeem(owner(office), code, amount))
    assert "This needs another look" in page
    assert left(office, code) == 5000


@pytest.mark.seed("T65")
def test_a_cheque_for_certain_books_wants_their_isbns(office):
    code = cheque(office, isbns=[BOOK])
    client = owner(office)
    assert "Cien años de soledad" in words(look_up(client, code))
    assert "type the ISBNs that you sell" in words(redeem(client, code, "10"))
    wrong = words(redeem(client, code, "10", isbns="978-84-17860-79-0"))
    assert "cannot be used for 9788417860790" in wrong
    assert "redeemed" in words(redeem(client, code, "10", isbns="978-84-376-0494-7"))
    assert left(office, code) == 4000


@pytest.mark.seed("T64", "T65")
def test_a_cheque_of_other_bookshops_says_so_and_offers_no_form(office):
    code = cheque(office, bookshops=[office.cast.boreal])
    page = look_up(owner(office), code)
    assert "Cannot be redeemed here" in words(page)
    assert "only be used in other bookshops" in words(page)
    assert 'name="amount"' not in page


def test_every_wrong_code_gets_the_same_answer(office):
    client = owner(office)
    answers = set()
    for code in ("AAAA", "0000-0000-0000-0000", "' OR 1=1", "x" * 60):
        page = words(look_up(client, code))
        assert "No gift cheque has this code." in page
        answers.add(page.count("No gift cheque"))
    assert answers == {1}


@pytest.mark.seed("T61")
def test_undo_is_offered_for_fifteen_minutes_and_then_no_more(office):
    code = cheque(office)
    client = owner(office)
    redeem(client, code, "20")
    with office.session() as session:
        entry = session.scalar(select(func.max(ChequeEntry.id)).where(ChequeEntry.kind == "redeem"))
    assert f"/office/cheques/undo/{entry}" in read(client, "/office/cheques/redeem")
    assert status_of(owner(office, "boreal"), f"/office/cheques/undo/{entry}") == 404
    office.set_time(NOW + 16 * MINUTE)
    assert f"/office/cheques/undo/{entry}" not in read(client, "/office/cheques/redeem")
    assert status_of(client, f"/office/cheques/undo/{entry}") == 403
    office.set_time(NOW + 14 * MINUTE)
    assert "Undone." in words(post(client, f"/office/cheques/undo/{entry}"))
    assert left(office, code) == 5000
    listed = words(read(client, "/office/cheques/redeemed"))
    assert "Undone" in listed


@pytest.mark.seed("T130")
def test_a_bookshop_that_takes_no_cheques_cannot_redeem(office):
    code = cheque(office)
    with office.session() as session:
        session.add(
            SettingValue(
                key="gift_cheques.on", bookshop_id=office.cast.boreal, value=False, valid_from=NOW - MINUTE, set_at=NOW
            )
        )
    assert status_of(owner(office, "boreal"), "/office/cheques/look-up", code=code) == 403


@pytest.mark.seed("T62", "T67", "T69")
def test_a_closed_month_has_its_invoice_and_a_statement_that_adds_up(house):
    code = cheque(house)
    house.set_time(NOW.replace(month=10, day=15))
    client = owner(house)
    redeem(client, code, "32,90")
    redeem(client, code, "17,10")
    house.set_time(NOW)
    assert "Redeemed in October" not in words(read(client, "/office/"))
    with house.session() as session:
        close_month(session, month="2026-10", at=NOW)
    page = words(read(client, "/office/money/"))
    assert "€50.00" in page and "€46.97" in page  # the worked example: 50.00 - 2.50 - 0.53
    month = words(read(client, "/office/money/month/2026-10"))
    assert "difference €0.00" in month
    assert "2 redemptions, added up to the cent." in month
    statement = client.get("/office/money/month/2026-10/statement.csv").get_data(as_text=True)
    assert "32,90;3290" in statement and "17,10;1710" in statement
    assert statement.rstrip().endswith("46,97;4697")
    assert "PDF being made" in words(read(client, "/office/cheques/invoices"))
    redis = house.app.extensions["redis"]
    drain(Context(house.config(), house.profile, house.engine, redis, house.clock, house.store))
    invoices = read(client, "/office/cheques/invoices")
    address = invoices.partition('href="/office/money/invoices/')[2].partition('"')[0]
    pdf = client.get(f"/office/money/invoices/{address}")
    assert pdf.mimetype == "application/pdf"
    assert pdf.data.startswith(b"%PDF-")
    stranger = owner(house, "boreal")
    assert stranger.get(f"/office/money/invoices/{address}").status_code == 404
    assert stranger.get("/office/money/month/2026-10").status_code == 404
    assert "No invoice yet" in words(read(stranger, "/office/cheques/invoices"))
