"""What tests of gift cheques start from: a campaign that was issued, and its codes."""

from __future__ import annotations

from datetime import date, datetime

from tests.cast import NOW
from tests.conftest import House
from trade.gift_cheques import actions

PEPPER = b"pepper of the tests"


def issue(house: House, *, at: datetime = NOW, **changes) -> list[str]:
    """Issue a campaign as staff; returns the codes in their printed form."""
    values = {
        "name": "Library week (sample)",
        "face_cents": 5000,
        "cheques": 1,
        "valid_from": date(2026, 9, 1),
        "expires_on": date(2027, 12, 31),
        **changes,
    }
    with house.session(house.cast.staff()) as session:
        campaign = actions.create_campaign(session, at=at, **values)
        return [issued.code for issued in actions.issue(session, campaign_id=campaign.id, pepper=PEPPER, at=at)]


def redeem(house: House, code: str, cents: int, *, shop: str = "alba", at: datetime = NOW, key: str = "k", **changes):
    """Redeem at a bookshop's counter; returns the entry's id."""
    values = {"responsible": True, "pepper": PEPPER, **changes}
    with house.session(house.cast.bookshop(shop)) as session:
        entry = actions.redeem(
            session, code=code, cents=cents, bookshop_id=getattr(house.cast, shop), key=key, at=at, **values
        )
        return entry.id
