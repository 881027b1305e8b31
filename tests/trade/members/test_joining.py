"""From the application to an active bookshop, under both networks, on the real database (F04-F08, T01-T08)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cast import NOW, TAX_IDS
from tests.conftest import House
from trade.accounts import actions as accounts
from trade.accounts.models import Person, Role
from trade.accounts.queries import roles_of, signed_in
from trade.base.errors import Conflict, NotFound, Refused
from trade.base.models import JournalEntry
from trade.base.tenancy import DOOR, Scope
from trade.members import actions as members
from trade.members.models import BillingData, Bookshop, Fee
from trade.members.queries import progress
from trade.messages.models import Message
from trade.questionnaires import actions as questionnaires
from trade.texts import actions as texts
from trade.texts.models import Acceptance, LegalText
from trade.texts.queries import pending_for_bookshop

BOTH = pytest.mark.parametrize("network", ["es", "fr"], indirect=True)
PEPPER = b"a secret of the tests"
PASSWORD = "tres gatos sin paraguas"
PDF = b"%PDF-1.7 sample proof"
ADDRESS = {
    "es": {"street": "Calle de Muestra, 4", "postcode": "28004", "city": "Madrid"},
    "fr": {"street": "4 rue de l'Exemple", "postcode": "75004", "city": "Paris"},
}
PLACE = {"es": "40.42, -3.70", "fr": "48.85, 2.35"}


def link(token: str) -> str:
    return f"https://mostrador.example/link/{token}"


def mailed(house: House, template: str) -> str:
    """The token in the last mail of a kind."""
    with house.session() as session:
        body = session.scalars(
            select(Message.body).where(Message.template == template).order_by(Message.id.desc()).limit(1)
        ).one()
    found = re.search(r"https://mostrador\.example/link/(\S+)", body)
    assert found, body
    return found[1]


def apply(house: House, *, part_of_chain: bool = False) -> int:
    with house.session(DOOR) as session:
        return members.apply(
            session,
            name="Librería de Muestra",
            postcode=ADDRESS[house.network]["postcode"],
            city=ADDRESS[house.network]["city"],
            contact_name="Sample Owner",
            contact_email="sample.owner@example.org",
            contact_phone="",
            part_of_chain=part_of_chain,
            message="",
            locale=house.network,
            at=NOW,
        ).id


def answers(house: House) -> dict[str, object]:
    """A complete set of answers for the joining questionnaire."""
    given: dict[str, object] = {
        "trade_name": "La Muestra",
        "legal_name": "La Muestra (sample)",
        "legal_form": "company",
        "tax_id": TAX_IDS[house.network][0],
        "address": ADDRESS[house.network],
        "coordinates": PLACE[house.network],
        "phone": "+34 600 000 000",
        "email": "hola@lamuestra.example",
        "hours": "Lunes a viernes 10-14 y 17-20",
        "daily_feed": "yes",
        "software": "other",
        "software_other": "A sheet",
        "billing_same": "yes",
        "billing_email": "facturas@lamuestra.example",
        "owner_name": "Sample Owner",
        "services": ["reservations"],
        "trader_statement": "yes",
    }
    return given


def staff_sends(house: House, bookshop_id: int) -> str:
    with house.session(house.cast.staff()) as session:
        members.send_questionnaire(session, bookshop_id=bookshop_id, at=NOW, link=link)
    return mailed(house, "joining.questionnaire")


def submit(house: House, token: str, given: dict[str, object]) -> questionnaires.Form:
    with house.session(DOOR) as session:
        outcome = questionnaires.submit(session, token=token, given=given, at=NOW)
    assert not outcome.problems, {key: str(text) for key, text in outcome.problems.items()}
    with house.session(house.cast.staff()) as session:
        bookshop_id = session.scalars(select(Bookshop.id).where(Bookshop.slug == "libreria-de-muestra")).one()
        form = questionnaires.form_of(session, bookshop_id=bookshop_id, locale=house.network)
        assert form is not None
        return form


def state_of(house: House, bookshop_id: int) -> str:
    with house.session() as session:
        return session.get_one(Bookshop, bookshop_id).state


@BOTH
@pytest.mark.seed("F04", "F07", "F08", "T01", "T02", "T04", "T06", "T07")
def test_a_bookshop_joins(house: House) -> None:
    shop = apply(house)
    assert state_of(house, shop) == "applied"
    token = staff_sends(house, shop)

    # answers can be left and resumed; a wrong one is named, the right ones are kept
    with house.session(DOOR) as session:
        outcome = questionnaires.save(
            session, token=token, given={"trade_name": "La Muestra", "tax_id": "B123"}, at=NOW
        )
        assert list(outcome.problems) == ["tax_id"]
    with house.session(DOOR) as session:
        form = questionnaires.by_link(session, token=token, locale=house.network, at=NOW + timedelta(days=3))
        assert {question.key: question.value for question in form.questions()}["trade_name"] == "La Muestra"
        assert all(question.open for question in form.questions())
        questionnaires.upload(
            session, token=token, question="iban_proof", store=house.store, data=PDF, name="cert.pdf", at=NOW
        )
    with house.session(DOOR) as session:
        outcome = questionnaires.submit(session, token=token, given={"trade_name": "La Muestra"}, at=NOW)
        assert "tax_id" in outcome.problems and "software_other" not in outcome.problems
    form = submit(house, token, answers(house))
    assert state_of(house, shop) == "answered" and form.state == "submitted"

    # the link is used up; staff ask for a change, and only that question reopens
    with house.session(DOOR) as session, pytest.raises(Refused, match="already been used"):
        questionnaires.by_link(session, token=token, locale="es", at=NOW)
    with house.session(house.cast.staff()) as session:
        members.review(session, bookshop_id=shop, at=NOW)
        members.ask_change(session, bookshop_id=shop, wishes={"hours": "Please add Saturday."}, at=NOW, link=link)
    second = mailed(house, "joining.changes")
    with house.session(DOOR) as session:
        form = questionnaires.by_link(session, token=second, locale=house.network, at=NOW)
        assert [question.key for question in form.questions() if question.open] == ["hours"]
    form = submit(house, second, {"hours": "Lunes a sábado 10-20", "trade_name": "Another name"})
    changed = {question.key: question for question in form.questions()}
    assert state_of(house, shop) == "in_review"
    assert changed["hours"].value == "Lunes a sábado 10-20" and "viernes" in changed["hours"].before
    assert changed["hours"].asked == "Please add Saturday."
    assert changed["trade_name"].value == "La Muestra"

    # accepted: the answers fill the public page and the billing data
    with house.session(house.cast.staff()) as session:
        members.accept(session, bookshop_id=shop, at=NOW, link=link)
    with house.session() as session:
        bookshop = session.get_one(Bookshop, shop)
        billing = session.scalars(select(BillingData).where(BillingData.bookshop_id == shop)).one()
        assert (bookshop.name, bookshop.hours) == ("La Muestra", "Lunes a sábado 10-20")
        assert bookshop.address == ADDRESS[house.network]["street"] and bookshop.latitude is not None
        assert (billing.legal_name, billing.tax_id) == ("La Muestra (sample)", TAX_IDS[house.network][0])
        assert billing.address == bookshop.address and billing.email == "facturas@lamuestra.example"

    # the fee, where the network has one
    template = "joining.first_access"
    if house.network == "es":
        template = "joining.fee_recorded"
        assert state_of(house, shop) == "fee_due"
        with house.session() as session:
            assert session.scalars(select(Fee.due_cents).where(Fee.bookshop_id == shop)).one() == 12_100
            assert not session.scalars(
                select(Message).where(Message.template.in_([template, "joining.first_access"]))
            ).all()
        with house.session(house.cast.staff()) as session:
            proof = members.keep_file(
                session, store=house.store, data=PDF, name="fee.pdf", purpose="fee", bookshop_id=shop, at=NOW
            )
            members.record_fee(session, bookshop_id=shop, proof_file_id=proof.id, at=NOW, link=link)
    assert state_of(house, shop) == "terms_due"

    # first access by the password link
    invitation = mailed(house, template)
    with house.session(DOOR) as session:
        greeting = accounts.greet(session, token=invitation, purpose="invitation", at=NOW)
        assert (greeting.email, greeting.has_password, greeting.place) == (
            "sample.owner@example.org",
            False,
            "La Muestra",
        )
        owner = accounts.accept_invitation(session, token=invitation, password=PASSWORD, at=NOW)
    with house.session(DOOR) as session:
        opened = accounts.sign_in(
            session, email="sample.owner@example.org", password=PASSWORD, network="", at=NOW, pepper=PEPPER
        )
    with house.session(DOOR) as session:
        who = signed_in(session, token=opened.token or "", at=NOW)
        assert who is not None and [place.bookshop_id for place in who.workplaces] == [shop]

    # the two texts block everything until both are accepted, each for itself
    office = Scope("bookshop", bookshop_id=shop, person_id=owner)
    with house.session(office) as session:
        waiting = pending_for_bookshop(session, bookshop_id=shop, at=NOW)
        assert [text.document for text in waiting] == ["terms", "privacy"]
        done = members.accept_texts(
            session, bookshop_id=shop, person_id=owner, text_ids=[waiting[0].id], locale=house.network, at=NOW
        )
        assert not done and session.get_one(Bookshop, shop).state == "terms_due"
    with house.session(office) as session:
        assert members.accept_texts(
            session, bookshop_id=shop, person_id=owner, text_ids=[waiting[1].id], locale=house.network, at=NOW
        )
    with house.session() as session:
        bookshop = session.get_one(Bookshop, shop)
        assert bookshop.state == "active" and bookshop.active_at == NOW
        assert all(step.done for step in progress(session, bookshop=bookshop, at=NOW))
        proofs = session.scalars(select(Acceptance).where(Acceptance.bookshop_id == shop)).all()
        assert {proof.person_id for proof in proofs} == {owner} and {proof.at for proof in proofs} == {NOW}
        moves = session.scalars(
            select(JournalEntry.action).where(JournalEntry.thing == "bookshop", JournalEntry.thing_id == shop)
        ).all()
        assert {"bookshop.accept", "bookshop.activate", "bookshop.ask_change"} <= set(moves)


@pytest.mark.seed("F04")
def test_part_of_a_chain_is_refused_without_reason_and_accepted_with_one(house: House) -> None:
    shop = apply(house, part_of_chain=True)
    submit(house, staff_sends(house, shop), answers(house))
    with house.session(house.cast.staff()) as session, pytest.raises(Refused, match="part of a chain"):
        members.accept(session, bookshop_id=shop, at=NOW, link=link)
    assert state_of(house, shop) == "answered"
    with house.session(house.cast.staff()) as session:
        members.accept(session, bookshop_id=shop, override_reason="Cooperative of two premises.", at=NOW, link=link)
    assert state_of(house, shop) == "fee_due"


@pytest.mark.seed("T03")
def test_a_new_condition_shows_for_applicants_and_blocks_the_acceptance(house: House) -> None:
    shop = apply(house)
    submit(house, staff_sends(house, shop), answers(house))
    with house.session(house.cast.staff()) as session:
        condition = members.add_requirement(session, names={"es": "Adherida a la red profesional"}, at=NOW)
        with pytest.raises(Refused, match="Adherida a la red"):
            members.accept(session, bookshop_id=shop, at=NOW, link=link)
        members.tick_requirement(session, bookshop_id=shop, requirement_id=condition.id, at=NOW)
        members.accept(session, bookshop_id=shop, at=NOW, link=link)


@pytest.mark.seed("T01", "T02")
def test_steps_cannot_be_skipped(house: House) -> None:
    shop = apply(house)
    with house.session(house.cast.staff()) as session:
        for act in (
            lambda: members.accept(session, bookshop_id=shop, at=NOW, link=link),
            lambda: members.record_fee(session, bookshop_id=shop, at=NOW, link=link),
            lambda: members.suspend(session, bookshop_id=shop, reason="no", at=NOW),
        ):
            with pytest.raises(Conflict), session.begin_nested():
                act()
        with pytest.raises(NotFound):
            members.review(session, bookshop_id=999_999, at=NOW)
    assert state_of(house, shop) == "applied"


def test_a_refusal_is_mailed_with_its_reason(house: House) -> None:
    shop = apply(house)
    with house.session(house.cast.staff()) as session:
        with pytest.raises(Refused, match="reason"), session.begin_nested():
            members.refuse(session, bookshop_id=shop, reason=" ", at=NOW)
        members.refuse(session, bookshop_id=shop, reason="There is no shop at this address.", at=NOW)
    with house.session() as session:
        body = session.scalars(select(Message.body).where(Message.template == "joining.refused")).one()
        assert "There is no shop at this address." in body


@pytest.mark.seed("F07")
def test_sending_the_questionnaire_again_makes_the_first_link_useless(house: House) -> None:
    shop = apply(house)
    first = staff_sends(house, shop)
    second = staff_sends(house, shop)
    with house.session(DOOR) as session:
        with pytest.raises(Refused):
            questionnaires.by_link(session, token=first, locale="es", at=NOW)
        assert questionnaires.by_link(session, token=second, locale="es", at=NOW).bookshop_id == shop


def test_a_link_opens_only_its_own_files(house: House) -> None:
    token = staff_sends(house, apply(house))
    with house.session() as session:
        foreign = members.keep_file(
            session, store=house.store, data=PDF, name="x.pdf", purpose="fee", bookshop_id=house.cast.alba, at=NOW
        )
    with house.session(DOOR) as session:
        outcome = questionnaires.save(session, token=token, given={"iban_proof": str(foreign.id)}, at=NOW)
        assert "file again" in str(outcome.problems["iban_proof"])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00 a program", "PDF, PNG or JPEG"),
        (b"<svg onload='alert(1)'>", "PDF, PNG or JPEG"),
        (b"%PDF-" + b"x" * (10 * 1024 * 1024), "at most 10 MB"),
    ],
)
def test_files_are_known_by_their_content(shared_house: House, data: bytes, words: str) -> None:
    with shared_house.session() as session, pytest.raises(Refused, match=words):
        members.keep_file(
            session, store=shared_house.store, data=data, name="a.pdf", purpose="fee", bookshop_id=None, at=NOW
        )


def test_a_files_name_is_only_for_showing(shared_house: House) -> None:
    with shared_house.session() as session:
        kept = members.keep_file(
            session,
            store=shared_house.store,
            data=PDF,
            name="..\\..\\etc/pa<ss>wd.pdf",
            purpose="fee",
            bookshop_id=None,
            at=NOW,
        )
        assert (kept.name, kept.media_type) == ("pa_ss_wd.pdf", "application/pdf")
        assert shared_house.store.get(kept.sha256) == PDF


# --- bookshops that had joined before --------------------------------------------------------------

ROW = {
    "name": "Librería Antigua",
    "postcode": "08002",
    "city": "Barcelona",
    "contact_email": "antigua@example.org",
    "contact_name": "Sample Keeper",
    "legal_name": "Antigua (sample)",
    "tax_id": "B58378431",
    "coordinates": "41.38, 2.17",
}


@pytest.mark.seed("T05")
def test_an_imported_bookshop_enters_by_recovery_and_accepts_the_texts(house: House) -> None:
    with house.session(house.cast.staff()) as session:
        report = members.import_bookshops(session, rows=[ROW], at=NOW, dry_run=False)
    assert report.created == ["libreria-antigua"] and not report.problems
    with house.session(DOOR) as session:
        attempt = accounts.sign_in(
            session, email="antigua@example.org", password=PASSWORD, network="", at=NOW, pepper=PEPPER
        )
        assert attempt.token is None
        accounts.ask_recovery(session, email="antigua@example.org", at=NOW, pepper=PEPPER, link=link)
    with house.session(DOOR) as session:
        person = accounts.set_password(session, token=mailed(house, "account.recovery"), password=PASSWORD, at=NOW)
    with house.session() as session:
        bookshop = session.scalars(select(Bookshop).where(Bookshop.slug == "libreria-antigua")).one()
        assert bookshop.state == "terms_due" and bookshop.subdivision == "CT"
    with house.session(Scope("bookshop", bookshop_id=bookshop.id, person_id=person)) as session:
        waiting = pending_for_bookshop(session, bookshop_id=bookshop.id, at=NOW)
        members.accept_texts(
            session,
            bookshop_id=bookshop.id,
            person_id=person,
            text_ids=[text.id for text in waiting],
            locale="es",
            at=NOW,
        )
    assert state_of(house, bookshop.id) == "active"


def test_an_import_names_bad_lines_keeps_good_ones_and_repeats_nothing(house: House) -> None:
    rows = [
        ROW,
        {**ROW, "name": "Otra", "postcode": "99999"},
        {**ROW, "name": "Tercera", "contact_email": "nobody"},
        {**ROW, "name": "Cuarta", "tax_id": "B58378432"},
        {**ROW, "name": "Quinta", "slug": "quinta", "contact_email": "quinta@example.org"},
    ]
    with house.session(house.cast.staff()) as session:
        dry = members.import_bookshops(session, rows=rows, at=NOW, dry_run=True)
    with house.session() as session:
        assert session.scalars(select(Bookshop).where(Bookshop.name == ROW["name"])).all() == []
        assert session.scalars(select(Person).where(Person.email == ROW["contact_email"])).all() == []
    with house.session(house.cast.staff()) as session:
        report = members.import_bookshops(session, rows=rows, at=NOW, dry_run=False)
    assert dry == report
    assert report.created == ["libreria-antigua", "quinta"]
    assert [line for line, _ in report.problems] == [2, 3, 4]
    with house.session(house.cast.staff()) as session:
        again = members.import_bookshops(session, rows=rows[:1], at=NOW, dry_run=False)
    assert again.created == [] and again.present == ["libreria-antigua"]


# --- texts -----------------------------------------------------------------------------------------


@pytest.mark.seed("T06", "T07", "F51")
def test_a_new_version_must_be_accepted_again_from_its_date(house: House) -> None:
    cast = house.cast
    with house.session(cast.staff()) as session:
        draft = texts.draft(
            session,
            document="terms",
            titles={"es": "Condiciones"},
            bodies={"es": "# Condiciones\n\nVersión dos."},
            accepted_by="bookshop",
            at=NOW,
        )
        assert draft.version == 2
        texts.publish(session, text_id=draft.id, effective_from=NOW + timedelta(days=15), at=NOW)
        with pytest.raises(Conflict, match="never edited"):
            texts.edit(session, text_id=draft.id, titles={"es": "x"}, bodies={"es": "y"}, accepted_by="nobody", at=NOW)
    with house.session(cast.bookshop()) as session:
        assert pending_for_bookshop(session, bookshop_id=cast.alba, at=NOW) == []
        later = NOW + timedelta(days=15)
        assert [text.version for text in pending_for_bookshop(session, bookshop_id=cast.alba, at=later)] == [2]
        with pytest.raises(Refused, match="changed in the meantime"):
            old = session.scalars(
                select(LegalText.id).where(LegalText.document == "terms", LegalText.version == 1)
            ).one()
            members.accept_texts(
                session,
                bookshop_id=cast.alba,
                person_id=cast.people["alba_owner"],
                text_ids=[old],
                locale="es",
                at=later,
            )


def test_a_text_cannot_take_effect_in_the_past(house: House) -> None:
    with house.session(house.cast.staff()) as session:
        draft = texts.draft(
            session, document="privacy", titles={"es": "a"}, bodies={"es": "b"}, accepted_by="nobody", at=NOW
        )
        with pytest.raises(Refused, match="past"):
            texts.publish(session, text_id=draft.id, effective_from=NOW - timedelta(seconds=1), at=NOW)


# --- roles -----------------------------------------------------------------------------------------


@pytest.mark.seed("F43", "T146")
def test_an_owner_invites_a_clerk_into_her_own_bookshop_only(house: House) -> None:
    cast = house.cast
    with house.session(cast.bookshop()) as session:
        wanted = {"email": "new.clerk@example.org", "name": "New Clerk", "locale": "es", "at": NOW, "link": link}
        with pytest.raises(Refused, match="you hold yourself"):
            accounts.invite(session, role="clerk", bookshop_id=cast.boreal, **wanted)  # type: ignore[arg-type]
        with pytest.raises(Refused):
            accounts.invite(session, role="staff", bookshop_id=None, **wanted)  # type: ignore[arg-type]
        accounts.invite(session, role="clerk", bookshop_id=cast.alba, **wanted)  # type: ignore[arg-type]
    with house.session(cast.bookshop(person="alba_clerk")) as session, pytest.raises(Refused):
        accounts.invite(session, role="clerk", bookshop_id=cast.alba, **wanted)  # type: ignore[arg-type]
    token = mailed(house, "account.invitation")
    with house.session(DOOR) as session:
        person = accounts.accept_invitation(session, token=token, password=PASSWORD, at=NOW)
    with house.session() as session:
        assert [(role.name, role.bookshop_id) for role in roles_of(session, person_id=person)] == [("clerk", cast.alba)]


def test_an_invited_reader_keeps_her_password_and_gets_the_role(house: House) -> None:
    cast = house.cast
    with house.session() as session:
        accounts.create_person(
            session, email="known@example.org", name="Known Reader", locale="es", at=NOW, password=PASSWORD
        )
    with house.session(cast.bookshop()) as session:
        accounts.invite(
            session,
            email="known@example.org",
            name="Known",
            role="clerk",
            bookshop_id=cast.alba,
            locale="es",
            at=NOW,
            link=link,
        )
    token = mailed(house, "account.invitation")
    with house.session(DOOR) as session:
        assert accounts.greet(session, token=token, purpose="invitation", at=NOW).has_password
        accounts.accept_invitation(session, token=token, password=None, at=NOW)
    with house.session(DOOR) as session:
        outcome = accounts.sign_in(
            session, email="known@example.org", password=PASSWORD, network="", at=NOW, pepper=PEPPER
        )
        assert outcome.token


@pytest.mark.seed("F43")
def test_the_last_administrator_and_owner_cannot_be_removed(house: House) -> None:
    cast = house.cast
    with house.session(cast.staff("ada")) as session:
        (administrator,) = (r for r in session.scalars(select(Role)) if r.name == "administrator")
        with pytest.raises(Refused, match="last administrator"):
            accounts.take_role(session, role_id=administrator.id, at=NOW)
        accounts.grant_role(session, person_id=cast.people["dora"], role="administrator", at=NOW)
        accounts.take_role(session, role_id=administrator.id, at=NOW)
    with house.session(cast.bookshop()) as session:
        owner = next(r for r in session.scalars(select(Role)) if r.name == "owner")
        with pytest.raises(Refused, match="last owner"):
            accounts.take_role(session, role_id=owner.id, at=NOW)


def test_staff_without_the_administrators_role_give_no_roles(house: House) -> None:
    with house.session(house.cast.staff()) as session, pytest.raises(Refused):
        accounts.grant_role(session, person_id=house.cast.people["clara"], role="staff", at=NOW)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "x"}, "name"),
        ({"postcode": "99999"}, "postcode"),
        ({"city": " "}, "city"),
        ({"contact_name": ""}, "contact_name"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"contact_phone": "call me"}, "contact_phone"),
        ({"message": "x" * 2_001}, "message"),
    ],
)
def test_a_wrong_application_names_its_field(shared_house: House, wrong: dict[str, str], field: str) -> None:
    right = {
        "name": "Librería de Muestra",
        "postcode": "28004",
        "city": "Madrid",
        "contact_name": "Sample Owner",
        "contact_email": "sample.owner@example.org",
        "contact_phone": "",
        "message": "",
        "locale": "es",
    }
    with shared_house.session(DOOR) as session, pytest.raises(Refused) as refusal:
        members.apply(session, part_of_chain=False, at=NOW, **{**right, **wrong})
    assert refusal.value.field == field
