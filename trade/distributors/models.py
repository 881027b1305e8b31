"""Distributors, their stock as their files tell it, and the distributors each bookshop trusts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Created, Id


class Distributor(Base):
    """A distributor of the network. ``state``: active, suspended.

    What it can do: ``delegated`` (it serves readers in a bookshop's name and answers what it has at the moment, by
    ``protocol`` at ``address``) while its certificate holds, ``certified_until`` included; ``prints_on_demand``.
    Its books arrive within ``lead_from_hours`` to ``lead_to_hours``. ``titles`` and ``stock_at`` tell how many it
    had in its last file, and when that came.
    """

    __tablename__ = "distributor"
    __access__ = ("anyone_read",)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    state: Mapped[str] = mapped_column(default="active")
    delegated: Mapped[bool] = mapped_column(default=False)
    certified_until: Mapped[date | None]
    prints_on_demand: Mapped[bool] = mapped_column(default=False)
    protocol: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    lead_from_hours: Mapped[int] = mapped_column(default=24)
    lead_to_hours: Mapped[int] = mapped_column(default=48)
    titles: Mapped[int] = mapped_column(default=0)
    stock_at: Mapped[datetime | None]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("state IN ('active', 'suspended')", name="state"),
        CheckConstraint("0 <= lead_from_hours AND lead_from_hours <= lead_to_hours", name="lead"),
    )

    def __str__(self) -> str:
        return self.name


class DistributorFeed(Base):
    """How a distributor's stock arrives: read as ``format``, fetched by night from ``address`` where it tells one.

    ``token`` is sealed. ``looked_at`` is when the address was last asked.
    """

    __tablename__ = "distributor_feed"
    __access__ = ()

    distributor_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("distributor.id"), primary_key=True)
    format: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    token: Mapped[bytes | None]
    looked_at: Mapped[datetime | None]


class DistributorRun(Base):
    """One file of a distributor, and what became of it. ``state``: loaded, unchanged, refused.

    ``origin``: upload, command, folder, pull. ``rejected`` lines were refused, of which ``rejections`` keeps the
    first with number, reason and excerpt; ``error`` tells why the whole file was, or was not fetched.
    """

    __tablename__ = "distributor_run"
    __access__ = ()

    id: Mapped[Id]
    distributor_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("distributor.id"))
    received_at: Mapped[datetime]
    origin: Mapped[str]
    format: Mapped[str]
    name: Mapped[str]
    file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("stored_file.id"))
    state: Mapped[str]
    titles: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    removed: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    rejections: Mapped[list[Any]] = mapped_column(default=list)
    error: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (
        CheckConstraint("state IN ('loaded', 'unchanged', 'refused')", name="state"),
        Index("ix_distributor_run_distributor", "distributor_id", "id"),
    )


class DistributorStock(Base):
    """A distributor has this ISBN, ever since ``seen_at``. How many copies no file tells (CEGALD always says 1)."""

    __tablename__ = "distributor_stock"
    __access__ = ("anyone_read",)
    __deletable__ = True

    isbn: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    distributor_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("distributor.id"), primary_key=True)
    seen_at: Mapped[datetime]


class TrustedDistributor(Base):
    """A distributor whose stock a bookshop shows as arriving soon (T139-T142).

    The lowest ``position`` among those that are ``switched_on`` and have the book sets the management fee, which is
    ``fee_cents`` where ``charge_fee``, else nothing. Positions may repeat after a race; the id then decides.
    """

    __tablename__ = "trusted_distributor"
    __access__ = ("bookshop", "anyone_read")

    bookshop_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bookshop.id"), primary_key=True)
    distributor_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("distributor.id"), primary_key=True)
    switched_on: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]
    fee_cents: Mapped[int] = mapped_column(default=0)
    charge_fee: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("fee_cents >= 0", name="fee"),
        Index("ix_trusted_distributor_distributor", "distributor_id", postgresql_where="switched_on"),
    )
