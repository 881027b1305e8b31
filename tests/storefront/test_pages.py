"""Pages that stand still, error pages, headers, weight and what no page may hold (F21-F26, F40, F47, T06-T08)."""

from __future__ import annotations

import re

import pytest
from flask import render_template
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy.exc import OperationalError

from app import create_app
from storefront import frame
from tests.cast import NOW
from tests.conftest import House
from tests.storefront.conftest import SOLITUDE
from tests.storefront.page import Page, browser, read, ticked
from trade.stock.actions import process, receive_file
from trade.texts import actions as texts

STILL = ("/help", "/ranking", "/accessibility", "/security", "/stock-file")
PUBLIC = (
    *STILL,
    "/",
    "/?near=28004",
    "/search",
    "/search?q=soledad&near=28004",
    f"/book/{SOLITUDE}",
    f"/book/{SOLITUDE}?near=28004",
    "/shops",
    "/shop/alba",
    "/sign-in",
    "/register",
    "/password",
    "/join/",
    "/legal/privacy",
    "/legal/terms",
    "/legal/reservations",
    "/nothing-here",
)
PRIVATE = ("/account/", "/account/details", "/account/password", "/account/second-step", "/account/delete")
LIMIT = 150_000
SCRIPT_LIMIT = 30_000


@pytest.mark.parametrize("address", STILL)
@pytest.mark.parametrize("language", ["es", "fr", "en"])
def test_still_pages_open_in_every_language(stocked: House, address: str, language: str) -> None:
    page = read(stocked.client(), f"{address}?lang={language}")
    assert page.status == 200
    assert page.tree.get("lang") == language
    assert len(page.all("//h1")) == 1


@pytest.mark.seed("F06", "F21")
@pytest.mark.parametrize("language", ["es", "fr", "en"])
def test_the_model_file_imports_without_a_refusal(house: House, language: str) -> None:
    client = house.client()
    client.get(f"/help?lang={language}")
    answer = client.get("/stock-file/model.csv")
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    with house.session() as session:
        run = receive_file(
            session,
            bookshop_id=house.cast.alba,
            format="model_csv",
            data=answer.data,
            name="model.csv",
            origin="upload",
            at=NOW,
            store=house.store,
            queued=False,
        )
        process(session, run_id=run.id, at=NOW, store=house.store)
        assert (run.state, run.read, run.refused) == ("applied", 2, 0)


@pytest.mark.seed("F40")
def test_the_security_page_names_place_operator_and_authority(stocked: House) -> None:
    words = read(browser(stocked), "/security").words
    settings = stocked.profile.settings
    for key in ("operator.hosting_place", "operator.legal_name", "operator.privacy_email", "operator.authority"):
        assert settings[key] in words


@pytest.mark.seed("T06", "T07", "F51")
def test_a_legal_text_is_shown_in_its_versions(shop_house: House) -> None:
    client = browser(shop_house)
    first = read(client, "/legal/terms")
    assert "Version 1, in force since" in first.words and len(first.all("//div[@class='prose']//h2")) > 2
    with shop_house.session(shop_house.cast.staff("ada")) as session:
        words = {
            "es": "# Condiciones\n\nNuevas <b>palabras</b>.",
            "fr": "# Conditions\n\nAutres.",
            "en": "# Terms\n\nNew.",
        }
        draft = texts.draft(
            session,
            document="terms",
            titles={"es": "Condiciones", "fr": "Conditions", "en": "Terms"},
            bodies=words,
            accepted_by="nobody",
            at=NOW,
        )
        assert read(client, "/legal/terms/2").status == 404, "a draft is nobody's to read"
        session.commit()
        texts.publish(session, text_id=draft.id, effective_from=NOW, at=NOW)
    assert "Version 2, in force since" in read(client, "/legal/terms").words
    assert "This is not the version in force" in read(client, "/legal/terms/1").words
    spanish = read(shop_house.client(), "/legal/terms?lang=es")
    assert "Nuevas <b>palabras</b>." in spanish.words


@pytest.mark.parametrize("address", ["/legal/nothing", "/legal/terms/99", "/legal/terms/0", "/legal/%00"])
def test_a_text_that_is_not_there(stocked: House, address: str) -> None:
    assert read(browser(stocked), address).status == 404


@pytest.mark.seed("F23")
@pytest.mark.parametrize(
    "browser_name",
    [
        "Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11.0) like Gecko",
        "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1)",
    ],
)
def test_internet_explorer_is_told_politely(stocked: House, browser_name: str) -> None:
    page = read(browser(stocked), "/", headers={"User-Agent": browser_name})
    assert page.status == 200 and "This browser is too old" in page.words
    assert not page.all("//script|//link[@rel='stylesheet']")


@pytest.mark.seed("F24", "F25", "F26")
@pytest.mark.parametrize(
    "browser_name",
    [
        "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
        "",
    ],
)
def test_other_browsers_get_the_page(stocked: House, browser_name: str) -> None:
    assert "too old" not in read(browser(stocked), "/", headers={"User-Agent": browser_name}).words


@pytest.mark.seed("F22")
@pytest.mark.parametrize("address", PUBLIC)
def test_a_page_is_light_and_needs_nothing_from_elsewhere(stocked: House, address: str) -> None:
    client = browser(stocked)
    page = read(client, address)
    weight = len(client.get(address, headers=PACKED).data) + sum(size for _, size in loaded(client, page))
    assert weight <= LIMIT, f"{address}: {weight} bytes"
    assert sum(size for name, size in loaded(client, page) if ".js?" in name) <= SCRIPT_LIMIT


