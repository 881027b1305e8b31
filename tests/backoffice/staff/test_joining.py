"""A bookshop's way in as staff walk it: application, questionnaire, a change asked, acceptance, fee, first access."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from tests.backoffice.browser import Screen, said
from tests.backoffice.staff.conftest import Apply
from tests.conftest import House
from trade.base.tenancy import TenantSession
from trade.members.models import Bookshop, Fee, StoredFile
from trade.messages.models import Message
from trade.questionnaires import actions as questionnaires
from trade.questionnaires.models import Reply

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c626001000000ffff03000006"
    "000557bfabd40000000049454e44ae426082"
)


def state_of(house: House, bookshop_id: int) -> str:
    """The state of the membership."""
    with house.session() as session:
        return session.get_one(Bookshop, bookshop_id).state


def last_mail(session: TenantSession, template: str) -> Message:
    """The newest mail of a kind."""
    return session.scalars(select(Message).where(Message.template == template).order_by(Message.id.desc())).first()


def answer(house: House, bookshop_id: int) -> None:
    """The bookshop answers every required question (by the shortest way: the review is what is tested here)."""
    with house.session() as session:
        reply = session.scalars(select(Reply).where(Reply.bookshop_id == bookshop_id)).one()
        reply.state = "submitted"
        session.get_one(Bookshop, bookshop_id).state = "answered"


def test_the_board_shows_whose_turn_it_is(desk: House, dora: Screen, apply: Apply) -> None:
    bookshop = apply(desk)
    page = dora.get("/staff/applications/")
    column = page.partition('aria-label="New"')[2].partition("</section>")[0]
    assert f"/staff/members/{bookshop}/" in column


def test_moves_are_drawn_from_the_states_table(desk: House, dora: Screen, apply: Apply) -> None:
    bookshop = apply(desk)
    page = dora.get(f"/staff/members/{bookshop}/")
    drawn = set(re.findall(rf"/staff/members/{bookshop}/move/(\w+)", page))
    assert drawn == {"send_questionnaire", "refuse"}


@pytest.mark.seed("F07")
def test_the_questionnaire_goes_out_by_a_one_time_link(desk: House, dora: Screen, apply: Apply) -> None:
    bookshop = apply(desk)
    page = dora.do(f"/staff/members/{bookshop}/move/send_questionnaire")
    assert state_of(desk, bookshop) == "questionnaire_sent"
    assert any("Send the questionnaire" in each for each in said(page))
    with desk.session() as session:
        mail = last_mail(session, "joining.questionnaire")
    assert re.search(r"http://localhost/join/\S{20,}", mail.body)


def test_a_change_is_asked_question_by_question(desk: House, dora: Screen, apply: Apply) -> None:
    bookshop = apply(desk)
    dora.do(f"/staff/members/{bookshop}/move/send_questionnaire")
    answer(desk, bookshop)
    page = dora.get(f"/staff/members/{bookshop}/?part=answers")
    key = re.findall(r'name="wish-(\w+)"', page)[0]
    dora.do(f"/staff/members/{bookshop}/ask", {f"wish-{key}": "Write the full name."})
    assert state_of(desk, bookshop) == "changes_asked"
    with desk.session(desk.cast.staff()) as session:
        form = questionnaires.form_of(session, bookshop_id=bookshop, locale=desk.network)
    assert form is not None
    assert [q.key for q in form.questions() if q.asked] == [key]
    assert "Asked: Write the full name." in dora.get(f"/staff/members/{bookshop}/?part=answers")


def test_asking_for_nothing_is_refused_and_changes_nothing(desk: House, dora: Screen, apply: Apply) -> None:
    bookshop = apply(desk)
    dora.do(f"/staff/members/{bookshop}/move/send_questionnaire")
    answer(desk, bookshop)
    page = dora.do(f"/staff/members/{bookshop}/ask", {})
    assert said(page) == ["Say for at least one question what should be changed."]
    assert state_of(desk, bookshop) == "answered"


@pytest.mark.seed("F04")
def test_a_chain_is_accepted_only_with_a_reason(desk: House, dora: Screen, apply: Apply) -> None:
    bookshop = apply(desk, chain=True)
    dora.do(f"/staff/members/{bookshop}/move/send_questionnaire")
    answer(desk, bookshop)
    refused = dora.do(f"/staff/members/{bookshop}/move/accept")
    assert "part of a chain" in refused
    assert state_of(desk, bookshop) == "answered"
    dora.do(f"/staff/members/{bookshop}/move/accept", {"override_reason": "The family kept the shop."})
    assert state_of(desk, bookshop) == "fee_due"
    assert "The family kept the shop." in dora.get(f"/staff/members/{bookshop}/")


@pytest.mark.seed("T02")
def test_the_fee_is_recorded_with_its_proof(desk: House, dora: Screen, apply: Apply) -> None:
    bookshop = apply(desk)
    dora.do(f"/staff/members/{bookshop}/move/send_questionnaire")
    answer(desk, bookshop)
    dora.do(f"/staff/members/{bookshop}/move/accept")
    dora.do(f"/staff/members/{bookshop}/move/record_fee", {"proof": (io.BytesIO(PNG), "../proof.png")})
    assert state_of(desk, bookshop) == "terms_due"
    with desk.session() as session:
        fee = session.scalars(select(Fee).where(Fee.bookshop_id == bookshop)).one()
        proof = session.get_one(StoredFile, fee.proof_file_id)
        assert fee.recorded_by == desk.cast.people["dora"]
    download = dora.client.get(f"/staff/members/{bookshop}/files/{proof.id}")
    assert download.data == PNG
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert dora.client.get(f"/staff/members/{desk.cast.alba}/files/{proof.id}").status_code == 404


def test_a_proof_that_is_no_document_is_refused(desk: House, dora: Screen, apply: Apply) -> None:
    bookshop = apply(desk)
    dora.do(f"/staff/members/{bookshop}/move/send_questionnaire")
    answer(desk, bookshop)
    dora.do(f"/staff/members/{bookshop}/move/accept")
    page = dora.do(f"/staff/members/{bookshop}/move/record_fee", {"proof": (io.BytesIO(b"MZ evil"), "fee.pdf")})
    assert 'class="errors"' in page
    assert state_of(desk, bookshop) == "fee_due"


def test_in_france_there_is_no_fee(french_desk: House, apply: Apply) -> None:
    desk, dora = french_desk, Screen(french_desk, "dora").english()
    bookshop = apply(desk)
    dora.do(f"/staff/members/{bookshop}/move/send_questionnaire")
    answer(desk, bookshop)
    dora.do(f"/staff/members/{bookshop}/move/accept")
    assert state_of(desk, bookshop) == "terms_due"
    assert 'aria-label="Fee due"' not in dora.get("/staff/applications/")


def test_refusing_takes_a_reason_that_the_applicant_reads(desk: House, dora: Screen, apply: Apply) -> None:
    bookshop = apply(desk)
    without = dora.do(f"/staff/members/{bookshop}/move/refuse")
    assert "Give a reason" in without
    dora.do(f"/staff/members/{bookshop}/move/refuse", {"reason": "You sell toys only."})
    assert state_of(desk, bookshop) == "refused"
    with desk.session() as session:
        mail = last_mail(session, "joining.refused")
    assert "You sell toys only." in mail.body


def test_a_move_out_of_turn_changes_nothing(desk: House, dora: Screen, apply: Apply) -> None:
    bookshop = apply(desk)
    page = dora.do(f"/staff/members/{bookshop}/move/accept")
    assert 'class="errors"' in page
    assert state_of(desk, bookshop) == "applied"
    assert dora.post(f"/staff/members/{bookshop}/move/activate").status_code == 404


@pytest.mark.seed("T03")
def test_a_condition_of_the_network_holds_the_acceptance(desk: House, dora: Screen, apply: Apply) -> None:
    bookshop = apply(desk)
    dora.do(f"/staff/members/{bookshop}/move/send_questionnaire")
    answer(desk, bookshop)
    dora.do("/staff/applications/requirements/", {"es": "Firma en papel", "en": "Signed on paper"})
    refused = dora.do(f"/staff/members/{bookshop}/move/accept")
    assert state_of(desk, bookshop) == "answered"
    assert 'class="errors"' in refused
    requirement = re.findall(r"/tick/(\d+)", dora.get(f"/staff/members/{bookshop}/"))[0]
    dora.do(f"/staff/members/{bookshop}/tick/{requirement}", {"met": "yes"})
    dora.do(f"/staff/members/{bookshop}/move/accept")
    assert state_of(desk, bookshop) == "fee_due"
    dora.do(f"/staff/applications/requirements/{requirement}/retire")
    assert "Signed on paper" not in dora.get("/staff/applications/requirements/")


# --- import ------------------------------------------------------------------------------------------

FILE = (
    "name;postcode;city;contact_email\n"
    "Marejada;33201;Gijón;marejada@mostrador.example\n"
    "Sin Código;99999;Nada;nada@mostrador.example\n"
    "Sin Correo;28001;Madrid;no address\n"
)


@pytest.mark.seed("T05")
def test_an_import_is_tried_first_and_then_done(desk: House, dora: Screen, apply: Apply) -> None:
    page = dora.do("/staff/applications/import/", {"file": (io.BytesIO(FILE.encode()), "shops.csv")})
    assert "1 bookshops would be created, 0 are there already, 2 lines are refused." in page
    with desk.session() as session:
        assert session.scalar(select(Bookshop).where(Bookshop.name == "Marejada")) is None
    kept = re.search(r'name="kept" type="hidden" value="(.*?)"', page, re.DOTALL)
    assert kept
    done = dora.do("/staff/applications/import/", {"kept": kept.group(1), "apply": "1"})
    assert said(done) == ["1 bookshops are taken in."]
    with desk.session() as session:
        shop = session.scalars(select(Bookshop).where(Bookshop.name == "Marejada")).one()
    assert shop.state == "terms_due"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Choose a file that is not empty."),
        (b"nombre;cp\nx;y\n", "these are missing: name, postcode, city, contact_email"),
        (b"PK\x03\x04zip", ""),
    ],
)
def test_a_file_that_cannot_be_read_is_told(desk: House, dora: Screen, content: bytes, why: str) -> None:
    page = dora.do("/staff/applications/import/", {"file": (io.BytesIO(content), "shops.csv")})
    assert 'class="errors"' in page
    assert why in page
