"""Gift cheques: campaigns with their restrictions, issuing, and every cheque with its movements (T65)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import select
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from backoffice.base import RecordView, ScreenView, Tab
from backoffice.cells import Column, day_cell, money_cell, money_plain, named, state_in, state_word
from backoffice.filters import NumberFilter
from backoffice.forms import CentsField, CountField, DayField, PaperForm
from backoffice.staff.names import bookshop_names, person_names
from trade.base.errors import Refused
from trade.base.text import N_
from trade.catalogue.models import Book
from trade.catalogue.rules import isbn_in
from trade.gift_cheques import queries, rules
from trade.gift_cheques.actions import block, create_campaign, drop, issue, unblock, undo
from trade.gift_cheques.models import Campaign, CampaignBook, CampaignBookshop, GiftCheque
from trade.gift_cheques.states import CAMPAIGN, CHEQUE
from trade.members.models import Bookshop
from web.database import clock, session
from web.language import money, number

MOST_SHOWN = 200
KINDS = {
    "issue": N_("Issued"),
    "redeem": N_("Redeemed"),
    "undo": N_("Redemption undone"),
    "expire": N_("Expired"),
}


class CampaignForm(PaperForm):
    """A new campaign; the two lists are limits, empty means no limit."""

    name = StringField(N_("Name"), [InputRequired(), Length(max=120)], description=N_("As bookshops see it."))
    buyer = StringField(N_("Who pays for it"), [Length(max=140)])
    face = CentsField(N_("Value of one cheque"), [InputRequired()])
    cheques = CountField(N_("Number of cheques"), [InputRequired()])
    valid_from = DayField(N_("First day"), [InputRequired()])
    expires_on = DayField(N_("Last day"), [InputRequired()])
    bookshops = TextAreaField(
        N_("Only in these bookshops"), [Length(max=20_000)], description=N_("Short addresses, one a line: alba")
    )
    books = TextAreaField(N_("Only for these books"), [Length(max=200_000)], description=N_("ISBNs, one a line."))


class ReasonForm(PaperForm):
    """Why something is done to a cheque."""

    reason = StringField(N_("Reason"), [InputRequired(), Length(max=500)])


class Campaigns(ScreenView):
    """Campaigns: drawn up, issued once, their codes shown once."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Every campaign, newest first."""
        rows = session().execute(queries.campaigns()).all()
        return self.render("staff/campaigns.html", rows=rows, machine=CAMPAIGN)

    @expose("/new/", methods=("GET", "POST"))
    def create(self) -> ResponseReturnValue:
        """Draw up a campaign."""
        form, refused = CampaignForm(), None
        if form.is_submitted() and form.validate():
            campaign, refused = self.attempt(lambda: _create(form))
            if campaign is not None:
                flash(gettext("The draft is saved. No cheque exists yet."), "success")
                return redirect(url_for(".campaign", record_id=campaign.id))
        return self.render("staff/campaign_form.html", form=form, refused=refused, most=rules.MOST_CHEQUES)

    @expose("/<int:record_id>/")
    def campaign(self, record_id: int) -> ResponseReturnValue:
        """One campaign: what it is worth, where it may be redeemed, and how far it has been."""
        campaign = _campaign(record_id)
        return self.render("staff/campaign.html", campaign=campaign, machine=CAMPAIGN, codes=None, **_limits(campaign))

    @expose("/<int:record_id>/issue", methods=("POST",))
    def issue(self, record_id: int) -> ResponseReturnValue:
        """Issue the cheques; the answer is the only page that ever shows their codes."""
        campaign = _campaign(record_id)
        pepper = current_app.extensions["secret"]
        codes, refused = self.attempt(
            lambda: issue(session(), campaign_id=campaign.id, pepper=pepper, at=clock().now())
        )
        if refused is not None:
            return self.refuse(refused, url_for(".campaign", record_id=record_id))
        return self.render("staff/campaign.html", campaign=campaign, machine=CAMPAIGN, codes=codes, **_limits(campaign))

    @expose("/<int:record_id>/drop", methods=("POST",))
    def drop(self, record_id: int) -> ResponseReturnValue:
        """Give a draft up."""
        campaign = _campaign(record_id)
        return self.act(
            lambda: drop(session(), campaign_id=campaign.id, at=clock().now()),
            said=gettext("The draft is dropped."),
            to=url_for(".index"),
        )


def _campaign(record_id: int) -> Campaign:
    return session().get(Campaign, record_id) or abort(404)


def _create(form: CampaignForm) -> Campaign:
    return create_campaign(
        session(),
        name=form.name.data or "",
        buyer=form.buyer.data or "",
        face_cents=form.face.data,
        cheques=form.cheques.data,
        valid_from=form.valid_from.data,
        expires_on=form.expires_on.data,
        bookshop_ids=_bookshops(form.bookshops.data or ""),
        isbns=_isbns(form.books.data or ""),
        at=clock().now(),
    )


def _bookshops(typed: str) -> list[int]:
    """The ids of the short addresses, one a line. Raises Refused naming the line that is none."""
    slugs = [line.strip() for line in typed.splitlines() if line.strip()]
    known = dict(session().execute(select(Bookshop.slug, Bookshop.id).where(Bookshop.slug.in_(slugs))).all())
    for slug in slugs:
        if slug not in known:
            raise Refused(
                N_("There is no bookshop with the short address “%(slug)s”."), field="bookshops", slug=slug[:60]
            )
    return [known[slug] for slug in slugs]


def _isbns(typed: str) -> list[int]:
    """The ISBNs, one a line. Raises Refused naming the line that is none."""
    found = []
    for position, line in enumerate(typed.splitlines(), 1):
        if not line.strip():
            continue
        isbn = isbn_in(line)
        if isbn is None:
            raise Refused(
                N_("Line %(line)s, “%(typed)s”, is no ISBN."), field="books", line=position, typed=line.strip()[:40]
            )
        found.append(isbn)
    return found


