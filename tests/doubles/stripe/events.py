"""Events and webhooks: signed as Stripe signs, sent at once, or held back to be repeated, turned round or late."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
import queue
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import stripe
import urllib3

from tests.doubles.stripe.store import Store, Thing

WAITS = (0.5, 2.0, 5.0, 15.0, 60.0, 300.0)
"""Seconds between tries of a webhook that was not answered by 2xx; Stripe goes on for three days."""


def signature(body: bytes, secret: str, at: int) -> str:
    """The header ``Stripe-Signature`` of a body."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


@dataclass
class Delivery:
    """One event on its way to one endpoint."""

    account: str
    url: str
    secret: str
    event: Thing
    tries: int = 0

    def body(self) -> bytes:
        """The event as it is sent."""
        return json.dumps(self.event, indent=2).encode()

    def told(self) -> dict[str, Any]:
        """The request, for a test that carries it itself."""
        body = self.body()
        return {
            "url": self.url,
            "type": self.event["type"],
            "id": self.event["id"],
            "body": body.decode(),
            "signature": signature(body, self.secret, int(time.time())),
        }


@dataclass
class Post:
    """Sends webhooks in a thread of its own; ``holding``: keeps them until they are asked for.

    ``to``: where the application answers now, whatever the address an endpoint was made for (its path is kept).
    """

    store: Store
    holding: bool = False
    to: str = ""
    held: list[Delivery] = field(default_factory=list)
    _ready: queue.Queue[Delivery] = field(default_factory=queue.Queue)
    _http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False, timeout=10.0))

    def start(self) -> None:
        """Begin sending."""
        threading.Thread(target=self._send_all, daemon=True).start()

    def tell(self, account: str, kind: str, thing: Thing) -> Thing:
        """Note that something happened, and let every endpoint that wants it know."""
        event = self.store.new(
            account,
            "event",
            api_version=stripe._api_version._ApiVersion.CURRENT,
            type=kind,
            livemode=thing["livemode"],
            pending_webhooks=0,
            request={"id": None, "idempotency_key": None},
            data={"object": copy.deepcopy(thing)},
        )
        self.store.keep(account, event)
        for endpoint in self.store.all(account, "webhook_endpoint"):
            if {"*", kind} & set(endpoint["enabled_events"]) and endpoint["status"] == "enabled":
                self.carry(Delivery(account, endpoint["url"], endpoint["secret"], event))
        return event

    def carry(self, delivery: Delivery) -> None:
        """Send it, or put it to the held ones."""
        if self.holding:
            self.held.append(delivery)
        else:
            self._ready.put(delivery)

    def release(self, order: str = "", times: int = 1) -> int:
        """Send the held ones: ``reversed``, each so many times."""
        chosen, self.held = self.held, []
        for delivery in reversed(chosen) if order == "reversed" else chosen:
            for _ in range(times):
                self._ready.put(Delivery(delivery.account, delivery.url, delivery.secret, delivery.event))
        return len(chosen) * times

    def _send_all(self) -> None:
        while True:
            delivery = self._ready.get()
            if not self._send(delivery) and delivery.tries < len(WAITS):
                timer = threading.Timer(WAITS[delivery.tries], self._ready.put, [delivery])
                timer.daemon = True
                delivery.tries += 1
                timer.start()

    def _send(self, delivery: Delivery) -> bool:
        told = delivery.told()
        headers = {"Content-Type": "application/json", "Stripe-Signature": told["signature"]}
        try:
            url = urljoin(self.to, urlsplit(delivery.url).path) if self.to else delivery.url
            if not urlsplit(url).hostname:
                return True
            answer = self._http.request("POST", url, body=told["body"].encode(), headers=headers)
        except urllib3.exceptions.HTTPError:
            return False
        return 200 <= answer.status < 300
