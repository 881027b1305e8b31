"""The journey under France's profile. (A file for each profile: the test processes share them out by file.)"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.journey import walk
from tests.browser.stack import Stack
from tests.browser.walker import Walker

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.mark.parametrize("network", ["fr"], indirect=True)
def test_a_bookshops_first_month(stack: Stack, person: Callable[[], Walker], plain: Callable[[], Page]) -> None:
    walk(stack, person, plain)
