"""The accounts of the ledger with their balances, and what holders of gift cheques are owed."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_admin import expose

from backoffice.base import ScreenView
from trade.base.text import N_
from trade.billing import queries
from trade.gift_cheques.queries import campaigns
from web.database import session

ACCOUNTS = {
    "cheques_issued": (N_("Holders of gift cheques"), N_("Left on cheques that can still be redeemed")),
    "bookshop": (N_("Bookshops"), N_("Redeemed, minus invoices, not yet transferred")),
    "commission": (N_("Commission"), N_("Without VAT, since the beginning")),
    "vat_due": (N_("VAT on the commission"), N_("Invoiced, since the beginning")),
    "cheques_expired": (N_("Expired cheques"), N_("Left on cheques after their last day, kept apart")),
    "cash": (N_("Bank"), N_("Received for cheques and not yet paid out (minus)")),
}


class Accounts(ScreenView):
    """What the platform owes, to whom; the balances always sum to zero."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """One line an account, and the campaigns behind what is owed to holders."""
        balances = queries.balances(session())
        return self.render(
            "ledger/accounts.html",
            accounts=[(*words, balances.get(name, 0)) for name, words in ACCOUNTS.items()],
            total=sum(balances.values()),
            campaigns=session().execute(campaigns(limit=60)).all(),
        )
