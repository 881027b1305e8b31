"""Nobody gives herself a role, through neither lock (T146, safety.md R1, R9)."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError, ProgrammingError

from tests.conftest import House
from trade.accounts.models import Role
from trade.base.tenancy import NoScope, Scope, TenantSession


def _add(session: TenantSession, **role: object) -> None:
    session.add(Role(**role))
    session.flush()


@pytest.mark.seed("T146")
@pytest.mark.parametrize("first_lock_off", [False, True])
@pytest.mark.parametrize("name", ["administrator", "staff", "owner"])
def test_a_reader_cannot_make_herself_anything(house: House, name: str, first_lock_off: bool) -> None:
    clara = house.cast.people["clara"]
    place = house.cast.alba if name == "owner" else None
    with pytest.raises((NoScope, ProgrammingError)), house.session(Scope("reader", person_id=clara)) as session:
        session.info["first_lock_off"] = first_lock_off
        _add(session, person_id=clara, name=name, bookshop_id=place)


@pytest.mark.seed("T146")
@pytest.mark.parametrize("first_lock_off", [False, True])
def test_a_bookshop_makes_no_role_of_the_platform_and_none_elsewhere(house: House, first_lock_off: bool) -> None:
    cast = house.cast
    clerk = cast.people["alba_clerk"]
    for role in (
        {"name": "administrator", "bookshop_id": None},
        {"name": "administrator", "bookshop_id": cast.alba},
        {"name": "owner", "bookshop_id": cast.boreal},
    ):
        with (
            pytest.raises((NoScope, ProgrammingError, IntegrityError)),
            house.session(cast.bookshop()) as session,
        ):
            session.info["first_lock_off"] = first_lock_off
            _add(session, person_id=clerk, **role)
