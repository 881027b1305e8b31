"""A bookshop's first month, walked in a real browser on the whole product, under both profiles (issue 2, section 2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.chapters import cheque, erasure, joining, month, reading, reserving, settings, stock
from tests.browser.stack import Stack
from tests.browser.story import Story
from tests.browser.walker import Walker
from tests.storefront.conftest import furnish

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
CHAPTERS = (joining, settings, stock, reading, reserving, cheque, month, erasure)


@pytest.mark.parametrize("network", ["es", "fr"], indirect=True)
def test_a_bookshops_first_month(stack: Stack, person: Callable[[], Walker]) -> None:
    furnish(stack.house)
    story = Story(stack, person)
    story.give_passwords()
    for chapter in CHAPTERS:
        chapter.tell(story)
