"""What bookshops are written about their stock: a file is held, or none came for too long (F05)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from trade.base.tenancy import TenantSession
from trade.base.text import Text
from trade.members.models import Bookshop, StoredFile
from trade.messages.actions import send
from trade.stock.models import FeedRun
from trade.stock.queries import feeds, limits
from trade.stock.rules import Freshness

HOUR = timedelta(hours=1)


def tell_held(session: TenantSession, *, run: FeedRun, at: datetime) -> None:
    """Write to the bookshop that its file waits for a decision, and why; once a run."""
    bookshop = session.get_one(Bookshop, run.bookshop_id)
    if not bookshop.email:
        return
    reasons = {
        f"reason{place}": Text(reason["message"], reason["values"]) for place, reason in enumerate(run.hold_reasons)
    }
    send(
        session,
        key=f"stock.held:{run.id}",
        template="stock.held",
        to_email=bookshop.email,
        to_name=bookshop.name,
        locale=session.profile.locale,
        at=at,
        bookshop_id=bookshop.id,
        values={
            "bookshop": bookshop.name,
            "file": session.get_one(StoredFile, run.file_id).name,
            "reasons": Text("\n".join(f"%({name})s" for name in reasons), reasons),
        },
    )


def warn_silent(session: TenantSession, *, at: datetime) -> int:
    """Write to each active bookshop whose last file is late; once a silence. Returns how many are silent."""
    warn_after = timedelta(hours=limits(session, at=at).warn)
    silent = [feed for feed in feeds(session, at=at) if feed.freshness is not Freshness.FRESH]
    wanted = [feed.bookshop_id for feed in silent]
    known = {row.id: row for row in session.scalars(select(Bookshop).where(Bookshop.id.in_(wanted)))}
    for feed in silent:
        bookshop = known[feed.bookshop_id]
        since = feed.file_at or bookshop.active_at or bookshop.applied_at
        if not bookshop.email or at - since < warn_after:
            continue
        send(
            session,
            key=f"stock.silent:{feed.bookshop_id}:{since:%Y%m%d%H%M}",
            template="stock.silent",
            to_email=bookshop.email,
            to_name=bookshop.name,
            locale=session.profile.locale,
            at=at,
            bookshop_id=bookshop.id,
            values={"bookshop": bookshop.name, "hours": (at - since) // HOUR},
        )
    return len(silent)
