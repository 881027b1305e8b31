"""Consents, one's own data and deletion in two clicks (F42, F45-F48)."""

from __future__ import annotations

import io
import zipfile

import pytest
from sqlalchemy import select

from tests.conftest import House
from tests.storefront.conftest import SOLITUDE
from tests.storefront.page import Page, browser, read, send, ticked
from trade.privacy.models import Consent, DeletionRequest
from trade.reservations.models import Reservation

CONSENTS = "//form[contains(@action,'/consents')]"


@pytest.mark.seed("F45", "F46", "F47")
def test_a_consent_is_given_and_taken_back_with_the_same_click(house: House) -> None:
    client = browser(house, "clara")
    page = read(client, "/account/")
    assert ticked(page) == []
    page = send(client, page, CONSENTS, consent_loyalty="y")
    assert ticked(page) == ["consent_loyalty"]
    send(client, page, CONSENTS, consent_loyalty=None)
    assert ticked(read(client, "/account/")) == []
    with house.session() as session:
        found = session.execute(select(Consent.purpose, Consent.given, Consent.form).order_by(Consent.id)).all()
        assert [tuple(row) for row in found] == [("loyalty", True, "account"), ("loyalty", False, "account")]


def test_everything_about_me_is_one_click_away_and_nobody_elses(shop_house: House) -> None:
    for who in ("clara", "bruno"):
        client = browser(shop_house, who)
        send(client, read(client, f"/reserve/{SOLITUDE}/alba"), note=f"nota de {who}")
    client = browser(shop_house, "clara")
    page = read(client, "/account/")
    form = page.one("//form[contains(@action,'/export')]")
    answer = client.post("/account/export", data={"csrf_token": form.xpath(".//input/@value")[0]})
    assert answer.mimetype == "application/zip" and "no-store" in answer.headers["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        everything = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "clara@mostrador.example" in everything and "nota de clara" in everything
    assert "bruno" not in everything.lower()


@pytest.mark.seed("F42", "F48")
def test_two_clicks_ask_for_deletion_and_open_reservations_end_first(shop_house: House) -> None:
    client = browser(shop_house, "clara")
    send(client, read(client, f"/reserve/{SOLITUDE}/alba"))
    account = read(client, "/account/")
    first = read(client, account.one("//main//a[.='Delete your account']").get("href"))
    assert "You have 1 open reservation" in first.words
    second = send(client, first)
    assert "We have your request" in second.words
    with shop_house.session() as session:
        request = session.scalars(select(DeletionRequest)).one()
        assert (request.person_id, request.state) == (shop_house.cast.people["clara"], "identity_checked")
        assert session.scalars(select(Reservation.state)).one() == "rejected_by_reader"
    assert "You asked us to delete this account" in read(client, "/account/").words


def test_the_request_can_be_withdrawn(house: House) -> None:
    client = browser(house, "clara")
    page: Page = send(client, read(client, "/account/delete"))
    done = send(client, page, "//form[contains(@action,'withdraw')]")
    assert "the account stays" in done.words
    with house.session() as session:
        assert session.scalars(select(DeletionRequest.state)).one() == "withdrawn"
