"""Books, their authors, categories and prices, and the feeds that tell of them.

What each source said of a book is kept as it was said (``BookSource``); ``Book`` and what hangs on it are made from
that by the rules of precedence. The platform's price is the only one charged (T148).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trade.base.db import Base, Created, Id, Isbn


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

    ``search_key`` is the folded text by which the titles of one bookshop are looked through, with a blank at both
    ends so that words can be found by their beginning; ``sort_key`` is the folded title without article. ``form`` and
    ``availability`` are words of ``records.py``; ``subject_code`` is scheme and code of the main subject
    ("thema:FBA"); ``vat_rate`` per ten thousand, empty where the category's holds; ``price_kind``: fixed (by law),
    free, recommended.
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
    price_kind: Mapped[str] = mapped_column(default="fixed", server_default="fixed")
    vat_rate: Mapped[int | None]
    schoolbook: Mapped[bool] = mapped_column(default=False, server_default="false")
    form: Mapped[str] = mapped_column(default="", server_default="")
    subject_code: Mapped[str] = mapped_column(default="", server_default="")
    collection_number: Mapped[str] = mapped_column(default="", server_default="")
    published_on: Mapped[date | None]
    on_sale_on: Mapped[date | None]
    availability: Mapped[str] = mapped_column(default="available")
    available_on: Mapped[date | None]
    availability_source: Mapped[str] = mapped_column(default="", server_default="")
    replaced_by: Mapped[int | None] = mapped_column(BigInteger)
    popularity: Mapped[int] = mapped_column(default=0)
    search_key: Mapped[str] = mapped_column(default="")
    sort_key: Mapped[str] = mapped_column(default="")
    created_at: Mapped[Created]

    authors: Mapped[list[Author]] = relationship(
        primaryjoin="and_(Book.isbn == Author.isbn, Author.role == 'author')",
        order_by="Author.position",
        lazy="selectin",
        viewonly=True,
    )
    contributors: Mapped[list[Author]] = relationship(order_by="Author.position", viewonly=True)
    detail: Mapped[BookDetail | None] = relationship(viewonly=True)
    category: Mapped[Category] = relationship(lazy="joined")

    def __str__(self) -> str:
        return self.title


class BookDetail(Base):
    """The long things of a book, read on its own page only. Lengths in millimetres.

    ``subjects`` are pairs of scheme and code; ``safety`` is who answers for the product (GPSR): name, address, email,
    url, warnings.
    """

    __tablename__ = "book_detail"
    __access__ = ("anyone_read",)

    isbn: Mapped[int] = mapped_column(BigInteger, ForeignKey("book.isbn"), primary_key=True, autoincrement=False)
    imprint: Mapped[str] = mapped_column(default="")
    edition: Mapped[int | None]
    original_language: Mapped[str] = mapped_column(default="")
    width_mm: Mapped[int | None]
    height_mm: Mapped[int | None]
    thickness_mm: Mapped[int | None]
    description: Mapped[str] = mapped_column(default="")
    keywords: Mapped[list[Any]] = mapped_column(default=list)
    subjects: Mapped[list[Any]] = mapped_column(default=list)
    safety: Mapped[dict[str, Any]] = mapped_column(default=dict)
    supplier: Mapped[str] = mapped_column(default="")
    cover_url: Mapped[str] = mapped_column(default="")


class Author(Base):
    """A contributor of a book in the order of the title page. ``role``: author, translator, illustrator, ..."""

    __tablename__ = "author"
    __access__ = ("anyone_read",)
    __deletable__ = True

    id: Mapped[Id]
    isbn: Mapped[int] = mapped_column(BigInteger, ForeignKey("book.isbn"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(index=True)
    role: Mapped[str] = mapped_column(default="author")


class BookPrice(Base):
    """A dated price of the platform, VAT included; old ones stay. No ``cents``: from then on it has no price.

    A price of a coming day waits without ``applied_at`` until a job brings it into ``Book``; where a source takes it
    back first, it is marked ``withdrawn_at`` and never counts.
    """

    __tablename__ = "book_price"
    __access__ = ("anyone_read",)
    __columns_changed__ = ("applied_at", "withdrawn_at")

    id: Mapped[Id]
    isbn: Mapped[Isbn] = mapped_column(ForeignKey("book.isbn"), index=True)
    cents: Mapped[int | None] = mapped_column(BigInteger)
    valid_from: Mapped[datetime]
    source: Mapped[str]
    kind: Mapped[str] = mapped_column(default="fixed", server_default="fixed")
    vat_rate: Mapped[int | None]
    applied_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_book_price_due", "valid_from", postgresql_where="((applied_at IS NULL) AND (withdrawn_at IS NULL))"),
    )


class BookCover(Base):
    """The cover of a book: two re-encoded pictures in the file store, by their SHA-256. Sizes of the large one."""

    __tablename__ = "book_cover"
    __access__ = ("anyone_read",)
    __deletable__ = True

    isbn: Mapped[int] = mapped_column(BigInteger, ForeignKey("book.isbn"), primary_key=True, autoincrement=False)
    sha256: Mapped[str]
    small_sha256: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    source: Mapped[str]
    created_at: Mapped[datetime]


class SearchCopy(Base):
    """One copy of the search index: a machine and its folder. A change of a book is noted once for each copy.

    ``generation`` is the token of the index that the changes are counted from; a copy that was not ``seen_at`` for
    long is struck off with its changes, and builds itself anew when it comes back.
    """

    __tablename__ = "search_copy"
    __access__ = ()
    __deletable__ = True

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    generation: Mapped[str]
    seen_at: Mapped[datetime]


class SearchChange(Base):
    """A book that changed and that one copy of the search index has still to read again."""

    __tablename__ = "search_change"
    __access__ = ()
    __deletable__ = True

    id: Mapped[Id]
    copy_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("search_copy.id", ondelete="CASCADE"))
    isbn: Mapped[Isbn]

    __table_args__ = (Index("ix_search_change_waiting", "copy_id", "id"),)


class CatalogueSource(Base):
    """Somebody who tells of books: a feed that is sent in, or a service that is asked (``kind``: format, client).

    ``reader`` names the format or client. ``ranks`` hold, by group of fields, the source's place among the sources:
    the lowest that says something is believed. ``credentials`` are sealed; ``told_until`` is the moment up to which
    a service has told its changes.
    """

    __tablename__ = "catalogue_source"
    __access__ = ()

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="format")
    reader: Mapped[str] = mapped_column(default="")
    ranks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    active: Mapped[bool] = mapped_column(default=True)
    credentials: Mapped[bytes | None]
    told_until: Mapped[datetime | None]


class BookSource(Base):
    """What one source says of one book: its fields as compressed JSON, and a digest by which a repeat is known."""

    __tablename__ = "book_source"
    __access__ = ()
    __deletable__ = True

    isbn: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    source_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("catalogue_source.id"), primary_key=True)
    fields: Mapped[bytes]
    digest: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime]
    run_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("catalogue_run.id"))


class CatalogueRun(Base):
    """One file or one asking of a source and what became of it; the raw bytes stay in the file store.

    ``position`` is how many entries of the file are in the catalogue: an interrupted run goes on there. ``reasons``
    count refused records by their message, ``non_book_codes`` things that are no books by what they are.
    """

    __tablename__ = "catalogue_run"
    __access__ = ()

    id: Mapped[Id]
    source_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("catalogue_source.id"), index=True)
    format: Mapped[str]
    file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("stored_file.id"))
    origin: Mapped[str]
    state: Mapped[str] = mapped_column(default="received")
    received_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    milliseconds: Mapped[int] = mapped_column(BigInteger, default=0)
    position: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    deleted: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    non_books: Mapped[int] = mapped_column(default=0)
    reasons: Mapped[dict[str, Any]] = mapped_column(default=dict)
    non_book_codes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (Index("ix_catalogue_run_received", "received_at"),)


class CatalogueRejection(Base):
    """A refused record of a run: its place in the file, the reason (a msgid with values), and its beginning."""

    __tablename__ = "catalogue_rejection"
    __access__ = ()
    __deletable__ = True

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("catalogue_run.id"), index=True)
    place: Mapped[int]
    reason: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    excerpt: Mapped[str] = mapped_column(default="")
