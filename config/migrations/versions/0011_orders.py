"""Orders of readers, their payments, tariffs of delivery, contracts with carriers."""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = (
    "withdrawal", "presale_title", "gateway_event", "dispute", "refund", "payment", "payment_secret", "payment_account",
    "sale_line", "shipment", "sale", "carrier_account", "shipping_bracket", "shipping_table",
)  # fmt: skip


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
