"""Taking one of the two locks of tenancy away, to prove the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from trade.base import tenancy
from web.database import db

FIRST, SECOND = "first", "second"
ONE_AT_A_TIME = [
    pytest.param((), id="both locks"),
    pytest.param((FIRST,), id="the database alone"),
    pytest.param((SECOND,), id="the session alone"),
]


@contextmanager
def without(locks: tuple[str, ...], app: Flask, owner_url: str) -> Iterator[None]:
    """Work without these locks: sessions add no criterion and judge no row; the role owns the tables."""
    opened = tenancy.open_scope

    def open_without(session: Session, *given: object) -> None:
        session.info["first_lock_off"] = True
        opened(session, *given)  # type: ignore[arg-type]

    owner = create_engine(owner_url, hide_parameters=True)
    with app.app_context():
        engines = db.engines
    try:
        with pytest.MonkeyPatch.context() as patch:
            if FIRST in locks:
                patch.setattr(tenancy, "open_scope", open_without)
                patch.setattr("web.database.open_scope", open_without)
            if SECOND in locks:
                patch.setitem(engines, None, owner)
            yield
    finally:
        owner.dispose()
