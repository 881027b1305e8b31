"""How the tests of the office walk its pages: sign in, read, post with the page's own token."""

from __future__ import annotations

import html
import re
from typing import Any

from flask.testing import FlaskClient

from tests.conftest import House, csrf


def read(client: FlaskClient, address: str, status: int = 200) -> str:
    """The page's text. Fails on another status."""
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status_code}"
    return html.unescape(answer.get_data(as_text=True))


def words(page: str) -> str:
    """The words of a page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def post(
    client: FlaskClient, where: str, /, *, follow: bool = True, token_from: str = "/office/help/", **fields: Any
) -> str:
    """Post a form as a browser would, and read where it leads."""
    data = {"csrf_token": csrf(client, token_from), **fields}
    answer = client.post(where, data=data, follow_redirects=follow)
    assert answer.status_code in (200, 302), f"{where}: {answer.status_code}"
    return html.unescape(answer.get_data(as_text=True))


def status_of(client: FlaskClient, where: str, /, **fields: Any) -> int:
    """The status of a post."""
    data = {"csrf_token": csrf(client, "/office/help/"), **fields}
    return client.post(where, data=data).status_code


def owner(house: House, name: str = "alba", language: str = "en") -> FlaskClient:
    """The owner of a bookshop, reading in this language."""
    client = house.client(f"{name}_owner")
    client.get(f"/office/help/?lang={language}")
    return client
