"""Who may do what: one table of sentences, and the bundle of each role (F43, T146).

Every URL of the product demands one of these permissions (``backoffice/access.py``, ``storefront/access.py``);
row scope is not here: that is tenancy. PUBLIC and SIGNED_IN are demanded like the others.
"""

from __future__ import annotations

from typing import Final

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed_in"

SENTENCES: Final[dict[str, str]] = {
    "public": "anybody may open it",
    "signed_in": "anybody who has signed in may open it",
    "reader.reserve": "reserve books and follow one's own reservations",
    "reader.data": "see, export and delete one's own data",
    "office.enter": "enter the office of a bookshop",
    "office.serve": "work the queue: reservations, redeeming gift cheques",
    "office.stock": "send stock files, decide on held ones, read the stock logs",
    "office.calendar": "change closing days and vacations",
    "office.settings": "change the bookshop's settings",
    "office.money": "see the bookshop's transfers and invoices, change its IBAN",
    "office.people": "invite and remove people of the bookshop",
    "staff.enter": "enter the staff area",
    "staff.members": "admit and serve bookshops",
    "staff.catalogue": "keep the catalogue: feeds, prices, covers",
    "staff.stock": "see every bookshop's feeds and decide on held files",
    "staff.cheques": "issue gift-cheque campaigns and block cheques",
    "staff.rules": "change platform settings",
    "staff.content": "publish legal texts and e-mail templates, read the outbox",
    "staff.privacy": "deal with deletion requests",
    "staff.system": "see jobs and the journal",
    "staff.people": "give and take roles of the platform",
    "money.read": "read settlements, invoices and transfers of the whole platform",
    "money.close": "close a month",
    "money.approve": "approve transfers",
}

READER: Final = frozenset({"public", "signed_in", "reader.reserve", "reader.data"})
CLERK: Final = READER | {"office.enter", "office.serve", "office.stock", "office.calendar"}
OWNER: Final = CLERK | {"office.settings", "office.money", "office.people"}
STAFF: Final = READER | {
    "staff.enter",
    "staff.members",
    "staff.catalogue",
    "staff.stock",
    "staff.cheques",
    "staff.content",
    "staff.privacy",
}
ACCOUNTANT: Final = READER | {"money.read", "money.approve"}
ADMINISTRATOR: Final = STAFF | {
    "staff.rules",
    "staff.system",
    "staff.people",
    "money.read",
    "money.close",
    "money.approve",
}

BUNDLES: Final[dict[str, frozenset[str]]] = {
    "reader": READER,
    "clerk": CLERK,
    "owner": OWNER,
    "staff": STAFF,
    "accountant": ACCOUNTANT,
    "administrator": ADMINISTRATOR,
}
BOOKSHOP_ROLES: Final = ("owner", "clerk")
PLATFORM_ROLES: Final = ("administrator", "staff", "accountant")
SECOND_FACTOR_ROLES: Final = ("administrator", "staff", "accountant")


def permissions_of(roles: frozenset[str]) -> frozenset[str]:
    """What the roles together allow; a person without any role is a reader."""
    allowed = READER
    for role in roles:
        allowed = allowed | BUNDLES[role]
    return allowed
