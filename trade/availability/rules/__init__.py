"""Decisions about availability: the six ways of one bookshop, of all bookshops at once, and why a copy is not shown."""

from trade.availability.rules.directory import Day, Directory, Files, Place, Source
from trade.availability.rules.labels import (
    MODULES,
    SALES_STOPPED,
    WAYS_OPEN,
    WHY_CLOSED,
    WHY_HIDDEN,
    WORDS,
    Hidden,
    Label,
    StockFacts,
    Supply,
    label,
    why_hidden,
)
from trade.availability.rules.network import NOT_SERVED, BookFacts, Served, seller_for, serve, source_for

__all__ = [
    "MODULES",
    "NOT_SERVED",
    "SALES_STOPPED",
    "WAYS_OPEN",
    "WHY_CLOSED",
    "WHY_HIDDEN",
    "WORDS",
    "BookFacts",
    "Directory",
    "Files",
    "Hidden",
    "Label",
    "Place",
    "Served",
    "Source",
    "StockFacts",
    "Supply",
    "Day",
    "label",
    "seller_for",
    "serve",
    "source_for",
    "why_hidden",
]
