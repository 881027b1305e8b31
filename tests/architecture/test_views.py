"""Every view of the back office derives from one base, which denies by default and writes nothing by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

import flask_admin
import pytest
from flask_admin.contrib.sqla import ModelView

from backoffice.base import Guarded, RecordView, ScreenView
from tests.architecture.source import modules
from tests.conftest import House

# Flask-Admin's own ways of writing and looking up: they go around the domain, and around the tenant's wall.
AROUND = {"create_view", "edit_view", "delete_view", "details_view", "ajax_lookup", "ajax_update"}


def outsiders(kinds: Iterable[type]) -> list[str]:
    """The views that do not derive from ours."""
    return sorted(f"{kind.__module__}.{kind.__name__}" for kind in kinds if not issubclass(kind, Guarded))


def descendants(kind: type) -> Iterator[type]:
    """Every class below this one."""
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


def registered(house: House) -> list[Any]:
    """Every view that answers a route of the application."""
    return [view for admin in house.app.extensions["admin"] for view in admin._views]


def test_every_view_of_the_source_derives_from_the_base() -> None:
    for module in modules("backoffice"):
        import_module(module.name)
    ours = {kind for kind in descendants(flask_admin.BaseView) if kind.__module__.startswith("backoffice.")}
    assert len(ours) > 3
    assert outsiders(ours) == []


def test_every_view_that_answers_derives_from_the_base(shared_house: House) -> None:
    views = registered(shared_house)
    assert len(views) > 1
    assert outsiders(type(view) for view in views) == []
    assert {type(view).is_accessible for view in views} == {Guarded.is_accessible}
    assert all(isinstance(view, ScreenView | RecordView) for view in views)


def test_an_outsider_is_found() -> None:
    class Plain(flask_admin.BaseView):
        """A view by the book of Flask-Admin: open to everybody."""

    class Rows(ModelView):
        """A list by the book: every row, every column, every verb."""

    assert len(outsiders([Plain, Rows, ScreenView])) == 2


def test_no_route_writes_around_the_domain(shared_house: House) -> None:
    names = {rule.endpoint.rpartition(".")[2] for rule in shared_house.app.url_map.iter_rules()}
    assert names & AROUND == set()


@pytest.mark.parametrize("forbidden", ["can_create", "can_edit", "can_delete"])
def test_a_list_that_would_write_cannot_even_be_declared(forbidden: str) -> None:
    kept = next(kind for kind in descendants(RecordView) if kind.columns)
    with pytest.raises(TypeError, match="may not use"):
        type("Writing", (kept,), {forbidden: True})
