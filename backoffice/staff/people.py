"""People and roles: who works for the platform and in the bookshops, invitations, taking a role away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy import exists, select
from sqlalchemy.orm import Query
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from backoffice.base import RecordView, Tab
from backoffice.cells import Column, link_to, moment_cell, yes_no_cell
from backoffice.forms import PaperForm, languages, translated
from backoffice.staff.members import access_link
from backoffice.staff.names import bookshop_names
from trade.accounts import actions
from trade.accounts.models import Person, Role
from trade.accounts.permissions import BUNDLES, PLATFORM_ROLES, READER, SENTENCES
from trade.accounts.queries import open_sessions
from trade.base.text import N_
from web.database import clock, profile, session

ROLE_WORDS = {
    "administrator": N_("Administrator"),
    "staff": N_("Staff"),
    "accountant": N_("Accountant"),
    "owner": N_("Owner"),
    "clerk": N_("Clerk"),
}


def has_role(*names: str) -> Any:
    """The condition that a person has one of these roles."""
    return exists(select(Role.id).where(Role.person_id == Person.id, Role.name.in_(names)))


class InvitationForm(PaperForm):
    """Somebody who is to work for the platform."""

    email = StringField(N_("E-mail"), [InputRequired(), Length(max=254)])
    name = StringField(N_("Name"), [InputRequired(), Length(max=140)])
    role = SelectField(N_("Role"), choices=lambda: translated((name, ROLE_WORDS[name]) for name in PLATFORM_ROLES))
    language = SelectField(N_("Language"), choices=languages)


class RoleForm(PaperForm):
    """A further role of the platform."""

    role = SelectField(N_("Role"), choices=lambda: translated((name, ROLE_WORDS[name]) for name in PLATFORM_ROLES))


def roles_cell(column: Column, row: Any, beside: Mapping[str, Any]) -> str:
    """The roles with their bookshops."""
    told = (
        gettext(ROLE_WORDS[role.name]) + (f" ({beside['bookshops'].get(role.bookshop_id)})" if role.bookshop_id else "")
        for role in beside["roles"].get(row.id, ())
    )
    return ", ".join(told)


class People(RecordView):
    """Everybody who has a role. Readers are not here: staff see them only where they ask for something."""

    lede = N_("Who works in the network. A role is given by invitation and taken away here.")
    columns = (
        Column("name", N_("Name"), cell=link_to("staff_people.person"), css="ref", sort=True),
        Column("roles", N_("Roles"), cell=roles_cell, plain=roles_cell, css="wide"),
        Column("email", N_("E-mail"), sort=True),
        Column("totp_on_at", N_("Second factor"), cell=yes_no_cell),
        Column("created_at", N_("Since"), cell=moment_cell, css="minor", sort=True),
    )
    column_default_sort = ("name", False)
    column_searchable_list = ("name", "email")
    tabs = (
        Tab("platform", N_("Platform"), lambda: has_role(*PLATFORM_ROLES)),
        Tab("bookshops", N_("Bookshops"), lambda: has_role("owner", "clerk")),
    )
    empty_title = N_("Nobody here")
    empty_icon = "people"
    head_acts = ((N_("Invite somebody"), "staff_people.invite", "go"),)

    def get_query(self) -> Query[Any]:
        """Living people with a role."""
        return super().get_query().filter(Person.state == "active")

    def beside(self, rows: Sequence[Any]) -> Mapping[str, Any]:
        """The roles of these people, and the bookshops of those roles."""
        roles: dict[int, list[Role]] = {}
        found = session().scalars(select(Role).where(Role.person_id.in_({row.id for row in rows})).order_by(Role.id))
        for role in found:
            roles.setdefault(role.person_id, []).append(role)
        shops = {role.bookshop_id for each in roles.values() for role in each}
        return {"roles": roles, "bookshops": bookshop_names(session(), shops)}

    @expose("/invite/", methods=("GET", "POST"))
    def invite(self) -> ResponseReturnValue:
        """Mail somebody a link to accept a role of the platform."""
        form, refused = InvitationForm(language=profile().locale, role="staff"), None
        if form.is_submitted() and form.validate():
            _, refused = self.attempt(
                lambda: actions.invite(
                    session(),
                    email=form.email.data or "",
                    name=form.name.data or "",
                    role=form.role.data,
                    bookshop_id=None,
                    locale=form.language.data,
                    at=clock().now(),
                    link=access_link,
                )
            )
            if refused is None:
                flash(gettext("The invitation is mailed. The role begins when it is accepted."), "success")
                return redirect(url_for(".index_view"))
        return self.render("staff/invite.html", form=form, refused=refused, **_bundles())

    @expose("/<int:record_id>/")
    def person(self, record_id: int) -> ResponseReturnValue:
        """One person: her roles, her sessions."""
        person = self._with_role(record_id)
        roles = session().scalars(select(Role).where(Role.person_id == person.id).order_by(Role.id)).all()
        return self.render(
            "staff/person.html",
            person=person,
            roles=[(role, gettext(ROLE_WORDS[role.name])) for role in roles],
            bookshops=bookshop_names(session(), {role.bookshop_id for role in roles}),
            sessions=open_sessions(session(), person_id=person.id, at=clock().now()),
            form=RoleForm(formdata=None),
            **_bundles(),
        )

    @expose("/<int:record_id>/grant", methods=("POST",))
    def grant(self, record_id: int) -> ResponseReturnValue:
        """Give a further role of the platform."""
        person, form = self._with_role(record_id), RoleForm()
        if not form.validate():
            abort(400)
        return self.act(
            lambda: actions.grant_role(session(), person_id=person.id, role=form.role.data, at=clock().now()),
            said=gettext("The role is given."),
            to=url_for(".person", record_id=person.id),
        )

    @expose("/<int:record_id>/take/<int:role_id>", methods=("POST",))
    def take(self, record_id: int, role_id: int) -> ResponseReturnValue:
        """Take a role away; the last administrator and the last owner stay."""
        role = session().scalar(select(Role).where(Role.id == role_id, Role.person_id == self._with_role(record_id).id))
        if role is None:
            abort(404)
        return self.act(
            lambda: actions.take_role(session(), role_id=role.id, at=clock().now()),
            said=gettext("The role is taken away."),
            to=url_for(".index_view"),
        )

    @expose("/<int:record_id>/end/<int:session_id>", methods=("POST",))
    def end(self, record_id: int, session_id: int) -> ResponseReturnValue:
        """End one of the person's sessions."""
        person = self._with_role(record_id)
        if session_id not in {each.id for each in open_sessions(session(), person_id=person.id, at=clock().now())}:
            abort(404)
        return self.act(
            lambda: actions.end_session(session(), session_id=session_id, person_id=person.id, at=clock().now()),
            said=gettext("The session has ended."),
            to=url_for(".person", record_id=person.id),
        )

    def _with_role(self, record_id: int) -> Person:
        """The person, if she has a role: readers are none of this screen's business."""
        person = self.record(record_id)
        known = session().scalar(select(Role.id).where(Role.person_id == person.id).limit(1))
        return person if known is not None else abort(404)


def _bundles() -> dict[str, Any]:
    """What each role of the platform may do beyond a reader."""

    def may(name: str) -> list[str]:
        return [gettext(words) for key, words in SENTENCES.items() if key in BUNDLES[name] - READER]

    return {"bundles": [(gettext(ROLE_WORDS[name]), may(name)) for name in PLATFORM_ROLES]}
