"""Accepting or refusing an application, the fee, the first access, the texts (F04, F08, T01-T07)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from trade.accounts.actions.roles import offer
from trade.base import journal
from trade.base.errors import Conflict, NotFound, Refused
from trade.base.journal import fire
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.members import rules
from trade.members.actions.applying import application, locked, tell_contact
from trade.members.actions.public_data import place_in_territory
from trade.members.models import BillingData, Bookshop, Fee, Requirement, RequirementMet, StoredFile
from trade.members.queries import unmet_requirements
from trade.members.settings import FEE, FEE_DAYS
from trade.members.states import MEMBERSHIP
from trade.messages.rules import Euros
from trade.questionnaires.actions.reviewing import close_reply, values_of
from trade.questionnaires.rules import mapped
from trade.texts.actions import accept as accept_text
from trade.texts.queries import pending_for_bookshop

Link = Callable[[str], str]


def accept(
    session: TenantSession, *, bookshop_id: int, at: datetime, link: Link, override_reason: str = ""
) -> Bookshop:
    """Accept the application: the answers fill the public and the billing data, and the fee or access follows.

    A bookshop that is part of a chain needs ``override_reason`` (F04). ``link`` makes the address of the first
    access, mailed now where the network has no fee. Scope staff. Raises NotFound, Conflict, Refused.
    """
    bookshop = locked(session, bookshop_id=bookshop_id)
    applied = application(session, bookshop_id=bookshop.id)
    if applied is not None:
        rules.check_acceptance(part_of_chain=applied.part_of_chain, override_reason=override_reason)
        applied.override_reason = override_reason.strip() if applied.part_of_chain else ""
    missing = unmet_requirements(session, bookshop_id=bookshop.id)
    if missing:
        raise Refused(
            N_("A condition of joining is not ticked yet: %(name)s."),
            field="requirements",
            name=missing[0].names.get(session.profile.locale) or next(iter(missing[0].names.values())),
        )
    fire(session, MEMBERSHIP, bookshop, "accept", role="staff", at=at, reason=override_reason)
    _take_answers(session, bookshop, at=at)
    has_fee = session.profile.has("fee")
    fire(session, MEMBERSHIP, bookshop, rules.next_after_acceptance(network_has_fee=has_fee), role="platform", at=at)
    if has_fee:
        _ask_fee(session, bookshop, at=at)
    else:
        _first_access(session, bookshop, template="joining.first_access", at=at, link=link)
    return bookshop


def _take_answers(session: TenantSession, bookshop: Bookshop, *, at: datetime) -> None:
    questions, values = values_of(session, bookshop_id=bookshop.id)
    for name, value in mapped(questions, values, owner="bookshop").items():
        setattr(bookshop, name, value)
    place_in_territory(session, bookshop=bookshop)
    billing = session.scalars(select(BillingData).where(BillingData.bookshop_id == bookshop.id)).one()
    fields = mapped(questions, values, owner="billing")
    if fields and "address" not in fields:
        fields |= {"address": bookshop.address, "postcode": bookshop.postcode, "city": bookshop.city}
    if fields.get("iban") and not fields.get("iban_holder"):
        fields["iban_holder"] = fields.get("legal_name", bookshop.name)
    for name, value in fields.items():
        setattr(billing, name, value)
    billing.changed_at = at
    if not bookshop.email:
        applied = application(session, bookshop_id=bookshop.id)
        bookshop.email = applied.contact_email if applied else ""
    close_reply(session, bookshop_id=bookshop.id)
    session.flush()


def _ask_fee(session: TenantSession, bookshop: Bookshop, *, at: datetime) -> None:
    cents = int(value_of(session, FEE, at=at))
    due = (at + timedelta(days=int(value_of(session, FEE_DAYS, at=at)))).date()
    session.add(Fee(bookshop_id=bookshop.id, period=str(at.year), due_cents=cents, due_on=due))
    session.flush()
    tell_contact(
        session,
        bookshop=bookshop,
        template="joining.fee_due",
        key=str(bookshop.id),
        values={"fee": Euros(cents), "due_on": due},
        at=at,
    )


def _first_access(session: TenantSession, bookshop: Bookshop, *, template: str, at: datetime, link: Link) -> None:
    applied = application(session, bookshop_id=bookshop.id)
    if applied is None:
        return
    offer(
        session,
        email=applied.contact_email,
        name=applied.contact_name,
        role="owner",
        bookshop_id=bookshop.id,
        locale=applied.locale,
        at=at,
        link=link,
        template=template,
    )


def record_fee(
    session: TenantSession, *, bookshop_id: int, at: datetime, link: Link, proof_file_id: int | None = None
) -> None:
    """The fee has arrived (T02): the first access is mailed. Scope staff. Raises NotFound, Conflict."""
    bookshop = locked(session, bookshop_id=bookshop_id)
    fee = session.scalar(
        select(Fee).where(Fee.bookshop_id == bookshop.id, Fee.paid_at.is_(None)).order_by(Fee.due_on).limit(1)
    )
    if fee is None:
        raise Conflict(N_("No fee of this bookshop is due."))
    if proof_file_id is not None:
        proof = session.get(StoredFile, proof_file_id)
        if proof is None or proof.bookshop_id != bookshop.id:
            raise NotFound()
    fee.paid_at, fee.proof_file_id, fee.recorded_by = at, proof_file_id, session.scope.person_id
    fire(session, MEMBERSHIP, bookshop, "record_fee", role="staff", at=at)
    _first_access(session, bookshop, template="joining.fee_recorded", at=at, link=link)


def resend_access(session: TenantSession, *, bookshop_id: int, at: datetime, link: Link) -> None:
    """Mail the first access once more to an applicant who let the link expire. Scope staff. Raises Conflict."""
    bookshop = locked(session, bookshop_id=bookshop_id)
    if bookshop.state != "terms_due":
        raise Conflict()
    _first_access(session, bookshop, template="joining.first_access", at=at, link=link)


def accept_texts(
    session: TenantSession, *, bookshop_id: int, person_id: int, text_ids: Sequence[int], locale: str, at: datetime
) -> bool:
    """Accept the texts that block everything else (T06, T07); with the last one the bookshop becomes active.

    Scope bookshop. Returns whether nothing is pending any more. Raises Refused where a text changed meanwhile.
    """
    for text_id in text_ids:
        accept_text(session, text_id=text_id, person_id=person_id, bookshop_id=bookshop_id, locale=locale, at=at)
    if pending_for_bookshop(session, bookshop_id=bookshop_id, at=at):
        return False
    bookshop = locked(session, bookshop_id=bookshop_id)
    if bookshop.state == "terms_due":
        fire(session, MEMBERSHIP, bookshop, "activate", role="platform", at=at, active_at=at)
        tell_contact(session, bookshop=bookshop, template="membership.active", key=str(bookshop.id), values={}, at=at)
    return True


def refuse(session: TenantSession, *, bookshop_id: int, reason: str, at: datetime) -> None:
    """Refuse an application with a reason that the applicant reads. Scope staff. Raises NotFound, Conflict, Refused."""
    bookshop = locked(session, bookshop_id=bookshop_id)
    fire(session, MEMBERSHIP, bookshop, "refuse", role="staff", reason=reason, at=at)
    tell_contact(
        session,
        bookshop=bookshop,
        template="joining.refused",
        key=str(bookshop.id),
        values={"reason": reason.strip()},
        at=at,
    )


def add_requirement(session: TenantSession, *, names: dict[str, str], at: datetime) -> Requirement:
    """Add a condition of joining that staff tick by hand (T03). Scope staff. Raises Refused."""
    words = {language: name.strip() for language, name in names.items() if name.strip()}
    if session.profile.locale not in words:
        raise Refused(N_("Write the condition at least in the network's own language."), field="names")
    requirement = Requirement(names=words, created_at=at)
    session.add(requirement)
    session.flush()
    journal.write(session, action="requirement.added", thing="requirement", thing_id=requirement.id, at=at)
    return requirement


def retire_requirement(session: TenantSession, *, requirement_id: int, at: datetime) -> None:
    """Ask for a condition no longer. Scope staff. Raises NotFound."""
    requirement = session.get(Requirement, requirement_id)
    if requirement is None:
        raise NotFound()
    requirement.retired_at = requirement.retired_at or at
    journal.write(session, action="requirement.retired", thing="requirement", thing_id=requirement.id, at=at)


def tick_requirement(
    session: TenantSession, *, bookshop_id: int, requirement_id: int, at: datetime, met: bool = True
) -> None:
    """Write down that a bookshop meets a condition, or no longer. Scope staff. Raises NotFound."""
    bookshop = locked(session, bookshop_id=bookshop_id)
    if session.get(Requirement, requirement_id) is None:
        raise NotFound()
    row: Any = session.scalar(
        select(RequirementMet).where(
            RequirementMet.bookshop_id == bookshop.id, RequirementMet.requirement_id == requirement_id
        )
    )
    if met and row is None:
        session.add(
            RequirementMet(
                bookshop_id=bookshop.id,
                requirement_id=requirement_id,
                met_at=at,
                recorded_by=session.scope.person_id,
            )
        )
    elif not met and row is not None:
        session.delete(row)
    session.flush()
