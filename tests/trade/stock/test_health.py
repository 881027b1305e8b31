"""How well a feed does: its days, its titles in time, its truth score, and the board of all feeds (F05, A32)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from trade.stock.health import (
    Before,
    Day,
    DayState,
    Doubt,
    Sent,
    days_of,
    is_cliff,
    missed_days,
    refused_lines,
    truth,
)
from trade.stock.rules import FreshnessLimits

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
EMPTY = Before()
POINTS = {Doubt.NOT_ON_SHELF: 5, Doubt.MISSED_DAYS: 2, Doubt.REFUSED_LINES: 1, Doubt.HIDDEN_TITLES: 1}


def sent(back, state="applied", gained=0, hour=6, finished=None, read=0, refused=0):
    """Files of the day so many days back."""
    on = TODAY - timedelta(days=back)
    at = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
    return Sent(on, on if finished is None else TODAY - timedelta(days=finished), state, gained, read, refused, at)


def days(files, before=EMPTY, count=5, share=3_000):
    """The last days of a feed."""
    return days_of(files, before=before, at=NOW, zone=MADRID, limits=FreshnessLimits(), cliff_share=share, count=count)


@pytest.mark.seed("F05", "A32")
@pytest.mark.parametrize(
    ("files", "states"),
    [
        ([], "none none none none none"),
        ([sent(4)], "applied late late hidden hidden"),
        ([sent(4, hour=22)], "applied none late hidden hidden"),
        ([sent(4), sent(3, "unchanged"), sent(2), sent(1), sent(0)], "applied unchanged applied applied applied"),
        ([sent(1)], "none none none applied late"),
        ([sent(1, hour=9)], "none none none applied none"),
        ([sent(1), sent(0, "held"), sent(0)], "none none none applied held"),
        ([sent(1), sent(0, "rejected"), sent(0)], "none none none applied applied"),
        ([sent(2), sent(1, "rejected"), sent(0, "superseded")], "none none applied held held"),
        ([sent(2), sent(1, "reverted")], "none none applied held late"),
        ([sent(1), sent(0, "refused")], "none none none applied refused"),
        ([sent(1), sent(0, "compared")], "none none none applied held"),
    ],
)
def test_a_day_is_what_became_of_its_files_or_how_old_stock_had_grown(files, states):
    assert " ".join(day.state for day in days(files)) == states


def test_a_good_file_of_before_keeps_the_first_days_from_being_empty():
    told = days([], Before(NOW - timedelta(days=5), 70))
    assert [day.state for day in told] == ["late", "late", "hidden", "hidden", "hidden"]
    assert [day.titles for day in told] == [70] * 5


def test_titles_are_counted_back_from_those_of_now_and_a_cliff_is_marked():
    files = [sent(3, gained=100), sent(2, gained=-29), sent(1, gained=-22), sent(0, gained=11)]
    told = days(files, Before(None, 60))
    assert [day.titles for day in told] == [None, 100, 71, 49, 60]
    assert [day.cliff for day in told] == [False, False, False, True, False]


def test_a_released_file_changes_the_stock_of_the_day_on_which_it_was_released():
    files = [sent(3, gained=100), sent(2, gained=-50, finished=0)]
    assert [day.titles for day in days(files, Before(None, 50))] == [None, 100, 100, 100, 50]


def test_what_a_file_removed_comes_back_when_it_is_undone():
    files = [sent(3, gained=100), sent(1, "reverted", gained=-60), sent(0, gained=60)]
    assert [day.titles for day in days(files, Before(None, 100))] == [None, 100, 100, 40, 100]


@pytest.mark.parametrize(
    ("before", "after", "cliff"),
    [
        (100, 71, False),
        (100, 70, True),
        (0, 0, False),
        (None, 5, False),
        (5, None, False),
        (10, 0, True),
        (5, 9, False),
    ],
)
def test_a_cliff_is_a_fall_of_the_share_or_more(before, after, cliff):
    assert is_cliff(before, after, share=3_000) is cliff


# --- the truth score ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shares", "lost", "score"),
    [
        ({}, [None, None, None, None], 100),
        ({Doubt.NOT_ON_SHELF: (4, 4)}, [None, None, None, None], 100),
        ({Doubt.NOT_ON_SHELF: (0, 5)}, [0, None, None, None], 100),
        ({Doubt.NOT_ON_SHELF: (1, 5)}, [100, None, None, None], 0),
        ({Doubt.NOT_ON_SHELF: (3, 40)}, [38, None, None, None], 62),
        ({Doubt.NOT_ON_SHELF: (1, 1_000)}, [1, None, None, None], 99),
        ({Doubt.NOT_ON_SHELF: (1, 1_001)}, [0, None, None, None], 100),
        ({Doubt.MISSED_DAYS: (9, 90)}, [None, 20, None, None], 80),
        ({Doubt.REFUSED_LINES: (1, 200), Doubt.HIDDEN_TITLES: (1, 10)}, [None, None, 1, 10], 89),
        ({Doubt.MISSED_DAYS: (90, 90), Doubt.HIDDEN_TITLES: (1, 1)}, [None, 100, None, 100], 0),
    ],
)
def test_the_score_is_a_hundred_minus_what_each_part_loses(shares, lost, score):
    found = truth(shares, points=POINTS)
    assert ([part.lost for part in found.parts], found.score) == (lost, score)


def test_a_bookshop_that_never_sent_a_file_has_no_score():
    assert truth({}, points=POINTS, ever_sent=False).score is None


def test_missed_days_begin_with_the_first_file_and_today_counts_once_something_is_due():
    def told(*states):
        return missed_days([Day(TODAY, DayState(state), None if state == "none" else 1) for state in states])

    assert told("none", "none", "none") == (0, 0)
    assert told("none", "applied", "late", "applied") == (1, 3)
    assert missed_days([Day(TODAY, DayState.APPLIED, 1), Day(TODAY, DayState.NONE, 1)]) == (0, 1)
    assert told("applied", "held", "refused", "hidden", "unchanged") == (3, 5)


def test_refused_lines_are_those_of_good_files():
    files = [
        sent(2, read=100, refused=3),
        sent(1, "unchanged", read=100, refused=3),
        sent(0, "held", read=9, refused=9),
    ]
    assert refused_lines(files) == (6, 200)
