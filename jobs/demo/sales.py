"""Sample orders in every state, each placed, paid and served by the steps of readers, bookshops and their gateway."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from config.seeding import shipping_table
from jobs.context import Context
from jobs.demo.books import unknown_isbn
from jobs.demo.bookshops import PHONES, STREETS, Shop
from jobs.demo.people import DOMAIN, READERS
from jobs.demo.till import CARD, DISPUTED, MAY_NOT_REFUND, SHORT_OF_MONEY, Till, till
from trade.availability.queries import shown
from trade.base.settings import resolve_many, value_of
from trade.base.tenancy import DOOR, Scope
from trade.calendar.queries import calendar_of
from trade.calendar.rules import add_working_time
from trade.members.models import Bookshop
from trade.orders import actions
from trade.orders.models import Order, Withdrawal
from trade.orders.queries import by_reference, quotes
from trade.orders.queries.quoting import allowance
from trade.orders.settings import ACCEPT, GUESTS
from trade.shipping.actions import add_table, label_by_hand
from trade.shipping.carriers import colissimo, correos
from trade.shipping.rules import Mode

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GUEST = "marie"
"""Orders by the link alone, where the network lets her; a reader with an account does where it does not."""
FIRST_TITLE = 40
"""Titles of a shelf before this place are reserved in the demo."""
CLOSED_TO_ORDERS = 3
"""One of so many bookshops takes no online orders."""


@dataclass(frozen=True)
class Plan:
    """One order: whose, how long ago it was placed, and how far it went. ``titles`` are of one copy each.

    ``ago`` None: so long ago that the bookshop has little time left to accept. ``supplied``: a title more, which no
    shelf has; ``module``: the network must have it.
    """

    ago: timedelta | None
    end: str
    reader: str
    mode: Mode = "pickup"
    titles: int = 1
    shop: int = 0
    cards: tuple[str, ...] = (CARD,)
    supplied: str = ""
    module: str = "sales"


PLANS = (
    Plan(24 * DAY, "sent", "clara", "delivery", titles=2),
    Plan(21 * DAY, "collected", "diego"),
    Plan(19 * DAY, "missed", "clara", "delivery", titles=2),
    Plan(16 * DAY, "rejected", "clara"),
    Plan(15 * DAY, "withdrawn", "clara", "delivery"),
    Plan(13 * DAY, "bounced", GUEST, "delivery"),
    Plan(12 * DAY, "cancelled", "hugo"),
    Plan(11 * DAY, "unpaid", "ines", cards=(SHORT_OF_MONEY,)),
    Plan(8 * DAY, "partly", "jade", "delivery", titles=3),
    Plan(7 * DAY, "notified", "clara", titles=2),
    Plan(6 * DAY, "withdrawing", GUEST, "delivery"),
    Plan(5 * DAY, "notified", "marta"),
    Plan(4 * DAY, "sent", "noe", "delivery", cards=(DISPUTED,)),
    Plan(30 * HOUR, "taken", "leo", titles=2),
    Plan(26 * HOUR, "picked", GUEST, "delivery", titles=3),
    Plan(22 * HOUR, "taken", "clara"),
    Plan(None, "received", "carla", titles=2),
    Plan(5 * HOUR, "received", "bruno", "delivery", titles=3, cards=(SHORT_OF_MONEY, CARD)),
    Plan(2 * HOUR, "received", "clara"),
    Plan(40 * MINUTE, "received", GUEST, "delivery", supplied="short"),
    Plan(9 * DAY, "collected", "fatima", shop=2),
    Plan(3 * DAY, "sent", "gael", "delivery", shop=2),
    Plan(28 * HOUR, "taken", "diego", shop=2),
    Plan(50 * MINUTE, "received", "elena", titles=0, shop=2, supplied="presale", module="presales"),
    Plan(6 * DAY, "rejected", "hugo", shop=MAY_NOT_REFUND),
    Plan(3 * HOUR, "received", "ines", shop=MAY_NOT_REFUND),
    Plan(10 * DAY, "sent", "clara", "delivery", titles=2, shop=5),
    Plan(20 * HOUR, "received", "jade", shop=5),
    Plan(2 * DAY, "notified", "leo", shop=6),
    Plan(90 * MINUTE, "received", "marta", "delivery", shop=6),
)


def create_sales(
    context: Context, shops: Sequence[Shop], people: dict[str, int], *, founded: datetime, now: datetime
) -> int:
    """Connect sample bookshops to the stand-in, and let readers order there; returns how many orders there are."""
    with context.session(Scope("staff", person_id=people["dora"])) as session:
        note, brackets = shipping_table(context.profile.code)
        add_table(session, brackets=brackets, valid_from=founded, at=founded, note=note, is_sample=True)
    with till(context) as counter:
        counter.connect([shop for shop in shops[:-1] if shop.number % CLOSED_TO_ORDERS != 1], at=now - 30 * DAY)
        plans = [plan for plan in PLANS if context.profile.has(plan.module)]
        due_soon = _just_in_time(context, shops[0], now)
        for number, plan in enumerate(plans):
            placed_at = due_soon if plan.ago is None else now - plan.ago
            order = Sale(counter, shops[plan.shop], plan, number, people).place(at=placed_at)
            for after, step in ENDS[plan.end]:
                step(order, placed_at + after)
        with context.session() as session:
            actions.watch(session, at=now)
    return len(plans)


def _just_in_time(context: Context, shop: Shop, now: datetime) -> datetime:
    """When an order was placed that the bookshop must accept in little more than an hour."""
    with context.session() as session:
        allowed = allowance(resolve_many(session, ACCEPT, at=now, bookshop_ids=[None]), ACCEPT)
        calendar = calendar_of(session, bookshop=session.get_one(Bookshop, shop.id), at=now)
    placed = now - HOUR
    while add_working_time(start=placed - HOUR / 2, allowance=allowed, calendar=calendar).due > now + HOUR:
        placed -= HOUR / 2
    return placed


@dataclass
class Sale:
    """One order on its way; every step is an action of whoever takes it."""

    till: Till
    shop: Shop
    plan: Plan
    number: int
    people: dict[str, int]
    id: int = 0
    reference: str = ""
    payment_id: int = 0
    reader: Scope = DOOR

    @property
    def context(self) -> Context:
        """The installation."""
        return self.till.context

    def place(self, *, at: datetime) -> Sale:
        """Order and pay; one whose cards are all declined stays unpaid."""
        country, network = self.context.profile.country, self.context.profile.code
        with self.context.session() as session:
            titles = shown(
                session, bookshop_id=self.shop.id, at=at, limit=max(self.plan.titles, 1),
                offset=FIRST_TITLE + 3 * self.number,
            )  # fmt: skip
            basket = [(book.isbn, 1) for book in titles[: self.plan.titles]]
            shop = session.get_one(Bookshop, self.shop.id)
            guests = value_of(session, GUESTS, at=at)
        if self.plan.supplied:
            basket.append((unknown_isbn(f"sample:{self.plan.supplied}", country), 1))
        name = self.plan.reader if guests or self.plan.reader in self.people else READERS[-1]
        if name in self.people:
            self.reader = Scope("reader", person_id=self.people[name])
        contact = actions.Contact(
            name=f"{name.capitalize()} (sample)",
            email=f"{name}@{DOMAIN}",
            phone=PHONES[network].format(number=900 + self.number),
            street=STREETS[network].format(number=self.number + 1),
            postcode=shop.postcode,
            city=shop.city,
        )
        with self.context.session(self.reader) as session:
            quote = quotes(
                session, basket=basket, bookshop_ids=[shop.id], mode=self.plan.mode, postcode=shop.postcode, at=at
            )[shop.id]
            placed = actions.place(
                session, basket=basket, bookshop_id=shop.id, mode=self.plan.mode, contact=contact,
                agreed_cents=quote.plan.total_cents, locale=self.context.profile.locale, at=at, brought_by_id=shop.id,
            )  # fmt: skip
            self.id, self.reference, self.payment_id = placed.order.id, placed.order.reference, placed.payment.id
        self.till.pay(self.payment_id, *self.plan.cards, at=at + 3 * MINUTE)
        return self

    # --- the bookshop ---------------------------------------------------------------------------------

    def take(self, at: datetime) -> None:
        """Accept it."""
        with self.context.session(self.shop.scope) as session:
            actions.take(session, reference=self.reference, at=at)

    def pick_one(self, at: datetime) -> None:
        """Take the first copy from its shelf."""
        with self.context.session(self.shop.scope) as session:
            order = by_reference(session, reference=self.reference)
            assert order is not None
            actions.pick(session, reference=self.reference, isbn=order.lines[0].isbn, at=at)

    def send(self, at: datetime) -> None:
        """Pick what is to be sent, note the label that was made at the carrier's, and hand the parcel over."""
        with self.context.session(self.shop.scope) as session:
            order = by_reference(session, reference=self.reference)
            assert order is not None
            for line in order.lines:
                for _ in range(line.copies - line.refused - line.picked):
                    actions.pick(session, reference=self.reference, isbn=line.isbn, at=at)
            label_by_hand(
                session, shipment_id=order.shipments[0].id, tracking=self._tracking(), store=self.context.store, at=at
            )
            actions.send(session, reference=self.reference, at=at + HOUR)

    def _tracking(self) -> str:
        """A number with a right check, of no parcel: that of the carrier most used in the country."""
        if self.context.profile.country == "ES":
            code = f"PQ43B4{self.id:010}128042"
            return code + correos.check_letter(code)
        return f"6A{self.id:010}{colissimo.check_digit(f'{self.id:010}')}"

    def notify(self, at: datetime) -> None:
        """Everything is ready."""
        with self.context.session(self.shop.scope) as session:
            actions.notify(session, reference=self.reference, at=at)

    def hand_over(self, at: datetime) -> None:
        """The reader has it."""
        with self.context.session(self.shop.scope) as session:
            actions.hand_over(session, reference=self.reference, at=at)

    def refuse_one(self, at: datetime) -> None:
        """The last title is damaged: its money goes back, the rest goes on."""
        with self.context.session(self.shop.scope) as session:
            order = by_reference(session, reference=self.reference)
            assert order is not None
            copies = {order.lines[-1].id: 1}
            actions.refuse(session, reference=self.reference, copies=copies, reason_code="damaged", note="", at=at)
        self.give_back(at)

    def reject(self, at: datetime) -> None:
        """It is not where it should be."""
        with self.context.session(self.shop.scope) as session:
            actions.reject(session, reference=self.reference, reason_code="not_in_stock", note="", at=at)
        self.give_back(at)

    def settle_withdrawal(self, at: datetime) -> None:
        """The books came back, and so does the money."""
        with self.context.session(self.shop.scope) as session:
            reference = session.scalars(select(Withdrawal.reference).where(Withdrawal.order_id == self.id)).one()
            actions.books_came_back(session, reference=reference, at=at)
            actions.refund_withdrawal(session, reference=reference, at=at + HOUR)
        self.give_back(at + HOUR)

    # --- the reader -----------------------------------------------------------------------------------

    def cancel(self, at: datetime) -> None:
        """She changed her mind before it was accepted."""
        with self.context.session(self.reader) as session:
            actions.cancel(session, order_id=self.id, at=at)
        with self.context.session() as session:
            actions.settle_cancelled(session, order_id=self.id, at=at)
        self.give_back(at)

    def declare(self, at: datetime) -> None:
        """She withdraws from all of it."""
        with self.context.session(self.reader) as session:
            order = session.get_one(Order, self.id)
            copies = actions.left_to_withdraw(session, order=order)
            actions.declare(session, order_id=self.id, copies=copies, at=at)

    # --- the clock and the gateway --------------------------------------------------------------------

    def give_up(self, at: datetime) -> None:
        """Nobody paid in time."""
        self.till.give_up(self.payment_id, at=at)

    def miss(self, at: datetime) -> None:
        """Nobody answered in time: the clock rejects it (T52, T138)."""
        with self.context.session() as session:
            due = session.get_one(Order, self.id).due_at
            assert due is not None, "a paid order has a deadline"
            actions.watch(session, at=due + 5 * MINUTE)
        self.give_back(due + 5 * MINUTE)

    def give_back(self, at: datetime) -> None:
        """The gateway makes the refunds that were asked for."""
        self.till.give_back(self.id, at=at + MINUTE)

    def bounce(self, at: datetime) -> None:
        """The reader's bank sends them back."""
        self.till.bounce(self.id, at=at)


