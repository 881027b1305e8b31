"""The tills of the demo: accounts at a stand-in for Stripe, where sample readers pay. No money moves.

Bookshops (in France the platform) connect them by the product's own steps; what the stand-in tells is kept and applied
as a webhook of Stripe is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from sqlalchemy import select

from config.settings import ROOT, Config
from jobs.context import Context
from jobs.demo.bookshops import Shop
from jobs.payments import desk_of
from trade.base.tenancy import SYSTEM, TenantSession
from trade.members.actions import set_option
from trade.orders import actions as orders
from trade.payments import actions, queries
from trade.payments.actions.accounts import hook_of
from trade.payments.gateways import Access, stripe
from trade.payments.models import GatewayEvent, Payment
from web.paying import open_page

STAND_IN: Final = "tests.doubles.stripe"
"""The program; it is not part of what serves a real network."""
KEPT: Final = "stripe-stand-in.sqlite"
CARD, SHORT_OF_MONEY, DISPUTED = "4242424242424242", "4000000000009995", "4000000000002685"
CARDS = (CARD, "4000002500003155 (3-D Secure)", f"{SHORT_OF_MONEY} (declined)")
"""What bin/run tells whoever wants to try it."""
MAY_NOT_REFUND: Final = 3
"""The key of this bookshop, by its place in the list, may not refund: it does so by hand (T129)."""
SECONDS: Final = 20


def command(config: Config, *, port: int = 0, to: str = "") -> list[str]:
    """How the stand-in of an installation is started; what it knows outlives it. ``to``: where its webhooks go."""
    kept = ["--keep", str(config.folder / KEPT)]
    return [sys.executable, "-P", "-m", STAND_IN, "--port", str(port), *kept, *(("--to", to) if to else ())]


@contextmanager
def till(context: Context) -> Iterator[Till]:
    """The stand-in that the settings name, else one of our own while the demo is loaded."""
    if context.config.stripe_address:
        with Till(context).listening() as made:
            yield made
        return
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command(context.config), stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environ) as process:
        assert process.stdout is not None
        try:
            address = f"http://127.0.0.1:{int(process.stdout.readline())}"
            with Till(replace(context, config=replace(context.config, stripe_address=address))).listening() as made:
                yield made
        finally:
            process.terminate()


@dataclass(frozen=True)
class Till:
    """The stand-in, as sample bookshops and readers use it."""

    context: Context

    @contextmanager
    def listening(self) -> Iterator[Till]:
        """Let the stand-in keep what it has to tell until :meth:`hear` asks: no web server listens yet."""
        self._pull("hold", on=True)
        try:
            yield self
        finally:
            self._pull("held")
            self._pull("hold", on=False)

    # --- accounts -----------------------------------------------------------------------------------

    def connect(self, shops: Sequence[Shop], *, at: datetime) -> None:
        """Let these bookshops sell: an account for each, or one for the platform, and the option switched on."""
        if self.context.profile.money_flow == "platform":
            self._account(None, self.key("platform"), at)
        for shop in shops:
            if self.context.profile.money_flow == "bookshop":
                barred = "_norefunds" if shop.number == MAY_NOT_REFUND else ""
                self._account(shop, self.key(f"{shop.number:04}") + barred, at)
            with self.context.session(shop.scope) as session:
                locale = self.context.profile.locale
                set_option(session, bookshop_id=shop.id, option="sales", on=True, accepted=True, at=at, locale=locale)

    def key(self, name: str) -> str:
        """A restricted test key of an account of this network's."""
        return f"rk_test_demo{self.context.config.network}{name}"

    def _account(self, shop: Shop | None, key: str, at: datetime) -> None:
        owner_id = shop.id if shop else None
        hook = hook_of(owner_id=owner_id, pepper=self.context.pepper)
        facts = stripe.check(Access(key, self.context.config.stripe_address))
        secret = self._webhook(key, f"{self.context.config.base_url}/hooks/stripe/{hook}")
        with self.context.session(shop.scope if shop else SYSTEM) as session:
            actions.connect(
                session,
                owner_id=owner_id,
                api_key=key,
                webhook_secret=secret,
                facts=facts,
                keyring=self.context.keyring,
                pepper=self.context.pepper,
                live_only=False,
                at=at,
            )

    def _webhook(self, key: str, url: str) -> str:
        """Enter a webhook's address, as a bookshop does on Stripe's own pages; returns its signing secret."""
        wanted = {"url": url, **{f"enabled_events[{place}]": kind for place, kind in enumerate(stripe.EVENTS)}}
        address = f"{self.context.config.stripe_address}/v1/webhook_endpoints"
        asked = Request(address, data=urlencode(wanted).encode(), method="POST")
        asked.add_header("Authorization", f"Bearer {key}")
        with urlopen(asked, timeout=SECONDS) as answer:
            return str(json.load(answer)["secret"])

    # --- paying -------------------------------------------------------------------------------------

    def pay(self, payment_id: int, *cards: str, at: datetime) -> None:
        """The reader tries these cards on the payment's page, and the application hears of it."""
        open_page(desk_of(self.context), payment_id=payment_id, at=at)
        with self.context.session() as session:
            ref = queries.payment(session, payment_id=payment_id).session_ref
        for card in cards:
            self._pull("pay", session=ref, number=card, secured=True)
        self.hear(payment_id, at=at)

    def give_up(self, payment_id: int, *, at: datetime) -> None:
        """The reader leaves the page; when its time is over it is closed, and the copies are free."""
        with self.context.session() as session:
            payment = queries.payment(session, payment_id=payment_id)
            access, ref = self._access(session, payment), payment.session_ref or ""
        stripe.close(access, session_ref=ref)
        self.hear(payment_id, at=at)

    def give_back(self, order_id: int, *, at: datetime) -> None:
        """Make the refunds that were asked for an order."""
        with self.context.session() as session:
            paid = queries.paid_payment(session, order_id=order_id)
            refunds = queries.refunds_of(session, payment_id=paid.id) if paid else ()
            asked = [(one.key, one.cents) for one in refunds if one.state == "asked"]
            if paid is None or not asked:
                return
            payment_id, ref, access = paid.id, paid.payment_ref or "", self._access(session, paid)
            order = queries.reference_of(session, order_id=order_id)
        for key, cents in asked:
            stripe.refund(access, key=key, payment_ref=ref, cents=cents, order=order)
        self.hear(payment_id, at=at)

    def bounce(self, order_id: int, *, at: datetime) -> None:
        """The reader's bank sends the refunds of an order back."""
        with self.context.session() as session:
            paid = queries.paid_payment(session, order_id=order_id)
            assert paid is not None, "what bounces was refunded before"
            account = queries.account(session, account_id=paid.account_id or 0).gateway_account
            refs = [one.refund_ref for one in queries.refunds_of(session, payment_id=paid.id)]
            payment_id = paid.id
        for ref in refs:
            self._pull("fail_refund", account=account, refund=ref, reason="expired_or_canceled_card")
        self.hear(payment_id, at=at)

    def hear(self, payment_id: int, *, at: datetime) -> None:
        """Keep and apply what the stand-in tells of a payment, as the webhook and its job do."""
        told = self._pull("held")
        with self.context.session() as session:
            payment = queries.payment(session, payment_id=payment_id)
            account = queries.account(session, account_id=payment.account_id or 0)
            secret = actions.webhook_secret_of(session, account_id=account.id, keyring=self.context.keyring)
            for each in told:
                body = each["body"].encode()
                stripe.verify(body, signature=each["signature"], secret=secret)
                event = stripe.read(body)
                actions.receive(session, account=account, told=event, body=body, at=at)
                kept = select(GatewayEvent.id).where(
                    GatewayEvent.account_id == account.id, GatewayEvent.event_ref == event.event_ref
                )
                outcome = actions.apply_event(session, event_id=session.scalars(kept).one(), told=event, at=at)
                if outcome is not None and outcome.what == "paid":
                    orders.paid(session, order_id=outcome.order_id, at=at)
                elif outcome is not None and outcome.what == "gone":
                    orders.abandoned(session, order_id=outcome.order_id, at=at)

    def _access(self, session: TenantSession, payment: Payment) -> Access:
        account_id, keyring = payment.account_id or 0, self.context.keyring
        address = self.context.config.stripe_address
        return actions.access_of(session, account_id=account_id, keyring=keyring, address=address)

    def _pull(self, string: str, **told: Any) -> Any:
        """Pull a string of the stand-in (its ``server.py``): what readers and their banks do there."""
        address = f"{self.context.config.stripe_address}/_control/{string}"
        with urlopen(Request(address, data=json.dumps(told).encode(), method="POST"), timeout=SECONDS) as answer:
            return json.load(answer)
