"""Bookshops and their membership."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Cents, Created, Id, bookshop_key, person_key


class Bookshop(Base):
    """A bookshop of the network: its public face and its state of membership (``members.states``)."""

    __tablename__ = "bookshop"
    __access__ = ("anyone_read", "itself", "door")

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    country: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    area: Mapped[str] = mapped_column(default="")
    subdivision: Mapped[str] = mapped_column(default="")
    zone: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    web_shop: Mapped[str] = mapped_column(default="", server_default="")
    hours: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    applied_at: Mapped[datetime]
    active_at: Mapped[datetime | None]

    def __str__(self) -> str:
        return self.name


class Application(Base):
    """What the applicant told: contact, independence (F04), software. Private to staff and the bookshop."""

    __tablename__ = "application"
    __access__ = ("bookshop_sees", "door")

    id: Mapped[Id]
    bookshop_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bookshop.id"), unique=True)
    contact_name: Mapped[str]
    contact_email: Mapped[str]
    contact_phone: Mapped[str] = mapped_column(default="")
    part_of_chain: Mapped[bool]
    override_reason: Mapped[str] = mapped_column(default="")
    message: Mapped[str] = mapped_column(default="")
    locale: Mapped[str]
    created_at: Mapped[Created]


class BillingData(Base):
    """Who is invoiced and where the money goes (T116, T130); never public."""

    __tablename__ = "billing_data"
    __access__ = ("bookshop", "accountant", "door")

    id: Mapped[Id]
    bookshop_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bookshop.id"), unique=True)
    legal_name: Mapped[str] = mapped_column(default="")
    tax_id: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    iban: Mapped[str] = mapped_column(default="")
    iban_holder: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime | None]


class Fee(Base):
    """The membership fee of one period (T02): due, then paid with its proof."""

    __tablename__ = "fee"
    __access__ = ("bookshop_sees", "accountant")

    id: Mapped[Id]
    bookshop_id: Mapped[int] = bookshop_key()
    period: Mapped[str]
    due_cents: Mapped[Cents]
    due_on: Mapped[date]
    paid_at: Mapped[datetime | None]
    proof_file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("stored_file.id"))
    recorded_by: Mapped[int | None] = person_key(nullable=True)

    __table_args__ = (UniqueConstraint("bookshop_id", "period"),)


class StoredFile(Base):
    """A file kept under the data folder by its SHA-256; the name is the sender's and only for showing."""

    __tablename__ = "stored_file"
    __access__ = ("bookshop", "door", "accountant")

    id: Mapped[Id]
    bookshop_id: Mapped[int | None] = bookshop_key(nullable=True)
    purpose: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[Created]


class Requirement(Base):
    """A condition of joining that staff set and tick by hand (T03); ``names`` by language."""

    __tablename__ = "requirement"
    __access__ = ("anyone_read",)

    id: Mapped[Id]
    names: Mapped[dict[str, Any]]
    created_at: Mapped[Created]
    retired_at: Mapped[datetime | None]


class RequirementMet(Base):
    """A bookshop meets a requirement."""

    __tablename__ = "requirement_met"
    __access__ = ("bookshop_sees",)
    __deletable__ = True

    id: Mapped[Id]
    bookshop_id: Mapped[int] = bookshop_key()
    requirement_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("requirement.id"))
    met_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = person_key(nullable=True)

    __table_args__ = (UniqueConstraint("bookshop_id", "requirement_id"),)
