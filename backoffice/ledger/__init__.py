"""The accountants' area ``/ledger``: months with their papers, invoices, and the accounts they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_admin import BaseView
from sqlalchemy import func, select

from backoffice.area import Area
from backoffice.ledger.accounts import Accounts
from backoffice.ledger.entries import Entries
from backoffice.ledger.invoices import Invoices
from backoffice.ledger.months import Months
from backoffice.menu import Group, Item
from backoffice.profile import Profile
from trade.accounts.identity import Identity
from trade.base.models import LedgerEntry
from trade.base.tenancy import Scope, TenantSession
from trade.base.text import N_
from trade.billing.models import Invoice, TransferBatch

MENU = (
    Group("", (Item(N_("Months"), "ledger_months.index", "calendar", count="batches", phone=True),)),
    Group(
        N_("Accounting"),
        (
            Item(N_("Invoices"), "ledger_invoices.index_view", "euro", phone=True),
            Item(N_("Accounts"), "ledger_accounts.index", "scales", phone=True),
            Item(N_("Entries"), "ledger_entries.index_view", "journal", phone=True),
        ),
    ),
)


def views() -> Sequence[BaseView]:
    """The views of the area, made for one application."""
    return (
        Months(name=N_("Months"), endpoint="ledger_months", url="/ledger"),
        Invoices(Invoice, name=N_("Invoices"), endpoint="ledger_invoices", url="invoices"),
        Accounts(name=N_("Accounts"), endpoint="ledger_accounts", url="accounts"),
        Entries(LedgerEntry, name=N_("Entries"), endpoint="ledger_entries", url="entries"),
        Profile(name=N_("Your profile"), endpoint="ledger_profile", url="profile"),
    )


def scope(who: Identity) -> Scope:
    """Accountants read the money of the whole network; they change nothing but approvals."""
    return Scope("accountant", person_id=who.person_id)


def role(who: Identity) -> str:
    """The person's part, for the foot of the sidebar."""
    return N_("Administrator") if "administrator" in who.platform_roles else N_("Accountant")


def counts(session: TenantSession) -> Mapping[str, int]:
    """Batches that wait for an approval."""
    waiting = select(func.count()).select_from(TransferBatch).where(TransferBatch.state == "open")
    return {"batches": session.scalar(waiting) or 0}


AREA = Area(
    key="ledger",
    name=N_("accounts"),
    home="ledger_months.index",
    views=views,
    menu=MENU,
    scope=scope,
    permission="money.read",
    icon="euro",
    role=role,
    counts=counts,
    account_links=((N_("Your profile"), "ledger_profile.index", "person"),),
)
