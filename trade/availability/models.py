"""What availability keeps for itself: who takes part in presales, and when the directory of bookshops changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Id

JOINED = ("open_to_shops", "on_sale")
"""States of a presale in which bookshops may join and leave it."""


class PresalePart(Base):
    """A bookshop takes part in the presale of a title (T55): it sells it before it is published."""

    __tablename__ = "presale_part"
    __access__ = ("bookshop", "anyone_read")
    __deletable__ = True

    isbn: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    bookshop_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bookshop.id"), primary_key=True)
    joined_at: Mapped[datetime]


class DirectoryMark(Base):
    """A change of what every process keeps in memory of all bookshops. Written by triggers alone.

    ``topic``: ``bookshops`` (bookshop, vacation, setting_value, distributor, trusted_distributor,
    delegated_distributor) or ``files`` (bookshop_stock). Only the newest marks are kept.
    """

    __tablename__ = "directory_mark"
    __access__ = ("anyone_read",)

    id: Mapped[Id]
    topic: Mapped[str]
