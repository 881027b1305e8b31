"""The people of the bookshop: who works here, inviting one, taking a role away (T146)."""

from __future__ import annotations

from flask import current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import get_locale, gettext
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from backoffice.base import ScreenView
from backoffice.forms import PaperForm, translated
from backoffice.office.desk import desk
from backoffice.office.settings import tabs
from trade.accounts import actions
from trade.accounts.permissions import BOOKSHOP_ROLES
from trade.accounts.queries import people_of
from trade.accounts.rules import ROLE_LABELS
from trade.base.errors import NotFound, Refused
from trade.base.text import N_
from web.language import say


class InviteForm(PaperForm):
    """Whom to invite, and as what."""

    email = StringField(N_("E-mail"), [InputRequired(), Length(max=254)])
    name = StringField(N_("Name"), [InputRequired(), Length(max=140)])
    role = RadioField(N_("Role"), default="clerk")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = translated((role, ROLE_LABELS[role]) for role in BOOKSHOP_ROLES)


class People(ScreenView):
    """Who works in the bookshop."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Everybody with a role, owners first."""
        return self.page(InviteForm(None))

    @expose("/invite", methods=("POST",))
    def invite(self) -> ResponseReturnValue:
        """Mail a link; nothing exists before it is accepted."""
        session, shop, at = desk()
        form = InviteForm()
        if not form.validate():
            return self.page(form)
        base = current_app.config["BASE_URL"].rstrip("/")
        _, refused = self.attempt(
            lambda: actions.invite(
                session,
                email=form.email.data or "",
                name=form.name.data or "",
                role=form.role.data,
                bookshop_id=shop.id,
                locale=str(get_locale()),
                at=at,
                link=lambda token: base + url_for("door.invitation", token=token),
            )
        )
        if refused is not None:
            if refused.field in form:
                form.refuse(str(refused.field), say(refused))
            return self.page(form, refused if not form.errors else None)
        flash(gettext("The invitation is on its way to %(email)s.", email=form.email.data), "success")
        return redirect(url_for(".index"))

    @expose("/<int:role_id>/remove", methods=("POST",))
    def remove(self, role_id: int) -> ResponseReturnValue:
        """Take a role in this bookshop away; the last owner stays."""
        session, shop, at = desk()
        if role_id not in {role.id for role, _ in people_of(session, bookshop_id=shop.id)}:
            raise NotFound()
        return self.act(
            lambda: actions.take_role(session, role_id=role_id, at=at),
            said=gettext("Removed. Whoever is signed in loses the access at once."),
            to=url_for(".index"),
        )

    def page(self, form: InviteForm, refused: Refused | None = None) -> ResponseReturnValue:
        """The page, with the form as it was sent."""
        session, shop, _ = desk()
        return self.render(
            "office/people.html",
            tabs=tabs("people"),
            people=people_of(session, bookshop_id=shop.id),
            labels=ROLE_LABELS,
            form=form,
            refused=refused,
        )
