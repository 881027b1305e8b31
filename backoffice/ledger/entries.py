"""Every entry of the ledger, newest first, each with what it moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext
from sqlalchemy import func, select

from backoffice.base import RecordView
from backoffice.cells import Beside, Column, moment_cell, named
from trade.base.models import Posting
from trade.base.money import euros
from trade.base.text import N_
from trade.members.models import Bookshop
from web.database import session
from web.language import money

KINDS = {
    "gift_cheque.issue": N_("Cheques issued"),
    "gift_cheque.redeem": N_("Cheque redeemed"),
    "gift_cheque.undo": N_("Redemption undone"),
    "gift_cheque.expire": N_("Cheque expired"),
    "billing.commission": N_("Commission invoiced"),
    "billing.transfer": N_("Transfer paid"),
}

BOOKSHOP = named("bookshops", "bookshop_id")


def _kind_cell(column: Column, row: Any, beside: Beside) -> Any:
    return gettext(KINDS[row.kind]) if row.kind in KINDS else row.kind


def _amount_cell(column: Column, row: Any, beside: Beside) -> Any:
    return money(beside["amounts"].get(row.id, 0))


def _amount_plain(column: Column, row: Any, beside: Beside) -> Any:
    return euros(beside["amounts"].get(row.id, 0))


class Entries(RecordView):
    """Balanced and append-only: a correction is a further entry."""

    lede = N_("Each entry moves an amount from one account to another and sums to zero. None is ever changed.")
    columns = (
        Column("at", N_("When"), cell=moment_cell, css="ref", sort=True),
        Column("kind", N_("What happened"), cell=_kind_cell, plain=_kind_cell),
        Column(
            "bookshop_id",
            N_("Bookshop"),
            cell=named("bookshops", "bookshop_id"),
            plain=named("bookshops", "bookshop_id"),
        ),
        Column("key", N_("Key"), css="minor"),
        Column("amount", N_("Amount moved"), cell=_amount_cell, plain=_amount_plain, css="num"),
    )
    column_default_sort = ("id", True)
    column_searchable_list = ("key", "kind")
    empty_title = N_("No money has moved")
    empty_text = N_("The first entry appears when gift cheques are issued.")
    empty_icon = "journal"

    def beside(self, rows: Sequence[Any]) -> Mapping[str, Any]:
        """Names of bookshops and the amounts moved, for this page."""
        shops = {row.bookshop_id for row in rows if row.bookshop_id}
        names = session().execute(select(Bookshop.id, Bookshop.name).where(Bookshop.id.in_(shops)))
        amounts = session().execute(
            select(Posting.entry_id, func.sum(Posting.cents))
            .where(Posting.entry_id.in_({row.id for row in rows}), Posting.cents > 0)
            .group_by(Posting.entry_id)
        )
        return {"bookshops": dict(names.all()), "amounts": {entry: int(cents) for entry, cents in amounts}}
