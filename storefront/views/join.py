"""Joining the network: the application, and the questionnaire by its one-time link (F04, F07, F08)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from storefront.forms import JoinForm
from storefront.frame import Link, join
from storefront.questions import QuestionShown, given, question_shown
from storefront.views.registering import used_up
from trade.accounts.actions.tokens import look
from trade.base.errors import Refused
from trade.base.text import Text
from trade.members.actions.applying import apply as ask_to_join
from trade.members.models import StoredFile
from trade.questionnaires.actions import Form, Section, Shown, by_link, save, submit, upload
from trade.questionnaires.rules import Checked
from web.database import clock, profile, session
from web.language import say
from web.limits import limiter


class Part(NamedTuple):
    """A part of the questionnaire in its table of contents."""

    title: str
    url: str
    done: int
    total: int
    is_current: bool


@join.route("/", methods=["GET", "POST"])
@limiter.limit("10/minute", methods=["POST"])
def apply() -> ResponseReturnValue:
    """The application of a bookshop."""
    form = JoinForm()
    if form.validate_on_submit():
        try:
            ask_to_join(
                session(),
                name=form.name.data or "",
                postcode=form.postcode.data or "",
                city=form.city.data or "",
                contact_name=form.contact_name.data or "",
                contact_email=form.contact_email.data or "",
                contact_phone=form.contact_phone.data or "",
                part_of_chain=form.part_of_chain.data == "yes",
                message=form.message.data or "",
                locale=str(get_locale()),
                at=clock().now(),
            )
            session().commit()
        except Refused as refusal:
            session().rollback()
            form.refuse(refusal)
        else:
            return render_template(
                "message.html",
                heading=_("Thank you: your application is with us"),
                lines=[
                    _("We have confirmed it by mail to %(address)s.", address=form.contact_email.data),
                    _("We read it and send the questionnaire to that address."),
                ],
                link=Link(url_for("public.stock_file"), _("See the stock file meanwhile")),
            )
    return render_template("join.html", form=form, steps=steps())


def steps() -> list[str]:
    """How joining goes, in the network's own order."""
    lines = [
        _("You apply on this page."),
        _("We send you a questionnaire; you fill it in bit by bit."),
        _("We read it, ask for changes if any, and accept."),
    ]
    if profile().has("fee"):
        lines.append(_("You pay the membership fee and send the proof."))
    return [*lines, _("You choose a password, accept the two texts, and send your stock.")]


@join.route("/<token>", methods=["GET", "POST"])
@limiter.limit("120/minute")
def questionnaire(token: str) -> ResponseReturnValue:
    """One part of the questionnaire; every button saves, so that it can be left and resumed."""
    try:
        form = by_link(session(), token=token, locale=str(get_locale()), at=clock().now())
        return answer(token, form) if request.method == "POST" else draw(token, form, number(form))
    except Refused as refusal:
        session().rollback()
        return used_up(refusal, Link(url_for("public.home"), _("To the first page")))


def answer(token: str, form: Form) -> ResponseReturnValue:
    """Keep what this part says; then go on, leave, or send everything."""
    place, work, at = number(form), session(), clock().now()
    questions = answerable(parts(form)[place - 1])
    typed = given(questions, request.form)
    refused = keep_files(token, questions)
    sending = request.form.get("do") == "send"
    outcome = (submit if sending and not refused else save)(work, token=token, given=typed, at=at)
    work.commit()
    outcome.problems.update(refused)
    if outcome.problems:
        return show_problems(token, place, typed, outcome, everywhere=sending)
    if sending:
        return render_template(
            "message.html",
            heading=_("Thank you: the questionnaire is sent"),
            lines=[_("We read it and write to you. You need not do anything now.")],
        )
    if request.form.get("do") == "keep":
        return render_template(
            "message.html",
            heading=_("Saved"),
            lines=[_("Come back with the same link whenever you want: nothing is lost.")],
            link=Link(url_for("join.questionnaire", token=token, part=place), _("Go on now")),
        )
    return redirect(url_for("join.questionnaire", token=token, part=following(token, form, place)))


def following(token: str, before: Form, place: int) -> int:
    """The next part; the same one where an answer has just opened more questions of it."""
    after = by_link(session(), token=token, locale=str(get_locale()), at=clock().now())
    asked = {question.key for question in answerable(parts(before)[place - 1])}
    here = parts(after)[place - 1] if place <= len(parts(after)) else None
    if here and any(question.key not in asked and question.value is None for question in answerable(here)):
        return place
    return min(place + 1, len(parts(after)))


