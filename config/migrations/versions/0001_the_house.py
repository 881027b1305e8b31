"""The house: every table of the first month, row-level security, and the ledger's balance trigger."""

from alembic import op

from trade.base.access import policies
from trade.base.db import Base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BALANCE = """
CREATE FUNCTION ledger_entry_balances() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF (SELECT coalesce(sum(cents), 0) FROM posting WHERE entry_id = NEW.entry_id) <> 0 THEN
    RAISE EXCEPTION 'ledger entry % does not balance', NEW.entry_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER posting_balances AFTER INSERT ON posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances();
"""


def upgrade() -> None:
    connection = op.get_bind()
    for extension in ("pg_trgm", "unaccent", "btree_gist"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    Base.metadata.create_all(connection)
    op.execute(BALANCE)
    for statement in policies("mostrador_app"):
        op.execute(statement)


def downgrade() -> None:
    Base.metadata.drop_all(op.get_bind())
    op.execute("DROP FUNCTION ledger_entry_balances")
