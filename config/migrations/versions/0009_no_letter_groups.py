"""Drop the index of letter groups over all titles: the search index finds books, and feeds load without it."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_book_search_key", table_name="book")


def downgrade() -> None:
    op.create_index(
        "ix_book_search_key",
        "book",
        ["search_key"],
        postgresql_using="gin",
        postgresql_ops={"search_key": "gin_trgm_ops"},
    )
