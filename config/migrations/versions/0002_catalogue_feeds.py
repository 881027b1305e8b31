"""Books by source: what each feed says, the runs of feeds, the long things of a book, covers, coming prices."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_source",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("ranks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("credentials", sa.LargeBinary(), nullable=True),
        sa.Column("told_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_source")),
        sa.UniqueConstraint("key", name=op.f("uq_catalogue_source_key")),
    )
    op.create_table(
        "book_cover",
        sa.Column("isbn", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("small_sha256", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["isbn"], ["book.isbn"], name=op.f("fk_book_cover_isbn")),
        sa.PrimaryKeyConstraint("isbn", name=op.f("pk_book_cover")),
    )
    op.create_table(
        "book_detail",
        sa.Column("isbn", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("imprint", sa.Text(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("original_language", sa.Text(), nullable=False),
        sa.Column("width_mm", sa.Integer(), nullable=True),
        sa.Column("height_mm", sa.Integer(), nullable=True),
        sa.Column("thickness_mm", sa.Integer(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("keywords", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("subjects", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("safety", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("cover_url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["isbn"], ["book.isbn"], name=op.f("fk_book_detail_isbn")),
        sa.PrimaryKeyConstraint("isbn", name=op.f("pk_book_detail")),
    )
    op.create_table(
        "catalogue_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("milliseconds", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("non_books", sa.Integer(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("non_book_codes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("error", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_catalogue_run_file_id")),
        sa.ForeignKeyConstraint(["source_id"], ["catalogue_source.id"], name=op.f("fk_catalogue_run_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_run")),
    )
    op.create_index("ix_catalogue_run_received", "catalogue_run", ["received_at"], unique=False)
    op.create_index(op.f("ix_catalogue_run_source_id"), "catalogue_run", ["source_id"], unique=False)
    op.create_table(
        "book_source",
        sa.Column("isbn", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["catalogue_run.id"], name=op.f("fk_book_source_run_id")),
        sa.ForeignKeyConstraint(["source_id"], ["catalogue_source.id"], name=op.f("fk_book_source_source_id")),
        sa.PrimaryKeyConstraint("isbn", "source_id", name=op.f("pk_book_source")),
    )
    op.create_table(
        "catalogue_rejection",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["catalogue_run.id"], name=op.f("fk_catalogue_rejection_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_rejection")),
    )
    op.create_index(op.f("ix_catalogue_rejection_run_id"), "catalogue_rejection", ["run_id"], unique=False)
    op.create_index(op.f("ix_author_name"), "author", ["name"], unique=False)
    op.add_column("book", sa.Column("price_kind", sa.Text(), server_default="fixed", nullable=False))
    op.add_column("book", sa.Column("vat_rate", sa.Integer(), nullable=True))
    op.add_column("book", sa.Column("schoolbook", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("book", sa.Column("form", sa.Text(), server_default="", nullable=False))
    op.add_column("book", sa.Column("subject_code", sa.Text(), server_default="", nullable=False))
    op.add_column("book", sa.Column("collection_number", sa.Text(), server_default="", nullable=False))
    op.add_column("book", sa.Column("published_on", sa.Date(), nullable=True))
    op.add_column("book", sa.Column("on_sale_on", sa.Date(), nullable=True))
    op.add_column("book", sa.Column("available_on", sa.Date(), nullable=True))
    op.add_column("book", sa.Column("availability_source", sa.Text(), server_default="", nullable=False))
    op.add_column("book", sa.Column("replaced_by", sa.BigInteger(), nullable=True))
    op.add_column("book_price", sa.Column("kind", sa.Text(), server_default="fixed", nullable=False))
    op.add_column("book_price", sa.Column("vat_rate", sa.Integer(), nullable=True))
    op.add_column("book_price", sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("book_price", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("book_price", "cents", existing_type=sa.BIGINT(), nullable=True)
    op.create_index(
        "ix_book_price_due",
        "book_price",
        ["valid_from"],
        unique=False,
        postgresql_where="((applied_at IS NULL) AND (withdrawn_at IS NULL))",
    )
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    """What the feeds said would be lost."""
    raise RuntimeError("Restore a backup instead.")
