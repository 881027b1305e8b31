"""Reads of stock: runs and their lines, what is available, the logs, how old everything is."""

from trade.stock.queries.age import FeedState, Summary, feeds, freshness_of, limits, summary
from trade.stock.queries.arriving import (
    adapter,
    adapters,
    arrival,
    ask_since,
    bookshops_using,
    by_slug,
    format_of,
    pulled,
    tokens,
    users_of_formats,
)
from trade.stock.queries.comparing import Applied, guards, known_books, last_applied, last_known, stock_of
from trade.stock.queries.copies import available, held_copies
from trade.stock.queries.health import (
    BoardRow,
    Filter,
    History,
    areas,
    board,
    board_counts,
    histories,
    truth_points,
    truths,
)
from trade.stock.queries.invariants import invariants
from trade.stock.queries.pages import LARGEST_PAGE
from trade.stock.queries.runs import changes, open_decision, rejections, run, runs
from trade.stock.queries.titles import (
    count_price_errors,
    price_errors,
    price_gaps,
    rare_titles,
    titles,
    unknown,
    verdict_counts,
)
from trade.stock.readers import FORMATS

__all__ = [
    "users_of_formats",
    "tokens",
    "pulled",
    "format_of",
    "by_slug",
    "bookshops_using",
    "ask_since",
    "arrival",
    "adapters",
    "adapter",
    "Applied",
    "areas",
    "available",
    "board",
    "board_counts",
    "BoardRow",
    "changes",
    "count_price_errors",
    "feeds",
    "FeedState",
    "Filter",
    "FORMATS",
    "freshness_of",
    "guards",
    "held_copies",
    "histories",
    "History",
    "invariants",
    "known_books",
    "LARGEST_PAGE",
    "last_applied",
    "last_known",
    "limits",
    "open_decision",
    "price_errors",
    "price_gaps",
    "rare_titles",
    "rejections",
    "run",
    "runs",
    "stock_of",
    "Summary",
    "summary",
    "titles",
    "truth_points",
    "truths",
    "unknown",
    "verdict_counts",
]
