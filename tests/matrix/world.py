"""A network in full swing, with a pair of everything: one thing of Alba's and Clara's, one of Boreal's and Bruno's.

Everything is made by the product's own actions. Each side's words carry a mark (``ALPHAMARK``, ``BETAMARK``), so
that a page which shows a neighbour's row is found by reading it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import select, update

from jobs.context import Context, open_context
from jobs.queue import drain
from jobs.worker import declare_handlers
from tests.cast import NOW
from tests.conftest import House
from tests.storefront.conftest import REED, SOLITUDE, furnish
from tests.tenancy.plant import Owner, plant
from tests.trade.catalogue.feeds import campre, picture
from tests.trade.orders.helpers import open_for_sale, order, pay
from trade.accounts.actions import invite, tokens
from trade.accounts.models import Person, Role, SignInSession
from trade.base.models import Effect
from trade.base.tenancy import DOOR, Scope, TenantSession
from trade.billing import actions as billing
from trade.billing.models import Invoice, TransferBatch
from trade.calendar.actions import add_closing_day, add_vacation
from trade.calendar.models import ClosingDay, Vacation
from trade.catalogue.actions import import_feed, receive_feed, set_cover
from trade.catalogue.models import BookCover
from trade.distributors.actions import add as add_distributor
from trade.distributors.actions.keeping import Particulars
from trade.gift_cheques import actions as cheques
from trade.gift_cheques.models import GiftCheque
from trade.members.actions import add_requirement, apply, send_questionnaire
from trade.members.models import Bookshop, StoredFile
from trade.messages.models import Message
from trade.orders.actions import Contact
from trade.orders.models import Order, Withdrawal
from trade.payments.actions import refund
from trade.payments.models import Payment
from trade.privacy.actions import ask_deletion
from trade.reservations.actions import place
from trade.shipping.models import ShippingTable
from trade.stock.actions import make_token, process, receive_file
from trade.stock.models import StockToken
from trade.texts.actions import draft
from trade.texts.models import LegalText

OCTOBER = datetime(2026, 10, 15, 9, 0, tzinfo=UTC)
CLOSING = datetime(2026, 11, 2, 7, 30, tzinfo=UTC)
MARKS = {"alba": "ALPHAMARK", "boreal": "BETAMARK"}
READERS = {"alba": "clara", "boreal": "bruno"}


@dataclass
class World:
    """The house and the ids of its things: ``pairs[name]`` is (Alba's or Clara's, Boreal's or Bruno's)."""

    house: House
    pairs: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)


def build(house: House) -> World:
    """Fill a house with a pair of everything."""
    furnish(house)
    world = World(house)
    with opened(house) as context:
        _mark_people(world)
        _reserve(world)
        _sell(world)
        _keep_calendars(world)
        _send_files(world)
        _tell_of_books(world)
        _keep_distributor(world)
        _make_keys(world)
        _redeem(world, context)
        _refund(world)
        _close_month(world, context)
        _apply(world)
        _ask_for_deletion(world)
        _invite(world)
        _give_tokens(world)
        _write_for_members(world)
        drain(context)
    _note_the_rest(world)
    return world


@contextmanager
def opened(house: House) -> Iterator[Context]:
    """The house as its jobs see it."""
    declare_handlers()
    context = open_context(house.config())
    context.redis.flushdb()
    yield context
    context.engine.dispose()
    context.redis.close()


def _pair(world: World, name: str, made: Callable[[str], Any]) -> None:
    world.pairs[name] = (made("alba"), made("boreal"))


def _mark_people(world: World) -> None:
    cast = world.house.cast
    with world.house.session() as session:
        for shop, mark in MARKS.items():
            for who in (READERS[shop], f"{shop}_owner", f"{shop}_clerk"):
                session.execute(
                    update(Person).where(Person.id == cast.people[who]).values(name=f"{who.title()} {mark}")
                )


def _reserve(world: World) -> None:
    cast = world.house.cast

    def made(shop: str) -> str:
        with world.house.session(cast.reader(READERS[shop])) as session:
            return place(
                session, bookshop_id=getattr(cast, shop), isbn=SOLITUDE, locale="es", at=NOW, note=f"Note {MARKS[shop]}"
            ).reference

    _pair(world, "reservation", made)


def _refund(world: World) -> None:
    """An order of each bookshop that was paid by card, and must be refunded by hand."""
    cast = world.house.cast

    def made(shop: str) -> int:
        owner = Owner(getattr(cast, shop), cast.people[READERS[shop]])
        with world.house.session() as session:
            ids = {table: plant(session, table, owner) for table in ("payment_account", "sale")}
            known = {"account_id": ids["payment_account"], "order_id": ids["sale"], "state": "paid", "cents": 1}
            paid = plant(session, "payment", owner)
            session.execute(update(Payment).where(Payment.id == paid).values(known))
            named = {"reference": f"Order {MARKS[shop]}", "reader_name": MARKS[shop]}
            session.execute(update(Order).where(Order.id == ids["sale"]).values(named))
            return refund(session, payment_id=paid, cause="goodwill", key=f"by-hand-{shop}", at=NOW).id

    _pair(world, "refund_id", made)


def _sell(world: World) -> None:
    """A paid order of each bookshop, of a book on its shelf."""

    def made(shop: str) -> str:
        open_for_sale(world.house, shop, isbns=(SOLITUDE,))
        placed = order(world.house, name=shop, basket=((SOLITUDE, 1),), who=READERS[shop], contact=Contact(
            name=f"{READERS[shop]} {MARKS[shop]}", email=f"{READERS[shop]}@mostrador.example"
        ))  # fmt: skip
        pay(world.house, placed)
        return placed.order.reference

    def withdrawn(shop: str) -> int:
        with world.house.session() as session:
            mine = session.scalars(select(Order).where(Order.bookshop_id == getattr(world.house.cast, shop))).one()
            known = {"order_id": mine.id, "bookshop_id": mine.bookshop_id, "reader_id": mine.reader_id}
            found = Withdrawal(**known, reference=f"W-{shop}", state="declared", lines={}, declared_at=NOW)
            session.add(found)
            session.flush()
            return found.id

    _pair(world, "order", made)
    _pair(world, "withdrawal_id", withdrawn)
    world.things["order_alba"] = world.pairs["order"][0]
    with world.house.session() as session:
        world.things["shipping_table_id"] = session.scalars(select(ShippingTable.id)).first()


def _keep_distributor(world: World) -> None:
    with world.house.session(world.house.cast.staff()) as session:
        told = Particulars("Azeta", lead_from_hours=24, lead_to_hours=48)
        world.things["distributor_id"] = add_distributor(session, key="azeta", told=told, at=NOW).id


def _keep_calendars(world: World) -> None:
    cast = world.house.cast
    with world.house.session() as session:
        for shop, mark in MARKS.items():
            bookshop = session.get_one(Bookshop, getattr(cast, shop))
            add_closing_day(session, bookshop=bookshop, day=date(2026, 12, 7), name=f"Fair {mark}", at=NOW)
            first = date(2027, 2, 1)
            add_vacation(session, bookshop=bookshop, first=first, last=first + timedelta(days=4), note=mark, at=NOW)
        ids = {
            model: dict(session.execute(select(model.bookshop_id, model.id)).all()) for model in (ClosingDay, Vacation)
        }
    _pair(world, "closing_day_id", lambda shop: ids[ClosingDay][getattr(cast, shop)])
    _pair(world, "vacation_id", lambda shop: ids[Vacation][getattr(cast, shop)])


def _send_files(world: World) -> None:
    """A file with a refused line, waiting for a person's decision."""
    cast = world.house.cast

    def made(shop: str) -> int:
        data = f"isbn;cantidad;pvp\r\n{SOLITUDE};5;14,95\r\n{MARKS[shop]};1;1,00\r\n{REED};2;99,95\r\n".encode()
        with world.house.session(cast.bookshop(shop)) as session:
            run = receive_file(
                session,
                bookshop_id=getattr(cast, shop),
                format="model_csv",
                data=data,
                name=f"{MARKS[shop]}.csv",
                origin="upload",
                at=NOW,
                store=world.house.store,
                apply_when_safe=False,
                queued=False,
            )
            process(session, run_id=run.id, at=NOW, store=world.house.store)
            return run.id

    _pair(world, "run_id", made)


