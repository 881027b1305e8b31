"""Answering a questionnaire through its link: leave it, resume it, send it (F07).

The link works until the answers are sent; then it is used up, and asking for changes makes a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from trade.accounts.actions import tokens
from trade.base.errors import NotFound, Refused
from trade.base.files import FileStore
from trade.base.journal import fire
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.members.actions.files import keep_file
from trade.members.models import Bookshop, StoredFile
from trade.members.states import MEMBERSHIP
from trade.questionnaires.actions.form import Form, build, open_keys
from trade.questionnaires.models import Answer, Question, Reply
from trade.questionnaires.queries import answers_of, ask_of, questions_of, reply_of
from trade.questionnaires.rules import Checked, check

Given = Mapping[str, Any]


def by_link(session: TenantSession, *, token: str, locale: str, at: datetime) -> Form:
    """The form that a link opens. Scope door. Raises Refused where the link is used up."""
    return build(session, reply=_reply(session, token, at), locale=locale)


def form_of(session: TenantSession, *, bookshop_id: int, locale: str) -> Form | None:
    """The form of a bookshop as staff read it, None where it has none yet."""
    reply = reply_of(session, bookshop_id=bookshop_id)
    return None if reply is None else build(session, reply=reply, locale=locale)


def save(session: TenantSession, *, token: str, given: Given, at: datetime) -> Checked:
    """Keep what was typed, as far as it is right, to go on later. Scope door. Raises Refused for a used link.

    ``given`` holds only the questions of the page; an empty one takes its answer back. Problems are told, and
    the other answers are kept all the same.
    """
    return _keep(session, _reply(session, token, at), given, complete=False, at=at)


def submit(session: TenantSession, *, token: str, given: Given, at: datetime) -> Checked:
    """Send the answers: with problems nothing is sent (what is right is kept), else the link is used up.

    Scope door; commit in any case. Raises Refused for a used link.
    """
    reply = _reply(session, token, at)
    outcome = _keep(session, reply, given, complete=True, at=at)
    if outcome.problems:
        return outcome
    tokens.use(session, token=token, purpose="questionnaire", at=at)
    bookshop = session.get_one(Bookshop, reply.bookshop_id)
    move = "answer_again" if bookshop.state == "changes_asked" else "answer"
    fire(session, MEMBERSHIP, bookshop, move, role="bookshop", at=at)
    reply.state = "submitted"
    reply.submitted_at = at
    session.flush()
    return outcome


def upload(
    session: TenantSession, *, token: str, question: str, store: FileStore, data: bytes, name: str, at: datetime
) -> StoredFile:
    """Attach a file to a question. Scope door. Raises Refused for a wrong file or question, or a used link."""
    reply = _reply(session, token, at)
    questions = list(questions_of(session, questionnaire_id=reply.questionnaire_id))
    wanted = next((row for row in questions if row.key == question and row.kind == "file"), None)
    if wanted is None or question not in open_keys(questions, answers_of(session, reply_id=reply.id), reply.state):
        raise Refused(N_("This question takes no file now."), field=question)
    kept = keep_file(
        session, store=store, data=data, name=name, purpose="questionnaire", bookshop_id=reply.bookshop_id, at=at
    )
    _put(session, reply, wanted, answers_of(session, reply_id=reply.id).get(wanted.id), kept.id, at=at)
    session.flush()
    return kept


def _reply(session: TenantSession, token: str, at: datetime) -> Reply:
    row = tokens.look(session, token=token, purpose="questionnaire", at=at)
    reply = reply_of(session, bookshop_id=row.bookshop_id or 0)
    if reply is None:
        raise NotFound()
    return reply


def _keep(session: TenantSession, reply: Reply, given: Given, *, complete: bool, at: datetime) -> Checked:
    questions = list(questions_of(session, questionnaire_id=reply.questionnaire_id))
    answers = answers_of(session, reply_id=reply.id)
    editable = open_keys(questions, answers, reply.state)
    typed = {key: value for key, value in given.items() if key in editable}
    known = {q.key: answers[q.id].value for q in questions if q.id in answers}
    own_files = _own_files(session, reply, questions, typed)
    outcome = check(
        [ask_of(question) for question in questions],
        typed,
        country=session.get_one(Bookshop, reply.bookshop_id).country,
        complete=complete,
        known=known,
    )
    outcome.problems |= own_files
    for question in questions:
        if question.key in typed and question.key not in outcome.problems:
            value = outcome.values.get(question.key)
            _put(session, reply, question, answers.get(question.id), value, at=at)
    reply.saved_at = at
    session.flush()
    return outcome


def _own_files(
    session: TenantSession, reply: Reply, questions: list[Question], typed: dict[str, Any]
) -> dict[str, Any]:
    """Problems of file answers that name a file which is not this bookshop's; they are taken out of ``typed``."""
    problems: dict[str, Any] = {}
    for question in questions:
        value = typed.get(question.key)
        if question.kind != "file" or not value:
            continue
        number = int(value) if str(value).isascii() and str(value).isdigit() else 0
        file = session.get(StoredFile, number)
        if file is None or file.bookshop_id != reply.bookshop_id:
            problems[question.key] = Refused(N_("Choose the file again.")).text
            del typed[question.key]
    return problems


def _put(
    session: TenantSession, reply: Reply, question: Question, answer: Answer | None, value: Any, *, at: datetime
) -> None:
    if answer is None:
        if value is None:
            return
        session.add(
            Answer(
                reply_id=reply.id,
                bookshop_id=reply.bookshop_id,
                question_id=question.id,
                value=value,
                changed_at=at,
            )
        )
        return
    if answer.value == value:
        return
    if reply.state == "reopened" and answer.before is None:
        answer.before = answer.value
    answer.value = value
    answer.changed_at = at
