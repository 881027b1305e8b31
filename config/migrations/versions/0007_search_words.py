"""Drop the words of the catalogue: typing errors are forgiven by the search index now."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("search_word")


def downgrade() -> None:
    """The words were counted as books came in."""
    raise RuntimeError("Restore a backup instead.")
