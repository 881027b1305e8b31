"""Gateways that collect money, one file each, and the facts they all tell in the same words.

A gateway module has ``NAME``, ``TITLE`` and the functions ``check``, ``open_checkout``, ``look_up``, ``close``,
``refund``, ``find_refund``, ``verify`` and ``understood``. It never writes anything; what it learned are facts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Mode = Literal["test", "live"]


@dataclass(frozen=True)
class Access:
    """How to reach an account: its API key, never shown, and the address of the gateway ("" is the real one)."""

    key: str = field(repr=False)
    address: str = ""


@dataclass(frozen=True)
class KeyFacts:
    """What a key turned out to be. ``missing`` names the rights that we need and it lacks."""

    mode: Mode
    account: str
    refunds: bool
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """A page on which a reader shall pay. ``key`` is our payment's own, ``order`` the order's reference."""

    key: str
    order: str
    title: str
    cents: int
    currency: str
    locale: str
    back: str
    email: str = ""


@dataclass(frozen=True)
class Opened:
    """The page that the gateway opened."""

    session_ref: str
    url: str


@dataclass(frozen=True)
class PaymentFacts:
    """What is known of one payment. ``key`` and ``order`` are ours, as we had told the gateway; "" where unknown.

    ``declined``: a card was refused and the reader may try another one. ``cents`` is what was, or is to be, paid.
    """

    state: Literal["open", "paid", "declined", "failed", "expired"]
    key: str
    order: str
    cents: int
    currency: str
    mode: Mode
    session_ref: str = ""
    payment_ref: str = ""
    decline_code: str = ""
    card_tail: str = ""


@dataclass(frozen=True)
class RefundFacts:
    """What is known of one refund; ``key`` is "" for one that was made elsewhere (the gateway's own pages)."""

    state: Literal["asked", "done", "failed"]
    key: str
    payment_ref: str
    refund_ref: str
    cents: int
    currency: str
    mode: Mode
    error: str = ""


@dataclass(frozen=True)
class DisputeFacts:
    """What is known of one dispute. ``state`` is the gateway's word."""

    state: str
    ended: bool
    payment_ref: str
    dispute_ref: str
    cents: int
    currency: str
    mode: Mode
    reason: str
    opened_at: datetime
    due_at: datetime | None


Facts = PaymentFacts | RefundFacts | DisputeFacts


@dataclass(frozen=True)
class Told:
    """An event whose signature was right: its name at the gateway, its kind, and what it says (None: of no use)."""

    event_ref: str
    kind: str
    facts: Facts | None


class Unsure(RuntimeError):
    """Nobody knows whether it was done: ask the gateway for it, or say the same again under the same key."""


class Forged(ValueError):
    """The signature of an event is missing, wrong or too old."""
