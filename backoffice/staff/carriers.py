"""The platform's contracts with carriers, where it pays the labels (A22); else which ones the bookshops enter."""

from __future__ import annotations

from datetime import datetime

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext

from backoffice import contracts
from backoffice.base import ScreenView
from backoffice.forms import PaperForm
from backoffice.office.wording import day_hour
from trade.base.errors import Refused
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.shipping import actions, queries
from trade.shipping.carriers import Address
from trade.shipping.settings import LABEL_PAYER
from web.database import clock, profile, session
from web.language import say


class Carriers(ScreenView):
    """One page a carrier."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The first carrier, with how many bookshops have a contract of their own."""
        return self.sheet(queries.carriers_of(profile().country)[0].NAME, None, None)

    @expose("/<carrier>", methods=("GET", "POST"))
    def page(self, carrier: str) -> ResponseReturnValue:
        """The platform's contract; saved once the carrier takes it."""
        _known(carrier)
        here, at = session(), clock().now()
        account = queries.contract(here, carrier=carrier, owner_id=None)
        form, refused = contracts.form_of(queries.carrier(carrier), account), None
        if form.is_submitted() and not _ours(here, at):
            abort(404)
        if form.validate_on_submit():
            made, refused = self.attempt(
                lambda: contracts.keep(here, form, carrier=carrier, owner_id=None, sender=_sender(here), at=at)
            )
            if made is not None:
                return self.say_yes(gettext("Saved: labels can be made."), url_for(".page", carrier=carrier))
            if refused is not None and refused.field in form:
                form.refuse(refused.field or "", say(refused))
        return self.sheet(carrier, form, refused)

    def sheet(self, carrier: str, form: PaperForm | None, refused: Refused | None) -> ResponseReturnValue:
        """The page, with a form as it was sent."""
        here = session()
        account = queries.contract(here, carrier=carrier, owner_id=None)
        form = form or contracts.form_of(queries.carrier(carrier), account, empty=True)
        return self.render(
            "staff/carriers.html",
            others=[
                {"label": gettext(one.TITLE), "href": url_for(".page", carrier=one.NAME), "on": carrier == one.NAME}
                for one in queries.carriers_of(profile().country)
            ],
            ours=_ours(here, clock().now()),
            bookshops=queries.contracts(here, carrier=carrier),
            form=form,
            refused=None if form.errors else refused,
            day_hour=day_hour,
            **contracts.told(here, carrier=carrier, owner_id=None),
        )

    @expose("/<carrier>/check", methods=("POST",))
    def check(self, carrier: str) -> ResponseReturnValue:
        """Try the platform's contract."""
        _known(carrier)
        here, at = session(), clock().now()
        account, refused = self.attempt(
            lambda: contracts.check(here, carrier=carrier, owner_id=None, sender=_sender(here), at=at)
        )
        there = url_for(".page", carrier=carrier)
        if account is None:
            return self.say_no(say(refused) if refused else "", there)
        if account.is_good:
            return self.say_yes(gettext("The contract works."), there)
        return self.say_no(gettext("The carrier refuses the contract."), there)

    @expose("/<carrier>/off", methods=("POST",))
    def off(self, carrier: str) -> ResponseReturnValue:
        """Forget the platform's contract."""
        _known(carrier)
        return self.act(
            lambda: actions.disconnect(session(), carrier=carrier, owner_id=None, at=clock().now()),
            said=gettext("Forgotten. Labels that were made stay."),
            to=url_for(".page", carrier=carrier),
        )


def _ours(here: TenantSession, at: datetime) -> bool:
    return bool(value_of(here, LABEL_PAYER, at=at) == "platform")


def _sender(here: TenantSession) -> Address:
    """Who sends the trial: any bookshop of the network, for the platform itself sends nothing."""
    bookshop = queries.any_sender(here)
    if bookshop is None:
        raise Refused(contracts.NO_SENDER)
    return bookshop


def _known(carrier: str) -> None:
    if carrier not in {module.NAME for module in queries.carriers_of(profile().country)}:
        abort(404)
