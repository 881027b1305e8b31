"""What the order tests stand on: bookshops that sell online, stock on their shelves, orders in any state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from tests.cast import NOW
from tests.conftest import House
from tests.trade.reservations.helpers import shelve
from trade.base.models import LedgerEntry, Posting, SettingValue
from trade.base.tenancy import TenantSession
from trade.orders.actions import Contact, Placed, paid, place
from trade.orders.models import Order
from trade.orders.queries import quotes
from trade.payments.models import Payment, PaymentAccount
from trade.shipping.rules import Mode

YEARS, JUNCO = 9788437604947, 9788417860790
POSTCODES = {"es": "28004", "fr": "75004"}
CLARA = Contact(name="Clara", email="clara@mostrador.example", phone="600000000")


def home(network: str) -> Contact:
    """Clara at home."""
    return Contact(name="Clara", email="clara@mostrador.example", street="1", postcode=POSTCODES[network], city="-")


def open_for_sale(house: House, name: str = "alba", *, copies: int = 3, isbns: Sequence[int] = (YEARS, JUNCO)) -> None:
    """Let a bookshop sell online: switched on, a good account (its own, or the platform's), books on its shelf."""
    bookshop_id = getattr(house.cast, name)
    with house.session() as session:
        session.add(SettingValue(key="sales.on", bookshop_id=bookshop_id, value=True, valid_from=NOW, set_at=NOW))
        owner = bookshop_id if house.profile.money_flow == "bookshop" else None
        known = select(PaymentAccount.id).where(PaymentAccount.bookshop_id.is_not_distinct_from(owner))
        if session.scalar(known) is None:
            session.add(
                PaymentAccount(
                    bookshop_id=owner, mode="test", key_tail="0000", hook=f"hook-{bookshop_id}", state="good",
                    refunds=True, created_at=NOW,
                )
            )  # fmt: skip
        for isbn in isbns:
            shelve(session, bookshop_id, isbn=isbn, copies=copies)


def order(
    house: House,
    *,
    name: str = "alba",
    basket: Sequence[tuple[int, int]] = ((YEARS, 1),),
    mode: Mode = "pickup",
    at: datetime = NOW,
    contact: Contact | None = None,
    who: str = "clara",
) -> Placed:
    """Place an order of a reader's, for the total that was quoted."""
    wanted = contact or (home(house.network) if mode == "delivery" else CLARA)
    bookshop_id = getattr(house.cast, name)
    with house.session(house.cast.reader(who)) as session:
        quote = quotes(session, basket=basket, bookshop_ids=[bookshop_id], mode=mode, postcode=wanted.postcode, at=at)[
            bookshop_id
        ]
        return place(
            session, basket=basket, bookshop_id=bookshop_id, mode=mode, contact=wanted,
            agreed_cents=quote.plan.total_cents, locale=house.network, at=at,
        )  # fmt: skip


def pay(house: House, placed: Placed, *, at: datetime = NOW) -> None:
    """The gateway says that it is paid."""
    with house.session() as session:
        payment = session.get_one(Payment, placed.payment.id)
        payment.state, payment.paid_at = "paid", at
        session.flush()
        paid(session, order_id=placed.order.id, at=at)


def now(house: House, reference: str) -> Order:
    """The order as it is."""
    with house.session() as session:
        found = session.scalars(select(Order).where(Order.reference == reference)).one()
        session.expunge_all()
        return found


def balances(house: House) -> dict[str, int]:
    """The sum of each account; zero ones left out."""
    with house.session() as session:
        return totals(session)


def totals(session: TenantSession, *, order_id: int | None = None) -> dict[str, int]:
    """The sum of each account, of one order where it is given; zero ones left out."""
    statement = select(Posting.account, func.sum(Posting.cents)).group_by(Posting.account)
    if order_id is not None:
        entries = select(LedgerEntry.id).where(LedgerEntry.thing == "sale", LedgerEntry.thing_id == order_id)
        statement = statement.where(Posting.entry_id.in_(entries))
    return {account: int(cents) for account, cents in session.execute(statement) if cents}