def _tell_of_books(world: World) -> None:
    """A feed with a refused record, and a cover."""
    house = world.house
    with house.session() as session:
        feed = campre((SOLITUDE, 1495, "CIEN ANOS DE SOLEDAD"), (SOLITUDE + 1, 100, "MISTYPED"))
        run = receive_feed(
            session, stream=BytesIO(feed), name="prices.txt", origin="upload", at=NOW, store=house.store, queued=False
        )
        import_feed(session, run_id=run.id, at=NOW, store=house.store)
        set_cover(session, isbn=SOLITUDE, data=picture(), source="staff", at=NOW, store=house.store)
        cover = session.get_one(BookCover, SOLITUDE)
        world.things |= {
            "catalogue_run_id": run.id,
            "catalogue_source_id": run.source_id,
            "cover_sha": cover.sha256,
        }


def _make_keys(world: World) -> None:
    cast = world.house.cast

    def made(shop: str) -> int:
        shop_id = getattr(cast, shop)
        with world.house.session(cast.bookshop(shop)) as session:
            make_token(session, bookshop_id=shop_id, purpose="push", name=f"Software {MARKS[shop]}", at=NOW)
            return session.scalars(select(StockToken.id).where(StockToken.bookshop_id == shop_id)).one()

    _pair(world, "token_id", made)


