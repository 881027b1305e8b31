"""Registering, signing in, recovering, second factor, on the real database (F41, F43, T05, safety.md R11)."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import func, select

from tests.cast import NOW
from tests.conftest import House
from trade.accounts import actions
from trade.accounts.models import Person, SignInAttempt, SignInSession, Token
from trade.accounts.queries import signed_in
from trade.accounts.rules import FAILURES_PER_ADDRESS, MAILS_PER_ADDRESS, WINDOW
from trade.base.crypto import digest
from trade.base.errors import Refused
from trade.base.tenancy import DOOR, TenantSession
from trade.messages.models import Message
from trade.privacy.queries import consents_of

PEPPER = b"a secret of the tests"
PASSWORD = "tres gatos sin paraguas"
ADDRESS = "sample.reader@example.org"


def link(token: str) -> str:
    return f"https://mostrador.example/door/{token}"


def mailed_token(house: House, template: str) -> str:
    """The token of the last mail of a kind, as its reader finds it."""
    with house.session() as session:
        body = session.scalars(
            select(Message.body).where(Message.template == template).order_by(Message.id.desc()).limit(1)
        ).one()
    found = re.search(r"https://mostrador\.example/door/(\S+)", body)
    assert found
    return found[1]


def register(house: House, email: str = ADDRESS, **more: object) -> None:
    with house.session(DOOR) as session:
        actions.register(
            session,
            name="Sample Reader",
            email=email,
            password=PASSWORD,
            locale="es",
            consents={},
            at=NOW,
            pepper=PEPPER,
            link=link,
            recovery_link=link,
            **more,  # type: ignore[arg-type]
        )


def enter(house: House, email: str, password: str, *, network: str = "192.0.2.1", **more: object) -> actions.SignIn:
    with house.session(DOOR) as session:
        return actions.sign_in(session, email=email, password=password, network=network, at=NOW, pepper=PEPPER, **more)  # type: ignore[arg-type]


def set_password(house: House, who: str, password: str = PASSWORD) -> None:
    with house.session(DOOR) as session:
        actions.ask_recovery(session, email=f"{who}@mostrador.example", at=NOW, pepper=PEPPER, link=link)
    token = mailed_token(house, "account.recovery")
    with house.session(DOOR) as session:
        actions.set_password(session, token=token, password=password, at=NOW)


def count(house: House, model: type, *conditions: object) -> int:
    with house.session() as session:
        return session.scalars(select(func.count()).select_from(model).where(*conditions)).one()  # type: ignore[arg-type]


def test_a_reader_registers_and_verifies_her_address(house: House) -> None:
    register(house)
    with house.session() as session:
        person = session.scalars(select(Person).where(Person.email == ADDRESS)).one()
        assert person.password_hash is not None and person.password_hash.startswith("$argon2id$")
        assert person.verified_at is None
    token = mailed_token(house, "account.verify")
    with house.session(DOOR) as session:
        assert actions.verify_address(session, token=token, at=NOW) == person.id
    with house.session(DOOR) as session, pytest.raises(Refused, match="already been used"):
        actions.verify_address(session, token=token, at=NOW)
    opened = enter(house, ADDRESS, PASSWORD)
    assert opened.token
    with house.session(DOOR) as session:
        found = signed_in(session, token=opened.token, at=NOW)
        assert found is not None and found.verified


def test_only_hashes_of_tokens_are_stored(house: House) -> None:
    register(house)
    token = mailed_token(house, "account.verify")
    assert count(house, Token, Token.token_hash == digest(token)) == 1
    assert count(house, Token, Token.token_hash == token) == 0


@pytest.mark.seed("F47")
def test_consents_are_those_ticked_and_no_others(house: House) -> None:
    with house.session(DOOR) as session:
        actions.register(
            session,
            name="Sample Reader",
            email=ADDRESS,
            password=PASSWORD,
            locale="es",
            consents={"newsletter": "Send me the newsletter."},
            at=NOW,
            pepper=PEPPER,
            link=link,
            recovery_link=link,
        )
    with house.session() as session:
        person = session.scalars(select(Person).where(Person.email == ADDRESS)).one()
        assert consents_of(session, person_id=person.id) == {"news": False, "newsletter": True, "loyalty": False}


def test_registering_a_known_address_changes_nothing_and_tells_its_owner(house: House) -> None:
    before = count(house, Person)
    register(house, email="clara@mostrador.example")
    assert count(house, Person) == before
    assert (
        count(house, Message, Message.template == "account.exists", Message.to_email == "clara@mostrador.example") == 1
    )
    with house.session() as session:
        assert (
            session.scalars(select(Person.password_hash).where(Person.email == "clara@mostrador.example")).one() is None
        )


@pytest.mark.seed("F41")
def test_unknown_wrong_and_passwordless_get_one_answer(house: House) -> None:
    set_password(house, "clara")
    answers = {
        str(enter(house, email, password).refusal)
        for email, password in [
            ("nobody@example.org", PASSWORD),
            ("clara@mostrador.example", "wrong words here"),
            ("bruno@mostrador.example", ""),
            ("bruno@mostrador.example", PASSWORD),
        ]
    }
    assert answers == {"The e-mail address or the password is not right."}
    assert enter(house, " Clara@Mostrador.Example ", PASSWORD).token


@pytest.mark.seed("F41")
def test_guessing_stops_for_the_address_and_starts_again_later(house: House) -> None:
    set_password(house, "clara")
    for _ in range(FAILURES_PER_ADDRESS):
        assert "not right" in str(enter(house, "clara@mostrador.example", "wrong words here").refusal)
    assert "Too many attempts" in str(enter(house, "clara@mostrador.example", PASSWORD).refusal)
    assert enter(house, "bruno@mostrador.example", PASSWORD, network="192.0.2.9").refusal is not None
    with house.session(DOOR) as session:
        later = NOW + WINDOW + timedelta(seconds=1)
        outcome = actions.sign_in(
            session, email="clara@mostrador.example", password=PASSWORD, network="192.0.2.1", at=later, pepper=PEPPER
        )
    assert outcome.token


def test_attempts_at_once_are_counted_one_by_one(house: House) -> None:
    def guess(number: int) -> str:
        return str(enter(house, "clara@mostrador.example", f"guess number {number}").refusal)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(16)))
    assert sum("not right" in answer for answer in answers) == FAILURES_PER_ADDRESS
    assert count(house, SignInAttempt, SignInAttempt.kind == "address") == FAILURES_PER_ADDRESS


def test_attempts_hold_no_address(house: House) -> None:
    enter(house, "clara@mostrador.example", "wrong words here")
    with house.session() as session:
        subjects = session.scalars(select(SignInAttempt.subject)).all()
    assert subjects and all(re.fullmatch(r"[0-9a-f]{64}", subject) for subject in subjects)


@pytest.mark.seed("T05")
def test_a_person_without_password_enters_by_recovery(house: House) -> None:
    assert enter(house, "alba_owner@mostrador.example", PASSWORD).token is None
    set_password(house, "alba_owner")
    assert enter(house, "alba_owner@mostrador.example", PASSWORD).token


def test_recovery_says_the_same_for_everybody_and_floods_nobody(house: House) -> None:
    for _ in range(MAILS_PER_ADDRESS + 3):
        for email in ("clara@mostrador.example", "nobody@example.org"):
            with house.session(DOOR) as session:
                actions.ask_recovery(session, email=email, at=NOW, pepper=PEPPER, link=link)
    assert count(house, Message, Message.template == "account.recovery") == MAILS_PER_ADDRESS


def test_a_recovery_link_works_once_even_at_once(house: House) -> None:
    with house.session(DOOR) as session:
        actions.ask_recovery(session, email="clara@mostrador.example", at=NOW, pepper=PEPPER, link=link)
    token = mailed_token(house, "account.recovery")

    def use(number: int) -> bool:
        try:
            with house.session(DOOR) as session:
                actions.set_password(session, token=token, password=f"palabras sueltas {number}", at=NOW)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, range(4))) == [False, False, False, True]


def test_a_refused_password_does_not_use_the_link_up(house: House) -> None:
    with house.session(DOOR) as session:
        actions.ask_recovery(session, email="clara@mostrador.example", at=NOW, pepper=PEPPER, link=link)
    token = mailed_token(house, "account.recovery")
    with pytest.raises(Refused, match="at least"), house.session(DOOR) as session:
        actions.set_password(session, token=token, password="short", at=NOW)
    with house.session(DOOR) as session:
        actions.set_password(session, token=token, password=PASSWORD, at=NOW)


def test_an_expired_link_is_refused(house: House) -> None:
    with house.session(DOOR) as session:
        actions.ask_recovery(session, email="clara@mostrador.example", at=NOW, pepper=PEPPER, link=link)
    token = mailed_token(house, "account.recovery")
    with pytest.raises(Refused, match="expired"), house.session(DOOR) as session:
        actions.set_password(session, token=token, password=PASSWORD, at=NOW + timedelta(hours=2))
    with pytest.raises(Refused, match="expired"), house.session(DOOR) as session:
        actions.verify_address(session, token=token, at=NOW)


def test_a_new_password_ends_every_session(house: House) -> None:
    set_password(house, "clara")
    opened = enter(house, "clara@mostrador.example", PASSWORD)
    assert opened.token
    with house.session(DOOR) as session:
        assert signed_in(session, token=opened.token, at=NOW) is not None
    set_password(house, "clara", "otras palabras nuevas")
    with house.session(DOOR) as session:
        assert signed_in(session, token=opened.token, at=NOW) is None
        assert signed_in(session, token=house.cast.tokens["clara"], at=NOW) is None
    assert enter(house, "clara@mostrador.example", PASSWORD).token is None


def test_changing_the_password_keeps_this_session_and_ends_the_others(house: House) -> None:
    set_password(house, "clara")
    first, second = (enter(house, "clara@mostrador.example", PASSWORD).token or "" for _ in range(2))
    with house.session(DOOR) as session:
        kept = signed_in(session, token=first, at=NOW)
    assert kept is not None
    with house.session(house.cast.reader()) as session:
        change = {"person_id": kept.person_id, "session_id": kept.session_id, "new": "otras palabras nuevas", "at": NOW}
        with pytest.raises(Refused, match="present password"):
            actions.change_password(session, old="wrong words here", **change)  # type: ignore[arg-type]
        actions.change_password(session, old=PASSWORD, **change)  # type: ignore[arg-type]
    with house.session(DOOR) as session:
        assert signed_in(session, token=first, at=NOW) is not None
        assert signed_in(session, token=second, at=NOW) is None


def test_signing_out_ends_the_session_on_the_server(house: House) -> None:
    set_password(house, "clara")
    token = enter(house, "clara@mostrador.example", PASSWORD).token or ""
    with house.session(DOOR) as session:
        actions.sign_out(session, token=token, at=NOW)
    with house.session(DOOR) as session:
        assert signed_in(session, token=token, at=NOW) is None


@pytest.mark.parametrize(("who", "hours"), [("clara", 14 * 24), ("dora", 12)])
def test_staff_stay_signed_in_shorter_than_readers(house: House, who: str, hours: int) -> None:
    set_password(house, who)
    token = enter(house, f"{who}@mostrador.example", PASSWORD).token or ""
    with house.session(DOOR) as session:
        assert signed_in(session, token=token, at=NOW + timedelta(hours=hours, seconds=-1)) is not None
        assert signed_in(session, token=token, at=NOW + timedelta(hours=hours)) is None


# --- second factor ---------------------------------------------------------------------------------


@pytest.fixture
def dora(house: House) -> tuple[House, str, list[str]]:
    """Dora with a password and her second factor on: the house, her secret, her recovery codes."""
    set_password(house, "dora")
    person_id = house.cast.people["dora"]
    with house.session(house.cast.staff()) as session:
        setup = actions.begin_second_factor(session, person_id=person_id, pepper=PEPPER, issuer="Mostrador")
    assert "Mostrador" in setup.uri and setup.secret in setup.uri
    with house.session(house.cast.staff()) as session:
        earlier = NOW - timedelta(minutes=5)
        codes = actions.confirm_second_factor(
            session,
            person_id=person_id,
            session_id=0,
            code=pyotp.TOTP(setup.secret).at(earlier),
            at=earlier,
            pepper=PEPPER,
        )
    return house, setup.secret, codes


def shows(house: House, code: str) -> actions.SignIn:
    """Dora signs in with her password and shows this code."""
    half = enter(house, "dora@mostrador.example", PASSWORD)
    assert half.token and half.needs_second_factor
    with house.session(DOOR) as session:
        waiting = signed_in(session, token=half.token, at=NOW)
    assert waiting is not None and waiting.needs_second_factor
    with house.session(DOOR) as session:
        outcome = actions.pass_second_factor(
            session, person_id=waiting.person_id, session_id=waiting.session_id, code=code, at=NOW, pepper=PEPPER
        )
    if outcome.token:
        with house.session(DOOR) as session:
            assert signed_in(session, token=half.token, at=NOW) is None  # the half-open session is over
            whole = signed_in(session, token=outcome.token, at=NOW)
            assert whole is not None and not whole.needs_second_factor
    return outcome


def test_the_right_code_opens_and_works_once(dora: tuple[House, str, list[str]]) -> None:
    house, secret, _ = dora
    code = pyotp.TOTP(secret).at(NOW)
    assert shows(house, code).token
    assert "not right" in str(shows(house, code).refusal)


@pytest.mark.parametrize(("seconds", "opens"), [(-30, True), (30, True), (-90, False), (90, False)])
def test_neighbouring_codes_open(dora: tuple[House, str, list[str]], seconds: int, opens: bool) -> None:
    house, secret, _ = dora
    code = pyotp.TOTP(secret).at(NOW + timedelta(seconds=seconds))
    assert bool(shows(house, code).token) is opens


def test_a_recovery_code_opens_once(dora: tuple[House, str, list[str]]) -> None:
    house, _, codes = dora
    assert len(set(codes)) == 10
    assert shows(house, codes[3].upper()).token
    assert shows(house, codes[3]).refusal is not None
    assert shows(house, codes[4]).token


@pytest.mark.parametrize("code", ["", "abc", "000000 ", "١٢٣٤٥٦"])
def test_a_wrong_code_does_not_open(dora: tuple[House, str, list[str]], code: str) -> None:
    house, _, _ = dora
    assert shows(house, code).token is None


def test_codes_are_not_guessed_for_ever(dora: tuple[House, str, list[str]]) -> None:
    house, secret, _ = dora
    for _ in range(FAILURES_PER_ADDRESS):
        assert shows(house, "000000").token is None
    assert "Too many" in str(shows(house, pyotp.TOTP(secret).at(NOW)).refusal)


def test_the_secret_is_sealed_and_switching_off_needs_the_password(dora: tuple[House, str, list[str]]) -> None:
    house, secret, _ = dora
    person_id = house.cast.people["dora"]
    with house.session() as session:
        stored = session.get_one(Person, person_id).totp_secret
        assert stored is not None and secret.encode() not in stored
    with house.session(house.cast.staff()) as session:
        with pytest.raises(Refused, match="not right"):
            actions.switch_off_second_factor(session, person_id=person_id, password="wrong words here", at=NOW)
        actions.switch_off_second_factor(session, person_id=person_id, password=PASSWORD, at=NOW)
    assert not enter(house, "dora@mostrador.example", PASSWORD).needs_second_factor


# --- tenancy of the door ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act",
    [
        lambda session: session.scalars(select(SignInSession)).all(),
        lambda session: session.scalars(select(Token)).all(),
        lambda session: session.scalars(select(SignInAttempt)).all(),
        lambda session: session.scalars(select(Person).where(Person.email == "clara@mostrador.example")).all(),
    ],
)
def test_a_bookshop_sees_no_ones_sessions_tokens_attempts_or_readers(
    shared_house: House, act: Callable[[TenantSession], list[object]]
) -> None:
    with shared_house.session(shared_house.cast.bookshop()) as session:
        owner = shared_house.cast.people["alba_owner"]
        assert all(getattr(row, "person_id", None) == owner for row in act(session))
