"""Stock as one packed snapshot a bookshop; narrow lines without foreign keys; changes and remarks packed in their run.

Sold-out lines that nobody holds copies of go.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LINES = """
CREATE TEMPORARY TABLE stock_line_wide AS SELECT * FROM stock_line;
DROP TABLE stock_line;
CREATE TABLE stock_line (
  isbn bigint NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  bookshop_id integer NOT NULL,
  quantity integer NOT NULL,
  price integer NOT NULL,
  declared_cents integer,
  verdict text NOT NULL
);
INSERT INTO stock_line
  SELECT isbn, changed_at, bookshop_id, quantity,
    CASE WHEN several_prices THEN -2 ELSE coalesce(declared_cents, -1) END, declared_cents, verdict
  FROM stock_line_wide l
  WHERE quantity > 0 OR EXISTS (
    SELECT 1 FROM stock_hold h WHERE h.bookshop_id = l.bookshop_id AND h.isbn = l.isbn AND h.state <> 'released'
  )
  ORDER BY bookshop_id, isbn;
DROP TABLE stock_line_wide;
ALTER TABLE stock_line ADD CONSTRAINT pk_stock_line PRIMARY KEY (bookshop_id, isbn);
ALTER TABLE stock_line ADD CONSTRAINT ck_stock_line_quantity CHECK (quantity >= 0);
CREATE INDEX ix_stock_line_shown ON stock_line (isbn) INCLUDE (bookshop_id, quantity)
  WHERE verdict = 'visible' AND quantity > 0;
CREATE INDEX ix_stock_line_not_shown ON stock_line (isbn) WHERE verdict <> 'visible' OR quantity = 0;
CREATE INDEX ix_stock_line_hidden ON stock_line (bookshop_id, verdict) WHERE verdict <> 'visible';
"""


def upgrade() -> None:
    op.execute(LINES)
    op.create_table(
        "stock_snapshot",
        sa.Column("bookshop_id", sa.BigInteger(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["bookshop_id"], ["bookshop.id"], name=op.f("fk_stock_snapshot_bookshop_id")),
        sa.PrimaryKeyConstraint("bookshop_id", name=op.f("pk_stock_snapshot")),
    )
    op.add_column("bookshop_stock", sa.Column("vat_included", sa.Boolean(), server_default="true", nullable=False))
    op.add_column("bookshop_stock", sa.Column("judged_by", sa.Text(), server_default="", nullable=False))
    _runs()
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def _runs() -> None:
    for column in (
        sa.Column("vat_included", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("mispriced", sa.Integer(), server_default="0", nullable=False),
        sa.Column("titles_before", sa.Integer(), server_default="0", nullable=False),
        sa.Column("previous_id", sa.BigInteger(), nullable=True),
        sa.Column("base_sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("changes", sa.LargeBinary(), nullable=True),
        sa.Column("remarks", sa.LargeBinary(), nullable=True),
    ):
        op.add_column("feed_run", column)
    op.create_foreign_key(op.f("fk_feed_run_previous_id"), "feed_run", "feed_run", ["previous_id"], ["id"])
    op.execute("UPDATE feed_run SET as_of = received_at WHERE state = 'applied'")
    op.drop_index("ix_feed_run_bookshop_id", "feed_run")
    op.create_index(
        "ix_feed_run_open",
        "feed_run",
        ["bookshop_id"],
        postgresql_where=sa.text("state IN ('received', 'compared', 'held')"),
    )


def downgrade() -> None:
    """Not undone: what the last files said could not be told from what they changed."""
    raise RuntimeError("Restore a backup instead.")
