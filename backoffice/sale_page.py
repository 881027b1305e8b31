"""One order as bookshops and staff see it: state, deadline, lines, money, trace, events; the verbs are the office's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext

from backoffice.office.timeline import draw
from backoffice.office.wording import because, brief_day, day_hour, due_words, long_day
from trade.availability.rules import WORDS, Label
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.calendar.queries import calendar_of
from trade.orders import queries
from trade.orders.models import Order
from trade.orders.rules import WHY_DROPPED, Dropped, replay
from trade.orders.rules.rejecting import REJECTION_REASONS
from trade.orders.states import ORDER, WITHDRAWAL
from trade.payments.states import PAYMENT, REFUND

EVENTS = {
    "sale.placed": N_("Ordered"),
    "sale.pay": N_("Paid"),
    "sale.abandon": N_("Given up: not paid in time"),
    "sale.take_up": N_("Paid late: taken up again"),
    "sale.take": N_("Accepted by the bookshop"),
    "sale.manage": N_("Handed to distributors"),
    "sale.refused": N_("Copies refused"),
    "sale.refund_asked": N_("Refund asked for"),
    "sale.send": N_("Sent, reader told"),
    "sale.notify": N_("Ready, reader told"),
    "sale.collected": N_("Collected"),
    "sale.reject": N_("Rejected by the bookshop"),
    "sale.cancel": N_("Cancelled by the reader"),
    "sale.late": N_("Past its deadline"),
    "sale.expire": N_("Rejected by the platform"),
    "sale.deadline_moved": N_("Deadline moved by the calendar"),
    "withdrawal.declared": N_("The reader withdrew"),
    "withdrawal.return": N_("Withdrawn books came back"),
    "withdrawal.refund": N_("Withdrawal refunded"),
    "withdrawal.decline": N_("Withdrawal declined"),
}
BAD = ("sale.late", "sale.expire")
FEES = {
    "nothing": N_("no management fee"),
    "trusted": N_("fee of a trusted distributor"),
    "trade_last_resort": N_("fee where only another bookshop has it"),
    "delegated": N_("fee of a delegated distributor"),
}
CAUSES = {
    "rejected": N_("The order was not served"),
    "line_refused": N_("Copies could not be served"),
    "withdrawal": N_("The reader withdrew"),
    "goodwill": N_("Goodwill"),
    "paid_twice": N_("Paid twice"),
    "paid_late": N_("Paid too late"),
}
PHASES = {"accept": N_("to accept"), "send": N_("to send or have ready")}
MODES = {"delivery": N_("Delivery"), "pickup": N_("Pick-up")}


def page_of(session: TenantSession, *, order: Order, at: datetime) -> dict[str, Any]:
    """Everything that the page shows, whoever looks."""
    refunds = queries.refunds_of(session, order=order)
    return {
        "order": order,
        "machine": ORDER,
        "reasons": REJECTION_REASONS,
        "modes": MODES,
        "words": {"long_day": long_day, "brief_day": brief_day, "day_hour": day_hour},
        "lines": lines_of(order),
        "trace": trace_of(order.trace),
        "payments": queries.payments_of(session, order=order),
        "refunds": refunds,
        "payment_machine": PAYMENT,
        "refund_machine": REFUND,
        "causes": CAUSES,
        "income": queries.income_of(session, order=order, refunds=refunds),
        "collects_itself": session.profile.money_flow == "bookshop",
        "withdrawals": withdrawals_of(session, order),
        "withdrawal_machine": WITHDRAWAL,
        "events": events_of(session, order),
        **_deadline(session, order, at),
    }


def _deadline(session: TenantSession, order: Order, at: datetime) -> dict[str, Any]:
    """The deadline drawn and worded; nothing where no phase ever ran."""
    deadline = queries.deadline_of(order)
    if deadline is None:
        return {"timeline": None, "because": [], "left": "", "is_running": False, "is_late": False, "phase": ""}
    calendar = calendar_of(session, bookshop=order.bookshop, at=at)
    return {
        "timeline": draw(deadline=deadline, calendar=calendar, at=at, ended_at=order.closed_at),
        "because": because(deadline, calendar),
        "left": due_words(due=deadline.due, at=at)[1],
        "is_running": bool(order.phase),
        "is_late": bool(order.phase) and at > deadline.due,
        "phase": PHASES.get(order.phase, ""),
        "deadline": deadline,
    }


def lines_of(order: Order) -> list[dict[str, Any]]:
    """The lines with the supplier and the fee that the trace tells of."""
    told = {each["line"]["isbn"]: each for each in order.trace.get("lines", [])}
    found = []
    for line in order.lines:
        ways = told.get(line.isbn, {}).get("ways", [])
        kept: Mapping[str, Any] = next((way for way in ways if way["dropped"] is None), {})
        found.append(
            {
                "line": line,
                "authors": ", ".join(author.name for author in line.book.authors),
                "source": source_words(line.source, kept.get("supplier", "")),
                "is_here": line.source == Label.ON_SHELF,
                "fee": FEES.get(line.fee_rule, ""),
                "left": line.copies - line.refused - line.picked,
            }
        )
    return found


def withdrawals_of(session: TenantSession, order: Order) -> list[dict[str, Any]]:
    """What the reader withdrew from, and what the bookshop may do about it."""
    return [
        {
            "withdrawal": each,
            "books": queries.titles_of(order, each),
            "moves": {move.name for move in WITHDRAWAL.allowed(each.state, "bookshop")},
        }
        for each in queries.withdrawals_of(session, order=order)
    ]


def source_words(source: str, supplier: str) -> str:
    """From where a line comes: the label, and who supplies it."""
    word = gettext(WORDS[Label(source)]) if source in set(Label) else source
    return f"{word}: {supplier}" if supplier else word


def trace_of(trace: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tree of the decision: for each line every source that was tried, kept or dropped, with the reason."""
    found = []
    for each in trace.get("lines", []):
        tried = [
            {
                "source": source_words(way["label"], way["supplier"]),
                "kept": way["dropped"] is None,
                "why": gettext(WHY_DROPPED[Dropped(way["dropped"])]) if way["dropped"] else gettext("was chosen"),
                "copies": way["copies"],
                "fee_cents": way["fee_cents"],
                "hours": (way["from_hours"], way["to_hours"]) if way["to_hours"] else None,
            }
            for way in each["ways"]
        ]
        found.append({"isbn": each["line"]["isbn"], "copies": each["line"]["copies"], "tried": tried})
    return found


def decided_again(order: Order) -> tuple[bool, list[dict[str, Any]], int] | None:
    """The replay of the stored inputs: whether it is what was decided, its tree and its total; None without a trace."""
    if not order.trace:
        return None
    again, is_same = replay(order.trace)
    return is_same, trace_of(again), again["total_cents"]


def events_of(session: TenantSession, order: Order) -> list[dict[str, Any]]:
    """What happened, oldest first, in words."""
    who = {
        "reader": gettext("reader"),
        "door": gettext("reader"),
        "bookshop": gettext("bookshop"),
        "staff": gettext("network"),
    }
    return [
        {
            "title": gettext(EVENTS[entry.action]) if entry.action in EVENTS else entry.action,
            "when": day_hour(entry.at),
            "who": who.get(entry.actor_kind, gettext("automatic")),
            "bad": entry.action in BAD,
            "ahead": False,
        }
        for entry in queries.events(session, order=order)
    ]
