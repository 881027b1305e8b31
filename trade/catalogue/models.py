"""Books, their authors, categories and prices. The platform's price is the only one charged (T148)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trade.base.db import Base, Cents, Created, Id, Isbn


class Category(Base):
    """A category that price thresholds speak of (T123, A14): names by language, VAT class."""

    __tablename__ = "category"
    __access__ = ("anyone_read",)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, Any]]
    position: Mapped[int] = mapped_column(default=0)


class Book(Base):
    """One title by its ISBN-13 as a number. ``price_cents`` is the price in force, VAT included; empty: not sellable.

    ``search_key`` is the folded text that search looks at, with a blank at both ends so that words can be found
    by their beginning; ``sort_key`` is the folded title without article.
    """

    __tablename__ = "book"
    __access__ = ("anyone_read",)

    isbn: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    title: Mapped[str]
    subtitle: Mapped[str] = mapped_column(default="")
    publisher: Mapped[str] = mapped_column(default="")
    year: Mapped[int | None]
    language: Mapped[str] = mapped_column(default="")
    pages: Mapped[int | None]
    weight_grams: Mapped[int | None]
    weight_is_estimate: Mapped[bool] = mapped_column(default=False)
    subject: Mapped[str] = mapped_column(default="")
    collection: Mapped[str] = mapped_column(default="")
    category_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("category.id"))
    price_cents: Mapped[int | None]
    price_is_sample: Mapped[bool] = mapped_column(default=False)
    availability: Mapped[str] = mapped_column(default="available")
    popularity: Mapped[int] = mapped_column(default=0)
    search_key: Mapped[str] = mapped_column(default="")
    sort_key: Mapped[str] = mapped_column(default="")
    created_at: Mapped[Created]

    authors: Mapped[list[Author]] = relationship(order_by="Author.position", lazy="selectin")
    category: Mapped[Category] = relationship(lazy="joined")

    __table_args__ = (
        Index(
            "ix_book_search_key", "search_key", postgresql_using="gin", postgresql_ops={"search_key": "gin_trgm_ops"}
        ),
    )

    def __str__(self) -> str:
        return self.title


class Author(Base):
    """A contributor of a book in the order of the title page."""

    __tablename__ = "author"
    __access__ = ("anyone_read",)
    __deletable__ = True

    id: Mapped[Id]
    isbn: Mapped[int] = mapped_column(BigInteger, ForeignKey("book.isbn"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    role: Mapped[str] = mapped_column(default="author")


class BookPrice(Base):
    """A dated price of the platform, VAT included; old ones stay."""

    __tablename__ = "book_price"
    __access__ = ("anyone_read",)
    __append_only__ = True

    id: Mapped[Id]
    isbn: Mapped[Isbn] = mapped_column(ForeignKey("book.isbn"), index=True)
    cents: Mapped[Cents]
    valid_from: Mapped[datetime]
    source: Mapped[str]


class SearchWord(Base):
    """A word of the catalogue and in how many books it stands: what typing errors are corrected to."""

    __tablename__ = "search_word"
    __access__ = ("anyone_read",)

    word: Mapped[str] = mapped_column(primary_key=True)
    books: Mapped[int]

    __table_args__ = (
        Index("ix_search_word_prefix", "word", postgresql_ops={"word": "text_pattern_ops"}),
        Index("ix_search_word_alike", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),
    )
