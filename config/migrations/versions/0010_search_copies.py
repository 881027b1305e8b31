"""A copy of the search index that is struck off takes what waits for it along."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("fk_search_change_copy_id", "search_change", type_="foreignkey")
    op.create_foreign_key(
        "fk_search_change_copy_id", "search_change", "search_copy", ["copy_id"], ["id"], ondelete="CASCADE"
    )


def downgrade() -> None:
    op.drop_constraint("fk_search_change_copy_id", "search_change", type_="foreignkey")
    op.create_foreign_key("fk_search_change_copy_id", "search_change", "search_copy", ["copy_id"], ["id"])
