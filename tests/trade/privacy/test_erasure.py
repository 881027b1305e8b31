"""Erasure: what is open ends first, every trace goes, the certificate says so, and a restore changes nothing.

Marker strings are planted through every door a person has, then searched in every column of every table and in
every file (safety.md, tests 49, 50 and 52).
"""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import create_engine, func, select, text

from jobs.context import Context
from jobs.privacy import remember, replay_tombstones, stones_file
from jobs.queue import drain
from tests.cast import NOW
from tests.conftest import House
from tests.trade.privacy.traces import traces
from trade.accounts import actions as accounts
from trade.accounts.actions.counting import note
from trade.accounts.models import Person, SignInSession
from trade.accounts.queries import signed_in
from trade.base.crypto import unseal
from trade.base.errors import Conflict, NotFound, Refused
from trade.base.tenancy import DOOR, Scope
from trade.members import actions as members
from trade.members.models import Application, Bookshop
from trade.messages.actions import send
from trade.messages.models import Message
from trade.privacy import actions
from trade.privacy.models import BlockedRecord, Consent, DeletionRequest, Tombstone
from trade.privacy.queries import consenting, consents_of, open_request, queue
from trade.privacy.rules import fingerprint
from trade.questionnaires import actions as questionnaires
from trade.reservations.models import Reservation
from trade.stock.models import StockHold
from trade.texts.queries import pending_for_bookshop

PASSWORD = "tres gatos sin paraguas"
NAME, MAIL, PHONE, NOTE = "Zurbarana Markertest", "zurbarana.marker@example.org", "+34 611 222 333", "Markernote 7431"
MARKERS = ("Zurbarana", "Markertest", "zurbarana.marker", "611 222 333", "Markernote")
PDF = b"%PDF-1.7 Zurbarana Markertest proof"


def link(token: str) -> str:
    return f"https://mostrador.example/link/{token}"


def pepper_of(house: House) -> bytes:
    return house.config().secret_key.encode()


def hits(house: House) -> dict[str, int]:
    """Where a marker stands, and how often."""
    return traces(house, MARKERS)


def plant(house: House) -> int:
    """A reader who did everything a reader can do; returns her number."""
    pepper = pepper_of(house)
    with house.session(DOOR) as session:
        accounts.register(
            session,
            name=NAME,
            email=MAIL,
            password=PASSWORD,
            locale="es",
            consents={"newsletter": "Send me the newsletter."},
            at=NOW,
            pepper=pepper,
            link=link,
            recovery_link=link,
        )
    with house.session() as session:
        person = session.scalars(select(Person).where(Person.email == MAIL)).one()
    with house.session(Scope("reader", person_id=person.id)) as session:
        accounts.change_profile(session, person_id=person.id, name=NAME, phone=PHONE, locale="es", at=NOW)
    with house.session(DOOR) as session:
        accounts.sign_in(session, email=MAIL, password=PASSWORD, network="192.0.2.1", at=NOW, pepper=pepper)
        accounts.ask_recovery(session, email=MAIL, at=NOW, pepper=pepper, link=link)
        note(session, kind="second_factor", value=str(person.id), succeeded=False, at=NOW, pepper=pepper)
    for state in ("collected", "received"):
        reserve(house, person.id, state=state)
    return person.id


def reserve(house: House, person_id: int, *, state: str, isbn: int = 9788437604947) -> str:
    """A reservation of hers as the placing leaves it, in the state given, with its mails and its hold."""
    reference = f"R-{person_id}-{state}"
    with house.session() as session:
        row = Reservation(
            reference=reference,
            bookshop_id=house.cast.alba,
            reader_id=person_id,
            isbn=isbn,
            state=state,
            placed_at=NOW,
            due_at=NOW + timedelta(days=1),
            closed_at=NOW if state == "collected" else None,
            reader_name=NAME,
            reader_email=MAIL,
            reader_phone=PHONE,
            note=NOTE,
            locale="es",
        )
        session.add(row)
        session.add(
            StockHold(
                bookshop_id=house.cast.alba,
                person_id=person_id,
                isbn=isbn,
                copies=1,
                reference=reference,
                state="released" if state == "collected" else "open",
                created_at=NOW,
            )
        )
        session.flush()
        send(
            session,
            key=f"reservation.new.bookshop:{row.id}",
            template="reservation.new",
            to_email="alba@mostrador.example",
            locale="es",
            bookshop_id=house.cast.alba,
            about_id=person_id,
            values={"reader": NAME, "title": "A book", "reference": reference, "authors": "", "isbn": "", "due": NOW},
            at=NOW,
        )
    return reference


