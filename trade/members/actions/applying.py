"""Applying, the questionnaire's link, and staff's review (F04, F07, T01-T03)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select

from trade.accounts.actions import tokens
from trade.accounts.rules import TOKEN_LIFE, person_name
from trade.base import identifiers, journal
from trade.base.crypto import digest
from trade.base.errors import NotFound, Refused, concerning
from trade.base.journal import fire
from trade.base.tenancy import TenantSession
from trade.base.territories import territory_of
from trade.base.text import N_
from trade.members import rules
from trade.members.models import Application, BillingData, Bookshop
from trade.members.queries import area_of, slugs_like
from trade.members.states import MEMBERSHIP
from trade.messages.actions import send
from trade.messages.rules import LOCALES
from trade.questionnaires.actions.reviewing import ask_changes, open_reply

MESSAGE_LENGTH = 2_000


def apply(
    session: TenantSession,
    *,
    name: str,
    postcode: str,
    city: str,
    contact_name: str,
    contact_email: str,
    contact_phone: str,
    part_of_chain: bool,
    message: str,
    locale: str,
    at: datetime,
) -> Bookshop:
    """A bookshop asks to join; the contact is mailed that it arrived. Scope door. Raises Refused.

    A chain may apply as well: whether it is admitted is decided at the acceptance (F04).
    """
    with concerning("contact_name"):
        contact = person_name(contact_name)
    with concerning("contact_email"):
        address = identifiers.mail_address(contact_email)
    with concerning("contact_phone"):
        phone = identifiers.phone(contact_phone) if contact_phone.strip() else ""
    if len(message) > MESSAGE_LENGTH:
        raise Refused(N_("At most %(limit)s characters."), field="message", limit=MESSAGE_LENGTH)
    bookshop = add_bookshop(session, name=name, postcode=postcode, city=city, state=MEMBERSHIP.first, at=at)
    session.add(
        Application(
            bookshop_id=bookshop.id,
            contact_name=contact,
            contact_email=address,
            contact_phone=phone,
            part_of_chain=part_of_chain,
            message=message.strip(),
            locale=locale if locale in LOCALES else session.profile.locale,
            created_at=at,
        )
    )
    session.flush()
    journal.write(
        session, action="bookshop.applied", thing="bookshop", thing_id=bookshop.id, at=at, bookshop_id=bookshop.id
    )
    tell_contact(session, bookshop=bookshop, template="joining.received", key=str(bookshop.id), values={}, at=at)
    return bookshop


def add_bookshop(
    session: TenantSession, *, name: str, postcode: str, city: str, state: str, at: datetime, slug: str = ""
) -> Bookshop:
    """The rows of a new bookshop: its place follows from the postcode. Raises Refused."""
    called, town = " ".join(name.split()), " ".join(city.split())
    if not 2 <= len(called) <= rules.NAME_LENGTH:
        raise Refused(N_("Write the name of the bookshop."), field="name")
    if not town or len(town) > rules.NAME_LENGTH:
        raise Refused(N_("Write the town."), field="city")
    with concerning("postcode"):
        code = rules.postcode(postcode, country=session.profile.country)
    territory = territory_of(code, country=session.profile.country)
    wanted = slug or rules.slug_for(called, taken=())
    bookshop = Bookshop(
        slug=rules.slug_for(wanted, taken=slugs_like(session, start=wanted)),
        name=called,
        state=state,
        country=session.profile.country,
        postcode=code,
        city=town,
        area=area_of(session, postcode=code),
        subdivision=territory.subdivision,
        zone=territory.zone,
        time_zone=territory.time_zone,
        applied_at=at,
    )
    session.add(bookshop)
    session.flush()
    session.add(BillingData(bookshop_id=bookshop.id))
    session.flush()
    return bookshop


def locked(session: TenantSession, *, bookshop_id: int) -> Bookshop:
    """The bookshop's row, locked until the end of the transaction. Raises NotFound."""
    bookshop = session.scalar(select(Bookshop).where(Bookshop.id == bookshop_id).with_for_update())
    if bookshop is None:
        raise NotFound()
    return bookshop


def application(session: TenantSession, *, bookshop_id: int) -> Application | None:
    """What the applicant told, None for a bookshop that was imported."""
    return session.scalar(select(Application).where(Application.bookshop_id == bookshop_id))


def tell_contact(
    session: TenantSession,
    *,
    bookshop: Bookshop,
    template: str,
    key: str,
    values: Mapping[str, object],
    at: datetime,
) -> None:
    """Mail the applicant, or the bookshop's own address where it was imported; nobody where there is neither."""
    applied = application(session, bookshop_id=bookshop.id)
    address = (applied.contact_email if applied else "") or bookshop.email
    if not address:
        return
    contact = (applied.contact_name if applied else "") or bookshop.name
    send(
        session,
        key=f"{template}:{key}",
        template=template,
        to_email=address,
        to_name=contact,
        locale=applied.locale if applied else session.profile.locale,
        bookshop_id=bookshop.id,
        values={"contact": contact, "bookshop": bookshop.name, **values},  # type: ignore[dict-item]
        at=at,
        time_zone=bookshop.time_zone,
    )


def send_questionnaire(session: TenantSession, *, bookshop_id: int, at: datetime, link: Callable[[str], str]) -> None:
    """Mail the one-time link to the questionnaire; sending it again makes the earlier link useless. Scope staff.

    Raises NotFound, Conflict, Refused.
    """
    bookshop = locked(session, bookshop_id=bookshop_id)
    fire(session, MEMBERSHIP, bookshop, "send_questionnaire", role="staff", at=at)
    open_reply(session, bookshop_id=bookshop.id)
    _mail_link(session, bookshop, template="joining.questionnaire", values={}, at=at, link=link)


def _mail_link(
    session: TenantSession,
    bookshop: Bookshop,
    *,
    template: str,
    values: Mapping[str, object],
    at: datetime,
    link: Callable[[str], str],
) -> None:
    tokens.retire_of_bookshop(session, purpose="questionnaire", bookshop_id=bookshop.id, at=at)
    token = tokens.issue(session, purpose="questionnaire", bookshop_id=bookshop.id, at=at)
    until = at + TOKEN_LIFE["questionnaire"]
    tell_contact(
        session,
        bookshop=bookshop,
        template=template,
        key=digest(token)[:16],
        values={**values, "link": link(token), "until": until},
        at=at,
    )


def review(session: TenantSession, *, bookshop_id: int, at: datetime) -> None:
    """Begin the review of the answers. Scope staff. Raises NotFound, Conflict."""
    fire(session, MEMBERSHIP, locked(session, bookshop_id=bookshop_id), "review", role="staff", at=at)


def ask_change(
    session: TenantSession, *, bookshop_id: int, wishes: Mapping[str, str], at: datetime, link: Callable[[str], str]
) -> None:
    """Ask to change some answers: only those questions reopen, by a new link. Scope staff.

    ``wishes`` holds what to change by question key. Raises NotFound, Conflict, Refused.
    """
    bookshop = locked(session, bookshop_id=bookshop_id)
    fire(session, MEMBERSHIP, bookshop, "ask_change", role="staff", at=at)
    told = ask_changes(session, bookshop_id=bookshop.id, wishes=wishes, at=at)
    applied = application(session, bookshop_id=bookshop.id)
    locale = applied.locale if applied else session.profile.locale
    lines = [f"- {labels.get(locale) or next(iter(labels.values()))}: {wish}" for labels, wish in told]
    _mail_link(session, bookshop, template="joining.changes", values={"wishes": "\n".join(lines)}, at=at, link=link)
