"""Labels: when the carrier was asked, why it failed in words that can be translated; last signs of secrets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

WORDED = (("shipment", "label_error"), ("carrier_account", "check_note"))


def upgrade() -> None:
    op.add_column("shipment", sa.Column("label_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("carrier_account", sa.Column("tails", JSONB, nullable=False, server_default="{}"))
    op.alter_column("carrier_account", "tails", server_default=None)
    for table, column in WORDED:
        op.drop_column(table, column)
        op.add_column(table, sa.Column(column, JSONB, nullable=False, server_default="{}"))
        op.alter_column(table, column, server_default=None)


def downgrade() -> None:
    for table, column in WORDED:
        op.drop_column(table, column)
        op.add_column(table, sa.Column(column, sa.Text(), nullable=False, server_default=""))
        op.alter_column(table, column, server_default=None)
    op.drop_column("carrier_account", "tails")
    op.drop_column("shipment", "label_asked_at")