def ask(house: House, person_id: int, *, give_up: bool) -> int:
    with house.session(Scope("reader", person_id=person_id)) as session:
        return actions.ask_deletion(session, person_id=person_id, give_up_reservations=give_up, at=NOW).id


def execute(house: House, request_id: int, *, days: int = 1) -> DeletionRequest:
    with house.session(house.cast.staff()) as session:
        return actions.execute(
            session, request_id=request_id, at=NOW + timedelta(days=days), pepper=pepper_of(house), code="1.0.0"
        )


@pytest.mark.parametrize("network", ["es", "fr"], indirect=True)
@pytest.mark.seed("F42", "F48")
def test_every_trace_of_a_reader_goes(house: House, context: Context) -> None:
    person_id = plant(house)
    before = hits(house)
    assert {"person", "message", "reservation"} <= set(before), "the markers were not planted"
    request_id = ask(house, person_id, give_up=True)
    with house.session() as session:
        states = {row.reference: row.state for row in session.scalars(select(Reservation))}
        assert states[f"R-{person_id}-received"] == "rejected_by_reader"
        told = session.scalars(select(Message.template).where(Message.to_email == "alba@mostrador.example")).all()
        assert "reservation.cancelled" in told
    request = execute(house, request_id)
    assert request.state == "certified" and request.subject

    drain(context)
    assert hits(house) == {}
    with house.session() as session:
        mail = session.scalars(select(Message).where(Message.template == "privacy.done")).one()
        assert mail.to_email == "" and request.subject in mail.body

    # signing in fails, and no session is left
    with house.session(DOOR) as session:
        refused = accounts.sign_in(session, email=MAIL, password=PASSWORD, network="", at=NOW, pepper=pepper_of(house))
        assert refused.token is None
        assert (
            session.scalars(
                select(func.count()).select_from(SignInSession).where(SignInSession.person_id == person_id)
            ).one()
            == 0
        )

    # what stays says nothing about her: the reservation keeps book, bookshop and date
    with house.session() as session:
        rows = session.scalars(select(Reservation).where(Reservation.reference.startswith(f"R-{person_id}-"))).all()
        assert len(rows) == 2 and all(row.reader_id is None and row.isbn == 9788437604947 for row in rows)


@pytest.mark.seed("F42")
def test_the_certificate_counts_everything_and_names_nobody(house: House) -> None:
    request = execute(house, ask(house, plant(house), give_up=True))
    document = request.certificate
    records = {record["kind"]: record for record in document["records"]}
    assert records["reservations"]["detached"] == 2
    assert records["account"]["deleted"] == 1
    assert records["consents"]["kept"] == 1 and records["consents"]["why"]
    assert records["messages"]["deleted"] >= 4 and records["access"]["deleted"] >= 5
    assert request.certificate_sha256 == fingerprint(document)
    assert not any(marker.lower() in json.dumps(document).lower() for marker in MARKERS)
    with house.session() as session:
        words = actions.certificate_text(session, request=request, locale="en")
    assert request.certificate_sha256 in words and "Reservations: 2 kept without any link to you." in words
    assert not any(marker.lower() in words.lower() for marker in MARKERS)


