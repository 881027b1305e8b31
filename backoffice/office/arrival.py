"""How your stock arrives: format, folder, keys for software that sends or reads it, an address it is fetched from."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from backoffice.base import ScreenView
from backoffice.forms import PaperForm
from backoffice.office.desk import desk
from backoffice.office.wording import day_hour
from trade.base.errors import Refused
from trade.base.text import N_, Text
from trade.stock import actions, queries
from trade.stock.models import StockToken
from trade.stock.readers import readers
from web.language import say

PURPOSES = {
    "push": N_("sends our stock"),
    "read": N_("reads our stock"),
}


class FormatForm(PaperForm):
    """In which format files that arrive by themselves are read."""

    format = SelectField(
        N_("Files are read as"),
        description=N_("Files in your folder and files that your software sends are read in it."),
    )


class KeyForm(PaperForm):
    """A new key."""

    name = StringField(
        N_("Who will use it"),
        [InputRequired(), Length(max=80)],
        description=N_("For example the name of your software."),
    )
    purpose = RadioField(N_("What it does"), default="push")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purpose.choices = [(name, gettext(words)) for name, words in PURPOSES.items()]


class PullForm(PaperForm):
    """From where the stock is fetched."""

    address = StringField(
        N_("Address"), [Length(max=500)], description=N_("It ends with your number: https://…/stocks/40483304800022")
    )
    token = StringField(
        N_("Token"), [Length(max=500)], description=N_("Kept sealed and never shown again; leave it empty to keep it.")
    )
    on = BooleanField(N_("Fetch it every hour"))


class NumberForm(PaperForm):
    """The number by which portals know the bookshop."""

    number = StringField(N_("Your number"), [Length(max=30)], description=N_("In France your SIRET."))


class Arrival(ScreenView):
    """One page, a card for each way."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Every way in which stock arrives, and what is switched on."""
        return self.page()

    def page(self, *, refused: Refused | None = None, key: str = "", **forms: Any) -> ResponseReturnValue:
        """The page, with forms as they were sent; ``key`` is a new key, shown this once."""
        session, shop, _ = desk()
        chosen = queries.arrival(session, bookshop_id=shop.id)
        known = readers(session)
        now = queries.format_of(session, bookshop_id=shop.id)
        format_form = forms.get("format_form") or FormatForm(None, format=now)
        format_form.format.choices = [(reader.name, _title(reader.title)) for reader in known]
        pull = {"address": chosen.pull_address, "on": chosen.pull_on} if chosen else {}
        return self.render(
            "office/arrival.html",
            shop=shop,
            chosen=chosen,
            tokens=queries.tokens(session, bookshop_id=shop.id),
            purposes=PURPOSES,
            format_form=format_form,
            format_now=next((_title(reader.title) for reader in known if reader.name == now), ""),
            key_form=forms.get("key_form") or KeyForm(None),
            pull_form=forms.get("pull_form") or PullForm(None, **pull),
            number_form=forms.get("number_form") or NumberForm(None, number=(chosen.number or "") if chosen else ""),
            failure=failure(chosen.pull_error) if chosen else "",
            unread=failure(chosen.folder_trouble) if chosen else "",
            key=key,
            base=current_app.config["BASE_URL"],
            called=(chosen.number if chosen else "") or shop.slug,
            day_hour=day_hour,
            refused=refused,
        )

    @expose("/format", methods=("POST",))
    def format(self) -> ResponseReturnValue:
        """Say in which format files are read."""
        session, shop, _ = desk()
        form = FormatForm()
        form.format.choices = [(reader.name, _title(reader.title)) for reader in readers(session)]
        if not form.validate():
            return self.page(format_form=form)
        return self.act(
            lambda: actions.choose_format(session, bookshop_id=shop.id, format=form.format.data),
            said=gettext("Saved."),
            to=url_for(".index"),
        )

    @expose("/key", methods=("POST",))
    def make_key(self) -> ResponseReturnValue:
        """A new key; the answer is the only page that ever shows it."""
        session, shop, at = desk()
        form = KeyForm()
        if not form.validate():
            return self.page(key_form=form)
        key, refused = self.attempt(
            lambda: actions.make_token(
                session, bookshop_id=shop.id, purpose=form.purpose.data, name=form.name.data, at=at
            )
        )
        return self.page(refused=refused, key_form=form) if key is None else self.page(key=key)

    @expose("/key/<int:token_id>/revoke", methods=("POST",))
    def revoke_key(self, token_id: int) -> ResponseReturnValue:
        """Close a key at once."""
        session, shop, at = desk()
        token = session.get(StockToken, token_id)
        if token is None or token.bookshop_id != shop.id:
            abort(404)
        return self.act(
            lambda: actions.revoke_token(session, token_id=token_id, at=at),
            said=gettext("The key is revoked: whoever holds it gets nothing any more."),
            to=url_for(".index"),
        )

    @expose("/pull", methods=("POST",))
    def pull(self) -> ResponseReturnValue:
        """Say from where the stock is fetched, and try the address."""
        session, shop, at = desk()
        form = PullForm()
        if not form.validate():
            return self.page(pull_form=form)

        def choose() -> bool:
            actions.choose_pull(
                session,
                bookshop_id=shop.id,
                on=form.on.data,
                address=form.address.data or "",
                token=form.token.data or "",
                pepper=current_app.extensions["secret"],
                private=not current_app.config["PRODUCTION"],
            )
            if form.address.data:
                actions.ask_pull(session, bookshop_id=shop.id, at=at, test=True)
            return True

        done, refused = self.attempt(choose)
        if done is None:
            return self.page(refused=refused, pull_form=form)
        return self.say_yes(gettext("Saved. The address is being tried; look again in a moment."), url_for(".index"))

    @expose("/pull/test", methods=("POST",))
    def test_pull(self) -> ResponseReturnValue:
        """Ask the other side for one row."""
        return self._ask(test=True, said=gettext("The address is being tried; look again in a moment."))

    @expose("/pull/now", methods=("POST",))
    def pull_now(self) -> ResponseReturnValue:
        """Fetch the stock without waiting for the hour."""
        return self._ask(
            test=False, said=gettext("Your stock is being fetched; the file will appear among your feeds.")
        )

    def _ask(self, *, test: bool, said: str) -> ResponseReturnValue:
        session, shop, at = desk()
        chosen = queries.arrival(session, bookshop_id=shop.id)
        if chosen is None or not chosen.pull_address:
            return self.say_no(gettext("Type the address first."), url_for(".index"))
        return self.act(
            lambda: actions.ask_pull(session, bookshop_id=shop.id, at=at, test=test), said=said, to=url_for(".index")
        )

    @expose("/number", methods=("POST",))
    def number(self) -> ResponseReturnValue:
        """Say by which number portals know the bookshop."""
        session, shop, _ = desk()
        form = NumberForm()
        if not form.validate():
            return self.page(number_form=form)
        done, refused = self.attempt(
            lambda: (
                actions.choose_number(session, bookshop_id=shop.id, number=form.number.data or "", country=shop.country)
                or True
            )
        )
        if done is None:
            return self.page(refused=refused, number_form=form)
        return self.say_yes(gettext("Saved."), url_for(".index"))


def _title(title: Text | str) -> str:
    return say(title) if isinstance(title, Text) else title


def failure(error: dict[str, Any]) -> str:
    """What went wrong, in the reader's language; empty where nothing did."""
    return say(Text(error["message"], error.get("values", {}))) if error else ""
