"""Which file knew that a held copy had left: undone, it knows it no more."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stock_hold", sa.Column("settled_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_stock_hold_settled_by", "stock_hold", "feed_run", ["settled_by"], ["id"])


def downgrade() -> None:
    op.drop_constraint("fk_stock_hold_settled_by", "stock_hold", type_="foreignkey")
    op.drop_column("stock_hold", "settled_by")
