"""Why a bookshop cannot serve an order or a line; the reader reads the sentence (T51)."""

from __future__ import annotations

from enum import StrEnum

from trade.base.text import N_


class RejectionReason(StrEnum):
    """The reasons a bookshop chooses from."""

    NOT_IN_STOCK = "not_in_stock"
    DAMAGED = "damaged"
    SUPPLIER = "supplier"
    ADDRESS = "address"
    OTHER = "other"


REJECTION_REASONS = {
    RejectionReason.NOT_IN_STOCK: N_("The copy could not be found in the bookshop."),
    RejectionReason.DAMAGED: N_("The copy is damaged."),
    RejectionReason.SUPPLIER: N_("The supplier cannot deliver the book."),
    RejectionReason.ADDRESS: N_("Nothing can be delivered to the address."),
    RejectionReason.OTHER: N_("The bookshop cannot serve this order."),
}

#: The copy is not there to be sold: it stays out of the availability until the next file.
GONE_REASONS = frozenset({RejectionReason.NOT_IN_STOCK, RejectionReason.DAMAGED})
