"""Labels: the intent is committed, a job asks the carrier once, what came is kept (F13, T119, safety.md 21).

Carriers know no idempotency key. So a label's key is marked as asked before the call; a job that finds the mark and no
answer does not ask again, and says so: whether there is a label, a person must look up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from types import ModuleType

from sqlalchemy import select, update

from trade.base import journal, outbox
from trade.base.crypto import Keyring
from trade.base.errors import NotFound, Refused
from trade.base.files import FileStore
from trade.base.outbound import Unanswered
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.members.models import StoredFile
from trade.orders.models import Order, Shipment
from trade.shipping import queries
from trade.shipping.actions.contracts import access_of, told
from trade.shipping.carriers import MANUAL, Access, Label, Parcel, carriers

LABEL = "shipping.label"
WORKED_ON = ("in_process", "in_management")
"""States of an order in which a parcel is made."""


@dataclass(frozen=True)
class Asking:
    """What a carrier is to be asked."""

    module: ModuleType
    access: Access
    parcel: Parcel


def ask_label(
    session: TenantSession,
    *,
    shipment_id: int,
    carrier: str,
    at: datetime,
    weight_grams: int | None = None,
    again: bool = False,
) -> Shipment:
    """Ask for a label; a job fetches it after the commit. Asking twice while one is on its way is one label.

    ``weight_grams`` corrects the weight. ``again``: ask although an earlier asking was not answered, and may have made
    a label. Raises NotFound, Refused naming the field (``weight_grams``, ``addressee.street``, ``carrier`` ...).
    """
    shipment, order = _open(session, shipment_id)
    if is_waiting(shipment):
        return shipment
    if shipment.label_error.get("unsure") and not again:
        raise Refused(
            N_("It is not known whether the label was made. Look at the carrier's, and enter it or ask again."),
            field="again",
        )
    if carrier not in queries.offered(session, bookshop_id=order.bookshop_id, at=at):
        raise Refused(N_("There is no contract with this carrier."), field="carrier")
    if weight_grams is not None:
        shipment.weight_grams = weight_grams
    queries.carrier(carrier).examine(_parcel(session, shipment, order))
    attempt = int(shipment.label_key.rpartition(".")[2] or 0) + 1 if shipment.label_key else 1
    shipment.carrier, shipment.label_error, shipment.label_asked_at = carrier, {}, None
    shipment.label_key = f"{order.reference}-{shipment.number}.{attempt}"
    session.flush()
    outbox.post(
        session,
        kind=LABEL,
        key=f"label:{shipment.label_key}",
        payload={"shipment_id": shipment.id, "key": shipment.label_key},
        bookshop_id=order.bookshop_id,
    )
    _write(session, "shipment.label_asked", shipment, at)
    return shipment


def label_by_hand(
    session: TenantSession,
    *,
    shipment_id: int,
    tracking: str,
    store: FileStore,
    at: datetime,
    own_label: bytes = b"",
) -> Shipment:
    """Note a label that was made elsewhere: its number, checked where its carrier is recognised, and perhaps its PDF.

    It works while a carrier is still being asked, too: what that one answers later changes nothing.
    Raises NotFound, Refused naming ``tracking`` or ``own_label``.
    """
    shipment, order = _open(session, shipment_id)
    module = carriers()[MANUAL]
    given = replace(_parcel(session, shipment, order), tracking=tracking, own_label=own_label)
    made = module.label(Access({}), given, at=at)
    recognised = module.recognised(made.tracking)
    shipment.carrier = recognised.NAME if recognised is not None else MANUAL
    _keep(session, shipment, made, store, at)
    return shipment


def forget_label(session: TenantSession, *, shipment_id: int, at: datetime) -> Shipment:
    """Take back a label that will not be used, before the parcel has left; another one can be made then.

    Raises NotFound, Refused for a parcel that has none, or has left.
    """
    shipment, _ = _locked(session, shipment_id)
    if shipment.state != "labelled":
        raise Refused(N_("This parcel has no label that could be taken back."))
    _write(session, "shipment.label_forgotten", shipment, at)
    shipment.state, shipment.carrier, shipment.tracking, shipment.label_file_id = "open", "", "", None
    session.flush()
    return shipment


def is_waiting(shipment: Shipment) -> bool:
    """Whether a carrier was asked for a label that is neither there nor refused; without carrier nobody is asked."""
    return shipment.state == "open" and bool(shipment.carrier and shipment.label_key) and not shipment.label_error


def begin_label(
    session: TenantSession, *, shipment_id: int, key: str, keyring: Keyring, stand_in: str, at: datetime
) -> Asking | None:
    """Mark that the carrier is asked under this key now, and what to ask; None where nothing is to be asked any more.

    Commit before asking. Raises Unanswered where the mark is there already, Refused where the contract is gone.
    """
    shipment, order = _locked(session, shipment_id)
    if shipment.label_key != key or not is_waiting(shipment):
        return None
    marked = session.execute(
        update(Shipment)
        .where(Shipment.id == shipment.id, Shipment.label_asked_at.is_(None))
        .values(label_asked_at=at)
        .execution_options(synchronize_session=False)
    )
    if marked.rowcount != 1:  # type: ignore[attr-defined]
        raise Unanswered(N_("%(carrier)s was asked and the answer was lost."), carrier=_title(shipment))
    owner_id = queries.payer(session, bookshop_id=order.bookshop_id, at=at)
    account = queries.contract(session, carrier=shipment.carrier, owner_id=owner_id)
    if account is None:
        raise Refused(N_("There is no contract with this carrier."), field="carrier")
    access = access_of(account, keyring=keyring, stand_in=stand_in)
    return Asking(queries.carrier(shipment.carrier), access, _parcel(session, shipment, order))


def note_label(
    session: TenantSession, *, shipment_id: int, key: str, made: Label, store: FileStore, at: datetime
) -> None:
    """Keep the label that came for a key. One that came after the parcel got another label changes nothing."""
    shipment, _ = _locked(session, shipment_id)
    if shipment.label_key == key and shipment.state == "open":
        _keep(session, shipment, made, store, at)


def note_label_failure(session: TenantSession, *, shipment_id: int, key: str, refused: Refused, at: datetime) -> None:
    """Keep why there is no label, or why it is not known whether there is one."""
    shipment, _ = _locked(session, shipment_id)
    if shipment.label_key == key and shipment.state == "open":
        shipment.label_error = told(refused) | {"unsure": isinstance(refused, Unanswered)}
        session.flush()
        _write(session, "shipment.label_failed", shipment, at)


def _keep(session: TenantSession, shipment: Shipment, made: Label, store: FileStore, at: datetime) -> None:
    if made.pdf:
        file = StoredFile(
            bookshop_id=shipment.bookshop_id,
            purpose="label",
            name=f"{made.tracking}.pdf",
            media_type="application/pdf",
            sha256=store.put(made.pdf),
            size=len(made.pdf),
            created_at=at,
        )
        session.add(file)
        session.flush()
        shipment.label_file_id = file.id
    shipment.tracking, shipment.state, shipment.label_error = made.tracking, "labelled", {}
    session.flush()
    _write(session, "shipment.labelled", shipment, at)


def _open(session: TenantSession, shipment_id: int) -> tuple[Shipment, Order]:
    shipment, order = _locked(session, shipment_id)
    if shipment.state != "open":
        raise Refused(N_("This parcel has its label already."))
    if order.state not in WORKED_ON:
        raise Refused(N_("A label is made once the order is accepted, and before it is ended."))
    return shipment, order


def _locked(session: TenantSession, shipment_id: int) -> tuple[Shipment, Order]:
    statement = select(Shipment).where(Shipment.id == shipment_id).with_for_update()
    shipment = session.scalar(statement.execution_options(populate_existing=True))
    own = session.scope.bookshop_id
    if shipment is None or (own is not None and shipment.bookshop_id != own):
        raise NotFound()
    return shipment, session.get_one(Order, shipment.order_id)


def _parcel(session: TenantSession, shipment: Shipment, order: Order) -> Parcel:
    return Parcel(
        key=shipment.label_key or f"{order.reference}-{shipment.number}",
        order=order.reference,
        sender=queries.sender_of(session, bookshop_id=order.bookshop_id),
        addressee=queries.addressee_of(order),
        grams=shipment.weight_grams,
        cents=order.books_cents,
        copies=sum(line.copies - line.refused for line in order.lines) or 1,
    )


def _title(shipment: Shipment) -> str:
    return str(carriers()[shipment.carrier].TITLE)


def _write(session: TenantSession, action: str, shipment: Shipment, at: datetime) -> None:
    journal.write(
        session,
        action=action,
        thing="shipment",
        thing_id=shipment.id,
        bookshop_id=shipment.bookshop_id,
        at=at,
        details={"carrier": shipment.carrier, "tracking": shipment.tracking},
    )
