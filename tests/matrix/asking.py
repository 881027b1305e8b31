"""Asks every route of the application as everybody, with every kind of id."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.matrix.world import World
from trade.base.tenancy import TenantSession

ROLES = (
    "anonymous",
    "clara",
    "bruno",
    "alba_owner",
    "alba_clerk",
    "boreal_owner",
    "emilio",
    "dora",
    "ada",
)
SIDES = {
    "account": {"clara": 0, "bruno": 1},
    "office": {"alba_owner": 0, "alba_clerk": 0, "boreal_owner": 1},
}
"""Whose of a pair is one's own, by the first word of the blueprint: Clara and Alba are 0, Bruno and Boreal 1."""
ABSENT = {"int": "999999", "default": "absent", "path": "absent"}
GARBAGE = ("1,2", "abc", "-1", "1e20", "99999999999999999999999", "%00", "0", "..%2F..", "%F0%9F%93%9A")
SECRET = "the same in every cookie of the matrix"
# What the parameters of the routes are filled with: things of the world by name (the endpoint's, else the
# parameter's own), else as it stands.
FILLED: dict[str, Any] = {
    "carrier": "correos",
    "document": "terms",
    "export_type": "csv",
    "isbn": "9788437604947",
    "kind": "refused",
    "locale": "es",
    "month": "2026-10",
    "option": "reservations",
    "part": 1,
    "slug": "alba",
    "version": 1,
    "backoffice.static": {"filename": "css/base.css"},
    "storefront.static": {"filename": "css/base.css"},
    "static": {"filename": "css/tokens.css"},
    "door.invitation": {"token": "invitation_token"},
    "door.reset": {"token": "recovery_token"},
    "door.verify": {"token": "verification_token"},
    "public.cover": {"sha": "cover_sha", "size": "small"},
    "public.reserve": {"isbn": "9788417860790"},
    "join.questionnaire": {"token": "questionnaire_token"},
    "ledger_invoices.pdf": {"reference": "invoice"},
    "ledger_months": {"record_id": "batch_id"},
    # Whose order it is, and the token of its link, are tried in tests/storefront/test_buying.py.
    "order": {"reference": "V-0", "key": "pay_of_somebody"},
    "office_money.invoice": {"reference": "invoice"},
    "office_back_room": {"distributor_id": "distributor_id"},
    "staff_presales.move": {"step": "sell"},
    "office_supply": {"distributor_id": "distributor_id", "option": "sells"},
    "office_sale": {"reference": "order", "withdrawal_id": "withdrawal_id", "step": "returned"},
    "office_today.switch": {"bookshop_id": "bookshop"},
    "staff_applications.retire": {"record_id": "requirement_id"},
    "staff_books": {"record_id": "isbn"},
    "staff_catalogue": {"run_id": "catalogue_run_id", "source_id": "catalogue_source_id", "client": "dilve"},
    "staff_campaigns": {"record_id": "campaign_id"},
    "staff_campaigns.issue": {"record_id": "draft_campaign_id"},
    "staff_campaigns.drop": {"record_id": "draft_campaign_id"},
    "staff_cheques": {"record_id": "cheque_id"},
    "staff_distributors": {"distributor_id": "distributor_id"},
    "staff_emails": {"key": "reservation.received"},
    "staff_erasures": {"record_id": "request_id", "step": "execute"},
    "staff_formats": {"key": "elico"},
    "staff_jobs": {"record_id": "effect_id"},
    "staff_legal": {"record_id": "text_id"},
    "staff_legal.edit": {"record_id": "draft_text_id"},
    "staff_legal.publish": {"record_id": "draft_text_id"},
    "staff_members": {"record_id": "applicant_id", "step": "refuse"},
    "staff_members.resend_access": {"record_id": "bookshop_alba"},
    "staff_members.stored_file": {"record_id": "bookshop_alba", "file_id": "file_id"},
    "staff_order": {"reference": "order_alba"},
    "staff_outbox": {"record_id": "message_id"},
    "staff_people": {"record_id": "person_id", "role_id": "platform_role_id"},
    "staff_runs": {"record_id": "waiting_run_id"},
    "staff_settings": {"section": "operator", "key": "operator.short_name"},
    "staff_tariffs": {"table_id": "shipping_table_id"},
    "staff_transfers": {"record_id": "batch_id"},
}


@dataclass(frozen=True)
class Place:
    """A route with its parameters filled in. ``side`` says whose thing it names, None where it is nobody's."""

    method: str
    path: str
    side: int | None = None


def values_of(world: World, endpoint: str, side: int) -> Mapping[str, Any]:
    """What the parameters of an endpoint are filled with for one side."""
    blueprint = endpoint.rpartition(".")[0]
    own = {**FILLED.get(blueprint, {}), **FILLED.get(endpoint, {})}

    class Values(dict[str, Any]):
        def __missing__(self, name: str) -> Any:
            known = own.get(name, name)
            if known in world.pairs:
                return world.pairs[known][side]
            return world.things.get(known, FILLED.get(known, known))

    own.setdefault("reference", "reservation")
    return Values()


