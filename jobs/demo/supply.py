"""Distributors, presale and back room of the demo: after it some book shows each label that the network can say.

Names are invented, and so are the few books that no bookshop has on its shelves: their titles say what they show.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from jobs.context import Context
from jobs.demo.books import unknown_isbn
from jobs.demo.bookshops import Shop
from jobs.demo.chance import number
from trade.availability.actions import move_presale, open_presale, take_part
from trade.availability.settings import BUYS, SELLS
from trade.base.settings import set_value
from trade.base.tenancy import Scope, TenantSession
from trade.catalogue.actions import add_books
from trade.catalogue.rules import NewBook
from trade.distributors.actions import add as add_distributor
from trade.distributors.actions import choose_feed, receive
from trade.distributors.actions.keeping import Particulars
from trade.distributors.actions.trusting import trust
from trade.distributors.models import Distributor, DistributorRun
from trade.trastienda.actions import delegate
from trade.trastienda.settings import OPEN

ORIGIN, FORMAT = "demo", "model_csv"
BACK_ROOM = 15
"""The bookshop, by its place in the list, that works with an open back room."""
SHARES = {"north": 30, "south": 20, "press": 0}
"""Of a hundred books, how many each distributor has; the printer has only what nobody else has."""
NAMES = {
    "es": {"north": "Distribuidora Norte (muestra)", "south": "Distribuidora Sur (muestra)",
           "press": "Imprenta bajo demanda (muestra)", "live": "Distribuidora delegada (muestra)"},
    "fr": {"north": "Distribution Nord (exemple)", "south": "Distribution Sud (exemple)",
           "press": "Impression à la demande (exemple)", "live": "Distributeur délégué (exemple)"},
}  # fmt: skip
TITLES = {
    "es": {"short": "Muestra: un libro a corto plazo", "press": "Muestra: un libro impreso bajo demanda",
           "presale": "Muestra: un libro en preventa", "live": "Muestra: un libro directo del distribuidor"},
    "fr": {"short": "Exemple : un livre sous peu", "press": "Exemple : un livre imprimé à la demande",
           "presale": "Exemple : un livre en précommande", "live": "Exemple : un livre directement du distributeur"},
}  # fmt: skip
LEADS = {"north": (24, 48), "south": (48, 72), "press": (96, 192), "live": (24, 48)}


def create_supply(
    context: Context, shops: Sequence[Shop], people: dict[str, int], known: Sequence[NewBook], *, now: datetime
) -> None:
    """Distributors with their stock, whom bookshops trust, one presale, one open back room."""
    with context.session(Scope("staff", person_id=people["dora"])) as session:
        _sample_books(session, context, now)
        ids = {key: _distributor(session, context, key, now) for key in LEADS}
        for key in SHARES:
            _send(session, context, ids[key], key, [book.isbn for book in known], now)
        if context.profile.has("presales"):
            presale = unknown_isbn("sample:presale", context.profile.country)
            open_presale(session, isbn=presale, at=now, agreement="sample")
            move_presale(session, isbn=presale, move="sell", at=now)
    for shop in shops:
        with context.session(shop.scope) as session:
            _options(session, context, shop, ids, now, last=shop is shops[-1])


def resend(
    session: TenantSession, context: Context, known: Sequence[NewBook], *, at: datetime, before: datetime
) -> int:
    """Let every sample distributor whose stock is older than a moment send its file again; returns how many."""
    senders = session.execute(
        select(Distributor.id, Distributor.key).where(
            Distributor.state == "active",
            Distributor.stock_at < before,
            Distributor.id.in_(select(DistributorRun.distributor_id).where(DistributorRun.origin == ORIGIN)),
        )
    ).all()
    for distributor_id, key in senders:
        _send(session, context, distributor_id, key, [book.isbn for book in known], at)
    return len(senders)


def _sample_books(session: TenantSession, context: Context, now: datetime) -> None:
    country, network = context.profile.country, context.profile.code
    release = now.date() + timedelta(days=45)
    made = [
        NewBook(
            isbn=unknown_isbn(f"sample:{key}", country),
            title=title,
            authors=("Mostrador",),
            language={"es": "es", "fr": "fr"}[network],
            year=now.year,
            price_cents=1_500 + 100 * place,
            price_is_sample=True,
            forthcoming_on=release if key == "presale" else None,
        )
        for place, (key, title) in enumerate(TITLES[network].items())
    ]
    add_books(session, books=made, at=now, source="sample")


def _distributor(session: TenantSession, context: Context, key: str, now: datetime) -> int:
    live = key == "live"
    first, last = LEADS[key]
    told = Particulars(
        name=NAMES[context.profile.code][key],
        lead_from_hours=first,
        lead_to_hours=last,
        prints_on_demand=key == "press",
        delegated=live,
        certified_until=now.date() + timedelta(days=365) if live else None,
        protocol="sandbox" if live else "",
    )
    row = add_distributor(session, key=key, told=told, at=now)
    if not live:
        choose_feed(session, distributor_id=row.id, format=FORMAT, at=now)
    return row.id


def _send(
    session: TenantSession, context: Context, distributor_id: int, key: str, isbns: Sequence[int], at: datetime
) -> None:
    """Its stock file: some of the books that bookshops have, and the sample book that only it has."""
    own = {"north": "short", "press": "press"}.get(key)
    held = [isbn for isbn in isbns if number(f"{key}:{isbn}", 100) < SHARES[key]]
    if own:
        held.append(unknown_isbn(f"sample:{own}", context.profile.country))
    if not held:
        return
    lines = ["isbn;quantity;price", *(f"{isbn};1;" for isbn in held), ""]
    receive(
        session,
        distributor_id=distributor_id,
        format=FORMAT,
        data="\r\n".join(lines).encode(),
        name=f"{key}.csv",
        origin=ORIGIN,
        at=at,
        store=context.store,
    )


def _options(
    session: TenantSession, context: Context, shop: Shop, ids: dict[str, int], now: datetime, *, last: bool
) -> None:
    """Whom this bookshop trusts, and in what it takes part; the last one, which has no stock, asks others."""
    bookshop_id, network = shop.id, context.profile
    if shop.number % 2 == 0 and not last:
        for position, key in enumerate(("north", "south")):
            fee = 150 * position
            trust(
                session,
                bookshop_id=bookshop_id,
                distributor_id=ids[key],
                on=True,
                fee_cents=fee,
                charge_fee=bool(fee),
                at=now,
            )
    if shop.number % 3 == 0 and not last:
        trust(session, bookshop_id=bookshop_id, distributor_id=ids["press"], on=True, at=now)
    if network.has("trade"):
        set_value(session, SELLS, shop.number % 4 == 1, at=now, bookshop_id=bookshop_id)
        set_value(session, BUYS, last or shop.number % 5 == 0, at=now, bookshop_id=bookshop_id)
    if network.has("presales") and (last or shop.number % 5 == 2):
        presale = unknown_isbn("sample:presale", network.country)
        take_part(session, bookshop_id=bookshop_id, isbn=presale, on=True, at=now)
    if network.has("back_room") and shop.number == BACK_ROOM:
        delegate(session, bookshop_id=bookshop_id, distributor_id=ids["live"], on=True, at=now)
        set_value(session, OPEN, True, at=now, bookshop_id=bookshop_id)
