"""Money: the next transfer, the transfers of each month with their lines, the commission invoices (T62, T67-T69)."""

from __future__ import annotations

from flask import abort
from flask.typing import ResponseReturnValue
from flask_admin import expose

from backoffice.base import ScreenView
from backoffice.office.desk import desk, today
from backoffice.office.wording import day_hour, long_day
from backoffice.papers import statement, stored
from trade.base.errors import NotFound
from trade.base.identifiers import masked_iban
from trade.billing.models import Invoice, Settlement
from trade.billing.queries import invoice_by_reference, settlements_of, statement_lines
from trade.billing.queries.forecast import next_transfer
from trade.billing.states import SETTLEMENT
from trade.members.queries import billing_of


class Money(ScreenView):
    """What the bookshop gets, when, and why that much."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Next transfer on top, months below."""
        session, shop, at = desk()
        return self.render(
            "office/money.html",
            coming=next_transfer(session, bookshop_id=shop.id, at=at),
            months=settlements_of(session, bookshop_id=shop.id),
            machine=SETTLEMENT,
            iban=masked_iban(billing_of(session, bookshop_id=shop.id).iban),
            today=today(at),
            long_day=long_day,
        )

    @expose("/month/<month>")
    def month(self, month: str) -> ResponseReturnValue:
        """One month: the lines of the statement add up to the transfer."""
        settlement, invoice = self.settlement(month)
        session, _, _ = desk()
        return self.render(
            "office/money_month.html",
            settlement=settlement,
            invoice=invoice,
            machine=SETTLEMENT,
            lines=statement_lines(session, settlement_id=settlement.id),
            day_hour=day_hour,
        )

    @expose("/month/<month>/statement.csv")
    def statement(self, month: str) -> ResponseReturnValue:
        """The lines of a month, the invoice deducted, and the transfer they add up to."""
        settlement, invoice = self.settlement(month)
        if invoice is None:
            raise NotFound()
        return statement(settlement, invoice)

    @expose("/invoices/<reference>.pdf")
    def invoice(self, reference: str) -> ResponseReturnValue:
        """The invoice as it was made once; 404 while it is not made yet."""
        session, shop, _ = desk()
        found = invoice_by_reference(session, reference=reference)
        if found.bookshop_id != shop.id:
            raise NotFound()
        return stored(found.pdf_sha256, name=f"{found.reference}.pdf", media_type="application/pdf")

    def settlement(self, month: str) -> tuple[Settlement, Invoice | None]:
        """The settlement of that month with its invoice, or 404."""
        session, shop, _ = desk()
        for settlement, invoice in settlements_of(session, bookshop_id=shop.id):
            if settlement.month == month:
                return settlement, invoice
        return abort(404)
