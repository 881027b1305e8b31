"""Putting somebody into the browser's session, and where each person lands."""

from __future__ import annotations

from flask import session as cookie
from flask import url_for

from storefront.frame import MY_BOOKSHOP, VISITED_BOOKSHOP
from storefront.near import NEAR
from trade.accounts.identity import Identity
from web.identity import TOKEN, forget
from web.language import CHOICE

KEPT = (NEAR, MY_BOOKSHOP, VISITED_BOOKSHOP, CHOICE)


def enter(*, person_id: int, token: str) -> None:
    """Begin a fresh browser session for a person: nothing of the old one but place, bookshop and language."""
    kept = {name: cookie[name] for name in KEPT if name in cookie}
    forget()
    cookie.update(kept)
    cookie[TOKEN] = token
    cookie["_user_id"] = str(person_id)
    cookie["_fresh"] = True


def landing(who: Identity, wanted: str = "") -> str:
    """Where somebody goes after signing in: what she wanted, else her area."""
    if wanted and wanted != "/":
        return wanted
    if who.platform_roles & {"staff", "administrator"}:
        return "/staff/"
    if "accountant" in who.platform_roles:
        return "/ledger/"
    return "/office/" if who.workplaces else url_for("account.home")
