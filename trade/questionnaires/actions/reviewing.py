"""Staff's side of a reply: opening it, asking for changes, closing it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from trade.base.errors import NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.questionnaires.models import Answer, Reply
from trade.questionnaires.queries import answers_of, ask_of, in_force, questions_of, reply_of
from trade.questionnaires.rules import Ask

JOINING = "joining"


def open_reply(session: TenantSession, *, bookshop_id: int) -> Reply:
    """The bookshop's reply to the questionnaire in force, made where it has none. Raises Refused without one."""
    present = reply_of(session, bookshop_id=bookshop_id)
    if present is not None:
        return present
    version = in_force(session, name=JOINING)
    if version is None:
        raise Refused(N_("No questionnaire is in force. Publish one first."))
    reply = Reply(bookshop_id=bookshop_id, questionnaire_id=version.id, state="open")
    session.add(reply)
    session.flush()
    return reply


def ask_changes(
    session: TenantSession, *, bookshop_id: int, wishes: Mapping[str, str], at: datetime
) -> list[tuple[dict[str, str], str]]:
    """Reopen the questions of ``wishes`` (key: what to change) and no other; earlier wishes are done with.

    Returns each question's labels with its wish, in the order of the questionnaire. Raises NotFound, Refused.
    """
    reply = reply_of(session, bookshop_id=bookshop_id)
    if reply is None:
        raise NotFound()
    wanted = {key: wish.strip() for key, wish in wishes.items() if wish.strip()}
    questions = list(questions_of(session, questionnaire_id=reply.questionnaire_id))
    if not wanted or not set(wanted) <= {question.key for question in questions}:
        raise Refused(N_("Say for at least one question what should be changed."), field="wishes")
    answers = answers_of(session, reply_id=reply.id)
    told: list[tuple[dict[str, str], str]] = []
    for question in questions:
        answer = answers.get(question.id)
        if answer is None and question.key in wanted:
            answer = Answer(
                reply_id=reply.id, bookshop_id=bookshop_id, question_id=question.id, value=None, changed_at=at
            )
            session.add(answer)
        if answer is not None:
            answer.asked = wanted.get(question.key, "")
            answer.before = None
        if question.key in wanted:
            told.append((question.label, wanted[question.key]))
    reply.state = "reopened"
    session.flush()
    return told


def values_of(session: TenantSession, *, bookshop_id: int) -> tuple[list[Ask], dict[str, Any]]:
    """The questions and stored answers of a bookshop's reply; empty where it has none."""
    reply = reply_of(session, bookshop_id=bookshop_id)
    if reply is None:
        return [], {}
    questions = questions_of(session, questionnaire_id=reply.questionnaire_id)
    answers = answers_of(session, reply_id=reply.id)
    values = {q.key: answers[q.id].value for q in questions if q.id in answers and answers[q.id].value is not None}
    return [ask_of(question) for question in questions], values


def close_reply(session: TenantSession, *, bookshop_id: int) -> None:
    """The answers are taken over; nothing of the reply changes any more."""
    reply = reply_of(session, bookshop_id=bookshop_id)
    if reply is not None:
        reply.state = "closed"
