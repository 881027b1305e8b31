"""Verbs of distributors: staff keep them and bring their stock in, bookshops trust them."""

from trade.distributors.actions.keeping import add, change
from trade.distributors.actions.stock import Loaded, load_file, load_stock
from trade.distributors.actions.trusting import arrange, trust

__all__ = ["Loaded", "add", "arrange", "change", "load_file", "load_stock", "trust"]
