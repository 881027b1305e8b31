"""Putting books, prices and covers into the catalogue; stock that waited for them is judged anew."""

from trade.catalogue.actions.adding import add_books, set_price
from trade.catalogue.actions.categories import ensure_categories
from trade.catalogue.actions.feeds import BATCH, begin, end, entries, give_up, import_feed, receive_feed, take_batch
from trade.catalogue.actions.pricing import apply_due_prices
from trade.catalogue.actions.sources import ensure_source, move_source
from trade.catalogue.actions.telling import Telling, renew_shared, tell

__all__ = [
    "BATCH",
    "Telling",
    "add_books",
    "apply_due_prices",
    "begin",
    "end",
    "ensure_categories",
    "ensure_source",
    "entries",
    "give_up",
    "import_feed",
    "move_source",
    "receive_feed",
    "renew_shared",
    "set_price",
    "take_batch",
    "tell",
]