def _limits(campaign: Campaign) -> dict[str, Any]:
    """What a campaign page shows: limits with names (bounded), and sums of its cheques."""
    shops = session().scalars(
        select(Bookshop)
        .join(CampaignBookshop, CampaignBookshop.bookshop_id == Bookshop.id)
        .where(CampaignBookshop.campaign_id == campaign.id)
        .order_by(Bookshop.name)
        .limit(MOST_SHOWN)
    )
    books = session().execute(
        select(CampaignBook.isbn, Book.title)
        .outerjoin(Book, Book.isbn == CampaignBook.isbn)
        .where(CampaignBook.campaign_id == campaign.id)
        .order_by(Book.sort_key, CampaignBook.isbn)
        .limit(MOST_SHOWN)
    )
    sums = session().execute(queries.campaigns(limit=1).where(Campaign.id == campaign.id)).one()
    return {"shops": shops.all(), "books": books.all(), "issued": sums[1], "left": sums[2], "touched": sums[3]}


def tail_cell(column: Column, row: Any, beside: Mapping[str, Any]) -> str:
    """The last signs of the code, all that is known of it."""
    return f"····{row.code_tail}"


class Cheques(RecordView):
    """Every cheque, by its last signs; the codes themselves are nowhere."""

    lede = N_("A cheque is known by the last signs of its code. Nobody can read a whole code again.")
    columns = (
        Column("code_tail", N_("Cheque"), cell=lambda c, row, b: _cheque_link(row), css="ref", plain=tail_cell),
        Column("campaign_id", N_("Campaign"), cell=named("campaigns", "campaign_id"), css="wide"),
        Column("state", N_("State"), cell=state_in(CHEQUE), plain=state_word(CHEQUE)),
        Column("expires_on", N_("Last day"), cell=day_cell, sort=True),
        Column("face_cents", N_("Value"), cell=money_cell, plain=money_plain, css="num", sort=True),
        Column("remaining_cents", N_("Left"), cell=money_cell, plain=money_plain, css="num", sort=True),
    )
    column_default_sort = ("id", True)
    column_searchable_list = ("code_tail",)
    column_filters = (NumberFilter(GiftCheque.campaign_id, N_("Number of the campaign")),)
    tabs = (
        Tab("all", N_("All")),
        *(Tab(name, state.label, lambda name=name: GiftCheque.state == name) for name, state in CHEQUE.states.items()),
    )
    empty_title = N_("No cheque here")
    empty_text = N_("Cheques come into being when a campaign is issued.")
    empty_icon = "gift"

    def beside(self, rows: Sequence[Any]) -> Mapping[str, Any]:
        """The names of the campaigns."""
        wanted = {row.campaign_id for row in rows}
        names = session().execute(select(Campaign.id, Campaign.name).where(Campaign.id.in_(wanted)))
        return {"campaigns": dict(names.all())}

    @expose("/<int:record_id>/")
    def cheque(self, record_id: int) -> ResponseReturnValue:
        """One cheque with all its movements."""
        return self._cheque(self.record(record_id), ReasonForm())

    @expose("/<int:record_id>/block", methods=("POST",))
    def block(self, record_id: int) -> ResponseReturnValue:
        """Stop a cheque, or let it go again."""
        cheque, form = self.record(record_id), ReasonForm()
        if not form.validate():
            return self._cheque(cheque, form)
        verb = unblock if cheque.state == "blocked" else block
        return self.act(
            lambda: verb(session(), cheque_id=cheque.id, reason=form.reason.data, at=clock().now()),
            said=gettext("Done. It stands in the journal with your reason."),
            to=url_for(".cheque", record_id=cheque.id),
        )

    @expose("/<int:record_id>/undo", methods=("POST",))
    def undo(self, record_id: int) -> ResponseReturnValue:
        """Take a redemption back, with a reason, as long as its month is open."""
        cheque, form = self.record(record_id), ReasonForm()
        entry = next(
            (
                each
                for each in queries.entries_of(session(), cheque_id=cheque.id)
                if str(each.id) == request.form.get("entry")
            ),
            None,
        )
        if not form.validate() or entry is None:
            return self._cheque(cheque, form)
        return self.act(
            lambda: undo(session(), entry_id=entry.id, reason=form.reason.data, at=clock().now()),
            said=gettext("The redemption is undone: %(amount)s are back on the cheque.", amount=money(-entry.cents)),
            to=url_for(".cheque", record_id=cheque.id),
        )

    def _cheque(self, cheque: GiftCheque, form: ReasonForm) -> ResponseReturnValue:
        entries = queries.entries_of(session(), cheque_id=cheque.id)
        campaign, facts = queries.facts_of(session(), cheque=cheque)
        undone = {entry.undoes_id for entry in entries}
        return self.render(
            "staff/cheque.html",
            cheque=cheque,
            campaign=campaign,
            facts=facts,
            machine=CHEQUE,
            entries=[(entry, gettext(KINDS.get(entry.kind, entry.kind)), entry.id in undone) for entry in entries],
            bookshops=bookshop_names(session(), {entry.bookshop_id for entry in entries}),
            people=person_names(session(), {entry.person_id for entry in entries}),
            moves=[move for move in CHEQUE.allowed(cheque.state, "staff") if "block" in move.name],
            form=form,
            count=number,
        )


def _cheque_link(row: GiftCheque) -> Any:
    return Markup('<a class="mono" href="{}">····{}</a>').format(
        url_for("staff_cheques.cheque", record_id=row.id), row.code_tail
    )
