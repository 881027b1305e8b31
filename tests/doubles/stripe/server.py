"""The process: the API with idempotency and faults, the pay page, and the strings that tests pull (``/_control``)."""

from __future__ import annotations

import hashlib
import json
import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.doubles.stripe import api, pages, sessions
from tests.doubles.stripe.cards import known
from tests.doubles.stripe.events import Post
from tests.doubles.stripe.money import Bank
from tests.doubles.stripe.parameters import Wrong, decode
from tests.doubles.stripe.store import Done, Key, Store, Thing, key_of

#: What may be asked to go wrong. "after" ones do what was asked, and then do not say so.
FAULTS = ("timeout_after", "reset_after", "half_after", "500_after", "500", "409", "429", "slow")
LATE_SECONDS = 1.0


@dataclass
class Fault:
    """Requests to paths that begin so go wrong, so many times."""

    kind: str
    path: str
    method: str = "POST"
    times: int = 1


@dataclass
class House:
    """Everything of one stand-in."""

    store: Store = field(default_factory=Store)
    faults: list[Fault] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    post: Post = field(init=False)
    bank: Bank = field(init=False)

    def __post_init__(self) -> None:
        self.post = Post(self.store)
        self.bank = Bank(self.store, self.post)

    def fault_for(self, method: str, path: str) -> str:
        """The fault that this request meets, used up by it."""
        for fault in self.faults:
            if fault.times > 0 and fault.method == method and path.startswith(fault.path):
                fault.times -= 1
                return fault.kind
        return ""