@pytest.mark.seed("F42")
def test_open_reservations_are_waited_for_and_the_reader_told(house: House) -> None:
    person_id = plant(house)
    request_id = ask(house, person_id, give_up=False)
    assert ask(house, person_id, give_up=False) == request_id
    request = execute(house, request_id)
    assert request.state == "waiting" and len(request.waits_for) == 1
    execute(house, request_id)
    with house.session() as session:
        told = session.scalars(select(Message.body).where(Message.template == "privacy.waiting")).all()
        assert len(told) == 1 and f"R-{person_id}-received" in told[0]
        row = session.scalars(select(Reservation).where(Reservation.reference == f"R-{person_id}-received")).one()
        row.state = "rejected_by_shop"
    assert execute(house, request_id).state == "certified"
    with pytest.raises(Conflict):
        execute(house, request_id)


def test_a_book_set_aside_is_let_go_when_she_says_so(house: House) -> None:
    person_id = plant(house)
    reserve(house, person_id, state="notified", isbn=9788417860790)
    ask(house, person_id, give_up=True)
    with house.session() as session:
        row = session.scalars(select(Reservation).where(Reservation.reference == f"R-{person_id}-notified")).one()
        hold = session.scalars(select(StockHold).where(StockHold.reference == row.reference)).one()
        assert (row.state, hold.state) == ("lapsed", "released")


def test_staff_see_the_queue_with_its_clock_and_check_who_asks(house: House) -> None:
    person_id = plant(house)
    with house.session(house.cast.staff()) as session:
        request = actions.staff_ask(session, email=f" {MAIL.upper()} ", at=NOW)
        assert (request.state, request.due_on) == ("asked", (NOW + timedelta(days=30)).date())
        with pytest.raises(Refused, match="Check first"):
            actions.execute(session, request_id=request.id, at=NOW, pepper=b"x", code="1")
        with pytest.raises(NotFound):
            actions.staff_ask(session, email="nobody@example.org", at=NOW)
        actions.check_identity(session, request_id=request.id, how="called back", at=NOW)
        assert [person.id for _, person in queue(session)] == [person_id]


def test_a_request_can_be_withdrawn_or_refused(house: House) -> None:
    person_id = plant(house)
    request_id = ask(house, person_id, give_up=False)
    with house.session(house.cast.reader()) as session, pytest.raises(NotFound):
        actions.withdraw_deletion(session, request_id=request_id, at=NOW)
    with house.session(Scope("reader", person_id=person_id)) as session:
        actions.withdraw_deletion(session, request_id=request_id, at=NOW)
        assert open_request(session, person_id=person_id) is None
    second = ask(house, person_id, give_up=False)
    with house.session(house.cast.staff()) as session:
        actions.refuse(session, request_id=second, reason="A debt is open.", at=NOW)
    with house.session() as session:
        assert (
            "A debt is open."
            in session.scalars(select(Message.body).where(Message.template == "privacy.refused")).one()
        )
        assert session.get_one(Person, person_id).state == "active"


# --- a person of a bookshop ------------------------------------------------------------------------


def join(house: House, *, upto: str) -> int:
    """The marked person applies for a bookshop and answers; ``upto`` accepted goes on to active."""
    with house.session(DOOR) as session:
        shop = members.apply(
            session,
            name="Librería Ajena",
            postcode="28004",
            city="Madrid",
            contact_name=NAME,
            contact_email=MAIL,
            contact_phone=PHONE,
            part_of_chain=False,
            message=NOTE,
            locale="es",
            at=NOW,
        ).id
    tokens: list[str] = []

    def keep(token: str) -> str:
        tokens.append(token)
        return link(token)

    with house.session(house.cast.staff()) as session:
        members.send_questionnaire(session, bookshop_id=shop, at=NOW, link=keep)
    with house.session(DOOR) as session:
        questionnaires.upload(
            session, token=tokens[-1], question="logo", store=house.store, data=PDF, name=f"{NAME}.pdf", at=NOW
        )
        questionnaires.save(
            session, token=tokens[-1], given={"owner_name": NAME, "phone": PHONE, "email": MAIL}, at=NOW
        )
    if upto == "applied":
        return shop
    with house.session() as session:
        session.get_one(Bookshop, shop).state = "in_review"
    with house.session(house.cast.staff()) as session:
        members.accept(session, bookshop_id=shop, at=NOW, link=keep)
        members.record_fee(session, bookshop_id=shop, at=NOW, link=keep)
    with house.session(DOOR) as session:
        accounts.accept_invitation(session, token=tokens[-1], password=PASSWORD, at=NOW)
    return shop


