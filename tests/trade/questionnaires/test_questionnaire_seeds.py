"""The joining questionnaire of both networks can be published, and speaks three languages (domain.md 2.4)."""

import pytest

from config.seeding import questionnaire
from trade.questionnaires.rules import Ask, check_design


@pytest.mark.seed("F07", "F08")
@pytest.mark.parametrize("network", ["es", "fr"])
def test_the_joining_questionnaire_is_sound(network: str) -> None:
    rows = questionnaire("joining", network)
    check_design(
        [
            Ask(
                key=row["key"],
                kind=row["kind"],
                choices=tuple(choice["value"] for choice in row.get("choices", [])),
                condition=row.get("condition", {}),
                maps_to=row.get("maps_to", ""),
            )
            for row in rows
        ]
    )
    for row in rows:
        for words in [row["section"], row["label"], *(choice["label"] for choice in row.get("choices", []))]:
            assert set(words) == {"es", "fr", "en"}


def test_some_questions_belong_to_one_network() -> None:
    spanish = {row["key"] for row in questionnaire("joining", "es")}
    french = {row["key"] for row in questionnaire("joining", "fr")}
    assert spanish - french == {"equivalence_surcharge", "sinli_code", "membership_proof"}
    assert french < spanish
