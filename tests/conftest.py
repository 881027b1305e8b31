"""What the tests stand on: private servers, a template database with the cast, one database a test or module."""

from __future__ import annotations

import gc
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine

from app import create_app
from config import migrate
from config.databases import at_database
from config.profile import load_profile, open_profile
from config.services import Endpoints, Services, create_database, drop_database
from config.settings import ROOT, Config, load
from invoices.store import Store
from tests.cast import NOW, Cast
from tests.cast import load as load_cast
from tests.doubles.starting import StripeDouble, stripe_double
from trade.base import crypto
from trade.base.clock import Clock
from trade.base.tenancy import SYSTEM, Profile, Scope, TenantSession, session_for
from trade.catalogue.engines.folder import IndexFolder, IndexReader
from trade.catalogue.engines.keeping import catch_up

NETWORKS = ("es", "fr")
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever stands on the servers is marked so: ``-m "not database"`` is the quick loop."""
    for item in items:
        if "endpoints" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.database)


def data_folder() -> Path:
    """The real trade files: MOSTRADOR_TEST_DATA, else shared/data beside the checkout."""
    return Path(os.environ.get("MOSTRADOR_TEST_DATA") or ROOT.parent / "shared" / "data")


@pytest.fixture(scope="session", autouse=True)
def few_collections() -> None:
    """Look less often for cycles of garbage: a thousand applications are made, and their routes live on for a while."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash with the smallest cost: the tests prove what is done with passwords, not how hard they are to crack."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crypto, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(crypto, "_NOBODY", crypto.hash_password("nobody"))
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real trade files; tests that need it are skipped where it is absent."""
    folder = data_folder()
    if not folder.is_dir():
        pytest.skip(f"the real trade files are not at {folder}: set MOSTRADOR_TEST_DATA")
    return folder


@pytest.fixture(scope="session")
def endpoints() -> Iterator[Endpoints]:
    """The addresses of the private servers of the tests, shared by all test processes."""
    with Services(ROOT / "var" / "tests", "es", durable=False).borrowed() as found:
        yield found


@pytest.fixture(scope="session")
def stand_in() -> Iterator[StripeDouble]:
    """The stand-in for Stripe, shared by the tests of a process: each takes accounts of its own (``rk_test_...``)."""
    with stripe_double() as double:
        yield double


@dataclass
class Template:
    """A migrated database with the cast in it, to be copied."""

    name: str
    cast: Cast


@pytest.fixture(scope="session")
def templates(endpoints: Endpoints) -> Iterator[dict[str, Template]]:
    """One template database per network, made once per test process."""
    found: dict[str, Template] = {}
    for network in NETWORKS:
        name = f"template_{network}_{os.getpid()}"
        drop_database(endpoints.database_owner_url, name)
        create_database(endpoints.database_owner_url, name)
        migrate.upgrade(at_database(endpoints.database_owner_url, name))
        engine = create_engine(at_database(endpoints.database_url, name))
        with session_for(engine, SYSTEM, load_profile(network)) as session:
            cast = load_cast(session, network)
        engine.dispose()
        found[network] = Template(name, cast)
    yield found
    for template in found.values():
        drop_database(endpoints.database_owner_url, template.name)


@dataclass
class House:
    """One database of its own with the cast, and everything that works on it."""

    network: str
    url: str
    owner_url: str
    redis_url: str
    folder: Path
    cast: Cast
    engine: Engine
    store: Store
    clock: Clock
    profile: Profile = field(init=False)
    stripe: str = ""
    carriers: str = ""
    search: IndexReader = field(init=False)
    _apps: list[Flask] = field(default_factory=list)
    _making: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.profile = open_profile(self.config())
        self.search = IndexReader(
            IndexFolder(self.config().search_dir), keep=lambda reader: catch_up(reader, self.session, at=NOW) and None
        )

    @contextmanager
    def session(self, scope: Scope = SYSTEM) -> Iterator[TenantSession]:
        """A session of a scope that commits at the end; its searches see every change that was committed."""
        with session_for(self.engine, scope, self.profile, self.search) as opened:
            yield opened

    def config(self) -> Config:
        """Settings of a process that works in this house."""
        return load(
            {
                "MOSTRADOR_HOME": str(self.folder),
                "MOSTRADOR_NETWORK": self.network,
                "DATABASE_URL": self.url,
                "DATABASE_OWNER_URL": self.owner_url,
                "REDIS_URL": self.redis_url,
                "MOSTRADOR_FILES": str(self.folder / "files"),
                "MOSTRADOR_CLOCK": str(self.folder / "clock"),
                "MOSTRADOR_STRIPE": self.stripe,
                "MOSTRADOR_CARRIERS": self.carriers,
            }
        )

    @property
    def app(self) -> Flask:
        """The application, made once per house even where many threads ask at once (it would be made by each, and
        the syntax trees of Python 3.11 do not bear it); forged-request protection is on as in real life."""
        with self._making:
            if not self._apps:
                app = create_app(self.config(), TESTING=True, RATELIMIT_ENABLED=False)
                app.extensions["search"] = self.search
                self._apps.append(app)
            return self._apps[0]

    def client(self, who: str | None = None, *, bookshop: int | None = None) -> FlaskClient:
        """A browser, signed in as one of the cast where named; see :func:`csrf` for posting."""
        client = self.app.test_client()
        if who is not None:
            with client.session_transaction() as cookie:
                cookie["_user_id"] = str(self.cast.people[who])
                cookie["_fresh"] = True
                cookie["token"] = self.cast.tokens[who]
                if bookshop is not None:
                    cookie["bookshop"] = bookshop
        return client

    def set_time(self, moment: datetime) -> None:
        """Make this the present for everything in the house."""
        self.clock.move_to(moment)


def redis_database(number: int) -> int:
    """One of Redis's sixteen: the test processes share the server, so each of three has five of its own."""
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return process % 3 * 5 + number % 5