def test_an_applicant_who_never_joined_leaves_nothing(house: House, context: Context) -> None:
    person_id = plant(house)
    join(house, upto="applied")
    assert {"application", "answer", "stored_file", "token", "file"} <= set(hits(house))
    request = execute(house, ask(house, person_id, give_up=True))
    drain(context)
    assert request.state == "certified"
    assert hits(house) == {}


@pytest.mark.seed("F42", "F51")
def test_what_the_law_keeps_is_sealed_and_listed(house: House, context: Context) -> None:
    person_id = plant(house)
    shop = join(house, upto="accepted")
    office = Scope("bookshop", bookshop_id=shop, person_id=person_id)
    with house.session(office) as session:
        waiting = [row.id for row in pending_for_bookshop(session, bookshop_id=shop, at=NOW)]
        members.accept_texts(session, bookshop_id=shop, person_id=person_id, text_ids=waiting, locale="es", at=NOW)
    request_id = ask(house, person_id, give_up=True)
    waiting_request = execute(house, request_id)
    assert waiting_request.state == "waiting" and "last owner" in waiting_request.waits_for[0]["message"]
    with house.session(house.cast.staff("ada")) as session:
        accounts.grant_role(session, person_id=house.cast.people["bruno"], role="owner", bookshop_id=shop, at=NOW)
    request = execute(house, request_id)
    records = {record["kind"]: record for record in request.certificate["records"]}
    assert records["acceptances"]["blocked"] == 2 and records["acceptances"]["until"] == "2032-12-31"
    assert records["applications"]["blocked"] == 1
    with house.session() as session:
        sealed = session.scalars(select(BlockedRecord).where(BlockedRecord.kind == "acceptances")).one()
        opened = unseal(sealed.sealed, pepper=pepper_of(house), context=f"blocked:acceptances:{request.subject}")
        assert json.loads(opened)["email"] == MAIL
        assert session.scalars(select(Application.contact_email).where(Application.bookshop_id == shop)).one() == ""
    drain(context)
    # only the records of the bookshop itself, which are the contract's and not the reader's account
    assert set(hits(house)) <= {"answer", "stored_file", "file", "bookshop"}
    with house.session(house.cast.bookshop()) as session:
        assert session.scalars(select(BlockedRecord)).all() == []


def test_the_last_administrator_is_not_erased(house: House) -> None:
    ada = house.cast.people["ada"]
    request_id = ask(house, ada, give_up=False)
    assert "last administrator" in execute(house, request_id).waits_for[0]["message"]


# --- restore ---------------------------------------------------------------------------------------


@pytest.mark.seed("F42")
def test_a_restored_backup_is_erased_again(house: House, context: Context) -> None:
    person_id = plant(house)
    backup = snapshot(house, person_id)
    execute(house, ask(house, person_id, give_up=True))
    drain(context)
    assert stones_file(context).exists()
    assert not any(marker in stones_file(context).read_text() for marker in MARKERS)
    # the backup is older than the erasure: it knows neither the request nor the tombstone
    restore(house, person_id, backup)
    assert "person" in hits(house)
    assert replay_tombstones(context) == 1
    drain(context)
    assert hits(house) == {}
    assert replay_tombstones(context) == 0


def snapshot(house: House, person_id: int) -> tuple[str, str]:
    with house.session() as session:
        person = session.get_one(Person, person_id)
        return person.email, person.name


def restore(house: House, person_id: int, backup: tuple[str, str]) -> None:
    engine = create_engine(house.owner_url)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE person SET email = :email, name = :name, state = 'active' WHERE id = :id"),
            {"email": backup[0], "name": backup[1], "id": person_id},
        )
        connection.execute(text("DELETE FROM tombstone"))
        connection.execute(text("DELETE FROM deletion_request"))
    engine.dispose()