def side_of(role: str, endpoint: str) -> int | None:
    """Which of a pair is the role's own at this endpoint."""
    return SIDES.get(endpoint.partition("_")[0].partition(".")[0], {}).get(role)


# Everybody's, and the same for everybody: browsers may keep it and ask whether it still holds.
PUBLIC_FILES = (
    "/cover/",
    "/suggest",
    "/static/",
    "/storefront-static/",
    "/backoffice-static/",
    "/stock-file/model.csv",
)


def check_headers(role: str, place: Place, answer: TestResponse) -> None:
    """Every answer to anybody forbids foreign and inline code; what is private is stored by nobody.

    Private is every page of somebody signed in, and every page with a form token.
    """
    headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy, place.path
    assert "unsafe" not in policy, place.path
    assert headers["X-Content-Type-Options"] == "nosniff", place.path
    assert headers["Referrer-Policy"] == "same-origin", place.path
    stored_by_nobody = "no-store" in headers.get("Cache-Control", "")
    for_anybody = role == "anonymous" and b'name="csrf_token"' not in answer.data
    asked_for_again = for_anybody and headers.get("Cache-Control") == "private, no-cache"
    assert stored_by_nobody or asked_for_again or place.path.startswith(PUBLIC_FILES), place.path


class Matrix:
    """The application and one signed-in browser for each role."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.app: Flask = world.house.app
        with self.app.test_request_context():
            session["csrf_token"] = SECRET
            self.token: str = generate_csrf()

    def browser(self, role: str) -> FlaskClient:
        """A browser of the role, with the cookie in which the token is right."""
        client = self.world.house.client(None if role == "anonymous" else role)
        with client.session_transaction() as cookie:
            cookie["csrf_token"] = SECRET
        return client

    def ask(self, role: str, place: Place, *, token: bool | str = True) -> str:
        """The answer in one word: its status; ``door`` where one is led to the sign-in."""
        given = {"csrf_token": self.token if token is True else token} if token and place.method == "POST" else None
        answer = self.browser(role).open(place.path, method=place.method, data=given)
        try:
            check_headers(role, place, answer)
            location = answer.headers.get("Location", "")
            return "door" if answer.status_code == 302 and "/sign-in" in location else str(answer.status_code)
        finally:
            answer.close()

    def places(self, endpoint: str, method: str, asked: str | None = None) -> list[Place]:
        """The routes of an endpoint, filled in: for both sides where the thing is one side's."""
        found = []
        for rule in self._rules(endpoint, method):
            first, second = (
                self.place(rule, asked or method, values_of(self.world, endpoint, side)) for side in (0, 1)
            )
            if first == second:
                found.append(first)
            else:
                found += [replace(first, side=0), replace(second, side=1)]
        return found

    def place(self, rule: Rule, method: str, values: Mapping[str, Any]) -> Place:
        """A rule filled in."""
        return Place(method, path_of(rule, values))

    def absent(self, endpoint: str, method: str) -> Iterator[Place]:
        """Each parameter in turn names what does not exist; the others are right."""
        for rule in self._rules(endpoint, method):
            right = values_of(self.world, endpoint, 0)
            for name, kind in kinds_of(rule).items():
                others = {other: right[other] for other in rule.arguments}
                yield self.place(rule, method, others | {name: ABSENT[kind]})

    def garbage(self, endpoint: str, method: str, garbage: str) -> Iterator[Place]:
        """Every parameter is garbage."""
        for rule in self._rules(endpoint, method):
            yield self.place(rule, method, dict.fromkeys(rule.arguments, garbage))

    def _rules(self, endpoint: str, method: str) -> list[Rule]:
        return [rule for rule in rules(self.app) if rule.endpoint == endpoint and method in (rule.methods or ())]


def rules(app: Flask) -> list[Rule]:
    """Every rule of the application, in a stable order."""
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))


PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


def kinds_of(rule: Rule) -> dict[str, str]:
    """The parameters of a rule with their kinds."""
    return {name: kind or "default" for kind, name in PARAMETER.findall(rule.rule)}


def path_of(rule: Rule, values: Mapping[str, Any]) -> str:
    """The path of a rule with its parameters; they are quoted, but for what is quoted already."""

    def fill(found: re.Match[str]) -> str:
        value = str(values[found[2]])
        return value if "%" in value else quote(value, safe="/" if found[1] == "path" else "")

    return PARAMETER.sub(fill, rule.rule)


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Everything is written and nothing committed: each question finds the world as it was."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TenantSession, "commit", lambda self: self.flush())
        yield
