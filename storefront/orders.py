"""An order as its reader sees it: state, what it means, what has happened, from where each book comes, the money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from flask import url_for

from storefront.shown import BookShown, StateShown, book_shown, state_shown
from trade.availability.rules import Label
from trade.base.text import N_
from trade.orders.models import Order, OrderLine
from trade.orders.rules.rejecting import REJECTION_REASONS
from trade.orders.states import ORDER, PAID
from trade.payments.models import Refund
from web.language import day, moment, short_day
from web.words import gettext as _

HEADLINES = {
    "awaiting_payment": N_("Waiting for your payment"),
    "abandoned": N_("This order was not paid"),
    "received": N_("Paid: the bookshop has your order"),
    "in_process": N_("The bookshop is preparing your order"),
    "in_management": N_("Your order is being prepared"),
    "sent": N_("Your order is on its way"),
    "notified": N_("Your books are waiting for you"),
    "rejected_by_shop": N_("The bookshop cannot serve this order"),
    "rejected_by_reader": N_("You cancelled this order"),
    "rejected_by_platform": N_("The bookshop did not serve it in time"),
}
EXPLANATIONS = {
    "awaiting_payment": N_("The copies are kept for you until %(expires)s. Nothing has been charged so far."),
    "abandoned": N_("Nothing was charged, or it went back. The copies are free again."),
    "received": N_("%(bookshop)s accepts it by %(due)s at the latest. You will get a mail."),
    "in_process": N_("Everything is sent or ready by %(due)s at the latest. You will get a mail."),
    "in_management": N_("Everything is sent or ready by %(due)s at the latest. You will get a mail."),
    "sent": N_("%(bookshop)s has handed it to the carrier."),
    "notified": N_("%(bookshop)s keeps them for you until %(collect_by)s. They are paid."),
    "rejected_by_shop": N_("You get your money back by the means you paid with."),
    "rejected_by_reader": N_("You get your money back by the means you paid with."),
    "rejected_by_platform": N_("You get your money back by the means you paid with."),
}
SOURCES = {
    Label.ON_SHELF: N_("It is on the shelf of %(bookshop)s."),
    Label.SHORT_TERM: N_("A distributor of %(bookshop)s supplies it."),
    Label.PRINT_ON_DEMAND: N_("It is printed for you."),
    Label.OTHER_BOOKSHOP: N_("%(bookshop)s asks another bookshop for it."),
    Label.PRESALE: N_("It comes when it is published."),
    Label.DELEGATED: N_("A distributor sends it in the name of %(bookshop)s."),
}
REFUNDS = {
    "asked": N_("on its way"),
    "failed": N_("delayed: we are dealing with it"),
    "by_hand": N_("the bookshop is doing it"),
    "done": N_("paid back"),
    "bounced": N_("sent back by your bank"),
}


class Step(NamedTuple):
    """One thing that happened or is to come."""

    words: str
    when: str
    ahead: bool


class LineShown(NamedTuple):
    """A line with the one sentence of where it comes from, and what was refused of it."""

    book: BookShown
    copies: int
    cents: int
    source: str
    refused: int


class Entry(NamedTuple):
    """An order in the list of the account."""

    reference: str
    url: str
    titles: str
    bookshop: str
    total_cents: int
    state: StateShown
    note: str


def state_of(order: Order) -> StateShown:
    """The state as word and shape; past its deadline an open one is late."""
    if order.state in PAID and order.late_at is not None:
        return state_shown(N_("Late"), "late")
    state = ORDER.states[order.state]
    return state_shown(state.label, state.shape)


def headline(order: Order) -> str:
    """What the state means, in a few words."""
    return _(HEADLINES[order.state])


def explanation(order: Order) -> str:
    """What the reader should know or do."""
    return _(
        EXPLANATIONS[order.state],
        bookshop=order.bookshop.name,
        due=moment(order.due_at),
        expires=moment(order.expires_at),
        collect_by=day(order.collect_by),
    )


def reason(order: Order) -> str:
    """Why the bookshop rejected it, in its words."""
    known = {code.value: words for code, words in REJECTION_REASONS.items()}.get(order.reason_code)
    return " ".join(part for part in (_(known) if known else "", order.reason) if part)


def timeline(order: Order) -> list[Step]:
    """What has happened, and the next date that counts."""
    ended = "" if order.state in ("sent", "notified") else HEADLINES[order.state]
    past: list[tuple[datetime | None, str]] = [
        (order.placed_at, N_("You ordered it")),
        (order.paid_at, N_("Your payment arrived")),
        (order.phase_at if order.phase == "send" else None, N_("The bookshop accepted it")),
        (order.late_at, N_("The deadline passed; we told you both")),
        (order.sent_at, N_("The bookshop sent it") if order.mode == "delivery" else N_("It is ready to collect")),
        (order.collected_at, N_("You collected it")),
        (order.delivered_at, N_("It was delivered")),
        (order.closed_at if ended else None, ended),
    ]
    steps = [Step(_(words), moment(when), False) for when, words in past if when is not None and words]
    if order.state in PAID and order.due_at is not None and order.late_at is None:
        ahead = (
            N_("The bookshop accepts at the latest") if order.phase == "accept" else N_("Sent or ready at the latest")
        )
        steps.append(Step(_(ahead), moment(order.due_at), True))
    if order.state == "notified" and order.collect_by and not order.collected_at:
        steps.append(Step(_("Last day to collect it"), day(order.collect_by), True))
    return steps


def lines_shown(order: Order) -> list[LineShown]:
    """The lines with their sources."""
    return [_line(order, line) for line in order.lines]


def _line(order: Order, line: OrderLine) -> LineShown:
    words = _(SOURCES[Label(line.source)], bookshop=order.bookshop.name)
    return LineShown(book_shown(line.book), line.copies, line.copies * line.price_cents, words, line.refused)


def refunds_shown(refunds: Sequence[Refund]) -> list[tuple[int, str, str]]:
    """Cents, how far it is, and when."""
    return [(one.cents, _(REFUNDS[one.state]), short_day(one.done_at or one.asked_at)) for one in refunds]


def can_cancel(order: Order) -> bool:
    """Whether the reader may still cancel."""
    return any(move.name == "cancel" for move in ORDER.allowed(order.state, "reader"))


def entry(order: Order) -> Entry:
    """An order for the list."""
    titles = [line.title for line in order.lines] or [order.reference]
    first, more = titles[0], len(titles) - 1
    return Entry(
        reference=order.reference,
        url=url_for("order.page", reference=order.reference),
        titles=_("%(title)s and %(more)s more", title=first, more=more) if more else first,
        bookshop=order.bookshop.name,
        total_cents=order.total_cents,
        state=state_of(order),
        note=_("by %(day)s", day=short_day(order.due_at)) if order.state in PAID else short_day(order.placed_at),
    )
