"""Alembic's environment: one connection given by :mod:`config.migrate`, metadata of the whole domain."""

from alembic import context

import trade.models  # noqa: F401 - every table
from trade.base.db import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
