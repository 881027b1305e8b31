"""One world for the whole matrix: its questions leave nothing behind."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from config.services import Endpoints
from tests.cast import NOW
from tests.conftest import Template, make_house
from tests.locks import without
from tests.matrix.asking import Matrix
from tests.matrix.world import World, build
from trade.catalogue.engines.folder import ALIVE
from trade.catalogue.engines.keeping import catch_up


@pytest.fixture(scope="package")
def world(
    endpoints: Endpoints, templates: dict[str, Template], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A Spanish network in full swing."""
    with make_house("es", endpoints, templates, tmp_path_factory.mktemp("matrix")) as house:
        made = build(house)
        # A worker and an index process that live for as long as the matrix is asked.
        later = time.time() + 600
        house.app.extensions["redis"].set("mostrador:heartbeat:worker", later)
        catch_up(house.app.extensions["search"], house.session, at=NOW)
        alive = house.config().search_dir / ALIVE
        alive.touch()
        os.utime(alive, (later, later))
        yield made


@pytest.fixture(scope="package")
def matrix(world: World) -> Matrix:
    """The world with everybody's browser."""
    return Matrix(world)


@pytest.fixture
def locks(request: pytest.FixtureRequest, matrix: Matrix) -> Iterator[tuple[str, ...]]:
    """Takes away the locks of tenancy that are named, for one test."""
    taken: tuple[str, ...] = request.param
    with without(taken, matrix.app, matrix.world.house.owner_url):
        yield taken
