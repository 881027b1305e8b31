"""Labels from the order to the file: asked once whatever dies, refused with the reason, by hand; contracts sealed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import select, text, update

from jobs.context import Context, open_context
from jobs.queue import carry_out, declare_handlers, drain
from tests.cast import NOW
from tests.conftest import House, csrf
from tests.doubles.starting import CarriersDouble
from tests.trade.orders.helpers import now, open_for_sale, order, pay
from tests.trade.shipping.test_carriers import CASES, read_back
from trade.base.crypto import Keyring
from trade.base.errors import NotFound, Refused
from trade.base.models import Effect
from trade.members.models import BillingData, Bookshop, StoredFile
from trade.orders.actions import send, take
from trade.orders.models import Order, Shipment
from trade.shipping import actions, queries
from trade.shipping.models import CarrierAccount

BOTH = pytest.mark.parametrize("network", ["es", "fr"], indirect=True)
CARRIER = {"es": "correos", "fr": "colissimo"}


class Desk:
    """A bookshop with a contract (the platform's in France), and the jobs that work for it."""

    def __init__(self, house: House, double: CarriersDouble) -> None:
        house.carriers = double.address
        self.house, self.double, self.alba = house, double, house.cast.alba
        self.carrier = CARRIER[house.network]
        self.context: Context = open_context(house.config())
        declare_handlers()
        open_for_sale(house)
        with house.session() as session:
            where = {"es": ("28013", "Madrid"), "fr": ("75004", "Paris")}[house.network]
            told = {"address": "Calle Mayor 1", "postcode": where[0], "city": where[1]}
            session.execute(update(Bookshop).where(Bookshop.id == self.alba).values(told))
            session.execute(update(BillingData).values(tax_id=""))

    @property
    def keyring(self) -> Keyring:
        return self.context.keyring

    def contract(self, behaves: str = "good", *, carrier: str = "", owner: int | None = None) -> CarrierAccount:
        """Keep a contract as the network has it: the bookshop's own, or the platform's."""
        carrier = carrier or self.carrier
        user = "contract" if carrier == "colissimo" else "user"
        owner = owner or (self.alba if self.house.network == "es" else None)
        with self.house.session() as session:
            return actions.keep(
                session, carrier=carrier, owner_id=owner, credentials=CASES[carrier][1] | {user: behaves},
                keyring=self.keyring, at=NOW,
            )  # fmt: skip

    def accepted(self) -> Shipment:
        """The parcel of an order that was paid and accepted."""
        placed = order(self.house, mode="delivery")
        pay(self.house, placed)
        with self.house.session(self.house.cast.bookshop("alba")) as session:
            take(session, reference=placed.order.reference, at=NOW)
            return session.scalars(select(Shipment).where(Shipment.order_id == placed.order.id)).one()

    def ask(self, parcel: Shipment, **more: Any) -> Shipment:
        """The button."""
        with self.house.session(self.house.cast.bookshop("alba")) as session:
            told = {"carrier": self.carrier, "at": NOW} | more
            return actions.ask_label(session, shipment_id=parcel.id, **told)

    def parcel(self, parcel: Shipment) -> Shipment:
        """The parcel as it is now."""
        with self.house.session() as session:
            return session.get_one(Shipment, parcel.id)

    def work(self) -> int:
        return drain(self.context)

    def effect(self) -> int:
        """The label's effect."""
        with self.house.session() as session:
            return session.scalars(select(Effect.id).where(Effect.kind == "shipping.label")).one()

    def close(self) -> None:
        self.context.engine.dispose()
        self.context.redis.close()


@pytest.fixture
def desk(house: House, double: CarriersDouble) -> Iterator[Desk]:
    made = Desk(house, double)
    yield made
    made.close()


@pytest.mark.seed("F13", "T119")
@BOTH
def test_a_label_from_the_order_to_the_file(desk: Desk) -> None:
    """The bookshop's contract in Spain, the platform's in France; asked twice it is one; then the parcel leaves."""
    desk.contract()
    parcel = desk.accepted()
    before = len(desk.double.made())
    first, again = desk.ask(parcel), desk.ask(parcel)
    assert first.label_key == again.label_key
    desk.work()
    made = desk.double.made()[before:]
    kept = desk.parcel(parcel)
    assert [(kept.state, kept.tracking, kept.carrier)] == [("labelled", one["number"], desk.carrier) for one in made]
    with desk.house.session(desk.house.cast.bookshop("alba")) as session:
        file = session.get_one(StoredFile, kept.label_file_id)
        assert read_back(desk.house.store.get(file.sha256)) == [kept.tracking]
        reference = session.get_one(Order, kept.order_id).reference
        assert made[0]["reference"] == f"{reference}-1.1"
        send(session, reference=reference, at=NOW)
    assert now(desk.house, reference).state == "sent"
    with pytest.raises(Refused, match="label already"):
        desk.ask(parcel)


@pytest.mark.parametrize(("guarded", "labels"), [(True, 1), (False, 2)])
def test_who_dies_after_the_answer_makes_no_second_label(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, guarded: bool, labels: int
) -> None:
    """The mark that the carrier was asked is committed before. Without it (the control) the retry makes another."""
    desk.contract()
    parcel = desk.accepted()
    before = len(desk.double.made())
    desk.ask(parcel)
    with monkeypatch.context() as patch:
        patch.setattr(actions, "note_label", lambda *args, **kwargs: 1 / 0)
        assert carry_out(desk.context, desk.effect()) == "retry"
    if not guarded:
        with desk.house.session() as session:
            session.execute(update(Shipment).values(label_asked_at=None))
    assert carry_out(desk.context, desk.effect()) == "done"
    assert len(desk.double.made()) - before == labels
    kept = desk.parcel(parcel)
    if not guarded:
        assert kept.state == "labelled"
        return
    assert (kept.state, kept.label_error["unsure"]) == ("open", True)
    with pytest.raises(Refused, match="not known whether"):
        desk.ask(parcel)
    assert desk.ask(parcel, again=True).label_key.endswith(".2")


def test_a_refusal_is_told_and_asked_anew(desk: Desk) -> None:
    desk.contract("refuses")
    parcel = desk.accepted()
    with pytest.raises(Refused) as raised:
        desk.ask(parcel, weight_grams=30_001)
    assert raised.value.field == "weight_grams"
    with pytest.raises(Refused, match="no contract"):
        desk.ask(parcel, carrier="seur")
    desk.ask(parcel)
    desk.work()
    failed = desk.parcel(parcel)
    assert (failed.state, failed.label_error["unsure"]) == ("open", False)
    assert "no existe" in failed.label_error["values"]["said"]
    desk.contract()
    desk.ask(parcel, weight_grams=1_200)
    desk.work()
    kept = desk.parcel(parcel)
    assert (kept.state, kept.label_error, kept.weight_grams) == ("labelled", {}, 1_200)
    with desk.house.session(desk.house.cast.bookshop("boreal")) as session, pytest.raises(NotFound):
        actions.forget_label(session, shipment_id=parcel.id, at=NOW)
    with desk.house.session(desk.house.cast.bookshop("alba")) as session:
        actions.forget_label(session, shipment_id=parcel.id, at=NOW)
    assert desk.ask(parcel).label_key.endswith(".3")


def test_a_label_by_hand_always_works(desk: Desk) -> None:
    """Without any contract; the carrier is recognised by the number, whose check must fit."""
    parcel = desk.accepted()

    def by_hand(tracking: str, own_label: bytes = b"") -> Shipment:
        with desk.house.session(desk.house.cast.bookshop("alba")) as session:
            return actions.label_by_hand(
                session, shipment_id=parcel.id, tracking=tracking, own_label=own_label, store=desk.house.store, at=NOW
            )

    with pytest.raises(Refused, match="does not match"):
        by_hand("PY43B40720207850128042A")
    with pytest.raises(Refused, match="must be a PDF"):
        by_hand("PY43B40720207850128042X", b"GIF89a")
    kept = by_hand("py43 b407 2020 7850 1280 42x", b"%PDF-1.7 mine")
    assert (kept.state, kept.carrier, kept.tracking) == ("labelled", "correos", "PY43B40720207850128042X")
    assert kept.label_file_id is not None


@pytest.mark.seed("T119")
@pytest.mark.parametrize("behaves", ["good", "refuses"])
def test_a_pick_up_is_asked_once(desk: Desk, behaves: str) -> None:
    desk.contract()
    parcel = desk.accepted()
    desk.ask(parcel)
    desk.work()
    desk.contract(behaves)
    with desk.house.session(desk.house.cast.bookshop("alba")) as session:
        day = date(2027, 1, 11)
        actions.ask_pickup(session, shipment_ids=[parcel.id], day=day, hour=time(16), at=NOW)
        with pytest.raises(Refused, match="nobody fetches yet"):
            actions.ask_pickup(session, shipment_ids=[parcel.id], day=day, hour=time(16), at=NOW)
    desk.work()
    kept = desk.parcel(parcel)
    if behaves == "good":
        assert kept.collection in {one["number"] for one in desk.double.made()}
        assert kept.collection.startswith("SR")
    else:
        assert kept.collection == ""
        assert kept.label_error["values"]["said"] == "Sin servicio ese dia"


@pytest.mark.seed("T117", "T118")
def test_the_pages_of_a_contract(desk: Desk) -> None:
    """Tried before it is kept; shown by its last signs; the hint of A01; nobody else sees it; no canary anywhere."""
    owner = desk.house.client("boreal_owner")
    page = "/office/settings/carriers/correos"
    with desk.house.session() as session:
        told = {"address": "Calle Menor 2", "postcode": "08001", "city": "Barcelona"}
        session.execute(update(Bookshop).where(Bookshop.id == desk.house.cast.boreal).values(told))
    known = CASES["correos"][1] | {"contract": "12345-8"}

    def post(address: str = page, **typed: str) -> str:
        token = csrf(owner, page)
        return owner.post(address, data={"csrf_token": token, **typed}, follow_redirects=True).get_data(as_text=True)

    assert "no acepta" in post(**known | {"password": "a wrong canary"})
    with desk.house.session() as session:
        assert queries.contract(session, carrier="correos", owner_id=desk.house.cast.boreal) is None
    shown = post(**known)
    assert "termina en" in shown
    assert "parece un número de SEUR" in shown
    assert 'value="secret"' not in shown
    with desk.house.session() as session:
        tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        kept = [row for table in tables for row in session.scalars(text(f'SELECT t::text FROM "{table}" t')).all()]
        account = queries.contract(session, carrier="correos", owner_id=desk.house.cast.boreal)
        assert account is not None
        assert (account.tails, account.is_good) == ({"password": "et"}, True)
    assert [row for row in kept if '"secret"' in row or "wrong canary" in row] == []
    with desk.house.session(desk.house.cast.bookshop("alba")) as session:
        assert session.scalars(select(CarrierAccount)).all() == []
    fresh = Keyring({"2027": b"n" * 32, **desk.keyring.keys})
    with desk.house.session() as session:
        assert [actions.reseal(session, keyring=fresh) for _ in range(2)] == [1, 0]
        found = queries.contract(session, carrier="correos", owner_id=desk.house.cast.boreal)
        assert found is not None
        assert actions.access_of(found, keyring=fresh, stand_in="").credentials["password"] == "secret"
        with pytest.raises(ValueError, match="no longer known"):
            actions.access_of(found, keyring=desk.keyring, stand_in="")
    post(page + "/off")
    with desk.house.session() as session:
        assert session.scalars(select(CarrierAccount.sealed)).all() == [None]


@pytest.mark.parametrize("network", ["fr"], indirect=True)
def test_in_france_staff_keep_the_contract(desk: Desk) -> None:
    """A22: the platform pays the labels, so bookshops have no page for it."""
    assert desk.house.client("boreal_owner").get("/office/settings/carriers/colissimo").status_code == 404
    staff = desk.house.client("ada")
    page = "/staff/carriers/colissimo"
    typed = CASES["colissimo"][1] | {"csrf_token": csrf(staff, page)}
    assert "se termine par" in staff.post(page, data=typed, follow_redirects=True).get_data(as_text=True)
    with desk.house.session() as session:
        account = queries.contract(session, carrier="colissimo", owner_id=None)
        assert account is not None
        assert account.is_good
