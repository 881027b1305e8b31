"""The sidebar of staff, and the counts beside its lines: one query for each page."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from backoffice.menu import Alarm, Group, Item
from trade.base.models import Effect
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.members.models import Bookshop
from trade.messages.models import Message
from trade.messages.queries import undelivered
from trade.privacy.models import DeletionRequest
from trade.privacy.states import OPEN
from trade.stock.models import FeedRun
from trade.stock.states import WAITING

STAFF_ACTS = ("applied", "answered", "in_review", "accepted", "fee_due")
"""States of a joining bookshop in which the next step is the staff's."""

MENU = (
    Group("", (Item(N_("Now"), "staff_now.index", "home", phone=True),)),
    Group(
        N_("Network"),
        (
            Item(N_("Applications"), "staff_applications.index", "form", count="applications", phone=True),
            Item(N_("Members"), "staff_members.index_view", "shop", phone=True),
            Item(N_("Stock feeds"), "staff_feeds.index", "upload"),
            Item(N_("Stock files"), "staff_runs.index_view", "box", count="held", phone=True, short=N_("Files")),
            Item(N_("Stock formats"), "staff_formats.index", "sliders"),
            Item(N_("Books"), "staff_books.index_view", "book"),
            Item(N_("Catalogue feeds"), "staff_catalogue.index", "download"),
            Item(N_("Distributors"), "staff_distributors.index", "truck"),
            Item(N_("Presales"), "staff_presales.index", "star", module="presales"),
            Item(N_("Carriers"), "staff_carriers.index", "box"),
        ),
    ),
    Group(
        N_("Orders"),
        (
            Item(N_("Orders"), "staff_orders.index_view", "bag"),
            Item(N_("Delivery tariffs"), "staff_tariffs.index", "truck"),
        ),
    ),
    Group(
        N_("Gift cheques and money"),
        (
            Item(N_("Campaigns"), "staff_campaigns.index", "gift"),
            Item(N_("Gift cheques"), "staff_cheques.index_view", "tag"),
            Item(N_("Months"), "staff_months.index", "euro"),
            Item(N_("Transfers"), "staff_transfers.index", "bank"),
            Item(N_("Payments"), "staff_payments.index", "euro"),
        ),
    ),
    Group(
        N_("Content and rules"),
        (
            Item(N_("Settings"), "staff_settings.index", "sliders"),
            Item(N_("Legal texts"), "staff_legal.index_view", "scales"),
            Item(N_("E-mail templates"), "staff_emails.index", "pen"),
            Item(N_("Outbox"), "staff_outbox.index_view", "mail", count="mails"),
            Item(N_("Privacy"), "staff_erasures.index_view", "shield", count="erasures"),
        ),
    ),
    Group(
        N_("System"),
        (
            Item(N_("People"), "staff_people.index_view", "people"),
            Item(N_("Jobs"), "staff_jobs.index_view", "lines", count="dead"),
            Item(N_("Journal"), "staff_journal.index_view", "journal"),
        ),
    ),
)


def counts(session: TenantSession) -> Mapping[str, int]:
    """What waits for staff in each place; red where something broke."""

    def how_many(model: type, condition: object) -> object:
        return select(func.count()).select_from(model).where(condition).scalar_subquery()

    row = session.execute(
        select(
            how_many(Bookshop, Bookshop.state.in_(STAFF_ACTS)).label("applications"),
            how_many(FeedRun, FeedRun.state.in_(WAITING)).label("held"),
            how_many(Message, undelivered()).label("mails"),
            how_many(DeletionRequest, DeletionRequest.state.in_(OPEN)).label("erasures"),
            how_many(Effect, Effect.state == "dead").label("dead"),
        )
    ).one()
    broken = {"held", "mails", "dead"}
    return {name: Alarm(count) if name in broken else count for name, count in row._mapping.items()}
