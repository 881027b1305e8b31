"""Static files out of memory, pages that need not be sent again, and what is never compressed (BREACH)."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.conftest import House
from tests.storefront.conftest import SOLITUDE
from tests.storefront.page import browser, read
from web.assets import ASKED, KEPT

PACKED = {"Accept-Encoding": "gzip, br"}


def sheet(house: House) -> str:
    """The versioned address of the one stylesheet."""
    return str(read(browser(house), "/help").one("//link[@rel='stylesheet']").get("href"))


def test_a_static_file_is_kept_for_ever_under_its_version(stocked: House) -> None:
    address = sheet(stocked)
    answer = browser(stocked).get(address, headers=PACKED)
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (200, "text/css", KEPT)
    assert answer.headers["Content-Encoding"] == "gzip" and answer.headers["Vary"] == "Accept-Encoding"
    plain = browser(stocked).get(address)
    assert "Content-Encoding" not in plain.headers and plain.data == gzip.decompress(answer.data)
    assert len(answer.data) < len(plain.data) / 3


def test_without_its_version_or_with_another_one_it_is_asked_for_again(stocked: House) -> None:
    bare = sheet(stocked).partition("?")[0]
    for address in (bare, f"{bare}?v=0123456789abcdef"):
        answer = browser(stocked).get(address)
        assert answer.headers["Cache-Control"] == ASKED
        again = browser(stocked).get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_the_fonts_of_a_stylesheet_have_their_versions(stocked: House) -> None:
    css = browser(stocked).get(sheet(stocked)).get_data(as_text=True)
    fonts = set(re.findall(r'url\("(/static/fonts/[^"]+)"\)', css))
    assert len(fonts) >= 5 and "/*" not in css
    for font in fonts:
        assert browser(stocked).get(font).headers["Cache-Control"] == KEPT, font


@pytest.mark.parametrize("address", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/nothing.css", "/static/"])
def test_nothing_else_is_served(stocked: House, address: str) -> None:
    assert browser(stocked).get(address).status_code == 404


@pytest.mark.parametrize("address", ["/", "/search?q=soledad", f"/book/{SOLITUDE}", "/shops", "/help"])
def test_an_unchanged_page_is_not_sent_again(stocked: House, address: str) -> None:
    client = browser(stocked)
    first = client.get(address, headers=PACKED)
    assert first.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in first.headers["Vary"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = client.get(address, headers={**PACKED, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(("who", "address"), [("clara", "/search?q=soledad"), ("clara", "/"), (None, "/shop/alba")])
def test_a_page_with_a_form_token_is_neither_kept_nor_compressed(stocked: House, who: str | None, address: str) -> None:
    answer = browser(stocked, who).get(address, headers=PACKED)
    assert 'name="csrf_token"' in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    assert not {"Content-Encoding", "ETag"} & set(answer.headers.keys())


def test_suggestions_are_the_same_for_everybody(stocked: House) -> None:
    answer = browser(stocked).get("/suggest?q=sol", headers=PACKED)
    assert answer.mimetype == "application/json" and "public" in answer.headers["Cache-Control"]
    for nothing in ("", "?q=", "?q=s", "?q=%20%20"):
        assert browser(stocked).get(f"/suggest{nothing}").json == []
