"""Which distributors serve in the name of which bookshop."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base


class DelegatedDistributor(Base):
    """A bookshop lets this distributor serve in its name while its back room is open (T79, T83).

    The lowest ``position`` among those that are ``switched_on`` comes first.
    """

    __tablename__ = "delegated_distributor"
    __access__ = ("bookshop", "anyone_read")

    bookshop_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bookshop.id"), primary_key=True)
    distributor_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("distributor.id"), primary_key=True)
    switched_on: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]
    changed_at: Mapped[datetime]
