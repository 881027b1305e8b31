"""The staff area ``/staff``: what is wrong now, members, stock, cheques, money, rules, content, privacy, system."""

from __future__ import annotations

from collections.abc import Sequence

from flask_admin import BaseView

from backoffice.area import Area, Search
from backoffice.profile import Profile
from backoffice.staff.books import Books
from backoffice.staff.carriers import Carriers
from backoffice.staff.catalogue import CatalogueFeeds
from backoffice.staff.cheques import Campaigns, Cheques
from backoffice.staff.components import Components
from backoffice.staff.distributors import Distributors
from backoffice.staff.feeds import Feeds
from backoffice.staff.find import Find
from backoffice.staff.formats import Formats
from backoffice.staff.joining import Applications
from backoffice.staff.mail_templates import MailTemplates
from backoffice.staff.mails import Outbox
from backoffice.staff.members import Members
from backoffice.staff.menu import MENU, counts
from backoffice.staff.money import Months, Transfers
from backoffice.staff.now import Now
from backoffice.staff.orders import OrderPage, Orders
from backoffice.staff.payments import Payments
from backoffice.staff.people import People
from backoffice.staff.presales import Presales
from backoffice.staff.privacy import Erasures
from backoffice.staff.settings import Settings
from backoffice.staff.stock import Runs
from backoffice.staff.system import Jobs, Journal
from backoffice.staff.tariffs import Tariffs
from backoffice.staff.texts import LegalTexts
from trade.accounts.identity import Identity
from trade.accounts.models import Person
from trade.base.models import Effect, JournalEntry
from trade.base.tenancy import Scope
from trade.base.text import N_
from trade.catalogue.models import Book
from trade.gift_cheques.models import GiftCheque
from trade.members.models import Bookshop
from trade.messages.models import Message
from trade.orders.models import Order
from trade.privacy.models import DeletionRequest
from trade.stock.models import FeedRun
from trade.texts.models import LegalText


def views() -> Sequence[BaseView]:
    """The views of the area, made for one application."""
    return (
        Now(name=N_("Now"), endpoint="staff_now", url="/staff"),
        Find(name=N_("Find"), endpoint="staff_find", url="find"),
        Applications(name=N_("Applications"), endpoint="staff_applications", url="applications"),
        Members(Bookshop, name=N_("Members"), endpoint="staff_members", url="members"),
        Feeds(name=N_("Stock feeds"), endpoint="staff_feeds", url="feeds"),
        Runs(FeedRun, name=N_("Stock files"), endpoint="staff_runs", url="runs"),
        Formats(name=N_("Stock formats"), endpoint="staff_formats", url="formats"),
        Books(Book, name=N_("Books"), endpoint="staff_books", url="books"),
        CatalogueFeeds(name=N_("Catalogue feeds"), endpoint="staff_catalogue", url="catalogue"),
        Distributors(name=N_("Distributors"), endpoint="staff_distributors", url="distributors"),
        Presales(name=N_("Presales"), endpoint="staff_presales", url="presales"),
        Orders(Order, name=N_("Orders"), endpoint="staff_orders", url="orders"),
        OrderPage(name=N_("Sale"), endpoint="staff_order", url="order"),
        Tariffs(name=N_("Delivery tariffs"), endpoint="staff_tariffs", url="tables/shipping"),
        Campaigns(name=N_("Gift-cheque campaigns"), endpoint="staff_campaigns", url="campaigns"),
        Cheques(GiftCheque, name=N_("Gift cheques"), endpoint="staff_cheques", url="cheques"),
        Months(name=N_("Months"), endpoint="staff_months", url="months"),
        Transfers(name=N_("Transfers"), endpoint="staff_transfers", url="transfers"),
        Payments(name=N_("Payments"), endpoint="staff_payments", url="payments"),
        Carriers(name=N_("Carriers"), endpoint="staff_carriers", url="carriers"),
        Settings(name=N_("Platform settings"), endpoint="staff_settings", url="settings"),
        LegalTexts(LegalText, name=N_("Legal texts"), endpoint="staff_legal", url="legal"),
        MailTemplates(name=N_("E-mail templates"), endpoint="staff_emails", url="emails"),
        Outbox(Message, name=N_("Outbox"), endpoint="staff_outbox", url="outbox"),
        Erasures(DeletionRequest, name=N_("Deletion requests"), endpoint="staff_erasures", url="erasures"),
        People(Person, name=N_("People"), endpoint="staff_people", url="people"),
        Jobs(Effect, name=N_("Jobs"), endpoint="staff_jobs", url="jobs"),
        Journal(JournalEntry, name=N_("Journal"), endpoint="staff_journal", url="journal"),
        Profile(name=N_("Your profile"), endpoint="staff_profile", url="profile"),
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
    counts=counts,
    search=Search("staff_find.index", N_("Bookshop, book, reservation, invoice or cheque")),
    account_links=((N_("Your profile"), "staff_profile.index", "person"),),
)