def test_a_tombstone_hurts_nobody_else(house: House) -> None:
    person_id = plant(house)
    execute(house, ask(house, person_id, give_up=True))
    with house.session() as session:
        stone = session.scalars(select(Tombstone)).one()
        other = house.cast.people["clara"]
        stones = [(other, stone.email_hash, NOW), (999_999, stone.email_hash, NOW)]
        assert actions.replay(session, tombstones=stones, at=NOW, pepper=pepper_of(house)) == 0
        assert session.get_one(Person, other).state == "active"


def test_the_file_of_tombstones_only_grows(house: House, context: Context) -> None:
    first = plant(house)
    execute(house, ask(house, first, give_up=True))
    drain(context)
    lines = stones_file(context).read_text().splitlines()
    engine = create_engine(house.owner_url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM tombstone"))
    engine.dispose()
    with house.session() as session:
        assert remember(session, context, {}) == {"known": 1}
    assert stones_file(context).read_text().splitlines() == lines


# --- consents, export, retention -------------------------------------------------------------------


@pytest.mark.seed("F45", "F46", "F47")
def test_consents_are_appended_and_only_a_living_yes_is_used(house: House) -> None:
    clara = house.cast.people["clara"]
    with house.session(house.cast.reader()) as session:
        words = {"words": "Send me the newsletter.", "form": "account"}
        for given in (True, True, False, True):
            actions.set_consent(session, person_id=clara, purpose="newsletter", given=given, at=NOW, **words)
        assert consents_of(session, person_id=clara) == {"news": False, "newsletter": True, "loyalty": False}
        assert [row.given for row in session.scalars(select(Consent).order_by(Consent.id))] == [True, False, True]
        with pytest.raises(Refused):
            actions.set_consent(session, person_id=clara, purpose="everything", given=True, at=NOW, **words)
    with house.session() as session:
        assert session.scalars(consenting("newsletter")).all() == [clara]
        assert session.scalars(consenting("loyalty")).all() == []


def test_an_export_holds_everything_of_hers_and_nothing_of_others(house: House) -> None:
    person_id = plant(house)
    with house.session(Scope("reader", person_id=person_id)) as session:
        packed = actions.export_data(session, person_id=person_id, locale="es", at=NOW)
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        data = json.loads(archive.read("data.json"))
        readable = archive.read("data.txt").decode()
    assert {"account", "reservations", "messages", "consents", "access"} <= set(data)
    assert len(data["reservations"]) == 2 and data["reservations"][0]["note"] == NOTE
    for marker in (NAME, MAIL, PHONE, NOTE):
        assert marker in json.dumps(data, ensure_ascii=False) and marker in readable
    assert "clara@" not in readable and "alba@" not in readable
    with house.session(house.cast.reader()) as session, pytest.raises(NotFound):
        actions.export_data(session, person_id=person_id, locale="es", at=NOW)


@pytest.mark.seed("F40", "F44")
def test_retention_takes_contacts_mails_and_attempts_away_and_counts_them(house: House, context: Context) -> None:
    person_id = plant(house)
    with house.session() as session:
        early = actions.retain(session, at=NOW + timedelta(days=29))
        assert not any(early.values())
        later = actions.retain(session, at=NOW + timedelta(days=91))
        assert later["contacts"] == 1 and later["attempts"] >= 2 and later["tokens"] >= 2
        closed = session.scalars(select(Reservation).where(Reservation.reference == f"R-{person_id}-collected")).one()
        waiting = session.scalars(select(Reservation).where(Reservation.reference == f"R-{person_id}-received")).one()
        assert (closed.reader_name, closed.reader_id) == ("", person_id)
        assert waiting.reader_name == NAME
    drain(context)
    with house.session() as session:
        assert actions.retain(session, at=NOW + timedelta(days=361))["messages"] >= 3
        assert session.scalars(select(func.count()).select_from(Message)).one() == 0


def test_signed_in_elsewhere_is_signed_out_by_the_erasure(house: House) -> None:
    clara = house.cast.people["clara"]
    execute(house, ask(house, clara, give_up=True))
    with house.session(DOOR) as session:
        assert signed_in(session, token=house.cast.tokens["clara"], at=NOW) is None
