"""Payments of the network: the platform's own account where it collects, else which bookshops can collect."""

from __future__ import annotations

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext

from backoffice import collecting
from backoffice.base import ScreenView
from backoffice.collecting import KeyForm
from backoffice.office.incidents import words
from trade.base.errors import Refused
from trade.payments import actions, queries
from web.database import clock, profile, session
from web.language import say


class Payments(ScreenView):
    """One page; only where the platform collects can a key be entered."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Accounts, and what does not fit."""
        return self.page(KeyForm(None))

    def page(self, form: KeyForm, refused: Refused | None = None) -> ResponseReturnValue:
        """The page, with a form as it was sent."""
        here = session()
        ours = profile().money_flow == "platform"
        told = collecting.counter(here, owner_id=None).told()
        return self.render(
            "staff/payments.html",
            form=form,
            refused=refused if refused is None or not form.errors else None,
            ours=ours,
            accounts=queries.accounts_in_use(here),
            refunds=queries.troubled_refunds(here),
            disputes=queries.open_disputes(here),
            misfits=queries.refused_events(here),
            **words(),
            **told,
        )

    @expose("/connect", methods=("POST",))
    def connect(self) -> ResponseReturnValue:
        """Try a key of the platform and keep it."""
        _only_where_we_collect()
        form = KeyForm()
        if not form.validate():
            return self.page(form)
        account, refused = self.attempt(lambda: collecting.connect(session(), form, owner_id=None, at=clock().now()))
        if account is None:
            if refused is not None and refused.field in form:
                form.refuse(refused.field or "", say(refused))
            return self.page(form, refused)
        return self.say_yes(
            gettext("The key ends with %(tail)s and works: you can collect.", tail=account.key_tail), url_for(".index")
        )

    @expose("/check", methods=("POST",))
    def check(self) -> ResponseReturnValue:
        """Try the platform's kept key."""
        _only_where_we_collect()
        account, refused = self.attempt(lambda: collecting.check(session(), owner_id=None, at=clock().now()))
        if account is None or refused is not None:
            return self.say_no(say(refused) if refused else "", url_for(".index"))
        if account.state == "good":
            return self.say_yes(gettext("Stripe takes the key."), url_for(".index"))
        return self.say_no(gettext("Stripe refuses the key: make a new one."), url_for(".index"))

    @expose("/off", methods=("POST",))
    def off(self) -> ResponseReturnValue:
        """The platform collects no more."""
        _only_where_we_collect()
        return self.act(
            lambda: actions.disconnect(session(), owner_id=None, at=clock().now()),
            said=gettext("Switched off. What was paid can still be refunded."),
            to=url_for(".index"),
        )


def _only_where_we_collect() -> None:
    if profile().money_flow != "platform":
        abort(404)
