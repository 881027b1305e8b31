"""Who and what the journey is about: the sample people, and the answers that are right in each country."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from playwright.sync_api import Page
from sqlalchemy import select

from tests.browser.stack import Stack
from tests.browser.walker import Walker
from trade.accounts.actions import reset_password
from trade.members.models import Bookshop

PASSWORD = "siete caballos azules"
APPLICANT = "faro@mostrador.example"
READER = "lector@mostrador.example"
STAFF, ADMINISTRATOR, ACCOUNTANT = (f"{name}@mostrador.example" for name in ("dora", "ada", "emilio"))
NAME = "El Faro (sample)"
SOLITUDE, REED, STRANGER = 9788437604947, 9788417860790, 9782070368228

PLACE = {
    "es": {"city": "Getafe", "postcode": "28901", "pasted": "40.3049, -3.7311", "near": "Getafe"},
    "fr": {"city": "Lyon", "postcode": "69001", "pasted": "45.7676, 4.8344", "near": "69001"},
}
ANSWERS = {
    "es": {
        "tax_id": "B58378431",
        "coordinates": "40.30, -3.73",
        "phone": "921 000 000",
        "iban": "ES9121000418450200051332",
    },
    "fr": {
        "tax_id": "732829320",
        "coordinates": "45.76, 4.83",
        "phone": "+33 4 99 00 00 00",
        "iban": "FR1420041010050500013M02606",
    },
}


@dataclass
class Story:
    """The journey of one network: its installation, its people's browsers, and what they remember."""

    stack: Stack
    come: Callable[[], Walker]
    plain: Callable[[], Page]
    people: dict[str, Walker] = field(default_factory=dict)
    slug: str = ""
    bookshop_id: int = 0
    reservation: str = ""
    code: str = ""

    @property
    def network(self) -> str:
        """The profile under which the story is told."""
        return self.stack.house.network

    def person(self, email: str) -> Walker:
        """The browser of a person; a new one where she has not come yet."""
        if email not in self.people:
            self.people[email] = self.come()
        return self.people[email]

    def enter(self, email: str, path: str, step: str = "") -> Walker:
        """The person on a page of hers; she signs in where she is asked to."""
        walker = self.person(email)
        walker.visit(path)
        if walker.path().startswith("/sign-in"):
            walker.look("sign-in")
            walker.send("main form", email=email, password=PASSWORD)
        walker.look(step or path)
        return walker

    def give_passwords(self) -> None:
        """The cast's staff and accountant get the story's password."""
        with self.stack.house.session() as session:
            for email in (STAFF, ADMINISTRATOR, ACCOUNTANT):
                reset_password(session, email=email, password=PASSWORD, at=self.stack.house.clock.now())

    def bookshop(self) -> Bookshop:
        """The bookshop that joins, as it stands now."""
        with self.stack.house.session() as session:
            found = session.scalars(select(Bookshop).where(Bookshop.name == NAME)).one()
            session.expunge(found)
            return found

    def move_to(self, moment: datetime) -> None:
        """Let time pass, for every process."""
        self.stack.house.set_time(moment)
