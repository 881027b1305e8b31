"""What tests of screens do over and over: open a page, post a form with its token, read what was flashed."""

from __future__ import annotations

import html
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import House, csrf

TOAST = re.compile(r'<div class="toast[^"]*">.*?<span>(.*?)</span>', re.DOTALL)


class Screen:
    """A signed-in browser of one area."""

    def __init__(self, house: House, who: str, *, bookshop: int | None = None) -> None:
        self.client: FlaskClient = house.client(who, bookshop=bookshop)

    def get(self, address: str, status: int = 200) -> str:
        """A page in English; the status is part of the question."""
        answer = self.client.get(address, query_string=None if "lang=" in address else None)
        assert answer.status_code == status, f"{address}: {answer.status_code} {answer.text[:600]}"
        return html.unescape(answer.text)

    def english(self) -> Screen:
        """Speak English from now on, whatever the network's language is."""
        self.client.get("/staff/profile/?lang=en")
        return self

    def post(self, address: str, data: dict[str, Any] | None = None, *, page: str = "/staff/profile/") -> TestResponse:
        """Post a form with the token of a page of the same session."""
        return self.client.post(address, data={"csrf_token": csrf(self.client, page), **(data or {})})

    def do(self, address: str, data: dict[str, Any] | None = None) -> str:
        """Post and follow to the page that tells what happened; returns that page."""
        answer = self.post(address, data)
        while answer.status_code in (301, 302, 303):
            answer = self.client.get(answer.headers["Location"])
        assert answer.status_code == 200, f"{address}: {answer.status_code} {answer.text[:600]}"
        return html.unescape(answer.text)


def said(page: str) -> list[str]:
    """The messages a page flashes."""
    return [" ".join(text.split()) for text in TOAST.findall(page)]
