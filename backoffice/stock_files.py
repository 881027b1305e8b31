"""What a stock file means in plain words, for the bookshop and for staff: its effect, why it is held, what to check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from babel.lists import format_list
from flask_babel import get_locale, gettext, ngettext

from trade.base.text import N_, Text
from trade.stock.models import FeedRun
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
    before = run.titles_before or run.zeroed + run.isbns - run.added
    return percent(-run.zeroed * 10_000 // max(before, 1), 0)


def meaning(run: FeedRun) -> str:
    """What a file changes or would change, in one sentence; empty where it was never compared."""
    if run.state not in (*WAITING, "applied", "rejected", "superseded", "reverted"):
        return ""
    clauses = [
        ngettext(
            "removes %(count)s title (%(share)s)",
            "removes %(count)s titles (%(share)s)",
            run.zeroed,
            count=number(run.zeroed),
            share=removed_share(run),
        )
        if run.zeroed
        else "",
        ngettext("adds %(count)s new one", "adds %(count)s new ones", run.added, count=number(run.added))
        if run.added
        else "",
        ngettext("changes %(count)s", "changes %(count)s", run.changed, count=number(run.changed))
        if run.changed
        else "",
        ngettext(
            "brings %(count)s price beyond your thresholds",
            "brings %(count)s prices beyond your thresholds",
            run.mispriced,
            count=number(run.mispriced),
        )
        if run.mispriced
        else "",
    ]
    told = [clause for clause in clauses if clause]
    if not told:
        return gettext("It changes nothing.")
    return gettext("It %(changes)s.", changes=format_list(told, locale=str(get_locale() or "en")))


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
