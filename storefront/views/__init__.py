"""The storefront's views, one module per kind of page."""

from __future__ import annotations

from storefront.views.account import account
from storefront.views.door import door
from storefront.views.join import join
from storefront.views.public import public

BLUEPRINTS = (public, door, account, join)
