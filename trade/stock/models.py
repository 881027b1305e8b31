"""Stock: the feed runs of each bookshop, its lines, the copies held for reservations, the logs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Id, Isbn, bookshop_key, person_key


class FeedRun(Base):
    """One file of one bookshop and what became of it; the raw bytes stay in the file store.

    ``state``: see ``stock.states``. ``origin``: upload, folder, push, pull, command, demo, and revert or replay for
    a run that a person asked for. Counts: data lines read, accepted (valid ISBN), refused, lines repeating an ISBN,
    distinct ISBNs, ISBNs unknown to the catalogue; rows added, changed, zeroed against the last applied file,
    ``mispriced`` of them newly hidden for their price, ``titles_before`` held until then. ``apply_when_safe`` is off
    in a dry run.

    ``previous_id`` and ``base_sha256``: the applied run and the content of the stock that it was compared with, which
    is what it may be applied over. ``as_of``: how old the stock is with it (the first arrival of its file; for a
    revert, of the file that it brings back). ``vat_included``: its prices hold VAT. ``took_ms``: reading, comparing
    and writing. ``changes`` and ``remarks`` are packed (``stock.packing``): what it would change or changed title by
    title, and its refused and repeated lines; both are dropped when they are old.
    """

    __tablename__ = "feed_run"
    __access__ = ("bookshop",)

    id: Mapped[Id]
    bookshop_id: Mapped[int] = bookshop_key(index=False)
    format: Mapped[str]
    file_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("stored_file.id"))
    origin: Mapped[str]
    state: Mapped[str] = mapped_column(default="received")
    apply_when_safe: Mapped[bool] = mapped_column(default=True)
    received_at: Mapped[datetime]
    file_date: Mapped[date | None]
    sender: Mapped[str] = mapped_column(default="")
    vat_included: Mapped[bool] = mapped_column(default=True, server_default="true")
    read: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    repeated: Mapped[int] = mapped_column(default=0)
    isbns: Mapped[int] = mapped_column(default=0)
    unknown: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    zeroed: Mapped[int] = mapped_column(default=0)
    mispriced: Mapped[int] = mapped_column(default=0, server_default="0")
    titles_before: Mapped[int] = mapped_column(default=0, server_default="0")
    hold_reasons: Mapped[list[Any]] = mapped_column(default=list)
    error: Mapped[dict[str, Any]] = mapped_column(default=dict)
    previous_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("feed_run.id"))
    base_sha256: Mapped[str] = mapped_column(default="", server_default="")
    as_of: Mapped[datetime | None]
    decided_by: Mapped[int | None] = person_key(nullable=True)
    finished_at: Mapped[datetime | None]
    took_ms: Mapped[int | None]
    changes: Mapped[bytes | None] = mapped_column(deferred=True)
    remarks: Mapped[bytes | None] = mapped_column(deferred=True)

    __table_args__ = (
        Index("ix_feed_run_bookshop_received", "bookshop_id", "received_at"),
        Index("ix_feed_run_open", "bookshop_id", postgresql_where="state IN ('received', 'compared', 'held')"),
    )


class StockSnapshot(Base):
    """What a bookshop's stock is, in one packed row (``stock.packing``): sorted ISBN, copies, price as written.

    The next file is compared with it instead of with tens of thousands of rows. ``content_sha256`` is of the columns,
    not of their packing. It says the same as the bookshop's ``stock_line`` rows: an invariant holds them together.
    """

    __tablename__ = "stock_snapshot"
    __access__ = ("bookshop",)

    bookshop_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bookshop.id"), primary_key=True)
    content_sha256: Mapped[str]
    data: Mapped[bytes]


class StockLine(Base):
    """What a bookshop's last applied file says of one ISBN with copies; a sold-out title stays, as zero, while held.

    ``price`` is as the file writes it (``stock.sheet``: NO_PRICE, SEVERAL_PRICES); ``declared_cents`` is the
    bookshop's own price, VAT included, empty where none or more than one was named; ``verdict``
    (``stock.rules.Verdict``) tells whether readers may see the title, and if not, why.

    25 million rows: the columns are in the order in which they need no padding, and there are no foreign keys, which
    would cost more than all else when a file is written; an invariant looks after what they would.
    """

    __tablename__ = "stock_line"
    __access__ = ("bookshop", "anyone_read")
    __deletable__ = True

    isbn: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    changed_at: Mapped[datetime]
    bookshop_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    quantity: Mapped[int]
    price: Mapped[int]
    declared_cents: Mapped[int | None]
    verdict: Mapped[str]

    __table_args__ = (
        PrimaryKeyConstraint("bookshop_id", "isbn"),
        CheckConstraint("quantity >= 0", name="quantity"),
        Index(
            "ix_stock_line_shown",
            "isbn",
            postgresql_include=["bookshop_id", "quantity"],
            postgresql_where="verdict = 'visible' AND quantity > 0",
        ),
        Index("ix_stock_line_not_shown", "isbn", postgresql_where="verdict <> 'visible' OR quantity = 0"),
        Index("ix_stock_line_hidden", "bookshop_id", "verdict", postgresql_where="verdict <> 'visible'"),
    )


class BookshopStock(Base):
    """One row a bookshop: when its last good file arrived and what it held (freshness, A32).

    ``vat_included``: the prices of ``stock_line.price`` hold VAT. ``judged_by``: a digest of the settings that its
    lines were read and judged by; when it no longer fits, the next file reads and judges everything anew.
    """

    __tablename__ = "bookshop_stock"
    __access__ = ("bookshop", "anyone_read")

    bookshop_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bookshop.id"), primary_key=True)
    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("feed_run.id"))
    file_at: Mapped[datetime]
    titles: Mapped[int]
    sender: Mapped[str] = mapped_column(default="")
    vat_included: Mapped[bool] = mapped_column(default=True, server_default="true")
    judged_by: Mapped[str] = mapped_column(default="", server_default="")


class StockHold(Base):
    """Copies set apart for a reservation: available = last file - open holds, which no later file erases.

    ``state``: open; until_next_file (the copy left the bookshop at ``released_at``, the file does not know yet);
    released. ``settled_by``: the run whose file knew that the copy had left; undone, that file knows it no more.
    """

    __tablename__ = "stock_hold"
    __access__ = ("bookshop", "reader", "door", "anyone_read")

    id: Mapped[Id]
    bookshop_id: Mapped[int] = bookshop_key()
    person_id: Mapped[int | None] = person_key(nullable=True)
    isbn: Mapped[Isbn]
    copies: Mapped[int]
    reference: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="open")
    created_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("feed_run.id"))

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
    ``folder_trouble`` says why files lie unread in the bookshop's folder, empty where none do.
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
    folder_trouble: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


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
