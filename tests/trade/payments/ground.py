"""A till to pay at: a bookshop with an account at the stand-in, an order that waits for its money, and its webhooks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_hex
from typing import Any

import stripe as official

from jobs.context import Context, open_context
from jobs.queue import declare_handlers, drain
from tests.cast import BOOKS, NOW
from tests.conftest import House
from tests.doubles.starting import StripeDouble
from trade.base.crypto import Keyring
from trade.orders.models import Order, OrderLine
from trade.payments import actions, queries
from trade.payments.gateways import Access, stripe
from trade.payments.models import Payment, Refund

GOOD, SHORT_OF_MONEY = "4242424242424242", "4000000000009995"


@dataclass
class Till:
    """What a test pays at."""

    house: House
    double: StripeDouble
    key: str = field(default_factory=lambda: f"rk_test_t{token_hex(8)}")
    secret: str = ""
    account_id: int = 0
    hook: str = ""
    context: Context = field(init=False)

    def __post_init__(self) -> None:
        self.house.stripe = self.double.address
        self.context = open_context(self.house.config())
        declare_handlers()
        bases: Any = {"api": self.double.address}
        client = official.StripeClient(self.key, base_addresses=bases, max_network_retries=0)
        endpoint = client.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/", "enabled_events": ["*"]})
        self.secret = str(endpoint.secret)
        self.double.pull("hold", on=True)
        self.double.pull("held")

    @property
    def account(self) -> str:
        """The stand-in's name of the account."""
        return f"acct_{self.key.removeprefix('rk_test_').partition('_')[0]}"

    @property
    def keyring(self) -> Keyring:
        return self.context.keyring

    def connect(self, *, shop: str = "alba", right: str = "") -> None:
        """Connect a bookshop (the platform where that collects); ``right`` is what the key lacks."""
        key = f"{self.key}_{right}" if right else self.key
        facts = stripe.check(Access(key, self.double.address))
        with self.house.session() as session:
            made = actions.connect(
                session,
                owner_id=queries.payee(session, bookshop_id=getattr(self.house.cast, shop)),
                api_key=key,
                webhook_secret=self.secret,
                facts=facts,
                keyring=self.keyring,
                pepper=self.context.pepper,
                live_only=False,
                at=NOW,
            )
            self.account_id, self.hook = made.id, made.hook

    def order(self, *, shop: str = "alba", books: int = 2_990, delivery: int = 390, copies: int = 2) -> int:
        """An order of one title that waits for its money; its payment is intended."""
        with self.house.session() as session:
            made = Order(
                reference=f"P-{token_hex(4)}",
                bookshop_id=getattr(self.house.cast, shop),
                reader_id=self.house.cast.people["clara"],
                state="awaiting_payment",
                mode="delivery",
                placed_at=NOW,
                expires_at=NOW + timedelta(minutes=45),
                books_cents=books,
                delivery_cents=delivery,
                handling_cents=0,
                total_cents=books + delivery,
                weight_grams=800,
                reader_name="Clara",
                reader_email="clara@mostrador.example",
                locale="es",
                access_digest=token_hex(16),
            )
            session.add(made)
            session.flush()
            session.add(
                OrderLine(
                    order_id=made.id,
                    bookshop_id=made.bookshop_id,
                    position=1,
                    isbn=BOOKS[0][0],
                    title=BOOKS[0][1],
                    copies=copies,
                    price_cents=books // copies,
                    vat_rate=400,
                    weight_grams=400,
                    source="shelf",
                )
            )
            return made.id

    def intend(self, order_id: int) -> int:
        """Begin an attempt to pay an order."""
        with self.house.session() as session:
            return actions.intend(session, order=session.get_one(Order, order_id), at=self.context.now()).id

    def work(self) -> int:
        """Let the jobs that wait be done; what fails is tried once."""
        return drain(self.context)

    def payment(self, payment_id: int) -> Payment:
        """The payment as it is now."""
        with self.house.session() as session:
            return queries.payment(session, payment_id=payment_id)

    def opened(self, order_id: int) -> Payment:
        """An attempt whose page is open."""
        payment_id = self.intend(order_id)
        self.work()
        return self.payment(payment_id)

    def pay(self, payment: Payment, number: str = GOOD) -> None:
        """The reader pays on the page."""
        self.double.pull("pay", session=payment.session_ref, number=number, secured=True)

    def paid(self, order_id: int | None = None) -> Payment:
        """An order that was paid, and is known to be."""
        payment = self.opened(order_id or self.order())
        self.pay(payment)
        assert {self.post(told) for told in self.told()} == {200}
        self.work()
        return self.payment(payment.id)

    def told(self) -> list[dict[str, str]]:
        """What the gateway has sent since the last time, in its order."""
        found: list[dict[str, str]] = self.double.pull("held")
        return found

    def post(self, told: dict[str, str], *, hook: str | None = None, **changed: Any) -> int:
        """Carry an event to the application: the status of its answer."""
        request = {"body": told["body"].encode(), "signature": told["signature"], **changed}
        headers = {"Stripe-Signature": request["signature"]} if request["signature"] is not None else {}
        answer = self.house.app.test_client().post(
            f"/hooks/stripe/{self.hook if hook is None else hook}", data=request["body"], headers=headers
        )
        return answer.status_code

    def refund(self, payment_id: int, key: str = "r", **more: Any) -> Refund:
        """Ask for a refund."""
        with self.house.session() as session:
            told = {"cause": "goodwill", "at": self.context.now()} | more
            return actions.refund(session, payment_id=payment_id, key=key, **told)

    def refunds(self, payment_id: int) -> list[Refund]:
        """Every refund of a payment."""
        with self.house.session() as session:
            return list(queries.refunds_of(session, payment_id=payment_id))

    def things(self, kind: str) -> list[dict[str, Any]]:
        """What the stand-in has of a kind, newest first."""
        found: list[dict[str, Any]] = self.double.pull("things", account=self.account, kind=kind)
        return found

    def close(self) -> None:
        """End what was opened."""
        self.context.engine.dispose()
        self.context.redis.close()
