"""The copies of the search index, and the books each of them has still to read again."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_copy",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("generation", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_copy")),
        sa.UniqueConstraint("name", name=op.f("uq_search_copy_name")),
    )
    op.create_table(
        "search_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("copy_id", sa.BigInteger(), nullable=False),
        sa.Column("isbn", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["copy_id"], ["search_copy.id"], name=op.f("fk_search_change_copy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_change")),
    )
    op.create_index("ix_search_change_waiting", "search_change", ["copy_id", "id"], unique=False)
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.drop_table("search_change")
    op.drop_table("search_copy")
