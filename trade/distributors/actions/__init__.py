"""Verbs of distributors: staff keep them and bring their stock in, bookshops trust them."""

from trade.distributors.actions.arriving import PULL_ONE, ask_feeds, choose_feed, feed_token, note_failure, receive
from trade.distributors.actions.keeping import add, change
from trade.distributors.actions.stock import Loaded, load_stock
from trade.distributors.actions.trusting import arrange, trust

__all__ = [
    "PULL_ONE",
    "Loaded",
    "add",
    "arrange",
    "ask_feeds",
    "change",
    "choose_feed",
    "feed_token",
    "load_stock",
    "note_failure",
    "receive",
    "trust",
]
