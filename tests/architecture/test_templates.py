"""Templates hold no inline script, style or handler: the Content-Security-Policy would refuse them in the browser."""

from __future__ import annotations

import re

import pytest

from tests.architecture.source import templates

# Papers are printed by WeasyPrint, which has no policy and needs no second request for its few variables.
PAPER = "invoices/"
# Shapes drawn from constants that stand in the same file.
CONSTANTS = {"text that is not escaped": {"backoffice/templates/components/icons.html"}}
BREACHES = {
    "a style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE | re.DOTALL),
    "an event handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE | re.DOTALL),
    # Data for machines (JSON-LD, written by tojson) is no script: the policy lets it be, and no browser runs it.
    "a script inside the page": re.compile(
        r"<script\b(?![^>]*\bsrc\s*=)(?! type=.application/ld\+json.>\{\{ \w+ \| tojson \}\}</script>)", re.IGNORECASE
    ),
    "a style inside the page": re.compile(r"<style\b", re.IGNORECASE),
    "a javascript address": re.compile(r"[\"']\s*javascript:", re.IGNORECASE),
    "a third party": re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)\s*=\s*.(?:https?:)?//", re.IGNORECASE),
    "text that is not escaped": re.compile(r"\|\s*safe\b|\{%-?\s*autoescape\s+false", re.IGNORECASE),
}
POST = re.compile(r"<form\b[^>]*method\s*=\s*[\"']?post.*?</form>", re.IGNORECASE | re.DOTALL)
TOKEN = re.compile(r"csrf_token|hidden_tag\(|\bcsrf\(\)|\btoken\(")
BAD = {
    "a style attribute": '<p class="x"\n style="color:red">',
    "an event handler": '<a href="#" onclick="go()">',
    "a script inside the page": "<script>alert(1)</script>",
    "a style inside the page": "<style>p{}</style>",
    "a javascript address": '<a href="javascript:go()">',
    "a third party": '<script src="//cdn.example/x.js"></script>',
    "text that is not escaped": "{{ words|safe }}",
}


@pytest.mark.parametrize("breach", BREACHES)
def test_no_template_holds(breach: str) -> None:
    pages = [(path, text) for path, text in templates() if not path.startswith(PAPER)]
    assert pages
    found = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
        for path, text in pages
        if path not in CONSTANTS.get(breach, ())
        for match in BREACHES[breach].finditer(text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_found(breach: str) -> None:
    assert BREACHES[breach].search(BAD[breach])
    assert not BREACHES[breach].search('<p class="x" data-once="y"><script src="/a.js" defer></script>{{ words }}')


def test_every_form_that_posts_carries_the_token() -> None:
    found = [
        f"{path}:{text.count(chr(10), 0, form.start()) + 1}"
        for path, text in templates()
        for form in POST.finditer(text)
        if not TOKEN.search(form.group())
    ]
    assert not found, "\n".join(found)
