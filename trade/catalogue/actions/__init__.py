"""Putting books, prices and covers into the catalogue; stock that waited for them is judged anew."""

from trade.catalogue.actions.adding import add_books, follow_feeds, set_price
from trade.catalogue.actions.asking import (
    ask_since,
    connect,
    connected,
    credentials_of,
    disconnect,
    note_told,
    note_unanswered,
    take_answers,
    unknown_in_stock,
)
from trade.catalogue.actions.categories import ensure_categories
from trade.catalogue.actions.covers import forget_picture, note_in_vain, remove_cover, set_cover, set_covers
from trade.catalogue.actions.feeds import (
    BATCH,
    LARGEST_UPLOAD,
    begin,
    end,
    entries,
    give_up,
    import_feed,
    receive_feed,
    take_batch,
)
from trade.catalogue.actions.pricing import apply_due_prices
from trade.catalogue.actions.sources import STAFF, ensure_source, move_source
from trade.catalogue.actions.telling import Telling, renew_shared, tell

__all__ = [
    "BATCH",
    "LARGEST_UPLOAD",
    "STAFF",
    "Telling",
    "add_books",
    "apply_due_prices",
    "ask_since",
    "begin",
    "connect",
    "connected",
    "credentials_of",
    "disconnect",
    "end",
    "ensure_categories",
    "ensure_source",
    "entries",
    "follow_feeds",
    "give_up",
    "forget_picture",
    "import_feed",
    "move_source",
    "note_in_vain",
    "note_told",
    "note_unanswered",
    "receive_feed",
    "remove_cover",
    "renew_shared",
    "set_cover",
    "set_covers",
    "set_price",
    "take_answers",
    "take_batch",
    "tell",
    "unknown_in_stock",
]
