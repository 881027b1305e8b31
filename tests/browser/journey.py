"""A bookshop's first month, walked in a real browser on the whole product (issue 2, section 2): its chapters."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.chapters import cheque, erasure, joining, month, reading, reserving, settings, stock
from tests.browser.stack import Stack
from tests.browser.story import Story
from tests.browser.walker import Walker
from tests.storefront.conftest import furnish

CHAPTERS = (joining, settings, stock, reading, reserving, cheque, month, erasure)


def walk(stack: Stack, person: Callable[[], Walker]) -> None:
    """Tell the whole story on a running installation."""
    furnish(stack.house)
    story = Story(stack, person)
    story.give_passwords()
    for chapter in CHAPTERS:
        chapter.tell(story)
