"""``bin/migration "what changes"``: writes a migration from the difference between models and migrations."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from config.migrate import alembic_config, upgrade
from config.services import Services


def write(message: str) -> None:
    """Compare the models with a scratch database at the newest migration, and write what is missing."""
    with tempfile.TemporaryDirectory() as folder:
        services = Services(Path(folder), "es")
        try:
            with services.borrowed() as endpoints:
                upgrade(endpoints.database_owner_url)
                engine = create_engine(endpoints.database_owner_url)
                with engine.connect() as connection:
                    settings = alembic_config()
                    settings.attributes["connection"] = connection
                    command.revision(settings, message, autogenerate=True)
                engine.dispose()
        finally:
            services.destroy()


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip() or sys.argv[1].startswith("-"):
        sys.exit('Usage: bin/migration "what changes"')
    write(sys.argv[1])
