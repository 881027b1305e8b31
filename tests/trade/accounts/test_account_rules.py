"""Passwords, guessing limits, tokens, sessions and roles (F41, F43, T146, safety.md R11)."""

from datetime import UTC, datetime, timedelta

import pytest

from trade.accounts.permissions import BOOKSHOP_ROLES, PLATFORM_ROLES
from trade.accounts.rules import (
    FAILURES_PER_ADDRESS,
    FAILURES_PER_NETWORK,
    READER_SESSION,
    ROLE_LABELS,
    STAFF_SESSION,
    Held,
    check_grant,
    check_guessing,
    check_password,
    check_removal,
    highest,
    network_of,
    recovery_code,
    session_life,
    steps_to_try,
)
from trade.base.errors import Refused

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "at least 10"),
        ("123456789", "at least 10"),
        ("x" * 129, "At most 128"),
        ("aaaaaaaaaaaa", "easy to guess"),
        ("ababababab", "easy to guess"),
        ("Libreria2026", "easy to guess"),
        ("librería2026!", "easy to guess"),
        ("LIBRERIA-2026", "easy to guess"),
        ("¡Contraseña1234", "easy to guess"),
        ("Motdepasse2026", "easy to guess"),
        ("0123456789", "easy to guess"),
        ("9876543210", "easy to guess"),
        ("qwertyuiop", "easy to guess"),
        ("azertyuiop", "easy to guess"),
        ("sample-clara-91", "your name"),
        ("garcía y los demás", "your name"),
        ("LECTORA99 and more", "your name"),
    ],
)
def test_refuses_a_weak_password(password: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        check_password(password, name="Clara García", email="lectora99@example.org")
    assert refusal.value.field == "password"


@pytest.mark.parametrize(
    "password", ["tres gatos sin paraguas", "Xq7-pleamar-tinta", "ventana roja 1987", "ññññ áéíóú ççç"]
)
def test_accepts_words_that_do_not_belong_together(password: str) -> None:
    check_password(password, name="Clara García", email="lectora99@example.org")


def test_a_short_name_does_not_forbid_its_letters() -> None:
    check_password("una tarde de otoño", name="Una Ro", email="ana@example.org")


@pytest.mark.seed("F41")
@pytest.mark.parametrize(
    ("for_address", "for_network", "allowed"),
    [
        (0, 0, True),
        (FAILURES_PER_ADDRESS - 1, 0, True),
        (FAILURES_PER_ADDRESS, 0, False),
        (0, FAILURES_PER_NETWORK - 1, True),
        (0, FAILURES_PER_NETWORK, False),
    ],
)
def test_guessing_is_limited_by_address_and_by_network(for_address: int, for_network: int, allowed: bool) -> None:
    if allowed:
        check_guessing(for_address=for_address, for_network=for_network)
        return
    with pytest.raises(Refused, match="15 minutes"):
        check_guessing(for_address=for_address, for_network=for_network)


@pytest.mark.parametrize(
    ("roles", "life"), [([], READER_SESSION), ([Held("owner", 1)], READER_SESSION), ([Held("staff")], STAFF_SESSION)]
)
def test_the_platforms_people_stay_signed_in_for_a_day(roles: list[Held], life: timedelta) -> None:
    assert session_life(roles) == life
    assert timedelta(days=1) > STAFF_SESSION


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_an_ipv6_guesser_is_counted_by_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_codes_of_neighbouring_half_minutes_are_tried() -> None:
    present = int(NOON.timestamp()) // 30
    assert steps_to_try(NOON) == (present, present - 1, present + 1)


@pytest.mark.parametrize("typed", ["abcd-efgh", "ABCD EFGH", " abcdefgh "])
def test_a_recovery_code_may_be_typed_with_separators(typed: str) -> None:
    assert recovery_code(typed) == "abcdefgh"


ADMINISTRATOR, STAFF = Held("administrator"), Held("staff")
OWNER, CLERK = Held("owner", 1), Held("clerk", 1)


@pytest.mark.seed("F43", "T146")
@pytest.mark.parametrize(
    ("granter", "wanted", "allowed"),
    [
        ([ADMINISTRATOR], Held("administrator"), True),
        ([ADMINISTRATOR], Held("accountant"), True),
        ([ADMINISTRATOR], Held("owner", 7), True),
        ([STAFF], Held("staff"), False),
        ([STAFF], Held("administrator"), False),
        ([STAFF], Held("owner", 1), False),
        ([OWNER], Held("clerk", 1), True),
        ([OWNER], Held("owner", 1), True),
        ([OWNER], Held("clerk", 2), False),
        ([OWNER], Held("staff"), False),
        ([CLERK], Held("clerk", 1), False),
        ([], Held("clerk", 1), False),
        ([ADMINISTRATOR], Held("king"), False),
        ([ADMINISTRATOR], Held("owner"), False),
        ([ADMINISTRATOR], Held("staff", 1), False),
    ],
)
def test_nobody_grants_what_they_lack(granter: list[Held], wanted: Held, allowed: bool) -> None:
    if allowed:
        check_grant(granter=granter, wanted=wanted)
        return
    with pytest.raises(Refused):
        check_grant(granter=granter, wanted=wanted)


@pytest.mark.parametrize(
    ("role", "others", "allowed"),
    [
        (ADMINISTRATOR, 0, False),
        (ADMINISTRATOR, 1, True),
        (OWNER, 0, False),
        (OWNER, 1, True),
        (STAFF, 0, True),
        (CLERK, 0, True),
    ],
)
def test_the_last_administrator_and_the_last_owner_stay(role: Held, others: int, allowed: bool) -> None:
    if allowed:
        check_removal(role=role, others_with_it=others)
        return
    with pytest.raises(Refused, match="last"):
        check_removal(role=role, others_with_it=others)


def test_the_highest_role_decides_where_a_person_lands() -> None:
    assert highest([CLERK, STAFF]) == "staff"
    assert highest([CLERK, OWNER]) == "owner"
    assert highest([]) == "reader"


def test_every_role_has_a_word() -> None:
    assert set(ROLE_LABELS) == {*PLATFORM_ROLES, *BOOKSHOP_ROLES}
