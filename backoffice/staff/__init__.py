"""The staff area ``/staff``: what is wrong now, members, stock, cheques, money, rules, content, privacy, system."""

from __future__ import annotations

from collections.abc import Sequence

from flask_admin import BaseView

from backoffice.area import Area
from backoffice.menu import Group, Item
from backoffice.staff.books import Books
from backoffice.staff.components import Components
from backoffice.staff.mails import Outbox
from backoffice.staff.now import Now
from backoffice.staff.system import Jobs, Journal
from trade.accounts.identity import Identity
from trade.base.models import Effect, JournalEntry
from trade.base.tenancy import Scope
from trade.base.text import N_
from trade.catalogue.models import Book
from trade.messages.models import Message

MENU = (
    Group("", (Item(N_("Now"), "staff_now.index", "home", count="problems", phone=True),)),
    Group(N_("Catalogue and stock"), (Item(N_("Books"), "staff_books.index_view", "book"),)),
    Group(N_("Content and rules"), (Item(N_("Outbox"), "staff_outbox.index_view", "mail"),)),
    Group(
        N_("System"),
        (
            Item(N_("Jobs"), "staff_jobs.index_view", "lines", count="failed_jobs"),
            Item(N_("Journal"), "staff_journal.index_view", "journal"),
        ),
    ),
)


def views() -> Sequence[BaseView]:
    """The views of the area, made for one application."""
    return (
        Now(name=N_("Now"), endpoint="staff_now", url="/staff"),
        Books(Book, name=N_("Books"), endpoint="staff_books", url="books"),
        Outbox(Message, name=N_("Outbox"), endpoint="staff_outbox", url="outbox"),
        Jobs(Effect, name=N_("Jobs"), endpoint="staff_jobs", url="jobs"),
        Journal(JournalEntry, name=N_("Journal"), endpoint="staff_journal", url="journal"),
        Components(name=N_("Components"), endpoint="staff_components", url="components"),
    )


def scope(who: Identity) -> Scope:
    """Staff see the whole network; what each of them may open is a matter of permissions."""
    return Scope("staff", person_id=who.person_id)


def role(who: Identity) -> str:
    """The person's part, for the foot of the sidebar."""
    return N_("Administrator") if "administrator" in who.platform_roles else N_("Staff")


AREA = Area(
    key="staff",
    name=N_("staff"),
    home="staff_now.index",
    views=views,
    menu=MENU,
    scope=scope,
    permission="staff.enter",
    icon="people",
    role=role,
)
