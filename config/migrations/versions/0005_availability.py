"""Availability: distributors and whom bookshops trust, parts in presales, marks of changes of the directory."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Asked by everybody's changes and seen by everybody: the definer writes what no scope may write itself. Marks that
# another transaction is deleting are left to it, so that nobody waits for anybody.
MARKS = """
CREATE FUNCTION mark_directory() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE newest bigint;
BEGIN
  INSERT INTO directory_mark (topic) VALUES (TG_ARGV[0]) RETURNING id INTO newest;
  DELETE FROM directory_mark WHERE id IN (
    SELECT id FROM directory_mark WHERE id < newest - 50 ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED
  );
  RETURN NULL;
END $$;
"""
TOPICS = {
    "bookshop": "bookshops",
    "vacation": "bookshops",
    "setting_value": "bookshops",
    "distributor": "bookshops",
    "trusted_distributor": "bookshops",
    "delegated_distributor": "bookshops",
    "bookshop_stock": "files",
}


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))
    op.execute(MARKS)
    for table, topic in TOPICS.items():
        op.execute(
            f"CREATE TRIGGER marks_directory AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION mark_directory('{topic}')"
        )


def downgrade() -> None:
    """Not undone: what bookshops and staff have told since would be lost."""
    raise RuntimeError("Restore a backup instead.")
