"""What a stock file means in plain words, for the bookshop and for staff: its effect, why it is held, what to check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from babel.lists import format_list
from flask_babel import get_locale, gettext, ngettext

from trade.base.text import N_, Text
from trade.stock.columns import ADDED, CHANGED, ZEROED
from trade.stock.models import FeedRun
from trade.stock.queries import WayBack
from trade.stock.states import WAITING
from web.language import moment, number, percent, say

FEW = 5

TITLES = {
    "received": N_("This file is being read"),
    "compared": N_("Nothing is changed yet: look, then decide"),
    "held": N_("This file is held: nothing was changed"),
    "applied": N_("This file is your stock now"),
    "unchanged": N_("The same file as last time: nothing changed"),
    "refused": N_("This file cannot be read"),
    "rejected": N_("This file was discarded: nothing was changed"),
    "superseded": N_("A newer file has overtaken this one"),
    "reverted": N_("This file was undone: the stock before it is back"),
}
BACK = N_("The stock before the last file is back")
#: What to check before a held file is applied, by the beginning of the reason.
CHECKS = {
    "The file has no copies": N_("Check that the export was not filtered and that its column of copies is filled in."),
    "It would remove": N_(
        "The export may have stopped half-way: compare its number of lines with your software's, and export it again."
    ),
    "%(moved)s of %(priced)s prices": N_(
        "Check that the prices are in the same currency and with or without VAT as before, and in the right column."
    ),
    "%(refused)s of its %(lines)s lines": N_(
        "Look at the refused lines below: one wrong column or format spoils them all. Correct the export."
    ),
    "It is dated %(date)s, in the future": N_("Check the date of the computer that exports."),
    "It is dated": N_("You may have sent an older export: look at its date, and send the newest one."),
    "It was sent by": N_("Check that this is the file of your bookshop and not of another one."),
}
WRONG_ISBN = N_("Correct the ISBN in your software, or leave out what is no book.")
#: How refused lines are put right, by the value that the reason names.
REMEDIES = {
    "number": WRONG_ISBN,
    "writing": WRONG_ISBN,
    "quantity": N_("Write the copies as a whole number, zero or more."),
    "price": N_("Write the price as a number with two decimals, or leave it empty."),
    "cells": N_("Put values that contain the separator in quotation marks, or choose another separator."),
    "shop": N_("Send each bookshop's stock in its own file."),
}
USUAL_REMEDY = N_("Compare these lines with the model file, correct them in your software and send the file again.")


def title(run: FeedRun) -> str:
    """The verdict on a file as a heading."""
    if run.origin == "revert" and run.state == "applied":
        return gettext(BACK)
    if run.state != "held" or not run.zeroed:
        return gettext(TITLES[run.state])
    return ngettext(
        "This file removes %(count)s title (%(share)s): held",
        "This file removes %(count)s titles (%(share)s): held",
        run.zeroed,
        count=number(run.zeroed),
        share=removed_share(run),
    )


def removed_share(run: FeedRun) -> str:
    """The share of the titles held before that a file removes, signed."""
    return _share(run.zeroed, run.titles_before or run.zeroed + run.isbns - run.added)


def _share(removed: int, before: int) -> str:
    return percent(-removed * 10_000 // max(before, 1), 0)


def count_to_type(run: FeedRun) -> int:
    """The number a person types to force a suspicious file: what it removes, else what it holds."""
    return run.zeroed or run.isbns


def meaning(run: FeedRun) -> str:
    """What a file changes or would change, in one sentence; empty where it was never compared."""
    if run.state not in (*WAITING, "applied", "rejected", "superseded", "reverted"):
        return ""
    told = _clauses(run.zeroed, run.added, run.changed, run.mispriced, share=removed_share(run))
    return gettext("It %(changes)s.", changes=told) if told else gettext("It changes nothing.")


def _clauses(removed: int, added: int, changed: int, mispriced: int, *, share: str) -> str:
    clauses = [
        ngettext(
            "removes %(count)s title (%(share)s)",
            "removes %(count)s titles (%(share)s)",
            removed,
            count=number(removed),
            share=share,
        )
        if removed
        else "",
        ngettext("adds %(count)s new one", "adds %(count)s new ones", added, count=number(added)) if added else "",
        ngettext("changes %(count)s", "changes %(count)s", changed, count=number(changed)) if changed else "",
        ngettext(
            "brings %(count)s price beyond your thresholds",
            "brings %(count)s prices beyond your thresholds",
            mispriced,
            count=number(mispriced),
        )
        if mispriced
        else "",
    ]
    return format_list([clause for clause in clauses if clause], locale=str(get_locale() or "en"))


def back_words(run: FeedRun, previous: FeedRun) -> tuple[str, str]:
    """The button that undoes the last applied file, and what it asks back."""
    when = moment(previous.as_of or previous.received_at)
    asked = gettext(
        "Your stock would be again what it was before this file, that of %(when)s: %(titles)s titles. Readers see it "
        "at once.",
        when=when,
        titles=number(run.titles_before),
    )
    return gettext("Back to the stock of %(when)s", when=when), asked


@dataclass(frozen=True)
class Back:
    """The way back to an older stock as it is shown first: its name, what it does, what is undone and removed."""

    title: str
    meaning: str
    titles: str
    age: str
    run_id: int
    over: int
    undone: Sequence[FeedRun]
    removed: list[int]


def back_shown(way: WayBack, *, hidden_after: int, at: datetime) -> Back:
    """What bringing back an older stock does, in words; ``hidden_after``: hours after which readers see no stock."""
    changes, before = way.changes, len(way.before.titles)
    removed, as_of = changes.count(ZEROED), way.target.as_of or way.target.received_at
    told = _clauses(removed, changes.count(ADDED), changes.count(CHANGED), 0, share=_share(removed, before))
    age = gettext(
        "It is older than %(hours)s hours: readers see none of it until a newer file comes.", hours=hidden_after
    )
    return Back(
        title=gettext("Back to the stock of %(when)s", when=moment(as_of)),
        meaning=gettext("Going back %(changes)s.", changes=told),
        titles=gettext(
            "It has %(then)s titles; the stock of now has %(now)s.", then=number(way.titles), now=number(before)
        ),
        age=age if at - as_of >= timedelta(hours=hidden_after) else "",
        run_id=way.undone[-1].id,
        over=way.last.run_id,
        undone=way.undone,
        removed=changes.chosen("zeroed").isbn.tolist(),
    )


def reasons(run: FeedRun) -> list[tuple[str, str]]:
    """Why a file is held, each with what to check."""
    return [(say(Text(why["message"], why["values"])), _check(why["message"])) for why in run.hold_reasons]


def _check(message: str) -> str:
    return next((gettext(check) for start, check in CHECKS.items() if message.startswith(start)), "")


@dataclass
class Group:
    """Refused lines that have one reason: how many, the first of them, how to put them right."""

    words: str
    remedy: str
    count: int = 0
    lines: list[int] = field(default_factory=list)


def groups(remarks: Iterable[Any]) -> list[Group]:
    """Refused lines by their reason, the most frequent first."""
    found: dict[str, Group] = {}
    for remark in remarks:
        group = found.get(remark.reason)
        if group is None:
            group = found[remark.reason] = Group(say(Text(remark.reason, remark.values)), _remedy(remark.values))
        group.count += 1
        if len(group.lines) < FEW:
            group.lines.append(remark.line)
    return sorted(found.values(), key=lambda group: -group.count)


def _remedy(values: Mapping[str, object]) -> str:
    return gettext(next((remedy for name, remedy in REMEDIES.items() if name in values), USUAL_REMEDY))
