"""What a stock file says, what changed since the last one, and what of it may be shown to readers.

Prices are cents. Whether they hold VAT is the format's to say; :func:`with_vat` adds it, each rounded once, half up.
"""

from trade.stock.columns import Title
from trade.stock.rules.age import Freshness, FreshnessLimits, freshness
from trade.stock.rules.comparing import applied, brought_back, difference, fits, undone
from trade.stock.rules.guarding import Guards, Last, suspicions
from trade.stock.rules.lines import (
    EXCERPT,
    MAX_PRICE,
    MAX_QUANTITY,
    Entry,
    Header,
    Memory,
    Reading,
    Rejected,
    price_of,
    quantity_of,
    reading_of,
    refusal,
)
from trade.stock.rules.showing import (
    PRICE_ERROR,
    UNKNOWN_BOOK,
    VERDICTS,
    VISIBLE,
    Facts,
    Gap,
    KnownBook,
    Verdict,
    explained,
    hidden_by,
    judged,
    price_within,
    verdict_on,
    verdicts_on,
    with_vat,
)
from trade.stock.rules.tallying import MOST_REPEATS, Repeat, Repeated, Tally, remark, tally

__all__ = [
    "EXCERPT",
    "MAX_PRICE",
    "MAX_QUANTITY",
    "MOST_REPEATS",
    "PRICE_ERROR",
    "UNKNOWN_BOOK",
    "VERDICTS",
    "VISIBLE",
    "Entry",
    "Facts",
    "Freshness",
    "FreshnessLimits",
    "Gap",
    "Guards",
    "Header",
    "KnownBook",
    "Last",
    "Memory",
    "Reading",
    "Rejected",
    "Repeat",
    "Repeated",
    "Tally",
    "Title",
    "Verdict",
    "applied",
    "brought_back",
    "difference",
    "explained",
    "fits",
    "freshness",
    "hidden_by",
    "judged",
    "price_of",
    "price_within",
    "quantity_of",
    "reading_of",
    "refusal",
    "remark",
    "suspicions",
    "tally",
    "undone",
    "verdict_on",
    "verdicts_on",
    "with_vat",
]
