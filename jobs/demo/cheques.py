"""A sample campaign of gift cheques: redeemed at counters last month and this month; last month is closed."""

from __future__ import annotations

from datetime import datetime, timedelta

from jobs.context import Context
from jobs.demo.bookshops import Shop
from jobs.demo.chance import number
from trade.base.tenancy import Scope
from trade.billing.actions import close_month
from trade.billing.rules.month import Month, month_of
from trade.gift_cheques.actions import create_campaign, issue, redeem

DAY = timedelta(days=1)
NAMES = {"es": "Cultura de barrio (muestra)", "fr": "Culture de quartier (exemple)"}
BUYERS = {"es": "Ayuntamiento de Muestra", "fr": "Ville d'Exemple"}
NEXT = {"es": "Feria del libro (muestra)", "fr": "Fête du livre (exemple)"}
FACE = 2_000
CHEQUES = 60
LAST_MONTH, THIS_MONTH = 36, 8
REDEEMING_BOOKSHOPS = 18


def create_cheques(context: Context, shops: list[Shop], people: dict[str, int], *, now: datetime) -> list[str]:
    """Issue a campaign, redeem part of it, draw up another; returns some codes that are still whole."""
    staff = Scope("staff", person_id=people["dora"])
    issued_at = now - 75 * DAY
    with context.session(staff) as session:
        campaign = create_campaign(
            session,
            name=NAMES[context.profile.code],
            buyer=BUYERS[context.profile.code],
            face_cents=FACE,
            cheques=CHEQUES,
            valid_from=issued_at.date(),
            expires_on=now.date() + 300 * DAY,
            at=issued_at,
        )
        codes = [one.code for one in issue(session, campaign_id=campaign.id, pepper=context.pepper, at=issued_at)]
        create_campaign(
            session,
            name=NEXT[context.profile.code],
            face_cents=1_500,
            cheques=100,
            valid_from=now.date() + 20 * DAY,
            expires_on=now.date() + 200 * DAY,
            bookshop_ids=[shop.id for shop in shops[:5]],
            at=now,
        )
    _redeem(context, shops, codes, now)
    return codes[LAST_MONTH + THIS_MONTH :]


def _redeem(context: Context, shops: list[Shop], codes: list[str], now: datetime) -> None:
    month = last_month(context, now)
    begin, end = month.start(context.profile.time_zone), month.end(context.profile.time_zone)
    for place, code in enumerate(codes[: LAST_MONTH + THIS_MONTH]):
        past = place < LAST_MONTH
        moment = begin + (end - begin) * (place + 1) / (LAST_MONTH + 2) if past else end + (now - end) * (place % 7) / 8
        shop = shops[number(f"redeem:{place}", REDEEMING_BOOKSHOPS)]
        cents = FACE if number(f"part:{place}", 3) else 500 + 10 * number(f"cents:{place}", 140)
        with context.session(shop.scope) as session:
            redeem(
                session,
                code=code,
                cents=cents,
                bookshop_id=shop.id,
                key=f"demo-{place}",
                responsible=True,
                pepper=context.pepper,
                at=moment,
            )


def last_month(context: Context, now: datetime) -> Month:
    """The last month that is surely over."""
    zone = context.profile.time_zone
    return month_of(month_of(now - timedelta(hours=1), zone).start(zone) - DAY, zone)


def close_last_month(context: Context, people: dict[str, int], *, now: datetime) -> str:
    """The accountant closes the last month."""
    month = str(last_month(context, now))
    with context.session() as session:
        close_month(session, month=month, at=now)
    return month
