"""Help: what each screen is for, and whom to ask (T149, F29)."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext

from backoffice.base import ScreenView
from backoffice.office.desk import desk
from backoffice.shell import allowed
from trade.base.settings import resolve_many
from trade.base.text import N_
from trade.members.settings import EMAIL, PHONE, SUPPORT_HOURS

#: Question, answer, and the screen it speaks of.
TOPICS = (
    (
        N_("What do I do with a reservation?"),
        N_(
            "Look for the book. If it is there, set it aside and notify: the reader gets a mail and comes to "
            "collect and pay in the bookshop. If not, reject with the reason. Both end the reservation."
        ),
        "office_today.index",
    ),
    (
        N_("Why is a deadline when it is?"),
        N_(
            "Deadlines run on working days only, in your time zone. Weekends, your closing days and your "
            "vacations do not count. Each reservation shows the sum."
        ),
        "office_calendar.index",
    ),
    (
        N_("How do I send my stock?"),
        N_(
            "Send the whole inventory every day: a SINLI CEGALD file, the file of Place des Libraires, or our "
            "model CSV. You see what it would change before it does. A file that would remove too much is held "
            "until you decide."
        ),
        "office_stock.index",
    ),
    (
        N_("Why do readers not see a book that I have?"),
        N_(
            "Look it up under Titles: the reason stands beside it. Most often its price differs more from the "
            "network's than your threshold allows."
        ),
        "office_stock.titles",
    ),
    (
        N_("How do I redeem a gift cheque?"),
        N_(
            "Type or scan its code. You see balance, expiry and whether it may be used here and on which books. "
            "Type the amount, tick that you answer for it, redeem. For a quarter of an hour you can undo it "
            "yourself."
        ),
        "office_cheques.redeem",
    ),
    (
        N_("When am I paid?"),
        N_(
            "In the first days of the month after, to the IBAN of your settings: what you redeemed minus the "
            "network's commission. The statement shows every line."
        ),
        "office_money.index",
    ),
    (
        N_("We close for some days. What do I set?"),
        N_("A vacation if you serve nothing, a closing day for a single day, the hours if you keep serving."),
        "office_calendar.choose",
    ),
)


class Help(ScreenView):
    """Questions booksellers ask."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Questions, and the network's people."""
        session, _, at = desk()
        found = resolve_many(session, [EMAIL, PHONE, SUPPORT_HOURS], at=at, bookshop_ids=[None], missing="none")
        return self.render(
            "office/help.html",
            topics=[
                (gettext(question), gettext(answer), url_for(endpoint) if allowed(endpoint) else "")
                for question, answer, endpoint in TOPICS
            ],
            email=found[None, EMAIL.key].value,
            phone=found[None, PHONE.key].value,
            hours=found[None, SUPPORT_HOURS.key].value,
        )
