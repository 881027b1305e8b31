"""A bookshop's first month, walked in a real browser on the whole product (issue 2, section 2): its chapters."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.chapters import (
    cheque,
    erasure,
    finding,
    in_english,
    joining,
    month,
    on_the_telephone,
    reading,
    reserving,
    settings,
    stock,
)
from tests.browser.stack import Stack
from tests.browser.story import Story
from tests.browser.walker import Walker
from tests.storefront.conftest import furnish

CHAPTERS = (joining, settings, stock, reading, finding, in_english, reserving, cheque, on_the_telephone, month, erasure)


def walk(stack: Stack, person: Callable[[], Walker], plain: Callable[[], Page]) -> None:
    """Tell the whole story on a running installation."""
    furnish(stack.house)
    story = Story(stack, person, plain)
    story.give_passwords()
    for chapter in CHAPTERS:
        chapter.tell(story)
