"""Reading a page as its reader does: links, forms, words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from lxml import html as tree
from werkzeug.test import TestResponse

from tests.conftest import House
from web.language import CHOICE


class Page:
    """A parsed answer."""

    def __init__(self, answer: TestResponse) -> None:
        self.address = answer.request.full_path.rstrip("?")
        self.status = answer.status_code
        self.headers = answer.headers
        self.location = answer.headers.get("Location", "")
        self.source = answer.get_data(as_text=True)
        self.tree: Any = tree.fromstring(self.source) if self.source.strip().startswith("<") else None

    @property
    def words(self) -> str:
        """Everything a reader reads, spaces collapsed."""
        body = self.tree.find("body") if self.tree.find("body") is not None else self.tree
        return " ".join(body.text_content().split())

    def all(self, path: str) -> list[Any]:
        """The elements of an XPath."""
        return list(self.tree.xpath(path))

    def one(self, path: str) -> Any:
        """The only element of an XPath."""
        found = self.all(path)
        assert len(found) == 1, f"{path}: {len(found)} found"
        return found[0]

    def text(self, path: str) -> str:
        """The words of the only element of an XPath."""
        return " ".join(self.one(path).text_content().split())

    def texts(self, path: str) -> list[str]:
        """The words of each element of an XPath."""
        return [" ".join(element.text_content().split()) for element in self.all(path)]

    def links(self) -> set[str]:
        """The paths this page links to inside the site."""
        return {urlsplit(link).path for link in self.tree.xpath("//a/@href") if link.startswith("/")}


def browser(house: House, who: str | None = None) -> FlaskClient:
    """A browser that reads English, signed in as one of the cast where named."""
    client = house.client(who)
    with client.session_transaction() as cookie:
        cookie[CHOICE] = "en"
    return client


def read(client: FlaskClient, address: str, **more: Any) -> Page:
    """Open a page."""
    return Page(client.get(address, **more))


def send(client: FlaskClient, page: Page, path: str = "//main//form[@method='post']", **values: Any) -> Page:
    """Fill in the first form of the path and send it as a browser would, then follow; None unticks a box."""
    form = page.all(path)[0]
    fields: dict[str, Any] = {}
    for field in form.xpath(".//input|.//select|.//textarea"):
        kind = field.get("type", "text")
        if kind in ("checkbox", "radio") and field.get("checked") is None:
            continue
        if field.get("name") and kind not in ("submit", "file"):
            fields[field.get("name")] = field.get("value") or field.text or ""
    fields = {name: value for name, value in {**fields, **values}.items() if value is not None}
    return Page(client.post(form.get("action") or page.address, data=fields, follow_redirects=True))


def mail_link(body: str, part: str) -> str:
    """The path of the link in a mail that holds ``part``."""
    found = re.search(rf"https?://[^\s]+({re.escape(part)}[^\s>)]+)", html.unescape(body))
    assert found, f"no link with {part} in: {body}"
    return found.group(1)


def ticked(page: Page) -> Iterable[str]:
    """Names of boxes that are ticked when the page opens."""
    return [str(box.get("name")) for box in page.all("//input[@type='checkbox'][@checked]")]
