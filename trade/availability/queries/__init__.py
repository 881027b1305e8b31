"""Which bookshops can serve a book, and by which way: asked by every page that tells of books.

One statement reads what is stored of the books that are asked for; what is known of bookshops is in memory
(``directory``); the rules decide for all bookshops at once.
"""

from trade.availability.queries.asked import Asked, ask
from trade.availability.queries.offers import (
    LARGEST_PAGE,
    Detail,
    Listing,
    Nearest,
    Offer,
    listing,
    near_counts,
    nearest,
    offers,
)
from trade.availability.queries.presales import Presale, presales
from trade.availability.queries.shelves import count_shown, facts, of_these, shown, why_hidden
from trade.availability.queries.why import Explanation, Step, explain

__all__ = [
    "LARGEST_PAGE",
    "Asked",
    "Detail",
    "Explanation",
    "Listing",
    "Nearest",
    "Offer",
    "Presale",
    "Step",
    "ask",
    "count_shown",
    "explain",
    "facts",
    "listing",
    "near_counts",
    "nearest",
    "of_these",
    "offers",
    "presales",
    "shown",
    "why_hidden",
]