Step = Callable[[Sale, datetime], None]
TAKEN: tuple[tuple[timedelta, Step], ...] = ((2 * HOUR, Sale.take),)
SENT = (*TAKEN, (20 * HOUR, Sale.send))
NOTIFIED = (*TAKEN, (5 * HOUR, Sale.notify))
REJECTED: tuple[tuple[timedelta, Step], ...] = ((4 * HOUR, Sale.reject),)
ENDS: dict[str, tuple[tuple[timedelta, Step], ...]] = {
    "received": (),
    "taken": TAKEN,
    "picked": (*TAKEN, (3 * HOUR, Sale.pick_one)),
    "sent": SENT,
    "partly": (*TAKEN, (3 * HOUR, Sale.refuse_one), (20 * HOUR, Sale.send)),
    "notified": NOTIFIED,
    "collected": (*NOTIFIED, (2 * DAY, Sale.hand_over)),
    "rejected": REJECTED,
    "bounced": (*REJECTED, (3 * DAY, Sale.bounce)),
    "cancelled": ((HOUR, Sale.cancel),),
    "unpaid": ((31 * MINUTE, Sale.give_up),),
    "missed": ((DAY, Sale.miss),),
    "withdrawing": (*SENT, (5 * DAY, Sale.declare)),
    "withdrawn": (*SENT, (6 * DAY, Sale.declare), (10 * DAY, Sale.settle_withdrawal)),
}
"""What happens to an order after it was placed, and how long after."""
