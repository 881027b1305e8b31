"""Card payments of a bookshop that collects by itself: its key at Stripe, tried, sealed, shown by four signs (T128)."""

from __future__ import annotations

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext

from backoffice import collecting
from backoffice.base import ScreenView
from backoffice.collecting import KeyForm
from backoffice.office.desk import desk
from backoffice.office.settings import tabs
from backoffice.office.wording import day_hour
from trade.base.errors import Refused
from trade.payments import actions
from web.database import profile
from web.language import say


class Collecting(ScreenView):
    """One page; in a network whose platform collects there is none."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The account in use, and how to connect one."""
        return self.page(KeyForm(None))

    def page(self, form: KeyForm, refused: Refused | None = None) -> ResponseReturnValue:
        """The page, with a form as it was sent."""
        session, shop, _ = desk()
        if profile().money_flow != "bookshop":
            abort(404)
        told = collecting.counter(session, owner_id=shop.id).told()
        return self.render(
            "office/collecting.html",
            tabs=tabs("payments"),
            form=form,
            refused=refused if refused is None or not form.errors else None,
            day_hour=day_hour,
            **told,
        )

    @expose("/connect", methods=("POST",))
    def connect(self) -> ResponseReturnValue:
        """Try a key and keep it."""
        session, shop, at = desk()
        if profile().money_flow != "bookshop":
            abort(404)
        form = KeyForm()
        if not form.validate():
            return self.page(form)
        account, refused = self.attempt(lambda: collecting.connect(session, form, owner_id=shop.id, at=at))
        if account is None:
            if refused is not None and refused.field in form:
                form.refuse(refused.field or "", say(refused))
            return self.page(form, refused)
        said = gettext("The key ends with %(tail)s and works: you can collect.", tail=account.key_tail)
        return self.say_yes(said, url_for(".index"))

    @expose("/check", methods=("POST",))
    def check(self) -> ResponseReturnValue:
        """Try the kept key."""
        session, shop, at = desk()
        account, refused = self.attempt(lambda: collecting.check(session, owner_id=shop.id, at=at))
        if account is None or refused is not None:
            return self.say_no(say(refused) if refused else "", url_for(".index"))
        if account.state == "good":
            return self.say_yes(gettext("Stripe takes the key."), url_for(".index"))
        return self.say_no(gettext("Stripe refuses the key: make a new one."), url_for(".index"))

    @expose("/off", methods=("POST",))
    def off(self) -> ResponseReturnValue:
        """Collect no more."""
        session, shop, at = desk()
        return self.act(
            lambda: actions.disconnect(session, owner_id=shop.id, at=at),
            said=gettext("Switched off. What was paid can still be refunded."),
            to=url_for(".index"),
        )
