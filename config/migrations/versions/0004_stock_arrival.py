"""How stock arrives: adapters that staff finish, keys and addresses of bookshops, what a format remembers of a file."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stock_arrival",
        sa.Column("bookshop_id", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("pull_on", sa.Boolean(), nullable=False),
        sa.Column("pull_address", sa.Text(), nullable=False),
        sa.Column("pull_token", sa.LargeBinary(), nullable=True),
        sa.Column("pulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pull_error", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["bookshop_id"], ["bookshop.id"], name=op.f("fk_stock_arrival_bookshop_id")),
        sa.PrimaryKeyConstraint("bookshop_id", name=op.f("pk_stock_arrival")),
        sa.UniqueConstraint("number", name=op.f("uq_stock_arrival_number")),
    )
    op.create_table(
        "stock_token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("bookshop_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("ending", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('push', 'read')", name=op.f("ck_stock_token_purpose")),
        sa.ForeignKeyConstraint(["bookshop_id"], ["bookshop.id"], name=op.f("fk_stock_token_bookshop_id")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_stock_token_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_stock_token_token_hash")),
    )
    op.create_index(op.f("ix_stock_token_bookshop_id"), "stock_token", ["bookshop_id"], unique=False)
    op.create_table(
        "stock_adapter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sample_file_id", sa.BigInteger(), nullable=True),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tested_with", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('code', 'delimited', 'pull')", name=op.f("ck_stock_adapter_kind")),
        sa.CheckConstraint("state IN ('draft', 'in_use', 'retired')", name=op.f("ck_stock_adapter_state")),
        sa.ForeignKeyConstraint(["sample_file_id"], ["stored_file.id"], name=op.f("fk_stock_adapter_sample_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_adapter")),
        sa.UniqueConstraint("key", name=op.f("uq_stock_adapter_key")),
    )
    op.create_table(
        "feed_memory",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("bookshop_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["bookshop_id"], ["bookshop.id"], name=op.f("fk_feed_memory_bookshop_id")),
        sa.ForeignKeyConstraint(["run_id"], ["feed_run.id"], name=op.f("fk_feed_memory_run_id")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_feed_memory")),
    )
    op.create_index(op.f("ix_feed_memory_bookshop_id"), "feed_memory", ["bookshop_id"], unique=False)
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    """How stock arrives would be lost."""
    raise RuntimeError("Restore a backup instead.")
