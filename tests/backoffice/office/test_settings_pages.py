"""The bookshop's settings, its people, the texts gate, the menu (T06-T08, T113-T131, T146)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.backoffice.office.visits import owner, post, read, status_of, words
from tests.cast import NOW
from trade.accounts.models import Role
from trade.base.settings import declared, value_of
from trade.members.models import BillingData, Bookshop
from trade.messages.models import Message
from trade.texts.models import Acceptance, LegalText


def shop(house):
    with house.session() as session:
        return session.get(Bookshop, house.cast.alba)


def billing(house):
    with house.session() as session:
        return session.scalar(select(BillingData).where(BillingData.bookshop_id == house.cast.alba))


def basic(**changes):
    """The form of the basic data as it was filled in."""
    return {
        "name": "Alba",
        "address": "Calle de Muestra, 1",
        "postcode": "28001",
        "city": "Madrid",
        "email": "alba@mostrador.example",
        "phone": "",
        "website": "",
        "hours": "",
        "description": "",
        **changes,
    }


@pytest.mark.seed("T114", "T115", "T121")
def test_basic_data_are_saved_and_a_wrong_field_is_named_with_the_input_kept(office):
    client = owner(office)
    page = post(client, "/office/settings/basic", **basic(hours="Mon-Fri 10-14", website="https://alba.example"))
    assert "Saved." in words(page)
    assert (shop(office).hours, shop(office).website) == ("Mon-Fri 10-14", "https://alba.example")
    page = post(client, "/office/settings/basic", **basic(postcode="2800", hours="Another"))
    assert "This needs another look" in words(page)
    assert 'href="#postcode"' in page
    assert "Another" in page
    assert shop(office).hours == "Mon-Fri 10-14"


@pytest.mark.seed("T116")
def test_the_tax_id_is_checked(office):
    client = owner(office)
    fields = {"legal_name": "Alba, S.L.", "address": "1", "postcode": "28001", "city": "Madrid", "email": ""}
    page = post(client, "/office/settings/billing", tax_id="B58378432", **fields)
    assert "This needs another look" in words(page)
    assert billing(office).tax_id == "B58378431"
    assert "Saved." in words(post(client, "/office/settings/billing", tax_id="b-58378431", **fields))
    assert (billing(office).legal_name, billing(office).tax_id) == ("Alba, S.L.", "B58378431")


@pytest.mark.seed("T120")
@pytest.mark.parametrize(
    ("pasted",                                                     "place",              "said"),
    [
        ("41.38, 2.17",                                              (41.38, 2.17),        "Saved."),
        ("https://www.google.com/maps/@40.4168,-3.7038,17z",         (40.4168, -3.7038),   "Saved."),
        ("48.8566, 2.3522",                                          (48.8566, 2.3522),    "outside the country"),
        ("2.17, 41.38",                                              (2.17, 41.38),        "outside the country"),
    ],
)  # fmt: skip
def test_coordinates_are_read_and_a_place_abroad_is_warned_about(office, pasted, place, said):
    page = words(post(owner(office), "/office/settings/location", pasted=pasted))
    assert said in page
    assert (shop(office).latitude, shop(office).longitude) == place


def test_what_is_no_place_is_refused(office):
    before = (shop(office).latitude, shop(office).longitude)
    page = post(owner(office), "/office/settings/location", pasted="next to the church")
    assert "This needs another look" in words(page)
    assert "next to the church" in page
    assert (shop(office).latitude, shop(office).longitude) == before


@pytest.mark.seed("T130")
def test_a_bad_iban_is_refused_and_a_good_one_told_to_the_addresses_on_file(office):
    client = owner(office)
    page = post(client, "/office/settings/payments", iban="ES9121000418450200051333", holder="Alba")
    assert "This needs another look" in words(page)
    assert billing(office).iban == "ES9121000418450200051332"
    page = words(post(client, "/office/settings/payments", iban="ES79 2100 0813 6101 2345 6789", holder="Alba"))
    assert "Saved." in page
    assert billing(office).iban == "ES7921000813610123456789"
    assert "ES7921000813610123456789" not in read(client, "/office/settings/payments")
    with office.session() as session:
        told = session.scalars(select(Message.to_email).where(Message.template == "billing.iban_changed")).all()
    assert "alba@mostrador.example" in told
    post(client, "/office/settings/payments", iban="ES9121000418450200051332", holder="Alba")


def conditions(house, document="reservations", accepted_by="option"):
    """A text in force; its id."""
    with house.session() as session:
        text = LegalText(
            document=document,
            version=1,
            titles={"en": f"Sample {document}"},
            bodies={"en": f"# Sample {document}\n\nBe **kind** to readers."},
            state="published",
            accepted_by=accepted_by,
            effective_from=NOW - timedelta(days=30),
        )
        session.add(text)
        session.flush()
        return text.id


def takes_part(house):
    with house.session() as session:
        return value_of(session, declared("reservations.on"), at=NOW + timedelta(days=1), bookshop_id=house.cast.alba)


@pytest.mark.seed("T125", "F47")
def test_an_option_is_left_at_once_and_joined_only_by_accepting_its_conditions(office):
    text = conditions(office)
    client = owner(office)
    assert "Switched off." in words(post(client, "/office/settings/options/reservations", on="no"))
    assert takes_part(office) is False
    page = read(client, "/office/settings/options")
    assert "Be kind to readers." in words(page)
    tick = page.partition('name="accepted"')[2].partition(">")[0]
    assert "checked" not in tick
    refused = words(post(client, "/office/settings/options/reservations", on="yes"))
    assert "Accept the conditions of this option" in refused
    assert takes_part(office) is False
    assert "Switched on." in words(post(client, "/office/settings/options/reservations", on="yes", accepted="y"))
    assert takes_part(office) is True
    with office.session() as session:
        proof = session.scalar(select(Acceptance))
    assert (proof.text_id, proof.bookshop_id, proof.person_id) == (
        text,
        office.cast.alba,
        office.cast.people["alba_owner"],
    )
    assert "Conditions of reservations" in words(read(client, "/office/settings/history"))


def test_an_option_that_the_network_does_not_run_is_not_found(office):
    assert status_of(owner(office), "/office/settings/options/back_room", on="yes") == 404


@pytest.mark.seed("T146")
def test_owners_invite_and_remove_and_the_last_owner_stays(office):
    client = owner(office)
    page = words(
        post(client, "/office/settings/people/invite", email="new@mostrador.example", name="Nora", role="clerk")
    )
    assert "The invitation is on its way to new@mostrador.example." in page
    with office.session() as session:
        mail = session.scalar(select(Message).where(Message.template == "account.invitation"))
        roles = dict(session.execute(select(Role.name, Role.id).where(Role.bookshop_id == office.cast.alba)).all())
        foreign = session.scalar(select(Role.id).where(Role.bookshop_id == office.cast.boreal))
    assert mail.to_email == "new@mostrador.example"
    assert "/invitation/" in mail.body
    refused = words(post(client, f"/office/settings/people/{roles['owner']}/remove"))
    assert "Removed." not in refused
    assert status_of(client, f"/office/settings/people/{foreign}/remove") == 404
    with office.session() as session:
        assert session.get(Role, roles["owner"]) is not None


@pytest.mark.seed("T06", "T07")
def test_nothing_opens_before_both_texts_are_accepted_each_with_its_own_unticked_box(office):
    terms = conditions(office, "terms", "bookshop")
    privacy = conditions(office, "privacy", "bookshop")
    client = office.client("alba_owner")
    for address in ("/office/", "/office/reservations/", "/office/settings/basic", "/office/help/"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/office/terms/")
    page = read(client, "/office/terms/?lang=en")
    assert "2 texts wait to be accepted" in words(page)
    assert page.count('type="checkbox"') == 3  # the two, and the shell's switch of the keyboard
    assert "checked" not in page.partition('<form class="terms"')[2].partition("</form>")[0]
    ticked = {f"text-{terms}": "y"}
    refused = words(post(client, "/office/terms/accept", token_from="/office/terms/", **ticked))
    assert "Tick each text that you accept" in refused
    assert client.get("/office/").status_code == 302
    ticked[f"text-{privacy}"] = "y"
    assert "Everything is open now." in words(
        post(client, "/office/terms/accept", token_from="/office/terms/", **ticked)
    )
    assert client.get("/office/").status_code == 200
    with office.session() as session:
        kept = session.execute(select(Acceptance.text_id, Acceptance.person_id, Acceptance.bookshop_id)).all()
    person, place = office.cast.people["alba_owner"], office.cast.alba
    assert {tuple(row) for row in kept} == {(terms, person, place), (privacy, person, place)}


@pytest.mark.seed("T06")
def test_a_clerk_cannot_accept_in_the_name_of_the_bookshop(office):
    conditions(office, "terms", "bookshop")
    client = office.client("alba_clerk")
    page = read(client, "/office/terms/?lang=en")
    assert "Only an owner of the bookshop may accept." in words(page)
    assert "/office/terms/accept" not in page.partition("<button")[0] or "Accept and go on" not in page


@pytest.mark.seed("T04")
@pytest.mark.parametrize("state", ["accepted", "fee_due"])
def test_a_bookshop_that_is_not_admitted_yet_sees_what_it_waits_for(house, state):
    with house.session() as session:
        session.get(Bookshop, house.cast.alba).state = state
    client = house.client("alba_owner")
    answer = client.get("/office/reservations/")
    assert answer.headers["Location"] == "/office/terms/"
    assert "Your application is accepted." in words(read(client, "/office/terms/?lang=en"))


@pytest.mark.seed("T08")
@pytest.mark.parametrize("name", ["My shelves", "Shop page", "B2B", "Reservations", "B2C", "Gift cheques"])
def test_the_menu_has_the_sections_of_the_seed(office, name):
    assert name in words(read(owner(office), "/office/"))


@pytest.mark.seed("T08")
def test_every_item_of_the_menu_opens(office):
    client = owner(office)
    page = read(client, "/office/")
    addresses = {part.partition('"')[0] for part in page.split('class="nav-item" href="')[1:]}
    assert len(addresses) >= 18
    for address in addresses:
        assert client.get(address, follow_redirects=True).status_code == 200, address
    later = words(read(client, "/office/later/back-room"))
    assert "This section is not switched on in this network" in later


@pytest.mark.seed("F43")
def test_a_clerk_sees_neither_money_nor_settings(office):
    client = office.client("alba_clerk")
    page = read(client, "/office/")
    for address in ("/office/money/", "/office/settings/basic", "/office/settings/people/", "/office/cheques/invoices"):
        assert client.get(address).status_code == 403
        assert f'href="{address}"' not in page
    for address in ("/office/reservations/", "/office/calendar/", "/office/stock/", "/office/cheques/redeem"):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("who", ["clara", "dora", "emilio", "ada", None])
def test_nobody_else_enters_the_office(office, who):
    client = office.client(who)
    answer = client.get("/office/")
    assert answer.status_code in ((302,) if who is None else (403,))


def test_a_wrong_figure_in_an_address_is_not_found(office):
    client = owner(office)
    for address in (
        "/office/stock/run/999999",
        "/office/stock/run/1/nonsense.csv",
        "/office/money/month/2026-99",
        "/office/money/invoices/none.pdf",
        "/office/reservations/R-999999",
        "/office/calendar/?year=99999",
        "/office/stock/titles?page=-5",
        "/office/cheques/redeemed?month=nonsense",
    ):
        assert client.get(address).status_code in (200, 404), address
