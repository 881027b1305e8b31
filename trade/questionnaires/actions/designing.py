"""Versions of a questionnaire: rows that staff edit, checked before they are put in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from trade.base import journal
from trade.base.errors import Conflict, NotFound
from trade.base.tenancy import TenantSession
from trade.questionnaires.models import Question, Questionnaire
from trade.questionnaires.queries import ask_of, questions_of
from trade.questionnaires.rules import check_design


def draft(session: TenantSession, *, name: str, questions: Sequence[Mapping[str, Any]], at: datetime) -> Questionnaire:
    """A new version of a questionnaire, not yet in force. Scope staff or system.

    A question has key, kind, section and label by language, and where wanted help, required, choices, condition
    and maps_to.
    """
    newest = session.scalar(select(func.max(Questionnaire.version)).where(Questionnaire.name == name)) or 0
    version = Questionnaire(name=name, version=newest + 1, state="draft", created_at=at)
    session.add(version)
    session.flush()
    session.add_all(
        Question(
            questionnaire_id=version.id,
            position=position,
            section=question["section"],
            key=question["key"],
            kind=question["kind"],
            label=question["label"],
            help=question.get("help", {}),
            required=question.get("required", False),
            choices=question.get("choices", []),
            condition=question.get("condition", {}),
            maps_to=question.get("maps_to", ""),
        )
        for position, question in enumerate(questions, start=1)
    )
    session.flush()
    journal.write(session, action="questionnaire.drafted", thing="questionnaire", thing_id=version.id, at=at)
    return version


def publish(session: TenantSession, *, questionnaire_id: int, at: datetime) -> Questionnaire:
    """Put a draft in force for new applicants; replies under way keep their version. Scope staff or system.

    Raises NotFound, Conflict, and Refused naming the question that is wrong.
    """
    version = session.get(Questionnaire, questionnaire_id, with_for_update=True)
    if version is None:
        raise NotFound()
    if version.state != "draft":
        raise Conflict()
    check_design([ask_of(question) for question in questions_of(session, questionnaire_id=version.id)])
    session.execute(
        update(Questionnaire)
        .where(Questionnaire.name == version.name, Questionnaire.state == "in_force")
        .values(state="superseded")
    )
    version.state = "in_force"
    journal.write(session, action="questionnaire.published", thing="questionnaire", thing_id=version.id, at=at)
    return version
