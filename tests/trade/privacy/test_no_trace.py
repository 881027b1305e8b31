"""The whole way through the pages: a reader uses everything, asks for deletion, staff carry it out, nothing is left.

The bookshop and staff write about her as well; the logs of the process are searched like tables and files
(safety.md, test 49; F42, F48).
"""

from __future__ import annotations

import logging

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from jobs.context import Context
from jobs.queue import drain
from tests.conftest import House
from tests.storefront.conftest import REED, SOLITUDE, furnish
from tests.storefront.page import browser, mail_link, read, send
from tests.trade.privacy.traces import traces
from trade.messages.models import Message
from trade.privacy.models import DeletionRequest
from trade.reservations.models import Reservation

NAME, MAIL, PHONE = "Zurbarana Markertest", "zurbarana.marker@example.org", "+34 611 222 333"
NOTE, SEARCH, ANSWER = "Markernote 7431", "Markersearch", "Markeranswer for Zurbarana"
MARKERS = ("Zurbarana", "Markertest", "zurbarana.marker", "611 222 333", "611222333", NOTE, SEARCH, "Markeranswer")
PASSWORD = "tres gatos y un faro"


def mailed(house: House, template: str) -> str:
    with house.session() as session:
        return session.scalars(
            select(Message.body).where(Message.template == template).order_by(Message.id.desc()).limit(1)
        ).one()


def becomes_a_reader(house: House) -> FlaskClient:
    client = browser(house)
    send(client, read(client, "/register"), name=NAME, email=MAIL, password=PASSWORD, consent_news="y")
    send(client, read(client, mail_link(mailed(house, "account.verify"), "/verify/")))
    send(client, read(client, "/sign-in"), email=MAIL, password="a wrong password")
    send(client, read(client, "/sign-in"), email=MAIL, password=PASSWORD)
    return client


def uses_everything(house: House, client: FlaskClient) -> None:
    send(client, read(client, "/account/details"), name=NAME, phone=PHONE)
    read(client, "/search", query_string={"q": SEARCH, "near": SEARCH})
    send(client, read(client, f"/reserve/{SOLITUDE}/alba"), note=NOTE)
    send(client, read(client, f"/reserve/{REED}/alba"), note=NOTE)
    stranger = browser(house)
    send(stranger, read(stranger, "/password"), email=MAIL)


def is_answered(house: House) -> None:
    """The bookshop rejects one of the two, in words that name the reader."""
    with house.session() as session:
        reference = session.scalars(select(Reservation.reference).where(Reservation.isbn == REED)).one()
    shop = browser(house, "alba_owner")
    page = read(shop, f"/office/reservations/{reference}")
    send(shop, page, "//form[contains(@action,'/reject')]", reason_code="not_in_stock", note=ANSWER)


def is_erased(house: House, client: FlaskClient) -> DeletionRequest:
    send(client, read(client, "/account/delete"))
    with house.session() as session:
        request_id = session.scalars(select(DeletionRequest.id)).one()
    staff = browser(house, "dora")
    page = read(staff, f"/staff/erasures/{request_id}/")
    send(staff, page, "//form[contains(@action,'/move/execute')]")
    with house.session() as session:
        return session.get_one(DeletionRequest, request_id)


@pytest.mark.parametrize("network", ["es", "fr"], indirect=True)
@pytest.mark.seed("F42", "F48")
def test_nothing_is_left_of_a_reader(
    house: House, context: Context, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    furnish(house)
    client = becomes_a_reader(house)
    uses_everything(house, client)
    is_answered(house)
    drain(context)
    planted = traces(house, MARKERS)
    assert {"person", "reservation", "message"} <= set(planted)
    with house.session() as session:
        rejected = session.scalars(select(Reservation).where(Reservation.isbn == REED)).one()
        assert (rejected.state, rejected.reason, rejected.note) == ("rejected_by_shop", ANSWER, NOTE)

    request = is_erased(house, client)
    assert request.state == "certified"
    drain(context)
    assert traces(house, MARKERS) == {}
    logged = (caplog.text + "".join(capfd.readouterr())).lower()
    assert not [marker for marker in MARKERS if marker.lower() in logged]

    assert read(client, "/account/").location.startswith("/sign-in")
    again = browser(house)
    assert "is not right" in send(again, read(again, "/sign-in"), email=MAIL, password=PASSWORD).words
    staff = browser(house, "dora")
    assert "Certificate of deletion" in staff.get(f"/staff/erasures/{request.id}/certificate.txt").text
