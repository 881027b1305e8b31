"""The bookseller's office ``/office``: today's queue, reservations, stock, cheques, calendar, money, settings."""

from __future__ import annotations

from backoffice.office.area import AREA

__all__ = ["AREA"]