PACKED = {"Accept-Encoding": "gzip"}
FONTS = (
    "source-serif-4-latin-400-normal",
    "source-serif-4-latin-400-italic",
    "source-serif-4-latin-600-normal",
    "source-sans-3-latin-400-normal",
    "source-sans-3-latin-600-normal",
)


def loaded(client: FlaskClient, page: Page) -> list[tuple[str, int]]:
    """What the browser fetches for the page, fonts of text and covers included, with its size on the line."""
    names = {str(name) for name in page.all("//link[@rel='stylesheet']/@href|//script/@src")}
    names |= {str(name) for name in page.all("//*[local-name()='image']/@href")}
    names |= {f"/static/fonts/{font}.woff2" for font in FONTS}
    found = []
    for name in sorted(names):
        assert name.startswith("/"), f"{name} comes from elsewhere"
        with client.get(name, headers=PACKED) as answer:
            assert answer.status_code == 200, name
            found.append((name, len(answer.data)))
    return found


@pytest.mark.seed("F47")
@pytest.mark.parametrize("address", PUBLIC)
def test_no_box_is_ticked_on_any_public_page(stocked: House, address: str) -> None:
    assert ticked(read(browser(stocked), address)) == []


@pytest.mark.seed("F47")
@pytest.mark.parametrize("address", PRIVATE)
def test_no_box_is_ticked_on_any_private_page(stocked: House, address: str) -> None:
    page = read(browser(stocked, "clara"), address)
    assert page.status == 200 and ticked(page) == []


@pytest.mark.parametrize("address", PUBLIC)
def test_a_page_is_sound(stocked: House, address: str) -> None:
    page = read(browser(stocked), address)
    assert len(page.all("//h1")) == 1
    assert page.all("//main[@id='content']") and page.one("//a[@class='skip']").get("href") == "#content"
    ids = [element for element in page.all("//@id") if not str(element).startswith("p97")]
    assert len(ids) == len(set(ids)), sorted({name for name in ids if ids.count(name) > 1})
    for field in page.all("//input[not(@type='hidden')]|//select|//textarea"):
        named = field.get("aria-label") or page.all(f"//label[@for='{field.get('id')}']")
        assert named, f"a field without a name: {etree.tostring(field)[:120]!r}"
    assert not re.search(r'<[a-z][^>]*\s(style|on[a-z]+)="', page.source)
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]


def test_error_pages_help(stocked: House) -> None:
    missing = read(browser(stocked), "/nothing-here")
    assert missing.status == 404 and missing.all("//main//form[@role='search']")
    assert read(browser(stocked, "clara"), "/staff/").status == 403
    assert browser(stocked).post("/help").status_code == 405


def test_a_file_that_is_too_large_is_refused_before_anything_else(stocked: House) -> None:
    body = b"0" * (33 * 1024 * 1024)
    answer = browser(stocked).post("/join/x", data=body, content_type="multipart/form-data; boundary=0")
    assert answer.status_code == 413 and "This file is too large" in answer.get_data(as_text=True)


def test_a_page_can_be_drawn_while_the_database_does_not_answer(
    stocked: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent() -> None:
        raise OperationalError("SELECT 1", {}, Exception("no answer"))

    monkeypatch.setattr(frame, "identity", silent)
    with stocked.app.test_request_context("/nothing-here?lang=en"):
        assert "visitor" not in frame.surroundings()
        assert "Something broke" in render_template("error.html", code=500, message="")


def test_too_many_attempts_get_a_page_that_says_so(house: House) -> None:
    client = create_app(house.config(), TESTING=True, RATELIMIT_ENABLED=True, WTF_CSRF_ENABLED=False).test_client()
    answers = [client.post("/join/?lang=en", data={}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert "Too many attempts" in answers[-1].get_data(as_text=True)


def test_robots_and_sitemaps(stocked: House) -> None:
    client = browser(stocked)
    robots = client.get("/robots.txt").get_data(as_text=True)
    assert "Disallow: /account" in robots and "Sitemap: " in robots
    index = etree.fromstring(client.get("/sitemap.xml").data)
    parts = [loc.text or "" for loc in index.iter("{*}loc")]
    addresses = [loc.text or "" for part in parts for loc in etree.fromstring(client.get(part).data).iter("{*}loc")]
    assert len(addresses) == len(set(addresses))
    assert {f"/book/{SOLITUDE}", "/shop/alba", "/help"} <= {"/" + a.split("/", 3)[3] for a in addresses}
    assert all(client.get(address).status_code == 200 for address in addresses)
    assert client.get("/sitemap-books-2.xml").status_code == 404


@pytest.mark.seed("T08")
def test_a_booksellers_top_menu_unfolds_her_sections(stocked: House) -> None:
    sections = ["My shelves", "Shop page", "B2B", "Reservations", "B2C", "Gift cheques", "Activities", "Back room"]
    owner, clerk, reader = (
        read(browser(stocked, who), "/").texts("//header//details[contains(@class,'not-phone')]//a")
        for who in ("alba_owner", "alba_clerk", "clara")
    )
    assert owner == ["Your account", "Today", *sections, "Logs", "Settings"]
    # Who serves in the bookshop's name is for its owner to choose.
    assert clerk == ["Your account", "Today", *sections[:-1], "Logs"]
    assert reader == ["Your account"]


def test_the_language_follows_the_choice(stocked: House) -> None:
    client = stocked.client()
    assert read(client, "/help", headers={"Accept-Language": "fr"}).tree.get("lang") == "fr"
    read(client, "/help?lang=en", headers={"Accept-Language": "fr"})
    assert read(client, "/help", headers={"Accept-Language": "fr"}).tree.get("lang") == "en"
