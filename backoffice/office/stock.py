"""Stock: its titles and why some are hidden (T124); the feed and the logs are its other pages."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from backoffice.office.desk import desk, page_asked
from backoffice.office.feeds import FeedPages
from backoffice.office.logs import LogPages
from trade.base.text import N_
from trade.stock import queries
from trade.stock.rules import Verdict

PAGE = 50

#: Why a title in stock is not visible to readers, and what helps.
REASONS = {
    Verdict.VISIBLE: N_("Readers see it."),
    Verdict.UNKNOWN_BOOK: N_(
        "The catalogue does not know this ISBN yet. It appears by itself as soon as the book arrives there."
    ),
    Verdict.NO_NETWORK_PRICE: N_("The catalogue has no price for it: it can be found, but not promised."),
    Verdict.SEVERAL_PRICES: N_("Your file has it on several lines with different prices. Correct it in your software."),
    Verdict.NO_PRICE: N_("Your file gives it no price. Add one in your software."),
    Verdict.PRICE_ERROR: N_(
        "Your price is further from the network's than your threshold allows. "
        "Correct the price, or change the threshold."
    ),
}


class Stock(FeedPages, LogPages):
    """The stock of one bookshop: its feed, its titles, its logs."""

    @expose("/titles")
    def titles(self) -> ResponseReturnValue:
        """Every title in stock: is it visible, and if not, why?"""
        session, shop, at = desk()
        words = request.args.get("q", "").strip()[:100]
        verdict = request.args.get("verdict", "")
        page = page_asked()
        rows = queries.titles(
            session,
            bookshop_id=shop.id,
            words=words,
            verdict=verdict if verdict in set(Verdict) else "",
            limit=PAGE + 1,
            offset=page * PAGE,
        )
        return self.render(
            "office/stock_titles.html",
            rows=rows[:PAGE],
            more=len(rows) > PAGE,
            words=words,
            verdict=verdict,
            page=page,
            reasons=REASONS,
            counts=queries.verdict_counts(session, bookshop_id=shop.id),
            summary=queries.summary(session, bookshop_id=shop.id, at=at),
        )