@contextmanager
def make_house(network: str, endpoints: Endpoints, templates: dict[str, Template], folder: Path) -> Iterator[House]:
    """A house on a fresh copy of the network's template."""
    number = next(_numbers)
    name = f"house_{os.getpid()}_{number}"
    create_database(endpoints.database_owner_url, name, templates[network].name)
    url = at_database(endpoints.database_url, name)
    engine = create_engine(url, hide_parameters=True)
    folder.mkdir(parents=True, exist_ok=True)
    house = House(
        network=network,
        url=url,
        owner_url=at_database(endpoints.database_owner_url, name),
        redis_url=f"{endpoints.redis_url}?db={redis_database(number)}",
        folder=folder,
        cast=templates[network].cast,
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


@pytest.fixture
def network(request: pytest.FixtureRequest) -> str:
    """The network of a test: Spain unless parametrised (``indirect=True``)."""
    return str(getattr(request, "param", "es"))


@pytest.fixture
def house(network: str, endpoints: Endpoints, templates: dict[str, Template], tmp_path: Path) -> Iterator[House]:
    """A house of its own for one test (a copy of the template takes about 0.2 s)."""
    with make_house(network, endpoints, templates, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared_house(
    endpoints: Endpoints, templates: dict[str, Template], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A Spanish house for all tests of a module: for tests that only read, or do not mind each other."""
    with make_house("es", endpoints, templates, tmp_path_factory.mktemp("house")) as made:
        yield made


@pytest.fixture(scope="module")
def shared_french_house(
    endpoints: Endpoints, templates: dict[str, Template], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """The French counterpart of :func:`shared_house`."""
    with make_house("fr", endpoints, templates, tmp_path_factory.mktemp("maison")) as made:
        yield made


def csrf(client: FlaskClient, address: str) -> str:
    """The forged-request token of a page: post it as ``csrf_token``. Raises AssertionError where it has none."""
    page = client.get(address, follow_redirects=True).get_data(as_text=True)
    _, found, rest = page.partition('name="csrf_token"')
    assert found, f"{address} has no form"
    return rest.partition('value="')[2].partition('"')[0]
