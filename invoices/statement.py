"""The statement that goes with an invoice: every redemption, the invoice deducted, and the transfer (T62, T69)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from invoices.tables import decimal, safe, write_csv
from trade.base.text import N_
from trade.billing.rules.document import InvoiceDocument, StatementLine, Unbalanced

HEAD = (N_("Kind"), N_("Date"), N_("Time"), N_("Gift cheque"), N_("Reference"), N_("Amount"), N_("Cents"))
KINDS = {
    "counter": N_("Redeemed at the counter"),
    "orders": N_("Used in an order"),
    "invoice": N_("Invoice, VAT included"),
    "transfer": N_("Transfer"),
}

Row = tuple[str, date, str, str, str, int]


def statement_csv(
    document: InvoiceDocument, lines: Sequence[StatementLine], translations: NullTranslations, *, time_zone: str
) -> bytes:
    """The statement of one invoice. Raises Unbalanced where the lines do not add up to the document's figures."""
    _ = translations.gettext
    deduction, zone = document.deduction, ZoneInfo(time_zone)
    redeemed = sum(line.cents for line in lines)
    if (redeemed, len(lines)) != (deduction.redeemed, deduction.redemptions):
        raise Unbalanced(f"{document.number}: {len(lines)} lines of {redeemed} cents are not what was invoiced.")
    rows = [_redemption(line, _(KINDS[line.channel]), zone) for line in lines]
    invoice, transfer = (_(KINDS[name]) for name in ("invoice", "transfer"))
    rows.append((invoice, document.issued_on, "", "", document.number, -document.total))
    rows.append((transfer, deduction.due_on, "", "", deduction.reference, deduction.transfer))
    return write_csv([_(word) for word in HEAD], [_cells(row, document.locale) for row in rows])


def _redemption(line: StatementLine, kind: str, zone: ZoneInfo) -> Row:
    local = line.at.astimezone(zone)
    return kind, local.date(), f"{local:%H:%M}", line.cheque, line.reference, line.cents


def _cells(row: Row, locale: str) -> list[str]:
    kind, day, time, cheque, reference, cents = row
    return [kind, day.isoformat(), time, safe(cheque), safe(reference), decimal(cents, locale), str(cents)]


@dataclass(frozen=True, kw_only=True)
class MonthRow:
    """One bookshop's month: what was redeemed, its invoice and its transfer; ``state`` is a word for people."""

    bookshop: str
    invoice: str
    redeemed: int
    net: int
    vat: int
    total: int
    transfer: int
    state: str


AMOUNTS = ("redeemed", "net", "vat", "total", "transfer")
TOTALS_HEAD = (
    N_("Bookshop"),
    N_("Invoice"),
    N_("Redeemed"),
    N_("Commission"),
    N_("VAT"),
    N_("Invoice total"),
    N_("Transfer"),
    N_("State"),
)


def month_sums(rows: Iterable[MonthRow]) -> dict[str, int]:
    """The column sums of a month. Raises Unbalanced where a row or the sums do not cross-foot."""
    sums = dict.fromkeys(AMOUNTS, 0)
    for row in rows:
        if row.total != row.net + row.vat or row.transfer != row.redeemed - row.total:
            raise Unbalanced(f"The month of {row.bookshop} does not cross-foot.")
        for name in AMOUNTS:
            sums[name] += getattr(row, name)
    if sums["transfer"] != sums["redeemed"] - sums["net"] - sums["vat"]:
        raise Unbalanced("The sums of the month do not cross-foot.")
    return sums


def totals_csv(rows: Sequence[MonthRow], translations: NullTranslations, *, locale: str) -> bytes:
    """``totals.csv`` of a month: a row for each bookshop and a last one with the sums. Raises Unbalanced."""
    _ = translations.gettext
    sums = month_sums(rows)
    table = [
        [
            safe(row.bookshop),
            safe(row.invoice),
            *(decimal(getattr(row, name), locale) for name in AMOUNTS),
            safe(row.state),
        ]
        for row in rows
    ]
    table.append([_("Total"), str(len(rows)), *(decimal(sums[name], locale) for name in AMOUNTS), ""])
    return write_csv([_(word) for word in TOTALS_HEAD], table)
