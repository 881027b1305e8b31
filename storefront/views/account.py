"""The reader's account: reservations, what one agreed to, one's own data."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from storefront import orders as told_orders
from storefront import reservations as told
from storefront.consents import offered, with_purposes
from storefront.deadlines import reasons
from storefront.forms import Form
from storefront.frame import account
from storefront.shops import address_of
from storefront.shown import book_shown
from storefront.views.profile import me
from trade.base.errors import NotFound
from trade.orders.queries import of_reader as orders_of
from trade.privacy.actions.consents import set_consent
from trade.privacy.queries import consents_of, open_request
from trade.reservations.actions.answer import cancel as cancel_reservation
from trade.reservations.models import Reservation
from trade.reservations.queries import by_reference, deadline_of, of_reader
from trade.reservations.states import OPEN
from web.database import clock, session

SHOWN = 50


@account.get("/")
def home() -> ResponseReturnValue:
    """Reservations, consents and data on one page."""
    who, work = me(), session()
    return render_template(
        "account.html",
        reader=who,
        reservations=[told.line(row) for row in of_reader(work, reader_id=who.person_id, limit=SHOWN)],
        orders=[told_orders.entry(row) for row in orders_of(work, reader_id=who.person_id, limit=SHOWN)],
        consents=with_purposes(Form, offered(), consents_of(work, person_id=who.person_id)),
        deletion=open_request(work, person_id=who.person_id),
    )


@account.post("/consents")
def consents() -> ResponseReturnValue:
    """Save what the reader agrees to; taking it back is as easy as giving it (F45-F47)."""
    work, form = session(), with_purposes(Form, offered())
    if form.validate_on_submit():
        for purpose, (words, yes) in form.answers().items():
            set_consent(
                work,
                person_id=me().person_id,
                purpose=purpose,
                given=yes,
                words=words,
                form="account",
                at=clock().now(),
            )
        work.commit()
        flash(_("Saved."), "ok")
    return redirect(url_for("account.home", _anchor="consents"))


@account.get("/reservations")
def reservations() -> ResponseReturnValue:
    """The address that mails name: the list stands on the account's page."""
    return redirect(url_for("account.home"))


@account.get("/reservations/<reference>")
def reservation(reference: str) -> ResponseReturnValue:
    """One reservation of the reader; another's is not there (404)."""
    found = own(reference)
    return render_template(
        "reservation.html",
        reservation=found,
        reservation_state=told.state_of(found),
        headline=told.headline(found),
        explanation=told.explanation(found),
        reason=told.reason(found),
        timeline=told.timeline(found),
        deadline_why=reasons(deadline_of(found)) if found.state in OPEN else [],
        can_cancel=told.can_cancel(found),
        elsewhere_url=url_for("public.book", isbn=f"{found.isbn:013d}") if found.state in told.FAILED else "",
        book=book_shown(found.book),
        shop=found.bookshop,
        address=address_of(found.bookshop),
    )


@account.post("/reservations/<reference>/cancel")
def cancel(reference: str) -> ResponseReturnValue:
    """Cancel, as long as the bookshop has not set it aside (T47)."""
    cancel_reservation(session(), reference=own(reference).reference, at=clock().now())
    session().commit()
    flash(_("Cancelled. The bookshop has been told."), "ok")
    return redirect(url_for("account.reservation", reference=reference))


def own(reference: str) -> Reservation:
    """The reader's reservation of that reference. Raises NotFound."""
    found = by_reference(session(), reference=reference)
    if found is None or found.reader_id != me().person_id:
        raise NotFound()
    return found
