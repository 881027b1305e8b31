"""Gift cheques at the desk: a campaign, its codes shown once, blocking, undoing."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.backoffice.browser import Screen, said
from tests.cast import NOW
from tests.conftest import House
from trade.gift_cheques.actions import redeem
from trade.gift_cheques.models import Campaign, CampaignBook, CampaignBookshop, ChequeEntry, GiftCheque

FORM = {
    "name": "Bono lectura",
    "buyer": "Ayuntamiento (sample)",
    "face": "20,00",
    "cheques": "3",
    "valid_from": "2026-11-01",
    "expires_on": "2027-12-31",
    "bookshops": "alba\n",
    "books": "978-84-376-0494-7\n",
}
CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")


def draft(desk: House, dora: Screen, **changes: str) -> int:
    """A drafted campaign."""
    dora.do("/staff/campaigns/new/", {**FORM, **changes})
    with desk.session() as session:
        return session.scalars(select(Campaign.id).order_by(Campaign.id.desc())).first() or 0


def issued(desk: House, dora: Screen) -> tuple[int, list[str]]:
    """An issued campaign and its codes."""
    campaign = draft(desk, dora)
    page = dora.do(f"/staff/campaigns/{campaign}/issue")
    return campaign, CODE.findall(page)


def first_cheque(desk: House, campaign: int) -> GiftCheque:
    """The first cheque of a campaign."""
    with desk.session() as session:
        return session.scalars(select(GiftCheque).where(GiftCheque.campaign_id == campaign)).first()


@pytest.mark.seed("T65")
def test_a_campaign_is_drafted_with_its_restrictions(desk: House, dora: Screen) -> None:
    campaign = draft(desk, dora)
    with desk.session() as session:
        assert session.get_one(Campaign, campaign).face_cents == 2000
        shops = session.scalars(select(CampaignBookshop.bookshop_id).where(CampaignBookshop.campaign_id == campaign))
        assert shops.all() == [desk.cast.alba]
        books = session.scalars(select(CampaignBook.isbn).where(CampaignBook.campaign_id == campaign))
        assert books.all() == [9788437604947]
    page = dora.get(f"/staff/campaigns/{campaign}/")
    assert "Cien años de soledad" in page
    assert not CODE.search(page)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"bookshops": "nowhere"}, "There is no bookshop with the short address “nowhere”."),
        ({"books": "9788437604947\n12345"}, "Line 2, “12345”, is no ISBN."),
        ({"expires_on": "2026-10-01"}, "The last day lies before the first day, or is past."),
        ({"face": "a lot"}, "“a lot” is not a number."),
        ({"cheques": "0"}, "Issue between 1 and 10,000 cheques."),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(
    desk: House, dora: Screen, changes: dict[str, str], why: str
) -> None:
    page = dora.do("/staff/campaigns/new/", {**FORM, **changes}).replace("10000", "10,000")
    assert 'class="errors"' in page
    assert why in page
    assert 'value="Bono lectura"' in page


def test_codes_are_shown_once_and_never_again(desk: House, dora: Screen) -> None:
    campaign, codes = issued(desk, dora)
    assert len(set(codes)) == 3
    for address in (f"/staff/campaigns/{campaign}/", "/staff/cheques/", "/staff/journal/"):
        assert not CODE.search(dora.client.get(address).text), address
    again = dora.do(f"/staff/campaigns/{campaign}/issue")
    assert not CODE.search(again)
    with desk.session() as session:
        assert len(session.scalars(select(GiftCheque).where(GiftCheque.campaign_id == campaign)).all()) == 3


def test_a_dropped_draft_can_never_be_issued(desk: House, dora: Screen) -> None:
    campaign = draft(desk, dora)
    dora.do(f"/staff/campaigns/{campaign}/drop")
    page = dora.do(f"/staff/campaigns/{campaign}/issue")
    assert said(page)
    assert first_cheque(desk, campaign) is None


def test_a_cheque_is_blocked_and_let_go_with_a_reason(desk: House, dora: Screen) -> None:
    campaign, _ = issued(desk, dora)
    cheque = first_cheque(desk, campaign)
    without = dora.do(f"/staff/cheques/{cheque.id}/block", {"reason": ""})
    assert 'class="errors"' in without
    dora.do(f"/staff/cheques/{cheque.id}/block", {"reason": "Reported lost."})
    assert first_cheque(desk, campaign).state == "blocked"
    dora.do(f"/staff/cheques/{cheque.id}/block", {"reason": "Found again."})
    assert first_cheque(desk, campaign).state == "active"


@pytest.mark.seed("T61")
def test_staff_take_a_redemption_back_with_a_reason(desk: House, dora: Screen) -> None:
    campaign, codes = issued(desk, dora)
    with desk.session(desk.cast.bookshop("alba")) as session:
        redeem(
            session,
            code=codes[0],
            cents=500,
            isbns=(9788437604947,),
            bookshop_id=desk.cast.alba,
            responsible=True,
            key="test:undo",
            at=NOW,
            pepper=desk.app.extensions["secret"],
        )
    with desk.session() as session:
        entry = session.scalars(select(ChequeEntry).where(ChequeEntry.kind == "redeem")).one()
    address = f"/staff/cheques/{entry.cheque_id}"
    assert "5.00" in dora.get(f"{address}/")
    other = first_cheque(desk, campaign)
    if other.id != entry.cheque_id:
        dora.do(f"/staff/cheques/{other.id}/undo", {"entry": str(entry.id), "reason": "Wrong cheque."})
    dora.do(f"{address}/undo", {"entry": str(entry.id), "reason": "Redeemed twice by mistake."})
    with desk.session() as session:
        assert session.get_one(GiftCheque, entry.cheque_id).remaining_cents == 2000
    assert "(undone)" in dora.get(f"{address}/")
