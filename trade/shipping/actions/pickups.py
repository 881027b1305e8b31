"""Asking a carrier to fetch parcels at the bookshop's: as with labels, committed first, asked once (T119)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy import select

from trade.base import journal, outbox
from trade.base.crypto import Keyring
from trade.base.errors import NotFound, Refused
from trade.base.outbound import Unanswered
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.orders.models import Shipment
from trade.shipping import queries
from trade.shipping.actions.contracts import access_of, told
from trade.shipping.carriers import Access, Pickup

PICKUP = "shipping.pickup"
MOST_PARCELS = 50


def ask_pickup(
    session: TenantSession, *, shipment_ids: Sequence[int], day: date, hour: time, at: datetime
) -> Sequence[Shipment]:
    """Ask for labelled parcels of one carrier to be fetched on a day from an hour on; a job asks after the commit.

    Raises NotFound, Refused for parcels without label or of several carriers, a carrier that fetches none, a day past.
    """
    shipments = _locked(session, shipment_ids)
    if day < at.date():
        raise Refused(N_("Choose today or a later day."), field="day")
    if len({shipment.carrier for shipment in shipments}) != 1 or len(shipments) > MOST_PARCELS:
        raise Refused(N_("Choose parcels of one carrier, 50 at the most."), field="shipments")
    if any(shipment.state != "labelled" or shipment.collection not in {"", "unsure"} for shipment in shipments):
        raise Refused(N_("Only parcels with a label that nobody fetches yet can be fetched."), field="shipments")
    first = shipments[0]
    if "collect" not in queries.carrier(first.carrier).CAN:
        raise Refused(N_("Pick-ups of this carrier are asked for at the carrier's."), field="carrier")
    for shipment in shipments:
        shipment.collection, shipment.label_error = "asked", {}
    session.flush()
    key = f"pickup:{first.label_key or first.id}:{at:%Y%m%d%H%M%S}"
    payload = {
        "shipment_ids": [shipment.id for shipment in shipments],
        "day": day.isoformat(),
        "hour": f"{hour:%H:%M}",
        "key": key,
    }
    outbox.post(session, kind=PICKUP, key=key, payload=payload, bookshop_id=first.bookshop_id)
    _write(session, "shipment.pickup_asked", shipments, at)
    return shipments


def begin_pickup(
    session: TenantSession,
    *,
    shipment_ids: Sequence[int],
    day: date,
    hour: time,
    key: str,
    keyring: Keyring,
    stand_in: str,
    at: datetime,
) -> tuple[Access, Pickup, str]:
    """Mark that the carrier is asked now: its access, what to ask, its name. Commit before asking.

    Raises Unanswered where the mark is there already, Refused where the contract is gone.
    """
    shipments = _locked(session, shipment_ids)
    first = shipments[0]
    if any(shipment.collection != "asked" for shipment in shipments):
        raise Unanswered(N_("The carrier was asked for the pick-up and the answer was lost."))
    owner_id = queries.payer(session, bookshop_id=first.bookshop_id, at=at)
    account = queries.contract(session, carrier=first.carrier, owner_id=owner_id)
    if account is None:
        raise Refused(N_("There is no contract with this carrier."), field="carrier")
    for shipment in shipments:
        shipment.collection = "begun"
    session.flush()
    pickup = Pickup(
        key=key[-50:],
        sender=queries.sender_of(session, bookshop_id=first.bookshop_id),
        day=day,
        hour=hour,
        trackings=tuple(shipment.tracking for shipment in shipments),
        grams=sum(shipment.weight_grams for shipment in shipments),
    )
    return access_of(account, keyring=keyring, stand_in=stand_in), pickup, first.carrier


def note_pickup(session: TenantSession, *, shipment_ids: Sequence[int], number: str, at: datetime) -> None:
    """Keep the carrier's number of the request."""
    shipments = _locked(session, shipment_ids)
    for shipment in shipments:
        shipment.collection = number[:60]
    session.flush()
    _write(session, "shipment.pickup_agreed", shipments, at)


def note_pickup_failure(session: TenantSession, *, shipment_ids: Sequence[int], refused: Refused, at: datetime) -> None:
    """Keep why nobody comes, or why it is not known whether somebody does."""
    shipments = _locked(session, shipment_ids)
    unsure = isinstance(refused, Unanswered)
    for shipment in shipments:
        shipment.collection = "unsure" if unsure else ""
        shipment.label_error = told(refused) | {"unsure": unsure}
    session.flush()
    _write(session, "shipment.pickup_failed", shipments, at)


def _locked(session: TenantSession, shipment_ids: Sequence[int]) -> Sequence[Shipment]:
    statement = select(Shipment).where(Shipment.id.in_(shipment_ids)).order_by(Shipment.id).with_for_update()
    found = session.scalars(statement.execution_options(populate_existing=True)).all()
    own = session.scope.bookshop_id
    if not found or len(found) != len(set(shipment_ids)) or len({one.bookshop_id for one in found}) != 1:
        raise NotFound()
    if own is not None and found[0].bookshop_id != own:
        raise NotFound()
    return found


def _write(session: TenantSession, action: str, shipments: Sequence[Shipment], at: datetime) -> None:
    for shipment in shipments:
        journal.write(
            session,
            action=action,
            thing="shipment",
            thing_id=shipment.id,
            bookshop_id=shipment.bookshop_id,
            at=at,
            details={"carrier": shipment.carrier, "collection": shipment.collection},
        )
