"""The life of a membership and who may be accepted (F04, T01-T05, T114)."""

import pytest

from trade.base.errors import Refused
from trade.members.rules import check_acceptance, checklist, next_after_acceptance, postcode, slug_for, waiting_for
from trade.members.states import BEFORE_ACCEPTANCE, MAY_SIGN_IN, MEMBERSHIP

STATES = list(MEMBERSHIP.states)


@pytest.mark.seed("F04")
@pytest.mark.parametrize(
    ("part_of_chain", "reason", "accepted"),
    [
        (False, "", True),
        (True, "", False),
        (True, "   short   ", False),
        (True, "0123456789", True),
        (True, "Family cooperative of two premises.", True),
    ],
)
def test_part_of_a_chain_needs_a_written_reason(part_of_chain: bool, reason: str, accepted: bool) -> None:
    if accepted:
        check_acceptance(part_of_chain=part_of_chain, override_reason=reason)
        return
    with pytest.raises(Refused, match="part of a chain") as refusal:
        check_acceptance(part_of_chain=part_of_chain, override_reason=reason)
    assert refusal.value.field == "override_reason"


@pytest.mark.seed("T02")
def test_france_has_no_fee_step() -> None:
    assert next_after_acceptance(network_has_fee=True) == "demand_fee"
    assert next_after_acceptance(network_has_fee=False) == "demand_texts"


@pytest.mark.seed("T01", "T02", "T04")
@pytest.mark.parametrize("state", [*BEFORE_ACCEPTANCE, "accepted", "fee_due", "refused", "left"])
def test_nobody_enters_the_office_before_acceptance_fee_and_texts(state: str) -> None:
    assert state not in MAY_SIGN_IN


@pytest.mark.parametrize("state", STATES)
def test_only_leaving_and_refusal_are_final(state: str) -> None:
    moves = [move.name for role in ("staff", "bookshop", "platform") for move in MEMBERSHIP.allowed(state, role)]
    assert (not moves) == (state in {"left", "refused"})


def test_a_bookshop_cannot_accept_itself_nor_record_its_fee() -> None:
    own = {move.name for state in STATES for move in MEMBERSHIP.allowed(state, "bookshop")}
    assert own == {"answer", "answer_again", "leave"}


@pytest.mark.seed("T03")
@pytest.mark.parametrize(
    ("state", "fee", "texts_pending", "open_steps"),
    [
        ("applied", True, True, ["questionnaire", "answers", "acceptance", "fee", "texts"]),
        ("questionnaire_sent", True, True, ["answers", "acceptance", "fee", "texts"]),
        ("changes_asked", True, True, ["answers", "acceptance", "fee", "texts"]),
        ("answered", True, True, ["acceptance", "fee", "texts"]),
        ("in_review", False, True, ["acceptance", "texts"]),
        ("fee_due", True, True, ["fee", "texts"]),
        ("terms_due", True, True, ["texts"]),
        ("terms_due", False, True, ["texts"]),
        ("active", True, False, []),
        ("active", True, True, ["texts"]),
        ("suspended", True, False, []),
    ],
)
def test_checklist_names_what_is_missing(state: str, fee: bool, texts_pending: bool, open_steps: list[str]) -> None:
    steps = checklist(state=state, network_has_fee=fee, texts_pending=texts_pending)
    assert [step.key for step in steps if not step.done] == open_steps


def test_checklist_is_empty_when_the_life_is_over() -> None:
    assert checklist(state="refused", network_has_fee=True, texts_pending=True) == []


@pytest.mark.parametrize("state", STATES)
def test_every_state_tells_the_applicant_what_comes_next(state: str) -> None:
    assert str(waiting_for(state)).endswith(".")


@pytest.mark.parametrize(
    ("name", "taken", "slug"),
    [
        ("Librería Alba", set(), "libreria-alba"),
        ("Librería Alba", {"libreria-alba"}, "libreria-alba-2"),
        ("Librería Alba", {"libreria-alba", "libreria-alba-2"}, "libreria-alba-3"),
        ("L'Œil & la Plume", set(), "l-oeil-la-plume"),
        ("Łódź", set(), "lodz"),
        ("書店", set(), "bookshop"),
        ("Search", set(), "search-2"),
        ("x" * 200, set(), "x" * 60),
    ],
)
def test_slug_is_readable_and_unique(name: str, taken: set[str], slug: str) -> None:
    assert slug_for(name, taken=taken) == slug


@pytest.mark.parametrize(
    ("country", "typed", "stored"),
    [("ES", "28 001", "28001"), ("ES", "52001", "52001"), ("FR", "75001", "75001"), ("FR", "97400", "97400")],
)
def test_accepts_a_postcode(country: str, typed: str, stored: str) -> None:
    assert postcode(typed, country=country) == stored


@pytest.mark.parametrize(
    ("country", "typed"),
    [("ES", "2800"), ("ES", "53001"), ("ES", "00001"), ("FR", "99001"), ("FR", "7500A"), ("ES", "")],
)
def test_refuses_a_wrong_postcode(country: str, typed: str) -> None:
    with pytest.raises(Refused, match="postcode"):
        postcode(typed, country=country)
