"""Verbs about questionnaires: designing them, answering them, asking for changes."""

from trade.questionnaires.actions.answering import by_link, form_of, save, submit, upload
from trade.questionnaires.actions.designing import draft, publish
from trade.questionnaires.actions.form import Form, Section, Shown
from trade.questionnaires.actions.reviewing import ask_changes, close_reply, open_reply, values_of

__all__ = [
    "Form",
    "Section",
    "Shown",
    "ask_changes",
    "by_link",
    "close_reply",
    "draft",
    "form_of",
    "open_reply",
    "publish",
    "save",
    "submit",
    "upload",
    "values_of",
]
