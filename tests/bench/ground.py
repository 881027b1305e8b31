"""What a bench stands on: private servers and a migrated database with the cast in it, gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from config import migrate
from config.databases import at_database, create_database, drop_database
from config.profile import load_profile
from config.services import Endpoints, Services
from invoices.store import Store
from tests.cast import NOW
from tests.cast import load as load_cast
from tests.conftest import House
from trade.base.clock import Clock
from trade.base.tenancy import SYSTEM, session_for


@contextmanager
def bench_house(network: str = "es") -> Iterator[House]:
    """A house on servers of its own in a temporary folder; everything is deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="mostrador-bench-") as folder:
        services = Services(Path(folder), network)
        try:
            with services.borrowed() as endpoints:
                yield from _furnished(network, endpoints, Path(folder))
        finally:
            services.destroy()


def _furnished(network: str, endpoints: Endpoints, folder: Path) -> Iterator[House]:
    name = "bench"
    create_database(endpoints.database_owner_url, name)
    url, owner_url = at_database(endpoints.database_url, name), at_database(endpoints.database_owner_url, name)
    migrate.upgrade(owner_url)
    profile = load_profile(network)
    engine = create_engine(url, hide_parameters=True)
    with session_for(engine, SYSTEM, profile) as session:
        cast = load_cast(session, network)
    house = House(
        network=network,
        url=url,
        owner_url=owner_url,
        redis_url=endpoints.redis_url,
        folder=folder,
        cast=cast,
        engine=engine,
        store=Store(folder / "files"),
        clock=Clock(folder / "clock"),
    )
    house.set_time(NOW)
    try:
        yield house
    finally:
        for app in house._apps:
            with app.app_context():
                app.extensions["sqlalchemy"].engine.dispose()
        engine.dispose()
        drop_database(endpoints.database_owner_url, name)
