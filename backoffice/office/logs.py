"""The logs of a bookshop's stock: prices in error, rare books, and why a title is not visible (T109-T112, T124)."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext

from backoffice.base import ScreenView
from backoffice.office.desk import desk, page_asked
from trade.availability.queries import explain
from trade.availability.rules import WORDS
from trade.base.errors import Refused
from trade.base.money import PER
from trade.base.text import N_
from trade.catalogue.rules import isbn13
from trade.stock import actions, queries
from web.language import percent, say
from web.live import live_answers

PAGE = 50
#: What a bookseller may say of a rare title (T110), as a button and as the state it makes.
MARKS = {
    "seen": (N_("Seen"), "done"),
    "stock_error": (N_("Stock error"), "late"),
    "other_channel": (N_("For another channel"), "working"),
}


class LogPages(ScreenView):
    """The logs of one bookshop."""

    @expose("/price-errors")
    def price_errors(self) -> ResponseReturnValue:
        """The price-error log: both prices, the gap, and three ways out of each (T111, T112)."""
        session, shop, at = desk()
        page = page_asked()
        total = queries.count_price_errors(session, bookshop_id=shop.id)
        return self.render(
            "office/price_errors.html",
            rows=queries.price_errors(session, bookshop_id=shop.id, limit=PAGE, offset=page * PAGE),
            gap=_gap,
            needed=_needed,
            total=total,
            accepted=total - queries.count_price_errors(session, bookshop_id=shop.id, open_only=True),
            page=page,
            pages=-(-total // PAGE),
            summary=queries.summary(session, bookshop_id=shop.id, at=at),
        )

    @expose("/price-errors/<int:isbn>/accept", methods=("POST",))
    def accept_price(self, isbn: int) -> ResponseReturnValue:
        """Leave a title hidden and ask no more while its prices are these."""
        session, shop, at = desk()
        return self.act(
            lambda: actions.accept_price(session, bookshop_id=shop.id, isbn=isbn, at=at),
            said=gettext("Accepted: it stays hidden. It is asked again when one of the prices changes."),
            to=url_for(".price_errors"),
        )

    @expose("/price-errors/<int:isbn>/ask", methods=("POST",))
    def ask_price_again(self, isbn: int) -> ResponseReturnValue:
        """Take that back."""
        session, shop, at = desk()
        return self.act(
            lambda: actions.ask_price_again(session, bookshop_id=shop.id, isbn=isbn, at=at),
            said=gettext("It is asked about again."),
            to=url_for(".price_errors"),
        )

    @expose("/rare")
    def rare(self) -> ResponseReturnValue:
        """The rare-books log, with what was said of each title (T109, T110)."""
        session, shop, _ = desk()
        page = page_asked()
        rows = queries.rare_titles(session, bookshop_id=shop.id, limit=PAGE + 1, offset=page * PAGE)
        return self.render("office/rare.html", rows=rows[:PAGE], more=len(rows) > PAGE, page=page, marks=MARKS)

    @expose("/rare/<int:isbn>", methods=("POST",))
    def mark_rare(self, isbn: int) -> ResponseReturnValue:
        """Say what a rare title is."""
        session, shop, at = desk()
        return self.act(
            lambda: actions.mark_rare(
                session, bookshop_id=shop.id, isbn=isbn, mark=request.form.get("mark", "")[:20], at=at
            ),
            said=gettext("Noted. It stays noted while the title is rare."),
            to=url_for(".rare", page=page_asked() or None),
        )

    @expose("/why")
    def why(self) -> ResponseReturnValue:
        """Why readers see a title of this bookshop or do not, by its ISBN: the whole chain of causes."""
        session, shop, at = desk()
        typed = request.args.get("isbn", "").strip()[:40]
        found, refused = None, None
        if typed:
            try:
                isbn = isbn13(typed)
                found = explain(session, bookshop_id=shop.id, isbn=isbn, at=at, answers=live_answers([isbn]))
            except Refused as wrong:
                refused = say(wrong)
        return self.render("office/why.html", typed=typed, refused=refused, found=found, words=WORDS)


def _gap(declared: int, network: int) -> str:
    """How far the network's price is from the declared one, signed."""
    return percent((network - declared) * PER // declared, 1)


def _needed(declared: int, network: int) -> int:
    """The lowest whole percentage of threshold with which the title would be visible."""
    return -(-abs(network - declared) * 100 // declared)