def keep_files(token: str, questions: list[Shown]) -> dict[str, Text]:
    """Attach the files that were chosen; a refused one is told by its question."""
    problems: dict[str, Text] = {}
    for question in questions:
        sent = request.files.get(question.key) if question.kind == "file" else None
        if sent is None or not sent.filename:
            continue
        try:
            upload(
                session(),
                token=token,
                question=question.key,
                store=current_app.extensions["store"],
                data=sent.read(),
                name=sent.filename,
                at=clock().now(),
            )
        except Refused as refusal:
            problems[question.key] = refusal.text
    return problems


def show_problems(
    token: str, place: int, typed: Mapping[str, Any], outcome: Checked, *, everywhere: bool
) -> ResponseReturnValue:
    """The part again with what was typed; when sending, the first part that has a problem."""
    form = by_link(session(), token=token, locale=str(get_locale()), at=clock().now())
    here = {question.key for question in parts(form)[place - 1].questions}
    if everywhere and not here & set(outcome.problems):
        with_problem = (
            i for i, part in enumerate(parts(form), 1) if {q.key for q in part.questions} & set(outcome.problems)
        )
        place = next(with_problem, place)
    return draw(token, form, place, typed=typed, outcome=outcome)


def draw(
    token: str, form: Form, place: int, *, typed: Mapping[str, Any] | None = None, outcome: Checked | None = None
) -> ResponseReturnValue:
    """The page of one part."""
    found = outcome or Checked()
    sections = parts(form)
    part = sections[place - 1]
    shown = [show(question, typed or {}, found) for question in answerable(part)]
    labels = {question.key: question.label for question in form.questions()}
    page = {key: index for index, section in enumerate(sections, 1) for key in keys(section)}
    errors = [(anchor(token, key, page, place), f"{labels[key]}: {say(text)}") for key, text in found.problems.items()]
    return render_template(
        "questionnaire.html",
        form=form,
        part=part,
        questions=shown,
        errors=errors,
        is_last=place == len(sections),
        previous_url=url_for("join.questionnaire", token=token, part=place - 1) if place > 1 else "",
        contents=contents(token, sections, place),
        wishes=[
            (anchor(token, q.key, page, place), q.label, q.asked)
            for section in sections
            for q in section.questions
            if q.asked
        ],
        expires_at=look(session(), token=token, purpose="questionnaire", at=clock().now()).expires_at,
    )


def anchor(token: str, key: str, page: Mapping[str, int], place: int) -> str:
    """The address of a question, on this page or on its own."""
    there = page.get(key, place)
    return f"#q-{key}" if there == place else url_for("join.questionnaire", token=token, part=there, _anchor=f"q-{key}")


def show(question: Shown, typed: Mapping[str, Any], found: Checked) -> QuestionShown:
    """One question; what was wrong stays as typed."""
    problem, doubt = found.problems.get(question.key), found.warnings.get(question.key)
    return question_shown(
        question,
        typed=typed.get(question.key) if problem else None,
        error=say(problem) if problem else "",
        warning=say(doubt) if doubt else "",
        file_name=name_of_file(question),
    )


def name_of_file(question: Shown) -> str:
    """The name of the file that was sent, if one was."""
    if question.kind != "file" or question.value is None:
        return ""
    file = session().get(StoredFile, question.value)
    return file.name if file else ""


def parts(form: Form) -> list[Section]:
    """The parts with something to answer now; all of them where there is nothing."""
    return [section for section in form.sections if answerable(section)] or list(form.sections)


def answerable(section: Section) -> list[Shown]:
    """The questions that are shown and may be answered now."""
    return [question for question in section.questions if question.open and question.visible]


def keys(section: Section) -> list[str]:
    """The keys of a section's questions."""
    return [question.key for question in section.questions]


def contents(token: str, sections: list[Section], place: int) -> list[Part]:
    """The table of contents with what is answered."""
    return [
        Part(
            title=section.title,
            url=url_for("join.questionnaire", token=token, part=index),
            done=sum(question.value is not None for question in answerable(section)),
            total=len(answerable(section)),
            is_current=index == place,
        )
        for index, section in enumerate(sections, 1)
    ]


def number(form: Form) -> int:
    """The part asked for, within bounds; without one, the first with a required question unanswered."""
    asked = request.args.get("part", "")
    sections = parts(form)
    if asked.isascii() and asked.isdigit():
        return min(max(int(asked[:3]), 1), len(sections))
    unfinished = (
        index
        for index, section in enumerate(sections, 1)
        if any(question.required and question.value is None for question in answerable(section))
    )
    return next(unfinished, 1)
