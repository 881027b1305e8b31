"""The back office: screens only, in three areas of Flask-Admin (``/staff``, ``/office``, ``/ledger``)."""

from __future__ import annotations

from flask import Flask

from backoffice import area, theme
from backoffice.access import ACCESS
from backoffice.ledger import AREA as LEDGER
from backoffice.office import AREA as OFFICE
from backoffice.staff import AREA as STAFF

AREAS = (OFFICE, STAFF, LEDGER)


def init(app: Flask) -> dict[str, str]:
    """Register the three areas and return what each of their routes demands."""
    theme.install(app)
    area.install(app, AREAS)
    return dict(ACCESS)
