"""A questionnaire as a page shows it: sections of questions in one language, with the answers so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trade.base.tenancy import TenantSession
from trade.members.models import Bookshop
from trade.questionnaires.models import Answer, Question, Reply
from trade.questionnaires.queries import answers_of, ask_of, questions_of
from trade.questionnaires.rules import reopened, visible


@dataclass(frozen=True)
class Shown:
    """One question on the page. ``open``: may be answered now; ``visible``: its condition holds now."""

    key: str
    kind: str
    label: str
    help: str
    required: bool
    choices: tuple[tuple[str, str], ...]
    condition: Mapping[str, Any]
    value: Any
    before: Any
    asked: str
    open: bool
    visible: bool


@dataclass(frozen=True)
class Section:
    """A titled group of questions."""

    title: str
    questions: tuple[Shown, ...]


@dataclass(frozen=True)
class Form:
    """A reply to a questionnaire. ``state``: open, reopened (only what was asked), submitted, closed."""

    bookshop_id: int
    bookshop_name: str
    reply_id: int
    state: str
    sections: tuple[Section, ...]

    def questions(self) -> list[Shown]:
        """All questions in order."""
        return [question for section in self.sections for question in section.questions]


def open_keys(questions: list[Question], answers: Mapping[int, Answer], state: str) -> set[str]:
    """The questions that may be answered in this state of the reply."""
    if state == "open":
        return {question.key for question in questions}
    if state != "reopened":
        return set()
    key_of = {question.id: question.key for question in questions}
    asked = {key_of[number] for number, answer in answers.items() if answer.asked}
    answered = {key_of[number] for number, answer in answers.items() if answer.value is not None}
    return reopened([ask_of(question) for question in questions], asked=asked, answered=answered)


def build(session: TenantSession, *, reply: Reply, locale: str) -> Form:
    """The form of a reply in a language; the network's own where a text lacks it."""
    questions = list(questions_of(session, questionnaire_id=reply.questionnaire_id))
    answers = answers_of(session, reply_id=reply.id)
    values = {q.key: answers[q.id].value for q in questions if q.id in answers and answers[q.id].value is not None}
    shown = {ask.key for ask in visible([ask_of(question) for question in questions], values)}
    editable = open_keys(questions, answers, reply.state)
    languages = (locale, session.profile.locale, "en")
    sections: dict[str, list[Shown]] = {}
    for question in questions:
        sections.setdefault(_in(question.section, languages), []).append(
            _shown(question, answers.get(question.id), languages, editable=editable, visible_keys=shown)
        )
    bookshop = session.get_one(Bookshop, reply.bookshop_id)
    return Form(
        bookshop_id=reply.bookshop_id,
        bookshop_name=bookshop.name,
        reply_id=reply.id,
        state=reply.state,
        sections=tuple(Section(title, tuple(group)) for title, group in sections.items()),
    )


def _shown(
    question: Question,
    answer: Answer | None,
    languages: tuple[str, ...],
    *,
    editable: set[str],
    visible_keys: set[str],
) -> Shown:
    return Shown(
        key=question.key,
        kind=question.kind,
        label=_in(question.label, languages),
        help=_in(question.help, languages),
        required=question.required,
        choices=tuple((choice["value"], _in(choice["label"], languages)) for choice in question.choices),
        condition=question.condition,
        value=answer.value if answer else None,
        before=answer.before if answer else None,
        asked=answer.asked if answer else "",
        open=question.key in editable,
        visible=question.key in visible_keys,
    )


def _in(words: Mapping[str, str], languages: tuple[str, ...]) -> str:
    return next((words[language] for language in languages if words.get(language)), "")
