"""The bookshop's contracts with carriers, each with its own fields (T117, T118, A01)."""

from __future__ import annotations

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext

from backoffice import contracts
from backoffice.base import ScreenView
from backoffice.forms import PaperForm
from backoffice.office.desk import desk
from backoffice.office.settings import tabs
from backoffice.office.wording import day_hour
from trade.base.errors import Refused
from trade.shipping import actions, queries
from web.database import profile
from web.language import say


class Carriers(ScreenView):
    """One page a carrier of the country; in a network whose platform pays the labels there is none."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The first carrier."""
        return redirect(url_for(".page", carrier=_offered()[0]))

    @expose("/<carrier>", methods=("GET", "POST"))
    def page(self, carrier: str) -> ResponseReturnValue:
        """The contract with one carrier; saved once the carrier takes it."""
        session, shop, at = desk()
        _known(carrier)
        account = queries.contract(session, carrier=carrier, owner_id=shop.id)
        form, refused = contracts.form_of(queries.carrier(carrier), account), None
        if form.validate_on_submit():
            sender = queries.sender_of(session, bookshop_id=shop.id)
            made, refused = self.attempt(
                lambda: contracts.keep(session, form, carrier=carrier, owner_id=shop.id, sender=sender, at=at)
            )
            if made is not None:
                return self.say_yes(gettext("Saved: labels can be made."), url_for(".page", carrier=carrier))
            if refused is not None and refused.field in form:
                form.refuse(refused.field or "", say(refused))
        return self.sheet(carrier, form, refused)

    def sheet(self, carrier: str, form: PaperForm, refused: Refused | None) -> ResponseReturnValue:
        """The page, with a form as it was sent."""
        session, shop, _ = desk()
        return self.render(
            "office/carriers.html",
            tabs=tabs("carriers"),
            others=[
                {"label": gettext(one.TITLE), "href": url_for(".page", carrier=one.NAME), "on": carrier == one.NAME}
                for one in queries.carriers_of(profile().country)
            ],
            form=form,
            refused=None if form.errors else refused,
            day_hour=day_hour,
            **contracts.told(session, carrier=carrier, owner_id=shop.id),
        )

    @expose("/<carrier>/check", methods=("POST",))
    def check(self, carrier: str) -> ResponseReturnValue:
        """Try the contract."""
        session, shop, at = desk()
        _known(carrier)
        sender = queries.sender_of(session, bookshop_id=shop.id)
        account, refused = self.attempt(
            lambda: contracts.check(session, carrier=carrier, owner_id=shop.id, sender=sender, at=at)
        )
        there = url_for(".page", carrier=carrier)
        if account is None:
            return self.say_no(say(refused) if refused else "", there)
        if account.is_good:
            return self.say_yes(gettext("The contract works."), there)
        return self.say_no(gettext("The carrier refuses the contract."), there)

    @expose("/<carrier>/off", methods=("POST",))
    def off(self, carrier: str) -> ResponseReturnValue:
        """Forget the contract."""
        session, shop, at = desk()
        _known(carrier)
        return self.act(
            lambda: actions.disconnect(session, carrier=carrier, owner_id=shop.id, at=at),
            said=gettext("Forgotten. Labels that were made stay."),
            to=url_for(".page", carrier=carrier),
        )


def _offered() -> list[str]:
    session, shop, at = desk()
    names = [module.NAME for module in queries.carriers_of(profile().country)]
    if not names or queries.payer(session, bookshop_id=shop.id, at=at) is None:
        abort(404)
    return names


def _known(carrier: str) -> None:
    if carrier not in _offered():
        abort(404)
