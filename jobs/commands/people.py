"""``user create`` and ``user password``: the first administrator, and whoever is locked out."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from jobs.commands.answers import Answer, verb
from jobs.context import Context
from trade.accounts.actions import create_person, reset_password
from trade.accounts.permissions import BOOKSHOP_ROLES, PLATFORM_ROLES
from trade.base.errors import Refused
from trade.base.text import N_
from trade.members.queries import any_by_slug

PASSWORD = "The password is asked for, or read from standard input as one line."


def add(verbs: Any) -> None:
    """Declare the verbs and their arguments."""
    user = verbs.add_parser("user", help="people and their passwords", description="People and their passwords.")
    kinds = user.add_subparsers(metavar="VERB", required=True)
    made = verb(
        kinds,
        "create",
        help="create a person with a role",
        detail=PASSWORD,
        example="user create ada@example.org --name 'Ada Sample' --role administrator",
    )
    made.add_argument("email", metavar="EMAIL")
    made.add_argument("--name", required=True)
    made.add_argument("--role", choices=[*PLATFORM_ROLES, *BOOKSHOP_ROLES], help="none: a reader")
    made.add_argument("--bookshop", metavar="SLUG", help="where an owner or clerk works")
    made.add_argument("--no-password", action="store_true", help="first access by the recovery mail")
    made.set_defaults(run=create)
    made = verb(
        kinds,
        "password",
        help="set a person's password and end all sessions",
        detail="The password is asked for, or read from standard input as one line.",
        example="user password ada@example.org",
    )
    made.add_argument("email", metavar="EMAIL")
    made.set_defaults(run=password)


def create(options: argparse.Namespace, context: Context) -> Answer:
    """Create a person. Raises Refused for a role without its bookshop, a taken address, a weak password."""
    if (options.role in BOOKSHOP_ROLES) != bool(options.bookshop):
        raise Refused(N_("An owner or a clerk works in a bookshop, nobody else does: give --bookshop with them only."))
    secret = None if options.no_password else _password()
    with context.session() as session:
        bookshop_id = any_by_slug(session, slug=options.bookshop).id if options.bookshop else None
        person = create_person(
            session,
            email=options.email,
            name=options.name,
            locale=context.profile.locale,
            at=context.now(),
            password=secret,
            roles=[(options.role, bookshop_id)] if options.role else [],
        )
        return Answer({"id": person.id, "email": person.email}, f"created {person.email}")


def password(options: argparse.Namespace, context: Context) -> Answer:
    """Set a password. Raises NotFound, Refused for a weak one."""
    secret = _password()
    with context.session() as session:
        person = reset_password(session, email=options.email, password=secret, at=context.now())
        return Answer({"id": person.id, "email": person.email}, f"new password for {person.email}")


def _password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Password: ", stream=sys.stderr)
    return sys.stdin.readline().rstrip("\n")
