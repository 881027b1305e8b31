"""What each storefront route demands (``trade/accounts/permissions.py`` holds the sentences)."""

from __future__ import annotations

from typing import Final

TABLE: Final[dict[str, str]] = {
    "storefront.static": "public",
    "public.*": "public",
    "door.*": "public",
    "exchange.*": "public",
    "hooks.*": "public",
    "join.*": "public",
    "checkout.*": "public",
    "order.*": "public",
    "account.*": "reader.data",
    "public.reserve": "reader.reserve",
    "account.home": "signed_in",
    "account.reservations": "reader.reserve",
    "account.reservation": "reader.reserve",
    "account.cancel": "reader.reserve",
    "account.orders": "reader.reserve",
}
