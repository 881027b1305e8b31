"""Reads about questionnaires and answers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from trade.base.tenancy import TenantSession
from trade.questionnaires.models import Answer, Question, Questionnaire, Reply
from trade.questionnaires.rules import Ask


def ask_of(question: Question) -> Ask:
    """A question as the rules see it."""
    return Ask(
        key=question.key,
        kind=question.kind,
        required=question.required,
        choices=tuple(choice["value"] for choice in question.choices),
        condition=question.condition,
        maps_to=question.maps_to,
    )


def in_force(session: TenantSession, *, name: str) -> Questionnaire | None:
    """The version of a questionnaire that new applicants get."""
    return session.scalar(select(Questionnaire).where(Questionnaire.name == name, Questionnaire.state == "in_force"))


def questions_of(session: TenantSession, *, questionnaire_id: int) -> Sequence[Question]:
    """The questions in order."""
    return session.scalars(
        select(Question).where(Question.questionnaire_id == questionnaire_id).order_by(Question.position)
    ).all()


def reply_of(session: TenantSession, *, bookshop_id: int) -> Reply | None:
    """The bookshop's latest reply."""
    return session.scalar(select(Reply).where(Reply.bookshop_id == bookshop_id).order_by(Reply.id.desc()).limit(1))


def answers_of(session: TenantSession, *, reply_id: int) -> dict[int, Answer]:
    """The answers of a reply by question id."""
    rows = session.scalars(select(Answer).where(Answer.reply_id == reply_id))
    return {answer.question_id: answer for answer in rows}


def versions(session: TenantSession, *, name: str) -> Sequence[Questionnaire]:
    """Every version of a questionnaire, newest first."""
    return session.scalars(
        select(Questionnaire).where(Questionnaire.name == name).order_by(Questionnaire.version.desc())
    ).all()