def _redeem(world: World, context: Context) -> None:
    cast = world.house.cast
    with world.house.session(cast.staff()) as session:
        campaign = cheques.create_campaign(
            session,
            name="Library week (sample)",
            buyer="A sample town hall",
            face_cents=5_000,
            cheques=4,
            valid_from=date(2026, 9, 1),
            expires_on=date(2027, 12, 31),
            at=OCTOBER,
        )
        codes = cheques.issue(session, campaign_id=campaign.id, pepper=context.pepper, at=OCTOBER)
        draft = cheques.create_campaign(
            session,
            name="Not yet issued (sample)",
            buyer="",
            face_cents=2_000,
            cheques=1,
            valid_from=date(2026, 12, 1),
            expires_on=date(2027, 12, 31),
            at=NOW,
        )
        world.things |= {"campaign_id": campaign.id, "draft_campaign_id": draft.id, "code": codes[3].code}

    def made(shop: str) -> int:
        number = list(MARKS).index(shop)
        with world.house.session(cast.bookshop(shop)) as session:
            for at, cents in ((OCTOBER, 2_000 + number), (NOW, 1_000 + number)):
                entry = cheques.redeem(
                    session,
                    code=codes[number].code,
                    cents=cents,
                    bookshop_id=getattr(cast, shop),
                    key=f"{shop}:{cents}",
                    pepper=context.pepper,
                    responsible=True,
                    at=at,
                )
            return entry.id

    _pair(world, "entry_id", made)


def _close_month(world: World, context: Context) -> None:
    cast = world.house.cast
    with world.house.session() as session:
        billing.close_month(session, month="2026-10", at=CLOSING)
    drain(context)
    with world.house.session() as session:
        world.things["batch_id"] = session.scalars(select(TransferBatch.id)).one()
        references = dict(session.execute(select(Invoice.bookshop_id, Invoice.reference)).all())
    _pair(world, "invoice", lambda shop: references[getattr(cast, shop)])


