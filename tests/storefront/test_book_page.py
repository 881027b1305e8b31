"""The page of a book: its record whole, how each bookshop serves it, what became of the edition, data for machines."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from storefront.shown import offer_shown
from storefront.structured import STATES
from tests.cast import NOW
from tests.conftest import House
from tests.storefront.conftest import POMPIER, REED, SOLITUDE, STRANGER
from tests.storefront.page import browser, read
from tests.trade.reservations.helpers import shelve
from trade.availability.queries import Detail, Offer
from trade.availability.rules import Label
from trade.catalogue.models import Book, BookDetail
from trade.catalogue.records import Availability
from trade.members.actions import change_public_data
from trade.members.models import Bookshop

SHELF = Offer(1, "alba", "Alba", "Madrid", 40.4, -3.7, 0.6, Label.ON_SHELF, 2, NOW, False)
HOUR = timedelta(hours=1)


@pytest.mark.seed("T150")
@pytest.mark.parametrize(
    ("label", "detail", "words", "note"),
    [
        (Label.ON_SHELF, Detail(), "On the shelf", "2 copies"),
        (
            Label.SHORT_TERM,
            Detail(source="Nube", from_hours=24, to_hours=48, fee_cents=200),
            "Short term",
            "ready in 1 to 2 days, €2.00 for handling",
        ),
        (Label.SHORT_TERM, Detail(from_hours=2, to_hours=24), "Short term", "ready in 1 day"),
        (Label.PRINT_ON_DEMAND, Detail(from_hours=72, to_hours=97), "Printed on demand", "ready in 3 to 5 days"),
        (
            Label.OTHER_BOOKSHOP,
            Detail(source="Boreal"),
            "From another bookshop",
            "from Boreal, the bookshop tells you when it is there",
        ),
        (Label.PRESALE, Detail(release=date(2027, 1, 7)), "Presale", "served from 7 Jan 2027 on"),
        (
            Label.DELEGATED,
            Detail(collected=False, from_hours=24, to_hours=24),
            "Straight from the distributor",
            "ready in 1 day, sent to your home only",
        ),
    ],
)
def test_each_way_has_its_word_and_what_stands_behind(
    stocked: House, label: Label, detail: Detail, words: str, note: str
) -> None:
    with stocked.app.test_request_context("/?lang=en"):
        shown = offer_shown(replace(SHELF, label=label, detail=detail), isbn=str(SOLITUDE))
    assert (shown.label.key, shown.label.words, shown.note) == (label.value, words, note)
    assert bool(shown.age) is (label is Label.ON_SHELF), "only a shelf has an age"
    assert label in STATES


@pytest.mark.seed("T80")
def test_what_a_delegated_distributor_said_is_shown_with_its_age(stocked: House) -> None:
    with stocked.app.test_request_context("/?lang=en"):
        detail = Detail(from_hours=24, to_hours=24, copies=3, answered_at=NOW - 2 * HOUR)
        shown = offer_shown(replace(SHELF, label=Label.DELEGATED, detail=detail), isbn=str(SOLITUDE))
    assert shown.note == "3 copies at the distributor 2 hours ago, ready in 1 day"


@pytest.mark.seed("T122")
@pytest.mark.parametrize(
    ("told", "link"),
    [
        ("https://alba.example/libro/{ean}?de=red", f"https://alba.example/libro/{REED}?de=red"),
        ("https://alba.example/tienda", "https://alba.example/tienda"),
        ("", None),
    ],
)
def test_a_book_leads_to_the_bookshops_own_web_shop(stocked: House, told: str, link: str | None) -> None:
    with stocked.session(stocked.cast.bookshop()) as session:
        change_public_data(session, bookshop_id=stocked.cast.alba, given={"web_shop": told}, at=NOW)
    page = read(browser(stocked), f"/book/{REED}")
    assert page.all("//section[@class='availability']//a[@rel='noopener nofollow external']/@href") == (
        [link] if link else []
    )


@pytest.mark.seed("T44")
def test_only_a_copy_on_the_shelf_can_be_reserved(stocked: House) -> None:
    with stocked.app.test_request_context("/?lang=en"):
        for label in Label:
            shown = offer_shown(replace(SHELF, label=label), isbn=str(SOLITUDE), reservable=True)
            assert bool(shown.reserve_url) is (label is Label.ON_SHELF)


@pytest.mark.parametrize("stale", [True, False])
def test_an_old_file_is_marked_with_its_age(stocked: House, stale: bool) -> None:
    with stocked.app.test_request_context("/?lang=en"):
        shown = offer_shown(replace(SHELF, stale=stale, file_at=NOW - 50 * HOUR), isbn=str(SOLITUDE))
    assert shown.stale is stale and "2 days ago" in shown.age
    assert ("Call before you go." in shown.age) is stale


@pytest.mark.parametrize(
    ("availability", "said"),
    [
        (Availability.AVAILABLE, ""),
        (Availability.REPRINTING, "The publisher is reprinting it; expected on 1 Feb 2027."),
        (Availability.SHORT_TERM_OUT, "The publisher is out of stock for some weeks."),
        (Availability.SOLD_OUT, "Sold out at the publisher; copies may be left in bookshops."),
        (Availability.FORTHCOMING, "On sale from 1 Feb 2027."),
        (Availability.RECALLED, "no bookshop may sell it"),
        (Availability.REPLACED, "There is a newer edition of this book. See the newer edition"),
    ],
)
def test_what_became_of_the_edition_is_said(stocked: House, availability: Availability, said: str) -> None:
    with stocked.session() as session:
        session.execute(
            update(Book)
            .where(Book.isbn == STRANGER)
            .values(availability=availability, available_on=date(2027, 2, 1), replaced_by=POMPIER)
        )
    page = read(browser(stocked), f"/book/{STRANGER}")
    notices = page.texts("//div[@class='book-main']/p[contains(@class,'notice')]")
    assert said in "".join(notices) and bool(notices) is bool(said)
    if availability is Availability.REPLACED:
        assert f"/book/{POMPIER}" in page.links()


def test_the_record_is_told_whole(shop_house: House) -> None:
    with shop_house.session() as session:
        values = {"collection": "Letras", "collection_number": "212", "form": "hardback", "weight_is_estimate": True}
        values |= {"price_kind": "free", "published_on": date(2007, 3, 5), "weight_grams": 540}
        session.execute(update(Book).where(Book.isbn == REED).values(**values))
        session.add(
            BookDetail(
                isbn=REED,
                description="One.\n\n<b>Two</b>.",
                width_mm=145,
                height_mm=220,
                original_language="la",
                safety={"name": "Publisher & Co", "email": "safe@example.org", "url": "javascript:alert(1)"},
            )
        )
    page = read(browser(shop_house), f"/book/{REED}")
    facts = dict(zip(page.texts("//dl[@class='facts']/dt"), page.texts("//dl[@class='facts']/dd"), strict=True))
    told = ("Collection", "Published", "Format", "Size", "Weight", "Original language", "ISBN")
    assert [facts[name] for name in told] == [
        "Letras, no. 212", "5 Mar 2007", "Hardback", "14.5 × 22 cm", "540 g (estimate)", "Latin",
        "978-84-17860-79-0",
    ]  # fmt: skip
    assert page.texts("//div[@class='prose']/p") == ["One.", "<b>Two</b>."]
    assert "Free price: set by the network" in page.words
    assert "Publisher & Co" in page.words and "javascript:" not in page.source


def test_machines_read_the_book_and_its_offers(stocked: House) -> None:
    page = read(browser(stocked), f"/book/{SOLITUDE}")
    data = json.loads(page.one("//script[@type='application/ld+json']").text)
    assert (data["isbn"], data["name"], data["author"][0]["name"]) == (
        str(SOLITUDE), "Cien años de soledad", "Gabriel García Márquez",
    )  # fmt: skip
    offers = [(offer["seller"]["name"], offer["price"], offer["availability"]) for offer in data["offers"]]
    assert sorted(offers) == [
        ("Alba", "14.95", "https://schema.org/InStock"), ("Boreal", "14.95", "https://schema.org/InStock"),
    ]  # fmt: skip


def test_every_bookshop_that_has_a_book_is_listed(stocked: House) -> None:
    page = read(browser(stocked), f"/book/{SOLITUDE}/shops?near=barcelona")
    assert page.texts("//ol[contains(@class,'offers')]//a[@class='name']") == ["Boreal", "Alba"]
    assert read(browser(stocked), f"/book/{POMPIER + 1}/shops").status == 404


@pytest.mark.seed("F01", "T16")
def test_a_book_of_very_many_bookshops_is_counted_and_listed_whole(shop_house: House) -> None:
    """More than a query gives at once; the reader's own bookshop is the furthest of all, and comes first."""
    more = 130
    with shop_house.session() as session:
        shops = [
            Bookshop(slug=f"far-{number:03}", name=f"Far {number:03}", state="active", country="ES", subdivision="MD",
                     zone="ES", time_zone="Europe/Madrid", latitude=41.5 + number / 100, longitude=2.2, applied_at=NOW)
            for number in range(more)
        ]  # fmt: skip
        session.add_all(shops)
        session.flush()
        for shop in shops:
            shelve(session, shop.id, isbn=SOLITUDE)
    reader = browser(shop_house)
    read(reader, "/shop/far-129")
    page = read(reader, f"/book/{SOLITUDE}?near=Barcelona")
    assert page.text("//section[@class='availability']//h2").startswith("Far 129")
    assert "does not have it today" not in page.words
    assert f"{more + 2 - 5} more bookshops" in page.words
    listed: list[str] = []
    address = f"/book/{SOLITUDE}/shops"
    while address:
        page = read(reader, address)
        listed += page.texts("//ol[contains(@class,'offers')]//a[@class='name']")
        address = next(iter(page.all("//nav[@class='pages']//a[@rel='next']/@href")), "")
        assert page.texts("//h1") == [f"{more + 2} bookshops have it"]
    assert len(listed) == len(set(listed)) == more + 2
    assert listed[:3] == ["Far 129", "Boreal", "Far 000"] and listed[-1] == "Alba"


@pytest.mark.parametrize(
    ("slug", "query", "found"),
    [
        ("alba", "", {SOLITUDE, REED, POMPIER}),
        ("alba", "?q=soledad", {SOLITUDE}),
        ("boreal", "?q=junco", set()),
        ("boreal", "?q=camus", {STRANGER}),
        ("alba", "?q=zzzz&page=9", set()),
    ],
)
def test_one_bookshop_is_searched(stocked: House, slug: str, query: str, found: set[int]) -> None:
    page = read(browser(stocked), f"/shop/{slug}/books{query}")
    assert page.status == 200
    books = {int(link.removeprefix("/book/")) for link in page.links() if link.startswith("/book/")}
    assert books == found
