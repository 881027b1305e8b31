"""Reads of bookshops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Select, select

from trade.base.errors import NotFound
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.members.models import Application, BillingData, Bookshop, Fee, Requirement, RequirementMet, StoredFile
from trade.members.rules import Step, checklist
from trade.members.states import BEFORE_ACCEPTANCE
from trade.places.models import Place
from trade.texts.queries import pending_for_bookshop


def active(session: TenantSession) -> Sequence[Bookshop]:
    """The bookshops that readers see, by name."""
    return session.scalars(
        select(Bookshop).where(Bookshop.state == "active").order_by(Bookshop.name, Bookshop.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Standing:
    """What lists and maps show of an active bookshop."""

    id: int
    slug: str
    name: str
    address: str
    city: str
    area: str
    phone: str
    latitude: float | None
    longitude: float | None


def standing(session: TenantSession) -> list[Standing]:
    """The bookshops that readers see, by name, without what no list shows: a country has fifteen hundred."""
    columns = [getattr(Bookshop, field.name) for field in fields(Standing)]
    wanted = select(*columns).where(Bookshop.state == "active").order_by(Bookshop.name, Bookshop.id)
    return [Standing(*row) for row in session.execute(wanted)]


def by_slug(session: TenantSession, *, slug: str) -> Bookshop:
    """An active bookshop by the name in its address. Raises NotFound."""
    found = session.scalar(select(Bookshop).where(Bookshop.slug == slug, Bookshop.state == "active"))
    if found is None:
        raise NotFound()
    return found


def any_by_slug(session: TenantSession, *, slug: str) -> Bookshop:
    """A bookshop in whatever state. Raises NotFound."""
    found = session.scalar(select(Bookshop).where(Bookshop.slug == slug))
    if found is None:
        raise NotFound(N_("No bookshop has the short address “%(slug)s”."), slug=slug)
    return found


def everyone(session: TenantSession) -> Sequence[Bookshop]:
    """Every bookshop in whatever state, by short address."""
    return session.scalars(select(Bookshop).order_by(Bookshop.slug)).all()


def by_ids(session: TenantSession, *, ids: Iterable[int]) -> dict[int, Bookshop]:
    """These bookshops by id, in one query."""
    wanted = list(ids)
    if not wanted:
        return {}
    return {shop.id: shop for shop in session.scalars(select(Bookshop).where(Bookshop.id.in_(wanted)))}


def slugs_like(session: TenantSession, *, start: str) -> set[str]:
    """The short addresses taken that begin like this one."""
    return set(session.scalars(select(Bookshop.slug).where(Bookshop.slug.startswith(start, autoescape=True))))


def area_of(session: TenantSession, *, postcode: str) -> str:
    """The province or departement of a postcode, empty where no place has it."""
    return session.scalar(select(Place.area).where(Place.postcode == postcode, Place.area != "").limit(1)) or ""


def application_of(session: TenantSession, *, bookshop_id: int) -> Application | None:
    """What the applicant told; None for an imported bookshop."""
    return session.scalar(select(Application).where(Application.bookshop_id == bookshop_id))


def billing_of(session: TenantSession, *, bookshop_id: int) -> BillingData:
    """The billing data. Raises NotFound."""
    found = session.scalar(select(BillingData).where(BillingData.bookshop_id == bookshop_id))
    if found is None:
        raise NotFound()
    return found


def fees_of(session: TenantSession, *, bookshop_id: int) -> Sequence[Fee]:
    """The fees, newest period first."""
    return session.scalars(select(Fee).where(Fee.bookshop_id == bookshop_id).order_by(Fee.period.desc())).all()


def files_of(session: TenantSession, *, bookshop_id: int, purpose: str | None = None) -> Sequence[StoredFile]:
    """The files a bookshop sent, newest first."""
    statement = select(StoredFile).where(StoredFile.bookshop_id == bookshop_id).order_by(StoredFile.id.desc())
    if purpose is not None:
        statement = statement.where(StoredFile.purpose == purpose)
    return session.scalars(statement.limit(100)).all()


def applicants() -> Select[Bookshop, Application]:
    """Bookshops on their way in with what they told, the oldest first, for a paged list of staff."""
    return (
        select(Bookshop, Application)
        .join(Application, Application.bookshop_id == Bookshop.id, isouter=True)
        .where(Bookshop.state.in_((*BEFORE_ACCEPTANCE, "accepted", "fee_due", "terms_due")))
        .order_by(Bookshop.applied_at, Bookshop.id)
    )


def requirements(session: TenantSession) -> Sequence[Requirement]:
    """The conditions of joining in use (T03)."""
    return session.scalars(select(Requirement).where(Requirement.retired_at.is_(None)).order_by(Requirement.id)).all()


def requirements_met(session: TenantSession, *, bookshop_id: int) -> set[int]:
    """The conditions that a bookshop meets."""
    met = select(RequirementMet.requirement_id).where(RequirementMet.bookshop_id == bookshop_id)
    return set(session.scalars(met))


def unmet_requirements(session: TenantSession, *, bookshop_id: int) -> list[Requirement]:
    """The conditions in use that are not ticked for a bookshop."""
    met = requirements_met(session, bookshop_id=bookshop_id)
    return [requirement for requirement in requirements(session) if requirement.id not in met]


def progress(session: TenantSession, *, bookshop: Bookshop, at: datetime) -> list[Step]:
    """The way of a bookshop to being active, step by step (T02-T07)."""
    return checklist(
        state=bookshop.state,
        network_has_fee=session.profile.has("fee"),
        texts_pending=bool(pending_for_bookshop(session, bookshop_id=bookshop.id, at=at)),
    )