def _apply(world: World) -> None:
    """An applicant half-way, with the link to her questionnaire."""
    links: list[str] = []
    with world.house.session(DOOR) as session:
        applicant = apply(
            session,
            name="Gamma (sample)",
            postcode="28013",
            city="Madrid",
            contact_name="Gema Sample",
            contact_email="gamma@mostrador.example",
            contact_phone="",
            part_of_chain=False,
            message="",
            locale="es",
            at=NOW,
        )
        world.things["applicant_id"] = applicant.id
    with world.house.session(world.house.cast.staff()) as session:
        send_questionnaire(session, bookshop_id=applicant.id, at=NOW, link=_remember(links))
    world.things["questionnaire_token"] = links[0]


def _ask_for_deletion(world: World) -> None:
    with world.house.session() as session:
        leaver = Person(email="leaver@mostrador.example", name="Leaver (sample)", verified_at=NOW, locale="es")
        session.add(leaver)
        session.flush()
        leaver_id = leaver.id
    with world.house.session(Scope("reader", person_id=leaver_id)) as session:
        world.things["request_id"] = ask_deletion(session, person_id=leaver_id, at=NOW).id


def _invite(world: World) -> None:
    links: list[str] = []
    cast = world.house.cast
    with world.house.session(cast.bookshop("alba")) as session:
        invite(
            session,
            email="invited@mostrador.example",
            name="Invited (sample)",
            role="clerk",
            bookshop_id=cast.alba,
            locale="es",
            at=NOW,
            link=_remember(links),
        )
    world.things["invitation_token"] = links[0]


def _remember(links: list[str]) -> Callable[[str], str]:
    def link(token: str) -> str:
        links.append(token)
        return f"https://mostrador.example/{token}"

    return link


def _give_tokens(world: World) -> None:
    cast = world.house.cast
    with world.house.session(DOOR) as session:
        for purpose in ("recovery", "verification"):
            token = tokens.issue(
                session,
                purpose=purpose,
                person_id=cast.people["bruno"],
                payload={"email": "bruno@mostrador.example"},
                at=NOW,
            )
            world.things[f"{purpose}_token"] = token


def _write_for_members(world: World) -> None:
    languages = ("es", "fr", "en")
    words = dict.fromkeys(languages, "Words that are not in force (sample).")
    titles = dict.fromkeys(languages, "Draft (sample)")
    with world.house.session(world.house.cast.staff()) as session:
        text = draft(session, document="terms", titles=titles, bodies=words, accepted_by="bookshop", at=NOW)
        world.things["draft_text_id"] = text.id
        requirement = add_requirement(session, names=dict.fromkeys(languages, "A sample requirement"), at=NOW)
        world.things["requirement_id"] = requirement.id


def _note_the_rest(world: World) -> None:
    cast = world.house.cast
    with world.house.session() as session:
        clerks = dict(session.execute(select(Role.bookshop_id, Role.id).where(Role.name == "clerk")).all())
        world.things |= {
            "bookshop_alba": cast.alba,
            "cheque_id": _first(session, GiftCheque.id),
            "effect_id": _first(session, Effect.id),
            "file_id": _first(session, StoredFile.id, StoredFile.bookshop_id == cast.alba),
            "message_id": _first(session, Message.id),
            "person_id": cast.people["dora"],
            "platform_role_id": _first(session, Role.id, Role.person_id == cast.people["dora"]),
            "session_id": _first(session, SignInSession.id, SignInSession.person_id == cast.people["dora"]),
            "text_id": _first(session, LegalText.id),
            "waiting_run_id": world.pairs["run_id"][0],
        }
    _pair(world, "bookshop", lambda shop: getattr(cast, shop))
    _pair(world, "role_id", lambda shop: clerks[getattr(cast, shop)])


def _first(session: TenantSession, column: Any, *conditions: Any) -> Any:
    return session.scalars(select(column).where(*conditions).order_by(column).limit(1)).one()
