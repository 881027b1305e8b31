"""Decisions about signing in: passwords, guessing limits, tokens, sessions, second factor, roles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Literal

from trade.accounts.permissions import BOOKSHOP_ROLES, PLATFORM_ROLES
from trade.base.errors import Refused
from trade.base.text import N_


@dataclass(frozen=True)
class Held:
    """A role somebody holds: its name, and its bookshop for the roles of a bookshop."""

    name: str
    bookshop_id: int | None = None


# --- passwords -------------------------------------------------------------------------------------

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 128

# English lists miss the words this trade chooses first (libraries.md 8): a password may not be one of them
# with digits and marks around it.
_COMMON_WORDS = """
password contrasena motdepasse administrador administrator administrateur bienvenido bienvenida bienvenue welcome
libreria librerias librairie librairies bookshop bookstore libro libros livre livres lectura lecture lector lectora
lecteur lectrice reader biblioteca bibliotheque mostrador comptoir cegal todostuslibros leslibraires trastienda
reserva reservas reservation cheque cheques estanteria etagere primavera printemps verano invierno otono hiver
automne barcelona madrid valencia sevilla bilbao paris marseille toulouse bordeaux nantes qwertyuiop azertyuiop
asdfghjkl qwerty azerty iloveyou tequiero jetaime realmadrid barcelonafc secreto secret changeme letmein princesa
princesse soleil doudou loulou chocolat chocolate
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_ROWS = ("0123456789", "9876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "azertyuiop", "asdfghjkl")


def check_password(password: str, *, name: str, email: str) -> None:
    """Whether a password may be chosen: long enough, not a common word, not the person's own name.

    Length first, no demand for kinds of characters (NIST SP 800-63B 3.1.1.2; ASVS 5.0 6.2). Raises Refused.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(
            N_("Choose at least %(length)s characters. Three or four words in a row are good."),
            field="password",
            length=SHORTEST_PASSWORD,
        )
    if len(password) > LONGEST_PASSWORD:
        raise Refused(N_("At most %(length)s characters."), field="password", length=LONGEST_PASSWORD)
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password.lower())
    if len(set(password)) < 4 or _plain(core) in _COMMON or _is_row(password.lower()):
        raise Refused(
            N_("This password is easy to guess. Choose several words that do not belong together."), field="password"
        )
    own = [word for word in re.split(r"\W+", f"{name} {email.partition('@')[0]}") if len(word) >= 4]
    if any(_plain(word) in _plain(password) for word in own):
        raise Refused(N_("The password must not contain your name or your e-mail address."), field="password")


def _plain(words: str) -> str:
    decomposed = unicodedata.normalize("NFKD", words.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _is_row(password: str) -> bool:
    return any(password in row * 2 for row in _ROWS)


# --- guessing --------------------------------------------------------------------------------------

WINDOW = timedelta(minutes=15)
FAILURES_PER_ADDRESS = 8
FAILURES_PER_NETWORK = 60
MAILS_PER_ADDRESS = 4
"""Recovery and verification mails to one address within the window."""


def check_guessing(*, for_address: int, for_network: int) -> None:
    """Whether another attempt is allowed after so many failures within :data:`WINDOW`. Raises Refused.

    The same answer for known and unknown addresses, so that it tells nothing about accounts.
    """
    if for_address >= FAILURES_PER_ADDRESS or for_network >= FAILURES_PER_NETWORK:
        raise Refused(
            N_("Too many attempts. Wait %(minutes)s minutes, or ask for a link to set a new password."),
            minutes=int(WINDOW.total_seconds() // 60),
        )


# --- tokens and sessions ---------------------------------------------------------------------------

Purpose = Literal["invitation", "recovery", "verification", "questionnaire"]

TOKEN_LIFE: dict[Purpose, timedelta] = {
    "invitation": timedelta(days=14),
    "recovery": timedelta(hours=2),
    "verification": timedelta(days=3),
    "questionnaire": timedelta(days=60),
}
READER_SESSION = timedelta(days=14)
STAFF_SESSION = timedelta(hours=12)
"""How long a session lasts: shorter for the roles of the platform."""


def session_life(roles: Iterable[Held]) -> timedelta:
    """How long a person with these roles stays signed in."""
    return STAFF_SESSION if any(role.name in PLATFORM_ROLES for role in roles) else READER_SESSION


# --- second factor ---------------------------------------------------------------------------------

NAME_LENGTH = 120
RECOVERY_CODES = 10
STEP_SECONDS = 30
_CODE_LETTERS = re.compile(r"[^a-z0-9]")


def recovery_code(typed: str) -> str:
    """A recovery code as hashed: lower case without separators."""
    return _CODE_LETTERS.sub("", typed.lower())


def steps_to_try(at: datetime) -> tuple[int, int, int]:
    """The time steps whose code is accepted: the present one and its neighbours, for clocks half a minute off."""
    present = int(at.timestamp()) // STEP_SECONDS
    return present, present - 1, present + 1


# --- roles -----------------------------------------------------------------------------------------

ROLE_LABELS = {
    "administrator": N_("Administrator"),
    "staff": N_("Staff"),
    "accountant": N_("Accountant"),
    "owner": N_("Owner of the bookshop"),
    "clerk": N_("Clerk at the counter"),
}


def check_grant(*, granter: Collection[Held], wanted: Held) -> None:
    """Nobody grants what they lack: administrators grant every role, owners the roles of their own bookshop.

    Raises Refused.
    """
    known = BOOKSHOP_ROLES if wanted.bookshop_id is not None else PLATFORM_ROLES
    if wanted.name not in known:
        raise Refused(N_("There is no such role here."), field="role")
    if any(role.name == "administrator" for role in granter):
        return
    own = any(role.name == "owner" and role.bookshop_id == wanted.bookshop_id for role in granter)
    if wanted.bookshop_id is not None and own:
        return
    raise Refused(N_("You can only give roles that you hold yourself."), field="role")


def check_removal(*, role: Held, others_with_it: int) -> None:
    """The last administrator, and the last owner of a bookshop, stay. Raises Refused (experience.md 3.4)."""
    if others_with_it:
        return
    if role.name == "administrator":
        raise Refused(N_("This is the last administrator: appoint another one first."))
    if role.name == "owner":
        raise Refused(N_("This is the last owner of the bookshop: appoint another one first."))


def network_of(address: str) -> str:
    """The network of an IP address, counted as one guesser: an IPv6 address counts by its /64."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    return str(found) if found.version == 4 else str(ip_network(f"{found}/64", strict=False))


def person_name(typed: str) -> str:
    """A person's name, tidied. Raises Refused where it is empty or too long."""
    name = " ".join(typed.split())
    if not name or len(name) > NAME_LENGTH:
        raise Refused(N_("Write a name of at most %(length)s letters."), length=NAME_LENGTH)
    return name


def highest(roles: Iterable[Held]) -> str:
    """The role that decides where a person lands after signing in: ``reader`` for those without one."""
    names = {role.name for role in roles}
    for name in (*PLATFORM_ROLES, *BOOKSHOP_ROLES):
        if name in names:
            return name
    return "reader"
