"""Where bookshops sell books themselves; how distributors' stock arrives, and each file of it."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tables()
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def _tables() -> None:
    op.create_table(
        "distributor_feed",
        sa.Column("distributor_id", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["distributor_id"], ["distributor.id"], name=op.f("fk_distributor_feed_distributor_id")
        ),
        sa.PrimaryKeyConstraint("distributor_id", name=op.f("pk_distributor_feed")),
    )
    op.create_table(
        "distributor_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("distributor_id", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("titles", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("rejections", JSONB(), nullable=False),
        sa.Column("error", JSONB(), nullable=False),
        sa.CheckConstraint("state IN ('loaded', 'unchanged', 'refused')", name=op.f("ck_distributor_run_state")),
        sa.ForeignKeyConstraint(["distributor_id"], ["distributor.id"], name=op.f("fk_distributor_run_distributor_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_distributor_run_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distributor_run")),
    )
    op.create_index("ix_distributor_run_distributor", "distributor_run", ["distributor_id", "id"], unique=False)
    op.add_column("bookshop", sa.Column("web_shop", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Not undone: what bookshops and staff have told since would be lost."""
    raise RuntimeError("Restore a backup instead.")