def told(error: Wrong) -> tuple[int, bytes]:
    """An error as Stripe writes it."""
    return error.status, json.dumps({"error": error.error}).encode()


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for the client's word that it has the headers
    house: ClassVar[House]
    timeout = 30

    def do_GET(self) -> None:
        """The API, and pages."""
        self._serve("GET")

    def do_POST(self) -> None:
        """The API, the pay page, the strings."""
        self._serve("POST")

    def _serve(self, method: str) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if url.path.startswith("/v1/"):
            self._api(method, url.path, url.query if method == "GET" else body)
        elif url.path.startswith("/c/pay/"):
            with self.house.store.lock:
                self._page(method, url.path.rpartition("/")[2], body)
        elif url.path.startswith("/_control/") and method == "POST":
            with self.house.store.lock:
                self._control(url.path.removeprefix("/_control/"), json.loads(body or "{}"))
        else:
            self.answer(404, b"{}")

    # --- the API ------------------------------------------------------------------------------------

    def _api(self, method: str, path: str, body: str) -> None:
        fault = self.house.fault_for(method, path)
        if fault == "429":
            self.answer(*told(Wrong("Too many requests.", status=429, code="rate_limit")))
            return
        if fault in {"500", "409"}:
            kind = "api_error" if fault == "500" else "idempotency_error"
            self.answer(*told(Wrong("Something went wrong.", status=int(fault), kind=kind)))
            return
        status, answer, replayed = self._once(method, path, body, fault)
        match fault:
            case "timeout_after":
                time.sleep(LATE_SECONDS)
                self.close_connection = True
            case "reset_after":
                self._reset()
            case "half_after":
                self._half(answer)
            case _:
                self.answer(status, answer, replayed=replayed)

    def _once(self, method: str, path: str, body: str, fault: str) -> tuple[int, bytes, bool]:
        """The answer of a request; one under a known idempotency key is answered as it was then."""
        try:
            key = key_of(self._bearer(), self.house.store.revoked)
            given = decode(body)
        except Wrong as error:
            return *told(error), False
        name = (key.account, self.headers.get("Idempotency-Key") or "")
        shape = hashlib.sha256(f"{method} {path} {json.dumps(given, sort_keys=True)}".encode()).hexdigest()
        if method == "GET" or not name[1]:
            return *self._work(key, method, path, given, fault), False
        with self.house.store.lock:
            before = self.house.store.done.get(name)
            if before is not None:
                return self._again(before, shape)
            self.house.store.done[name] = Done(shape)
        done = self._work(key, method, path, given, fault)
        with self.house.store.lock:
            if done[0] in {401, 403} or b"parameter_" in done[1]:
                del self.house.store.done[name]  # what never began is not remembered
            else:
                self.house.store.done[name].answer = done
        return *done, False

    def _again(self, before: Done, shape: str) -> tuple[int, bytes, bool]:
        if before.shape != shape:
            text = "Keys for idempotent requests can only be used with the same parameters they were first used with."
            return *told(Wrong(text, kind="idempotency_error")), False
        if before.answer is None:
            text = "There is currently another in-progress request using this Idempotency Key."
            return *told(Wrong(text, status=409, kind="idempotency_error", code="idempotency_key_in_use")), False
        return *before.answer, True

    def _work(self, key: Key, method: str, path: str, given: dict[str, Any], fault: str) -> tuple[int, bytes]:
        if fault == "slow":
            time.sleep(0.5)
        with self.house.store.lock:
            self.house.requests.append({"account": key.account, "method": method, "path": path})
            try:
                thing = api.answer(self.house.bank, key, method, path, given)
            except Wrong as error:
                return told(error)
        if fault == "500_after":
            return told(Wrong("Something went wrong.", status=500, kind="api_error"))
        return 200, json.dumps(thing).encode()

    def _bearer(self) -> str:
        return (self.headers.get("Authorization") or "").removeprefix("Bearer ")

    # --- the page -----------------------------------------------------------------------------------

    def _page(self, method: str, session_id: str, body: str) -> None:
        found = self._session(session_id)
        if found is None:
            self.answer(404, b"{}")
            return
        account, session = found
        session = sessions.by_time(self.house.bank, account, session)
        if session["status"] != "open":
            self.html(pages.over_page(session))
        elif method == "GET":
            self.html(pages.pay_page(session))
        else:
            self._paid(account, session, {name: values[0] for name, values in parse_qs(body).items()})

    def _paid(self, account: str, session: Thing, typed: dict[str, str]) -> None:
        card = known(typed.get("number", ""))
        if card is None:
            self.html(pages.pay_page(session, wrong="unknown", given=typed))
            return
        if typed.get("bank") == "no":
            self.html(pages.pay_page(session, wrong="not_you"))
            return
        intent = sessions.pay(self.house.bank, account, session, card, secured=typed.get("bank") == "yes")
        if intent["status"] == "succeeded":
            self.send_response(303)
            self.send_header("Location", session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif intent["status"] == "requires_action":
            self.html(pages.bank_page(session, card.number))
        else:
            self.html(pages.pay_page(session, wrong="declined"))

    def _session(self, session_id: str) -> tuple[str, Thing] | None:
        for account, things in self.house.store.things.items():
            if session_id in things and things[session_id]["object"] == "checkout.session":
                return account, things[session_id]
        return None

    # --- the strings --------------------------------------------------------------------------------

    def _control(self, verb: str, asked: dict[str, Any]) -> None:
        house, bank = self.house, self.house.bank
        answer: Any = {}
        match verb:
            case "faults":
                house.faults[:] = [Fault(**each) for each in asked["faults"] if each["kind"] in FAULTS]
            case "hold":
                house.post.holding = bool(asked["on"])
            case "held":
                answer = [delivery.told() for delivery in house.post.held]
                house.post.held.clear()
            case "release":
                answer = house.post.release(asked.get("order", ""), asked.get("times", 1))
            case "pay":
                account, session = self._session(asked["session"]) or ("", {})
                card = known(asked["number"])
                answer = sessions.pay(bank, account, session, card, secured=asked.get("secured", False)) if card else {}
            case "dispute":
                answer = bank.dispute(asked["account"], asked["payment_intent"], asked["reason"])
            case "decide":
                answer = bank.decide(asked["account"], asked["dispute"], asked["status"])
            case "fail_refund":
                answer = bank.fail_refund(asked["account"], asked["refund"], asked["reason"])
            case "revoke":
                house.store.revoked.add(asked["key"])
            case "forget_keys":
                house.store.done.clear()
            case "things":
                answer = [sessions.shown(each) for each in house.store.all(asked["account"], asked["kind"])]
            case "requests":
                answer = list(house.requests)
        self.answer(200, json.dumps(answer).encode())

    # --- answering ----------------------------------------------------------------------------------

    def answer(self, status: int, body: bytes, *, kind: str = "application/json", replayed: bool = False) -> None:
        """A whole answer."""
        with suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if replayed:
                self.send_header("Idempotent-Replayed", "true")
            self.end_headers()
            self.wfile.write(body)

    def html(self, body: bytes) -> None:
        """A page."""
        self.answer(200, body, kind="text/html; charset=utf-8")

    def _half(self, body: bytes) -> None:
        """Half of what was promised."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self.close_connection = True

    def _reset(self) -> None:
        """The connection breaks without a word."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *arguments: object) -> None:
        """Nobody listens."""

    def handle(self) -> None:
        """A client that goes away in the middle is no error."""
        with suppress(OSError, ValueError):
            super().handle()


def serve(port: int, *, keep_in: str = "", to: str = "") -> ThreadingHTTPServer:
    """A server that listens; run it by ``serve_forever``. ``to``: whither all webhooks go."""
    house = House()
    house.post.to = to
    if keep_in:
        house.store.open_file(Path(keep_in))
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Bound", (Handler,), {"house": house}))
    server.daemon_threads = True
    house.store.base = f"http://127.0.0.1:{server.server_port}"
    house.post.start()
    return server
