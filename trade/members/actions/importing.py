"""Taking in bookshops that had joined before: their people enter by recovery of the password (T05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from trade.accounts.actions.registering import create_person
from trade.accounts.actions.roles import add_role
from trade.accounts.queries import person_by_email
from trade.base import identifiers, journal
from trade.base.coordinates import parse_coordinates
from trade.base.errors import Refused
from trade.base.tenancy import TenantSession
from trade.base.text import Text
from trade.members.actions.applying import add_bookshop
from trade.members.actions.public_data import change_billing, change_public_data
from trade.members.models import BillingData, Bookshop

COLUMNS = (
    "name",
    "slug",
    "postcode",
    "city",
    "address",
    "email",
    "phone",
    "website",
    "hours",
    "coordinates",
    "contact_name",
    "contact_email",
    "legal_name",
    "tax_id",
    "iban",
)
"""The columns of an import; name, postcode, city and contact_email must be filled."""


@dataclass
class ImportReport:
    """What an import did, or would do: bookshops created, those present already, and the lines refused."""

    created: list[str] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    problems: list[tuple[int, Text]] = field(default_factory=list)


def import_bookshops(
    session: TenantSession, *, rows: Sequence[Mapping[str, str]], at: datetime, dry_run: bool
) -> ImportReport:
    """Create each bookshop with its owner, without password, waiting only for the texts. Scope staff or system.

    A bookshop of the same name and postcode is present already and left as it is. A line with a problem is
    refused by its number (from 1) and the others go on; a dry run leaves nothing behind.
    """
    report = ImportReport()
    whole = session.begin_nested()
    for line, row in enumerate(rows, start=1):
        try:
            with session.begin_nested():
                _import_row(session, {name: (row.get(name) or "").strip() for name in COLUMNS}, report, at=at)
        except Refused as refusal:
            report.problems.append((line, refusal.text))
    if dry_run:
        whole.rollback()
    else:
        whole.commit()
    return report


def _import_row(session: TenantSession, row: dict[str, str], report: ImportReport, *, at: datetime) -> None:
    address = identifiers.mail_address(row["contact_email"])
    known = session.scalar(
        select(Bookshop.slug).where(Bookshop.name == row["name"], Bookshop.postcode == row["postcode"])
    )
    if known is not None:
        report.present.append(known)
        return
    bookshop = add_bookshop(
        session,
        name=row["name"],
        slug=row["slug"],
        postcode=row["postcode"],
        city=row["city"],
        state="terms_due",
        at=at,
    )
    _fill(session, bookshop, row, at=at)
    person = person_by_email(session, email=address)
    if person is None:
        person = create_person(
            session,
            email=address,
            name=row["contact_name"] or bookshop.name,
            locale=session.profile.locale,
            at=at,
            verified=False,
        )
    add_role(session, person_id=person.id, role="owner", bookshop_id=bookshop.id, at=at)
    journal.write(
        session, action="bookshop.imported", thing="bookshop", thing_id=bookshop.id, at=at, bookshop_id=bookshop.id
    )
    report.created.append(bookshop.slug)


def _fill(session: TenantSession, bookshop: Bookshop, row: dict[str, str], *, at: datetime) -> None:
    public = {name: row[name] for name in ("address", "email", "phone", "website", "hours") if row[name]}
    public.setdefault("email", row["contact_email"])
    change_public_data(session, bookshop_id=bookshop.id, given=public, at=at)
    if row["coordinates"]:
        point = parse_coordinates(row["coordinates"])
        bookshop.latitude, bookshop.longitude = point.latitude, point.longitude
    if row["tax_id"]:
        billing = {
            "legal_name": row["legal_name"] or bookshop.name,
            "tax_id": row["tax_id"],
            "address": bookshop.address,
            "postcode": bookshop.postcode,
            "city": bookshop.city,
            "email": bookshop.email,
        }
        change_billing(session, bookshop_id=bookshop.id, given=billing, at=at)
    if row["iban"]:
        data = session.scalars(select(BillingData).where(BillingData.bookshop_id == bookshop.id)).one()
        data.iban, data.iban_holder = identifiers.iban(row["iban"]), row["legal_name"] or bookshop.name
    session.flush()
