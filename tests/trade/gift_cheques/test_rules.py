"""Codes, obstacles in words, restrictions and the undo window, with their boundary values."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade.base.errors import Refused
from trade.gift_cheques.rules import (
    ALPHABET,
    LENGTH,
    Facts,
    check_amount,
    check_books,
    code_hash,
    may_undo,
    new_code,
    obstacles,
    read_code,
    shown,
    state_after,
)

DAY = date(2026, 11, 24)
FACTS = Facts(state="active", remaining=5000, valid_from=date(2026, 11, 1), expires_on=date(2026, 12, 31))
AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def test_a_code_has_eighty_bits_of_signs_that_cannot_be_mistaken():
    assert len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)
    codes = {new_code(secrets.choice) for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == LENGTH and set(code) <= set(ALPHABET) for code in codes)


@given(st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH))
def test_a_code_is_read_back_however_it_is_written(code):
    for written in (code, shown(code), shown(code).lower(), f"  {shown(code).replace('-', ' ')} "):
        assert read_code(written) == code
    assert read_code(code.replace("0", "o").replace("1", "l")) == code


def test_the_printed_form():
    assert shown("MQ7T4K2P93XD8YNA") == "MQ7T-4K2P-93XD-8YNA"


@given(st.text(max_size=300))
def test_anything_typed_has_a_reading(typed):
    assert len(code_hash(read_code(typed), b"pepper")) == 64


def test_the_hash_depends_on_the_pepper():
    assert code_hash("MQ7T4K2P93XD8YNA", b"a") != code_hash("MQ7T4K2P93XD8YNA", b"b")


@pytest.mark.seed("T64")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, []),
        ({"state": "partly_used", "remaining": 1}, []),
        ({"expires_on": DAY}, []),
        ({"expires_on": DAY - timedelta(days=1)}, ["expired"]),
        ({"state": "expired", "remaining": 0, "expires_on": DAY - timedelta(days=1)}, ["expired"]),
        ({"valid_from": DAY}, []),
        ({"valid_from": DAY + timedelta(days=1)}, ["from"]),
        ({"state": "blocked"}, ["blocked"]),
        ({"state": "used", "remaining": 0}, ["Nothing is left"]),
        ({"bookshops": frozenset({7})}, []),
        ({"bookshops": frozenset({8})}, ["other bookshops"]),
        ({"bookshops": frozenset({8}), "state": "blocked"}, ["blocked", "other bookshops"]),
        ({"isbns": frozenset({9788437604947})}, []),
    ],
)
def test_obstacles_are_told_in_words(change, words):
    found = obstacles(replace(FACTS, **change), bookshop_id=7, day=DAY)
    assert len(found) == len(words)
    for text, word in zip(found, words, strict=True):
        assert word in str(text)


@pytest.mark.parametrize(("cents", "fine"), [(-1, False), (0, False), (1, True), (5000, True), (5001, False)])
def test_amounts(cents, fine):
    if fine:
        check_amount(FACTS, cents)
    else:
        with pytest.raises(Refused) as refusal:
            check_amount(FACTS, cents)
        assert refusal.value.field == "amount"


@pytest.mark.seed("T65")
@pytest.mark.parametrize(
    ("allowed", "sold", "named"),
    [
        (None, [], None),
        (None, [1, 2], None),
        ({1, 2}, [1], None),
        ({1, 2}, [1, 2], None),
        ({1, 2}, [], "certain books"),
        ({1, 2}, [1, 3], "3"),
        ({1, 2}, [3, 4], "3, 4"),
    ],
)
def test_books(allowed, sold, named):
    facts = replace(FACTS, isbns=None if allowed is None else frozenset(allowed))
    if named is None:
        check_books(facts, sold)
    else:
        with pytest.raises(Refused, match=named):
            check_books(facts, sold)


@pytest.mark.parametrize(
    ("remaining", "state"), [(0, "used"), (1, "partly_used"), (4999, "partly_used"), (5000, "active")]
)
def test_states_follow_what_is_left(remaining, state):
    assert state_after(remaining=remaining, face=5000) == state


@pytest.mark.parametrize(("seconds", "fine"), [(0, True), (899, True), (900, True), (901, False)])
def test_the_undo_window(seconds, fine):
    assert may_undo(redeemed_at=AT, at=AT + timedelta(seconds=seconds), minutes=15) is fine
