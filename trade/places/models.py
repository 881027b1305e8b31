"""Towns and postcodes with their coordinates: public reference data, loaded from ``config/seeds``."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Id


class Place(Base):
    """A town or a postcode. ``search_key`` is its folded name (one row a name where it has several)."""

    __tablename__ = "place"
    __access__ = ("anyone_read",)
    __deletable__ = True

    id: Mapped[Id]
    country: Mapped[str]
    name: Mapped[str]
    area: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="", index=True)
    search_key: Mapped[str] = mapped_column(default="")
    latitude: Mapped[float]
    longitude: Mapped[float]
    population: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        Index("ix_place_prefix", "search_key", postgresql_ops={"search_key": "text_pattern_ops"}),
        Index("ix_place_alike", "search_key", postgresql_using="gin", postgresql_ops={"search_key": "gin_trgm_ops"}),
    )
