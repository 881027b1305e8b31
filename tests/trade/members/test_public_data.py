"""A bookshop's own data: public, billing, place, IBAN, options (T113-T116, T120, T125, T130)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cast import NOW
from tests.conftest import House
from trade.base.errors import NotAllowed, NotFound, Refused
from trade.base.models import JournalEntry
from trade.base.settings import declared, value_of
from trade.members import actions
from trade.members.models import BillingData, Bookshop
from trade.members.queries import billing_of
from trade.members.rules import book_address, web_shop
from trade.messages.models import Message
from trade.texts.models import Acceptance, LegalText

NEW_IBAN = "ES79 2100 0813 6101 2345 6789"


@pytest.mark.seed("T113", "T114", "T115")
def test_public_data_are_changed_and_tidied(house: House) -> None:
    cast = house.cast
    with house.session(cast.bookshop()) as session:
        actions.change_public_data(
            session,
            bookshop_id=cast.alba,
            given={
                "name": "  Librería   Alba ",
                "postcode": "35 001",
                "city": "Las Palmas",
                "email": "HOLA@Alba.Example",
                "website": "alba.example",
                "phone": "",
                "hours": "Lunes a viernes\r\n10-14",
            },
            at=NOW,
        )
    with house.session() as session:
        shop = session.get_one(Bookshop, cast.alba)
        assert (shop.name, shop.email, shop.website) == ("Librería Alba", "hola@alba.example", "https://alba.example")
        assert shop.hours == "Lunes a viernes\n10-14"
        assert (shop.postcode, shop.subdivision, shop.zone, shop.time_zone) == (
            "35001",
            "CN",
            "canarias",
            "Atlantic/Canary",
        )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "Alba", "postcode": "99999"}, "postcode"),
        ({"email": "nobody"}, "email"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"phone": "call me"}, "phone"),
        ({"description": "x" * 5_001}, "description"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_changed(house: House, given: dict[str, str], field: str) -> None:
    cast = house.cast
    with pytest.raises(Refused) as refusal, house.session(cast.bookshop()) as session:
        actions.change_public_data(session, bookshop_id=cast.alba, given=given, at=NOW)
    assert refusal.value.field == field
    with house.session() as session:
        assert session.get_one(Bookshop, cast.alba).name == "Alba"


def test_state_owner_and_slug_cannot_be_given(house: House) -> None:
    with house.session(house.cast.bookshop()) as session:
        for field in ("state", "id", "slug", "active_at"):
            with pytest.raises(KeyError):
                actions.change_public_data(session, bookshop_id=house.cast.alba, given={field: "active"}, at=NOW)


@pytest.mark.seed("T120")
def test_the_place_is_pasted_and_a_far_one_warned_of(house: House) -> None:
    cast = house.cast
    with house.session(cast.bookshop()) as session:
        pasted = "https://www.google.com/maps/@41.38,2.17,15z"
        assert actions.set_place(session, bookshop_id=cast.alba, pasted=pasted, at=NOW) is None
        assert (session.get_one(Bookshop, cast.alba).latitude, session.get_one(Bookshop, cast.alba).longitude) == (
            41.38,
            2.17,
        )
        warning = actions.set_place(session, bookshop_id=cast.alba, pasted="48.85, 2.35", at=NOW)
        assert "outside the country" in str(warning)


@pytest.mark.seed("T116")
@pytest.mark.parametrize("network", ["es", "fr"], indirect=True)
def test_billing_data_need_a_right_tax_id_of_the_country(house: House) -> None:
    cast = house.cast
    right, wrong = {"es": ("B-58378431", "B58378432"), "fr": ("404 833 048", "404833049")}[house.network]
    with house.session(cast.bookshop()) as session:
        with pytest.raises(Refused, match="mistyped") as refusal:
            actions.change_billing(session, bookshop_id=cast.alba, given={"tax_id": wrong}, at=NOW)
        assert refusal.value.field == "tax_id"
        actions.change_billing(session, bookshop_id=cast.alba, given={"tax_id": right, "legal_name": "Alba SL"}, at=NOW)
    with house.session() as session:
        billing = billing_of(session, bookshop_id=cast.alba)
        assert (billing.tax_id, billing.legal_name) == (right.replace("-", "").replace(" ", ""), "Alba SL")


@pytest.mark.seed("T130")
def test_only_an_owner_changes_the_iban_and_old_addresses_are_told(house: House) -> None:
    cast = house.cast
    change = {"bookshop_id": cast.alba, "iban": NEW_IBAN, "holder": "Alba SL", "at": NOW}
    with house.session(cast.bookshop(person="alba_clerk")) as session, pytest.raises(NotAllowed, match="owner"):
        actions.change_iban(session, **change)  # type: ignore[arg-type]
    with house.session(cast.bookshop()) as session:
        with pytest.raises(Refused, match="mistyped"):
            actions.change_iban(session, **{**change, "iban": "ES79 2100 0813 6101 2345 6780"})  # type: ignore[arg-type]
        actions.change_iban(session, **change)  # type: ignore[arg-type]
        actions.change_iban(session, **change)  # type: ignore[arg-type]
    with house.session() as session:
        billing = billing_of(session, bookshop_id=cast.alba)
        assert (billing.iban, billing.changed_at) == ("ES7921000813610123456789", NOW)
        mails = session.scalars(select(Message).where(Message.template == "billing.iban_changed")).all()
        assert {mail.to_email for mail in mails} == {"alba_owner@mostrador.example", "alba@mostrador.example"}
        assert all("ES91 •••• 1332" in mail.body and "ES79 •••• 6789" in mail.body for mail in mails)
        assert not any("7921000813610123456789" in mail.body for mail in mails)
        noted = session.scalars(select(JournalEntry).where(JournalEntry.action == "bookshop.iban")).one()
        assert noted.details == {"fields": ["iban"]}


def test_a_bookshop_changes_no_other_bookshop(house: House) -> None:
    cast = house.cast
    with house.session(cast.bookshop()) as session:
        for act in (
            lambda: actions.change_billing(session, bookshop_id=cast.boreal, given={"city": "X"}, at=NOW),
            lambda: actions.change_iban(session, bookshop_id=cast.boreal, iban=NEW_IBAN, holder="A", at=NOW),
        ):
            with pytest.raises((NotFound, NotAllowed)):
                act()
        assert session.scalars(select(BillingData).where(BillingData.bookshop_id == cast.boreal)).all() == []


@pytest.mark.seed("T125")
def test_an_option_is_joined_by_accepting_its_conditions_and_left_at_any_time(house: House) -> None:
    cast = house.cast
    option = {"bookshop_id": cast.alba, "option": "gift_cheques", "locale": "es"}
    setting = declared("gift_cheques.on")
    with house.session(cast.bookshop()) as session:
        with pytest.raises(Refused, match="Accept the conditions"):
            actions.set_option(session, on=True, accepted=False, at=NOW, **option)  # type: ignore[arg-type]
        actions.set_option(session, on=True, accepted=True, at=NOW, **option)  # type: ignore[arg-type]
        assert value_of(session, setting, at=NOW, bookshop_id=cast.alba) is True
        accepted = session.scalars(
            select(LegalText.document).join(Acceptance, Acceptance.text_id == LegalText.id).where(Acceptance.at == NOW)
        ).all()
        assert accepted == ["gift_cheques"]
        later = NOW + timedelta(minutes=1)
        actions.set_option(session, on=False, accepted=False, at=later, **option)  # type: ignore[arg-type]
        assert value_of(session, setting, at=later, bookshop_id=cast.alba) is False
        with pytest.raises(NotFound):
            actions.set_option(session, on=True, accepted=True, at=NOW, **{**option, "option": "state"})  # type: ignore[arg-type]


@pytest.mark.seed("T130")
def test_gift_cheques_need_an_iban(house: House) -> None:
    cast = house.cast
    with house.session() as session:
        billing_of(session, bookshop_id=cast.alba).iban = ""
    with house.session(cast.bookshop()) as session, pytest.raises(Refused, match="IBAN"):
        actions.set_option(
            session, bookshop_id=cast.alba, option="gift_cheques", on=True, accepted=True, at=NOW, locale="es"
        )


def test_suspending_states_the_reason_and_leaving_waits_for_readers(house: House) -> None:
    cast = house.cast
    with house.session(cast.staff()) as session:
        actions.suspend(session, bookshop_id=cast.alba, reason="No stock file for a month.", at=NOW)
        actions.resume(session, bookshop_id=cast.alba, at=NOW)
        actions.leave(session, bookshop_id=cast.alba, reason="Closes its doors.", at=NOW)
    with house.session() as session:
        assert session.get_one(Bookshop, cast.alba).state == "left"
        bodies = session.scalars(select(Message.body).where(Message.template == "membership.suspended")).all()
        assert len(bodies) == 1 and "No stock file for a month." in bodies[0]


@pytest.mark.seed("T122")
@pytest.mark.parametrize(
    "typed",
    [
        "http://libreria.example/{ean}",
        "https://{ean}.libreria.example/",
        "https://libreria.example:8443/{ean}",
        "https://x@libreria.example/{ean}",
        "https://libreria.example/{isbn}",
        "https://localhost/{ean}",
        "javascript:alert({ean})",
        'https://libreria.example/"{ean}',
        "https://[libreria.example/{ean}",
        "https://libreria.example/" + "a" * 300,
    ],
)
def test_a_web_shop_is_a_whole_public_address(typed: str) -> None:
    with pytest.raises(Refused):
        web_shop(typed)


@pytest.mark.seed("T122")
def test_the_isbn_is_put_where_the_mark_stands() -> None:
    kept = web_shop(" https://libreria.example/p/{ean}?isbn={ean} ")
    assert book_address(kept, isbn="9788437604947") == ("https://libreria.example/p/9788437604947?isbn=9788437604947")
