"""Asking carriers for labels and pick-ups, outside of transactions; a refusal is a result like any other."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from jobs.context import Context
from jobs.queue import handles
from trade.base.errors import Refused
from trade.base.tenancy import TenantSession
from trade.shipping import actions, queries
from trade.shipping.carriers import Label


def make_label(context: Context, payload: dict[str, Any]) -> Label | Refused | None:
    """Mark that the carrier is asked, commit, ask. None where there is nothing to ask any more."""
    try:
        with context.session() as session:
            asking = actions.begin_label(
                session, keyring=context.keyring, stand_in=context.config.carriers_address, at=context.now(), **payload
            )
        if asking is None:
            return None
        made: Label = asking.module.label(asking.access, asking.parcel, at=context.now())
        return made
    except Refused as refused:
        return refused


@handles("shipping.label", outside=make_label)
def label_made(
    session: TenantSession, context: Context, payload: dict[str, Any], came: Label | Refused | None
) -> dict[str, Any]:
    """Keep the label, or why there is none."""
    if isinstance(came, Label):
        actions.note_label(session, made=came, store=context.store, at=context.now(), **payload)
    elif came is not None:
        actions.note_label_failure(session, refused=came, at=context.now(), **payload)
    return {"made": isinstance(came, Label)}


def ask_pickup(context: Context, payload: dict[str, Any]) -> str | Refused:
    """Mark that the carrier is asked, commit, ask: its number of the request."""
    try:
        with context.session() as session:
            access, pickup, carrier = actions.begin_pickup(
                session,
                shipment_ids=payload["shipment_ids"],
                day=date.fromisoformat(payload["day"]),
                hour=time.fromisoformat(payload["hour"]),
                key=payload["key"],
                keyring=context.keyring,
                stand_in=context.config.carriers_address,
                at=context.now(),
            )
        number: str = queries.carrier(carrier).collect(access, pickup, at=context.now())
        return number
    except Refused as refused:
        return refused


@handles("shipping.pickup", outside=ask_pickup)
def pickup_asked(
    session: TenantSession, context: Context, payload: dict[str, Any], came: str | Refused
) -> dict[str, Any]:
    """Keep the number, or why nobody comes."""
    if isinstance(came, str):
        actions.note_pickup(session, shipment_ids=payload["shipment_ids"], number=came, at=context.now())
    else:
        actions.note_pickup_failure(session, shipment_ids=payload["shipment_ids"], refused=came, at=context.now())
    return {"agreed": isinstance(came, str)}


@handles("shipping.reseal")
def reseal(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Seal contracts again with the current key, a hundred a night."""
    return {"sealed": actions.reseal(session, keyring=context.keyring)}
