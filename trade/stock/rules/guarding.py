"""Why a person should look at a file before it is applied (domain.md 3.9). Shares are per ten thousand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from trade.base.money import PER
from trade.base.text import N_, Text
from trade.stock.columns import NOTHING, ZEROED, Changes, Titles
from trade.stock.rules.lines import Header
from trade.stock.rules.tallying import Tally


@dataclass(frozen=True)
class Guards:
    """The limits of a file that goes through by itself, and which of the other guards are on (settings)."""

    removed_share: int = 3_000
    price_moved: int = 5_000
    price_moved_share: int = 500
    refused_share: int = 5_000
    other_sender: bool = True
    older: bool = True
    future: bool = True
    no_copies: bool = True


@dataclass(frozen=True)
class Last:
    """What is known of the last applied file of a bookshop: its titles with copies, its day, its sender."""

    titles: Titles = field(default_factory=lambda: NOTHING)
    date: date | None = None
    sender: str = ""


def suspicions(
    *,
    last: Last,
    header: Header,
    total: Tally,
    changes: Changes,
    today: date,
    guards: Guards,
    whole: bool = True,
) -> list[Text]:
    """Why a person should look before the file is applied; empty means it may pass.

    Held are: a file that removes 30 % of the titles or more, moves more than 5 % of the prices by more than half,
    has half its lines refused or more, has no copies at all (where it is the whole inventory), is older than the
    last one or dated after tomorrow, or comes from another sender. A bookshop's first file teaches its sender.
    """
    found = [
        _nothing_left(total.titles) if whole and guards.no_copies else None,
        _removed(last.titles, changes, guards),
        _price_moved(last.titles, total.titles, guards),
        _refused(total, guards),
        _out_of_time(last, header, today, guards),
        _other_sender(last, header) if guards.other_sender else None,
    ]
    return [reason for reason in found if reason is not None]


def _nothing_left(titles: Titles) -> Text | None:
    if titles.quantity.any():
        return None
    return Text(N_("The file has no copies of anything: all stock would be zero."))


def _removed(held: Titles, changes: Changes, guards: Guards) -> Text | None:
    gone = changes.count(ZEROED)
    if not gone or gone * PER < guards.removed_share * len(held):
        return None
    return Text(N_("It would remove %(gone)s of %(held)s titles."), {"gone": gone, "held": len(held)})


def _price_moved(held: Titles, titles: Titles, guards: Guards) -> Text | None:
    places, known = held.places(titles.isbn)
    old, new = held.price[places[known]].astype(np.int64), titles.price[known].astype(np.int64)
    both = (old > 0) & (new > 0)
    priced = int(np.count_nonzero(both))
    moved = int(np.count_nonzero(both & (np.abs(new - old) * PER > guards.price_moved * old)))
    if moved * PER <= guards.price_moved_share * priced:
        return None
    return Text(
        N_("%(moved)s of %(priced)s prices would move by more than %(percent)s %%."),
        {"moved": moved, "priced": priced, "percent": guards.price_moved // 100},
    )


def _refused(total: Tally, guards: Guards) -> Text | None:
    refused = len(total.rejected)
    if not refused or refused * PER < guards.refused_share * total.read:
        return None
    return Text(N_("%(refused)s of its %(lines)s lines cannot be read."), {"refused": refused, "lines": total.read})


def _out_of_time(last: Last, header: Header, today: date, guards: Guards) -> Text | None:
    if header.date is None:
        return None
    if guards.future and header.date > today + timedelta(days=1):
        return Text(N_("It is dated %(date)s, in the future."), {"date": header.date.isoformat()})
    if guards.older and last.date is not None and header.date < last.date:
        return Text(
            N_("It is dated %(date)s, before the last one (%(last)s)."),
            {"date": header.date.isoformat(), "last": last.date.isoformat()},
        )
    return None


def _other_sender(last: Last, header: Header) -> Text | None:
    if not header.sender or not last.sender or header.sender == last.sender:
        return None
    return Text(
        N_("It was sent by “%(sender)s”; this bookshop's files come from “%(known)s”."),
        {"sender": header.sender, "known": last.sender},
    )
