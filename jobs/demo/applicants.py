"""Two bookshops on their way in: one half-way through the questionnaire, one waiting for staff."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from jobs.context import Context
from jobs.demo.people import DOMAIN
from trade.base.tenancy import DOOR, Scope
from trade.members.actions import apply, send_questionnaire
from trade.questionnaires.actions import save, submit

DAY = timedelta(days=1)
NAMES = {
    "es": (("Librería Boreal", "08012", "Barcelona"), ("Librería Cierzo", "50003", "Zaragoza")),
    "fr": (("Librairie Boréale", "69007", "Lyon"), ("Librairie du Mistral", "13006", "Marseille")),
}
TAX_IDS = {"es": "B00900001", "fr": "000009001"}
WORDS = {
    "es": {"street": "Calle de la Muestra, 7", "hours": "Lunes a sábado de 10:00 a 20:00", "phone": "+34 910 000 900"},
    "fr": {"street": "7 rue de l'Exemple", "hours": "Du lundi au samedi, 10 h-19 h", "phone": "+33 1 99 00 09 00"},
}


def create_applicants(context: Context, people: dict[str, int], *, now: datetime) -> list[str]:
    """Let both apply and open the questionnaire; returns their names."""
    half, whole = NAMES[context.profile.code]
    token, _ = _applied(context, people, half, now - 6 * DAY)
    with context.session(DOOR) as session:
        save(session, token=token, given=_first_answers(context, half), at=now - 5 * DAY)
    token, contact = _applied(context, people, whole, now - 12 * DAY)
    with context.session(DOOR) as session:
        checked = submit(session, token=token, given=_answers(context, whole, contact), at=now - 2 * DAY)
        if checked.problems:
            raise RuntimeError(f"The sample answers do not fit the questionnaire: {checked.problems}")
    return [half[0], whole[0]]


def _applied(context: Context, people: dict[str, int], shop: tuple[str, str, str], at: datetime) -> tuple[str, str]:
    name, postcode, city = shop
    contact = f"{name.split()[-1].lower()}@{DOMAIN}".encode("ascii", "ignore").decode()
    with context.session(DOOR) as session:
        applicant = apply(
            session,
            name=name,
            postcode=postcode,
            city=city,
            contact_name=f"{name} (sample)",
            contact_email=contact,
            contact_phone=WORDS[context.profile.code]["phone"],
            part_of_chain=False,
            message="",
            locale=context.profile.locale,
            at=at,
        )
        bookshop_id = applicant.id
    tokens: list[str] = []

    def link(token: str) -> str:
        tokens.append(token)
        return f"{context.config.base_url}/join/{token}"

    with context.session(Scope("staff", person_id=people["dora"])) as session:
        send_questionnaire(session, bookshop_id=bookshop_id, at=at + DAY, link=link)
    return tokens[0], contact


def _first_answers(context: Context, shop: tuple[str, str, str]) -> dict[str, Any]:
    name, postcode, city = shop
    words = WORDS[context.profile.code]
    return {
        "trade_name": name,
        "legal_name": f"{name} (sample)",
        "legal_form": "company",
        "address": {"street": words["street"], "postcode": postcode, "city": city},
        "phone": words["phone"],
    }


def _answers(context: Context, shop: tuple[str, str, str], contact: str) -> dict[str, Any]:
    return _first_answers(context, shop) | {
        "tax_id": TAX_IDS[context.profile.code],
        "email": contact,
        "hours": WORDS[context.profile.code]["hours"],
        "daily_feed": "yes",
        "software": "none",
        "billing_same": "yes",
        "billing_email": contact,
        "owner_name": f"{shop[0]} (sample)",
        "services": ["reservations"],
        "trader_statement": "yes",
    }
