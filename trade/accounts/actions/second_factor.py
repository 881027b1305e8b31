"""The second factor: a code of an authenticator app (RFC 6238), or one of ten recovery codes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert

from trade.accounts.actions import counting
from trade.accounts.actions.signing_in import SignIn, open_session
from trade.accounts.models import Person, RecoveryCode, SignInSession, TotpUse
from trade.accounts.rules import RECOVERY_CODES, STEP_SECONDS, check_guessing, recovery_code, steps_to_try
from trade.base import journal
from trade.base.crypto import keyed_hash, password_matches, seal, unseal
from trade.base.errors import NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text

WRONG_CODE = N_("This code is not right. Type the six digits that the app shows now, or a recovery code.")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class SecondFactor:
    """What the authenticator app needs: the secret to type, and the same as an address for a QR code."""

    secret: str
    uri: str


def begin_second_factor(session: TenantSession, *, person_id: int, pepper: bytes, issuer: str) -> SecondFactor:
    """Make a new secret, not yet in use. Raises NotFound, Refused where the second factor is on already."""
    person = _person(session, person_id)
    if person.totp_on_at is not None:
        raise Refused(N_("The second factor is on already. Switch it off before you set up another app."))
    secret = pyotp.random_base32()
    person.totp_secret = seal(secret.encode(), pepper=pepper, context=_context(person.id))
    return SecondFactor(secret, pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=issuer))


def confirm_second_factor(
    session: TenantSession, *, person_id: int, session_id: int, code: str, at: datetime, pepper: bytes
) -> list[str]:
    """Switch the second factor on, once the app shows the right code. Returns ten recovery codes, shown once.

    The session it is done in counts as passed. Raises NotFound, Refused.
    """
    person = _person(session, person_id)
    if person.totp_on_at is not None or not _is_right(session, person, code, at=at, pepper=pepper):
        raise Refused(WRONG_CODE, field="code")
    person.totp_on_at = at
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(person_id=person.id, code_hash=keyed_hash(pepper, "recovery", code)) for code in codes)
    session.execute(
        update(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.person_id == person.id)
        .values(second_factor=True)
        .execution_options(synchronize_session=False)
    )
    journal.write(session, action="person.second_factor_on", thing="person", thing_id=person.id, at=at)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def switch_off_second_factor(session: TenantSession, *, person_id: int, password: str, at: datetime) -> None:
    """Switch one's own second factor off, knowing the password. Raises NotFound, Refused."""
    person = _person(session, person_id)
    if not password_matches(person.password_hash, password):
        raise Refused(N_("The password is not right."), field="password")
    person.totp_on_at = person.totp_secret = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    journal.write(session, action="person.second_factor_off", thing="person", thing_id=person.id, at=at)


def pass_second_factor(
    session: TenantSession, *, person_id: int, session_id: int, code: str, at: datetime, pepper: bytes
) -> SignIn:
    """Show the second factor. Scope door; commit in any case, for the attempt is counted.

    The answer holds a new token for the cookie: the half-open session ends. Nothing is raised.
    """
    person = session.get_one(Person, person_id)
    subject = str(person.id)
    try:
        tried = counting.count(session, kind="second_factor", value=subject, at=at, pepper=pepper)
        check_guessing(for_address=tried, for_network=0)
    except Refused as refusal:
        return SignIn(refusal=refusal.text)
    right = _is_right(session, person, code, at=at, pepper=pepper) or _recovers(
        session, person, code, at=at, pepper=pepper
    )
    counting.note(session, kind="second_factor", value=subject, succeeded=right, at=at, pepper=pepper)
    if not right:
        return SignIn(refusal=Text(WRONG_CODE))
    session.execute(
        update(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.person_id == person.id)
        .values(revoked_at=at)
        .execution_options(synchronize_session=False)
    )
    return SignIn(token=open_session(session, person=person, at=at, second_factor=True), person_id=person.id)


def _person(session: TenantSession, person_id: int) -> Person:
    person = session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFound()
    return person


def _context(person_id: int) -> str:
    return f"person:{person_id}|totp"


def _is_right(session: TenantSession, person: Person, code: str, *, at: datetime, pepper: bytes) -> bool:
    digits = code.replace(" ", "")
    if person.totp_secret is None or not (digits.isascii() and digits.isdigit()):
        return False
    app = pyotp.TOTP(unseal(person.totp_secret, pepper=pepper, context=_context(person.id)).decode())
    for step in steps_to_try(at):
        if app.verify(digits, for_time=step * STEP_SECONDS):
            return _use_step(session, person.id, step)
    return False


def _use_step(session: TenantSession, person_id: int, step: int) -> bool:
    """A code works once, even if it is sent twice at once."""
    row = insert(TotpUse).values(person_id=person_id, step=step)
    fresh = row.on_conflict_do_nothing(index_elements=["person_id", "step"]).returning(TotpUse.id)
    return session.scalar(fresh) is not None


def _recovers(session: TenantSession, person: Person, code: str, *, at: datetime, pepper: bytes) -> bool:
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person.id,
            RecoveryCode.code_hash == keyed_hash(pepper, "recovery", recovery_code(code)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )
    return used.rowcount == 1  # type: ignore[attr-defined, no-any-return]
