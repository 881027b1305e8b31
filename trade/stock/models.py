"""Stock: the feed runs of each bookshop, its lines, the copies held for reservations, the logs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Id, Isbn, bookshop_key, person_key


class FeedRun(Base):
    """One file of one bookshop and what became of it; the raw bytes stay in the file store.

    ``state``: see ``stock.states``. Counts: data lines read, accepted (valid ISBN), refused, lines repeating an
    ISBN, distinct ISBNs, ISBNs unknown to the catalogue, and rows added, changed, zeroed against the last applied
    file. ``apply_when_safe`` is off in a dry run.
    """

    __tablename__ = "feed_run"
    __access__ = ("bookshop",)

    id: Mapped[Id]
    bookshop_id: Mapped[int] = bookshop_key()
    format: Mapped[str]
    file_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("stored_file.id"))
    origin: Mapped[str]
    state: Mapped[str] = mapped_column(default="received")
    apply_when_safe: Mapped[bool] = mapped_column(default=True)
    received_at: Mapped[datetime]
    file_date: Mapped[date | None]
    sender: Mapped[str] = mapped_column(default="")
    read: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    repeated: Mapped[int] = mapped_column(default=0)
    isbns: Mapped[int] = mapped_column(default=0)
    unknown: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    zeroed: Mapped[int] = mapped_column(default=0)
    hold_reasons: Mapped[list[Any]] = mapped_column(default=list)
    error: Mapped[dict[str, Any]] = mapped_column(default=dict)
    decided_by: Mapped[int | None] = person_key(nullable=True)
    finished_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_feed_run_bookshop_received", "bookshop_id", "received_at"),)


class FeedRejection(Base):
    """A refused or remarked line of a run: number, reason (a msgid with values), and the line's beginning.

    ``kind``: refused, repeated.
    """

    __tablename__ = "feed_rejection"
    __access__ = ("bookshop",)
    __deletable__ = True

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("feed_run.id"), index=True)
    bookshop_id: Mapped[int] = bookshop_key()
    kind: Mapped[str] = mapped_column(default="refused")
    line: Mapped[int]
    reason: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    excerpt: Mapped[str] = mapped_column(default="")


class FeedChange(Base):
    """What a run would change or changed, one row a title. ``kind``: added, changed, zeroed."""

    __tablename__ = "feed_change"
    __access__ = ("bookshop",)
    __deletable__ = True

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("feed_run.id"))
    bookshop_id: Mapped[int] = bookshop_key()
    kind: Mapped[str]
    isbn: Mapped[Isbn]
    quantity_before: Mapped[int] = mapped_column(default=0)
    quantity_after: Mapped[int] = mapped_column(default=0)
    cents_before: Mapped[int | None]
    cents_after: Mapped[int | None]
    several_prices: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index("ix_feed_change_run_kind", "run_id", "kind", "id"),)


class StockLine(Base):
    """What a bookshop's last applied file says of one ISBN; zero rows stay as zero.

    ``declared_cents`` is the bookshop's own price, VAT included, empty where none or (``several_prices``) more than
    one was named; ``verdict`` (``stock.rules.Verdict``) tells whether readers may see the title, and if not, why.
    """

    __tablename__ = "stock_line"
    __access__ = ("bookshop", "anyone_read")

    bookshop_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bookshop.id"), primary_key=True)
    isbn: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    quantity: Mapped[int]
    declared_cents: Mapped[int | None]
    several_prices: Mapped[bool] = mapped_column(default=False)
    verdict: Mapped[str] = mapped_column(index=True)
    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("feed_run.id"))
    changed_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity"),
        Index("ix_stock_line_isbn", "isbn", postgresql_where="quantity > 0"),
    )


class BookshopStock(Base):
    """One row a bookshop: when its last good file arrived and what it held (freshness, A32)."""

    __tablename__ = "bookshop_stock"
    __access__ = ("bookshop", "anyone_read")

    bookshop_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bookshop.id"), primary_key=True)
    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("feed_run.id"))
    file_at: Mapped[datetime]
    titles: Mapped[int]
    sender: Mapped[str] = mapped_column(default="")


class StockHold(Base):
    """Copies set apart for a reservation: available = last file - open holds, which no later file erases.

    ``state``: open; until_next_file (the copy left the bookshop at ``released_at``, the file does not know yet);
    released.
    """

    __tablename__ = "stock_hold"
    __access__ = ("bookshop", "reader", "anyone_read")

    id: Mapped[Id]
    bookshop_id: Mapped[int] = bookshop_key()
    person_id: Mapped[int | None] = person_key(nullable=True)
    isbn: Mapped[Isbn]
    copies: Mapped[int]
    reference: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="open")
    created_at: Mapped[datetime]
    released_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("copies > 0", name="copies"),
        Index("ix_stock_hold_open", "bookshop_id", "isbn", postgresql_where="state <> 'released'"),
        Index("ix_stock_hold_isbn", "isbn", postgresql_where="state <> 'released'"),
    )


class RareTitle(Base):
    """The rare-books log (T109): own copies of a title that one or two bookshops hold and no distributor has.

    ``seen_on`` is the day since when it is rare; ``mark`` (T110): seen, stock_error, other_channel.
    """

    __tablename__ = "rare_title"
    __access__ = ("bookshop",)
    __deletable__ = True

    id: Mapped[Id]
    bookshop_id: Mapped[int] = bookshop_key()
    isbn: Mapped[Isbn]
    copies: Mapped[int]
    holders: Mapped[int]
    seen_on: Mapped[date]
    mark: Mapped[str] = mapped_column(default="")
    marked_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("bookshop_id", "isbn"),)


class AcceptedPrice(Base):
    """A bookseller accepts that a title stays hidden at these two prices (T112); another price asks again."""

    __tablename__ = "accepted_price"
    __access__ = ("bookshop",)
    __deletable__ = True

    bookshop_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bookshop.id"), primary_key=True)
    isbn: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    declared_cents: Mapped[int]
    network_cents: Mapped[int]
    accepted_at: Mapped[datetime]


class StockAdapter(Base):
    """A way in which stock arrives, with its own sample, test and state (F15-F20): what staff see and finish.

    ``kind``: code (a format of ``stock/formats``, named by ``key``), delimited or pull (``options`` say how, see
    ``stock.readers.configured``). ``state``: draft, in_use, retired. ``tested_with`` is the last test: the counts
    of the sample, or why it was refused.
    """

    __tablename__ = "stock_adapter"
    __access__ = ("bookshop_read",)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default="draft")
    sample_file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("stored_file.id"))
    tested_at: Mapped[datetime | None]
    tested_with: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("kind IN ('code', 'delimited', 'pull')", name="kind"),
        CheckConstraint("state IN ('draft', 'in_use', 'retired')", name="state"),
    )


class StockArrival(Base):
    """How a bookshop's stock arrives: the format it is read in, and where it is fetched from if it is.

    ``number`` is what other portals call the bookshop by (its SIRET in France), empty where it feeds none.
    ``pull_token`` is sealed; ``pull_error`` says why the last fetch failed, empty where it did not.
    """

    __tablename__ = "stock_arrival"
    __access__ = ("bookshop", "door")

    bookshop_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bookshop.id"), primary_key=True)
    format: Mapped[str] = mapped_column(default="")
    number: Mapped[str | None] = mapped_column(unique=True)
    pull_on: Mapped[bool] = mapped_column(default=False)
    pull_address: Mapped[str] = mapped_column(default="")
    pull_token: Mapped[bytes | None]
    pulled_at: Mapped[datetime | None]
    pull_error: Mapped[dict[str, Any]] = mapped_column(default=dict)


class StockToken(Base):
    """A key by which software sends (``purpose`` push) or reads (read) a bookshop's stock; only its digest is kept."""

    __tablename__ = "stock_token"
    __access__ = ("bookshop", "door")

    id: Mapped[Id]
    bookshop_id: Mapped[int] = bookshop_key()
    purpose: Mapped[str]
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    ending: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = person_key(nullable=True)
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("purpose IN ('push', 'read')", name="purpose"),)


class FeedMemory(Base):
    """What a format must remember of a run to read the next file: Geslib tells a change by its own article numbers.

    ``number`` is the file's own, which the next one must follow; ``data`` is the format's, compressed.
    """

    __tablename__ = "feed_memory"
    __access__ = ("bookshop",)
    __deletable__ = True

    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("feed_run.id"), primary_key=True)
    bookshop_id: Mapped[int] = bookshop_key()
    number: Mapped[int | None]
    data: Mapped[bytes]
