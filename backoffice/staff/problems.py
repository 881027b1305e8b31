"""What needs somebody now: one list, problems first; and the figures of the control room. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy import Date, Row, and_, cast, func, select

from backoffice.feeds import strip
from backoffice.shell import allowed
from trade.base.models import Effect, SettingValue
from trade.base.settings import all_declared, placeholders
from trade.base.tenancy import TenantSession
from trade.billing.models import MonthClose, TransferBatch
from trade.distributors.queries import too_old as distributors_too_old
from trade.gift_cheques.models import ChequeEntry
from trade.members.models import Bookshop
from trade.messages.models import Message
from trade.messages.queries import DELIVER, undelivered
from trade.privacy.models import DeletionRequest
from trade.privacy.states import OPEN as OPEN_REQUESTS
from trade.reservations.models import Reservation
from trade.reservations.states import OPEN
from trade.stock import queries as stock
from trade.stock.models import FeedRun
from trade.stock.queries import FeedState
from trade.stock.rules import Freshness
from trade.stock.states import WAITING
from web.language import ago, money, month, number, short_day

STAFF_TURN = ("applied", "answered", "in_review", "accepted", "fee_due")
NAMED = 3
HEAT_DAYS = 30
HEAT_ROWS = 7


@dataclass(frozen=True)
class Problem:
    """One line of the control room: state, words, since when, and where one act deals with it."""

    word: str
    shape: str
    title: str
    line: str
    since: datetime | None
    act: str
    endpoint: str
    url: str


def problems(session: TenantSession, *, at: datetime, feeds: Sequence[FeedState]) -> list[Problem]:
    """Everything that waits for staff and that this person may deal with, what broke first."""
    found = [
        *_held_files(session),
        *_dead_jobs(session),
        *_failed_mails(session),
        *_late_reservations(session),
        *_silent_feeds(feeds),
        *_old_distributors(session, at),
        *_open_month(session, at),
        *_transfers(session),
        *_applications(session),
        *_deletions(session, at),
        *_placeholders(session, at),
    ]
    order = {"late": 0, "working": 1, "open": 2}
    return sorted((each for each in found if allowed(each.endpoint)), key=lambda each: order[each.shape])


def _names(names: Sequence[str], count: int) -> str:
    shown = ", ".join(names[:NAMED])
    return gettext("%(names)s and %(more)s more", names=shown, more=count - NAMED) if count > NAMED else shown


def _held_files(session: TenantSession) -> Iterator[Problem]:
    rows = session.execute(
        select(Bookshop.name, FeedRun.received_at)
        .join(FeedRun, FeedRun.bookshop_id == Bookshop.id)
        .where(FeedRun.state.in_(WAITING))
        .order_by(FeedRun.received_at)
        .limit(200)
    ).all()
    if rows:
        yield Problem(
            gettext("Held"),
            "late",
            ngettext("%(num)d stock file waits for a decision", "%(num)d stock files wait for a decision", len(rows)),
            _names([name for name, _ in rows], len(rows)),
            rows[0][1],
            gettext("Look"),
            "staff_runs.index_view",
            url_for("staff_runs.index_view", tab="waiting"),
        )


def _dead_jobs(session: TenantSession) -> Iterator[Problem]:
    count, oldest = _count(session, Effect.created_at, and_(Effect.state == "dead", Effect.kind != DELIVER))
    if count:
        yield Problem(
            gettext("Failed"),
            "late",
            ngettext("%(num)d job failed for good", "%(num)d jobs failed for good", count),
            gettext("What was asked for has not been carried out."),
            oldest,
            gettext("Look"),
            "staff_jobs.index_view",
            url_for("staff_jobs.index_view", tab="dead"),
        )


def _failed_mails(session: TenantSession) -> Iterator[Problem]:
    count, oldest = _count(session, Message.created_at, undelivered())
    if count:
        yield Problem(
            gettext("Failed"),
            "late",
            ngettext("%(num)d mail could not be sent", "%(num)d mails could not be sent", count),
            gettext("The mail server refused them."),
            oldest,
            gettext("Look"),
            "staff_outbox.index_view",
            url_for("staff_outbox.index_view", tab="failed"),
        )


def _late_reservations(session: TenantSession) -> Iterator[Problem]:
    rows = session.execute(
        select(Bookshop.name, Bookshop.id, func.count(), func.min(Reservation.due_at))
        .join(Reservation, Reservation.bookshop_id == Bookshop.id)
        .where(Reservation.state.in_(OPEN), Reservation.late_at.is_not(None))
        .group_by(Bookshop.id)
        .order_by(func.count().desc(), Bookshop.name)
    ).all()
    count = sum(row[2] for row in rows)
    if count:
        yield Problem(
            gettext("Late"),
            "late",
            ngettext("%(num)d reservation is late", "%(num)d reservations are late", count),
            gettext("in %(bookshops)s", bookshops=_names([row[0] for row in rows], len(rows))),
            min(row[3] for row in rows),
            gettext("Open the file"),
            "staff_members.file",
            url_for("staff_members.file", record_id=rows[0][1], part="reservations"),
        )


def _silent_feeds(feeds: Sequence[FeedState]) -> Iterator[Problem]:
    silent = [feed for feed in feeds if feed.freshness in (Freshness.EXPIRED, Freshness.STALE)]
    if silent:
        yield Problem(
            gettext("Silent"),
            "working",
            ngettext("%(num)d bookshop sends no stock", "%(num)d bookshops send no stock", len(silent)),
            _names([feed.name for feed in silent], len(silent)),
            min(feed.file_at for feed in silent if feed.file_at),
            gettext("Look"),
            "staff_feeds.index",
            url_for("staff_feeds.index", show=str(silent[0].freshness)),
        )


def _old_distributors(session: TenantSession, at: datetime) -> Iterator[Problem]:
    old = distributors_too_old(session, at=at)
    if old:
        yield Problem(
            gettext("Silent"),
            "working",
            ngettext(
                "The stock of %(num)d distributor is too old", "The stock of %(num)d distributors is too old", len(old)
            ),
            _names([each.name for each in old], len(old)),
            old[0].stock_at,
            gettext("Look"),
            "staff_distributors.index",
            url_for("staff_distributors.index"),
        )


def _open_month(session: TenantSession, at: datetime) -> Iterator[Problem]:
    first = at.astimezone(ZoneInfo(session.profile.time_zone)).date().replace(day=1)
    last = f"{first - timedelta(days=1):%Y-%m}"
    state = session.scalar(select(MonthClose.state).where(MonthClose.month == last))
    redeemed = session.scalar(select(ChequeEntry.id).where(ChequeEntry.kind == "redeem", ChequeEntry.at < at).limit(1))
    if state != "closed" and redeemed is not None:
        yield Problem(
            gettext("To do"),
            "open",
            gettext("%(month)s is not closed", month=month(last)),
            gettext("Bookshops wait for their invoice and their transfer."),
            None,
            gettext("Close it"),
            "staff_months.close",
            url_for("staff_months.index"),
        )


def _transfers(session: TenantSession) -> Iterator[Problem]:
    for batch in session.scalars(select(TransferBatch).where(TransferBatch.state == "open").limit(NAMED)):
        yield Problem(
            gettext("To do"),
            "open",
            gettext("Transfers %(reference)s wait for approval", reference=batch.reference),
            gettext(
                "%(count)s transfers, %(total)s; two different people approve",
                count=number(batch.count),
                total=money(batch.total_cents),
            ),
            batch.opened_at,
            gettext("Open"),
            "staff_transfers.batch",
            url_for("staff_transfers.batch", record_id=batch.id),
        )


def _applications(session: TenantSession) -> Iterator[Problem]:
    rows = session.execute(
        select(Bookshop.name, Bookshop.city, Bookshop.applied_at)
        .where(Bookshop.state.in_(STAFF_TURN))
        .order_by(Bookshop.applied_at)
        .limit(200)
    ).all()
    if rows:
        yield Problem(
            gettext("Waits"),
            "open",
            ngettext("%(num)d application waits for staff", "%(num)d applications wait for staff", len(rows)),
            gettext("the oldest: %(name)s, %(city)s", name=rows[0][0], city=rows[0][1]),
            rows[0][2],
            gettext("Look"),
            "staff_applications.index",
            url_for("staff_applications.index"),
        )


def _deletions(session: TenantSession, at: datetime) -> Iterator[Problem]:
    rows = session.scalars(
        select(DeletionRequest)
        .where(DeletionRequest.state.in_(OPEN_REQUESTS))
        .order_by(DeletionRequest.due_on)
        .limit(NAMED)
    )
    for request in rows:
        late = request.due_on < at.date()
        yield Problem(
            gettext("Late") if late else gettext("Waits"),
            "late" if late else "open",
            gettext("Deletion of personal data, request %(number)s", number=request.id),
            gettext("to be answered by %(day)s", day=short_day(request.due_on)),
            request.asked_at,
            gettext("Deal with it"),
            "staff_erasures.deletion",
            url_for("staff_erasures.deletion", record_id=request.id),
        )


def _placeholders(session: TenantSession, at: datetime) -> Iterator[Problem]:
    waiting = placeholders(session, at=at)
    if waiting:
        yield Problem(
            gettext("Before going live"),
            "open",
            ngettext("%(num)d setting is still a sample", "%(num)d settings are still samples", len(waiting)),
            _names([gettext(setting.label) for setting in waiting], len(waiting)),
            None,
            gettext("Set them"),
            "staff_settings.section",
            url_for("staff_settings.section", section=waiting[0].section),
        )


def _count(session: TenantSession, moment: Any, condition: Any) -> Row[Any]:
    return session.execute(select(func.count(), func.min(moment)).where(condition)).one()


def figures(session: TenantSession, *, at: datetime, feeds: Sequence[FeedState]) -> list[dict[str, Any]]:
    """The four figures on top: reservations today, answered in time, feeds up to date, cheques this month."""
    zone = session.profile.time_zone
    today = at.astimezone(ZoneInfo(zone)).date()
    midnight = datetime.combine(today, datetime.min.time(), ZoneInfo(zone))
    week = at - timedelta(days=7)
    placed, answered, in_time = session.execute(
        select(
            func.count().filter(Reservation.placed_at >= midnight),
            func.count().filter(Reservation.closed_at >= week),
            func.count().filter(Reservation.closed_at >= week, Reservation.late_at.is_(None)),
        )
    ).one()
    redeemed = session.scalar(
        select(func.coalesce(-func.sum(ChequeEntry.cents), 0)).where(
            ChequeEntry.kind.in_(("redeem", "undo")),
            ChequeEntry.at >= datetime.combine(today.replace(day=1), datetime.min.time(), ZoneInfo(zone)),
        )
    )
    good = sum(feed.freshness is Freshness.FRESH for feed in feeds)
    return [
        {"name": gettext("Reservations today"), "value": number(placed)},
        {
            "name": gettext("Answered in time, 7 days"),
            "value": f"{number(round(100 * in_time / answered, 1))} %" if answered else "–",
            "note": gettext("of %(count)s", count=number(answered)),
        },
        {
            "name": gettext("Bookshops up to date"),
            "value": number(good),
            "note": gettext("of %(count)s", count=number(len(feeds))),
            "href": url_for("staff_feeds.index") if allowed("staff_feeds.index") else None,
        },
        {"name": gettext("Gift cheques redeemed this month"), "value": money(redeemed or 0)},
    ]


def reservations_by_day(session: TenantSession, *, at: datetime, days: int = 14) -> list[int]:
    """How many reservations were placed on each of the last days, today last."""
    zone = session.profile.time_zone
    day = cast(func.timezone(zone, Reservation.placed_at), Date)
    today = at.astimezone(ZoneInfo(zone)).date()
    rows = session.execute(
        select(day, func.count()).where(Reservation.placed_at >= at - timedelta(days=days)).group_by(day)
    )
    found: Mapping[date, int] = dict(rows.all())
    return [found.get(today - timedelta(days=days - 1 - each), 0) for each in range(days)]


def heat(session: TenantSession, *, at: datetime) -> list[dict[str, Any]]:
    """The feeds in most trouble, each with what came on the last 30 days."""
    rows = stock.board(session, at=at, wanted=stock.Filter(), limit=HEAT_ROWS)
    days = stock.histories(session, bookshop_ids=[row.bookshop_id for row in rows], at=at, days=HEAT_DAYS)
    return [
        {
            "name": row.name,
            "strip": strip(days[row.bookshop_id].days),
            "href": url_for("staff_members.file", record_id=row.bookshop_id, part="stock"),
        }
        for row in rows
    ]


def coming_changes(session: TenantSession, *, at: datetime) -> list[tuple[str, str, str]]:
    """Settings whose new value lies ahead: day, words, address of the history."""
    labels = {setting.key: setting.label for setting in all_declared(scope="platform")}
    rows = session.scalars(
        select(SettingValue)
        .where(SettingValue.valid_from > at, SettingValue.bookshop_id.is_(None), SettingValue.key.in_(labels))
        .order_by(SettingValue.valid_from)
        .limit(5)
    )
    return [
        (short_day(row.valid_from), gettext(labels[row.key]), url_for("staff_settings.history", key=row.key))
        for row in rows
    ]


def since(problem: Problem) -> str:
    """How long a problem has been there, in words."""
    return ago(problem.since) if problem.since else ""
