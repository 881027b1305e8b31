"""Tariffs of delivery by zone and weight, and the bookshops' contracts with carriers (F11, F12, T117-T119)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trade.base.db import Base, Cents, Created, Id, bookshop_key, person_key


class ShippingTable(Base):
    """What readers pay for delivery from ``valid_from`` on, until another table begins; old ones stay (A28).

    ``is_sample``: the figures are examples, to be replaced before going live (A27).
    """

    __tablename__ = "shipping_table"
    __access__ = ("anyone_read",)
    __columns_changed__ = ("withdrawn_at",)

    id: Mapped[Id]
    valid_from: Mapped[datetime]
    is_sample: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(default="")
    set_by: Mapped[int | None] = person_key(nullable=True)
    set_at: Mapped[Created]
    withdrawn_at: Mapped[datetime | None]

    brackets: Mapped[list[ShippingBracket]] = relationship(
        order_by="(ShippingBracket.zone, ShippingBracket.up_to_grams)", lazy="selectin", viewonly=True
    )


class ShippingBracket(Base):
    """The price of a parcel up to a weight into a zone, in cents, VAT included."""

    __tablename__ = "shipping_bracket"
    __access__ = ("anyone_read",)
    __append_only__ = True

    id: Mapped[Id]
    table_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shipping_table.id"))
    zone: Mapped[str]
    up_to_grams: Mapped[int]
    cents: Mapped[Cents]

    __table_args__ = (
        UniqueConstraint("table_id", "zone", "up_to_grams"),
        CheckConstraint("up_to_grams > 0 AND cents >= 0", name="amounts"),
    )


class CarrierAccount(Base):
    """A contract with a carrier: a bookshop's own, or the platform's where ``bookshop_id`` is empty (A22).

    ``fields`` are those of the carrier's adapter that are no secret; the secret ones are ``sealed`` as JSON under
    ``sealed_with``, the name of the key, and shown by their last signs (``tails``). Replaced ones stay, with
    ``replaced_at``.
    """

    __tablename__ = "carrier_account"
    __access__ = ("bookshop",)

    id: Mapped[Id]
    bookshop_id: Mapped[int | None] = bookshop_key(nullable=True)
    carrier: Mapped[str]
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    tails: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sealed: Mapped[bytes | None]
    sealed_with: Mapped[str] = mapped_column(default="")
    checked_at: Mapped[datetime | None]
    check_note: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_good: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_carrier_account_current",
            "bookshop_id",
            "carrier",
            unique=True,
            postgresql_where="replaced_at IS NULL",
            postgresql_nulls_not_distinct=True,
        ),
    )
