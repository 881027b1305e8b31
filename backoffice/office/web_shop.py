"""The address of a book in the bookshop's own web shop: saved, and tried with a book of its stock (T122)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from wtforms import StringField

from backoffice.base import ScreenView
from backoffice.forms import PaperForm
from backoffice.office.desk import desk
from backoffice.office.settings import tabs
from trade.availability.queries import shown
from trade.base.errors import Refused, concerning
from trade.base.text import N_
from trade.catalogue.rules import isbn13
from trade.members import actions, rules
from web.language import say
from web.outside import fetched


class WebShopForm(PaperForm):
    """Where the bookshop sells its books itself, and a book to try it with."""

    web_shop = StringField(
        N_("Address of a book in your web shop"),
        description=N_(
            "Write {ean} where the ISBN of thirteen digits stands. Without {ean} every book leads to the same page."
        ),
    )
    sample = StringField(N_("ISBN to try it with"))


@dataclass(frozen=True)
class Tried:
    """Where a book led to, how well (a tone of notices), and what that means in words."""

    address: str
    tone: str
    words: str


class WebShop(ScreenView):
    """One form; the second button asks the web shop for a book and saves nothing."""

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """Show it, save it, or try it."""
        session, shop, at = desk()
        form, tried = WebShopForm(obj=None if request.method == "POST" else shop), None
        if request.method == "POST":
            address = form.web_shop.data or ""
            verb = (
                (lambda: _tried(address, form.sample.data or ""))
                if "try" in request.form
                else (
                    lambda: actions.change_public_data(session, bookshop_id=shop.id, given={"web_shop": address}, at=at)
                )
            )
            tried, refused = self.attempt(verb)
            if refused is not None:
                name = refused.field or ""
                form.refuse(name if name in form else "web_shop", say(refused))
            elif "try" not in request.form:
                flash(gettext("Saved."), "success")
                return redirect(url_for(".index"))
        else:
            known = shown(session, bookshop_id=shop.id, at=at, limit=1)
            form.sample.data = f"{known[0].isbn:013d}" if known else ""
        return self.render("office/web_shop.html", tabs=tabs("web_shop"), form=form, tried=tried)


def _tried(web_shop: str, sample: str) -> Tried:
    """Ask the address of the sample book. Raises Refused for an address or an ISBN that is none."""
    template = rules.web_shop(web_shop, private=not current_app.config["PRODUCTION"])
    with concerning("sample"):
        isbn = f"{isbn13(sample):013d}"
    address = rules.book_address(template, isbn=isbn)
    try:
        answer = fetched(address)
    except Refused as refused:
        return Tried(address, "late", say(refused))
    if 300 <= answer.status < 400:
        return Tried(
            address, "working", gettext("It leads on to another page. Open it and see whether it is the book.")
        )
    if answer.status != 200:
        return Tried(address, "late", gettext("Your web shop answers “%(status)s”.", status=answer.status))
    page = answer.body.decode("utf-8", "replace").replace("-", "")
    if rules.EAN in template and isbn not in page:
        return Tried(address, "working", gettext("A page opens, but it does not name the ISBN. Open it and look."))
    return Tried(address, "done", gettext("It opens the page of the book."))
