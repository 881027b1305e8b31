"""Changes and remarks of a stock file are packed in its run: their tables of one row each go.

What runs before this one changed and refused line by line is not carried over (their counts are); a file that waits
for a decision is read again by replaying it.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("feed_change")
    op.drop_table("feed_rejection")


def downgrade() -> None:
    """Not undone: the single lines are gone."""
    raise RuntimeError("Restore a backup instead.")
