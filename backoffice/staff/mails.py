"""E-mails: the outbox with every mail's words, and the templates that staff edit and preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.contrib.sqla.filters import FilterEqual, FilterLike
from flask_babel import gettext
from sqlalchemy import select

from backoffice.base import RecordView, Tab
from backoffice.cells import Column, ago_cell, link_to, state_mark
from trade.base.text import N_
from trade.messages.models import Message
from trade.messages.queries import undelivered
from trade.messages.rules import TEMPLATES
from web.database import session

MESSAGE_STATES = {
    "queued": (N_("Waits"), "open"),
    "sent": (N_("Sent"), "done"),
    "kept": (N_("Kept here"), "done"),
}
FAILED = (N_("Failed"), "late")


def message_state(column: Column | None, row: Any, beside: Mapping[str, Any]) -> Any:
    """Whether the mail has left, or cannot."""
    word, shape = FAILED if row.id in beside.get("failed", ()) else MESSAGE_STATES[row.state]
    return state_mark(gettext(word), shape)


def template_cell(column: Column, row: Any, beside: Mapping[str, Any]) -> str:
    """The kind of the mail in words."""
    known = TEMPLATES.get(row.template)
    return gettext(known.label) if known else row.template


class Outbox(RecordView):
    """Every mail the network wrote; where no mail server is configured this page is where they are read."""

    lede = N_("Every mail the network has written, with its words.")
    columns = (
        Column("subject", N_("Subject"), cell=link_to("staff_outbox.mail", "subject"), css="ref wide"),
        Column("state", N_("State"), cell=message_state),
        Column("to_email", N_("To"), sort=True),
        Column("template", N_("Kind"), cell=template_cell, plain=template_cell, css="minor"),
        Column("created_at", N_("Written"), cell=ago_cell, sort=True),
        Column("sent_at", N_("Sent"), cell=ago_cell, css="minor", sort=True),
    )
    column_default_sort = ("id", True)
    column_searchable_list = ("subject", "to_email")
    column_filters = (
        FilterEqual(Message.template, N_("Kind"), options=lambda: _kinds()),
        FilterLike(Message.to_email, N_("Address contains")),
    )
    tabs = (
        Tab("all", N_("All")),
        Tab("queued", N_("Waiting"), lambda: Message.state == "queued"),
        Tab("failed", N_("Failed"), undelivered),
    )
    empty_title = N_("No mail has been written")
    empty_icon = "mail"

    def beside(self, rows: Sequence[Any]) -> Mapping[str, Any]:
        """Which of these mails cannot be delivered."""
        failed = select(Message.id).where(Message.id.in_([row.id for row in rows]), undelivered())
        return {"failed": set(session().scalars(failed))}

    @expose("/<int:record_id>/")
    def mail(self, record_id: int) -> ResponseReturnValue:
        """One mail with its words."""
        message = self.record(record_id)
        failed = session().scalar(select(Message.id).where(Message.id == message.id, undelivered())) is not None
        word, shape = FAILED if failed else MESSAGE_STATES[message.state]
        return self.render(
            "staff/mail.html",
            message=message,
            state=(gettext(word), shape),
            kind=template_cell(None, message, {}),  # type: ignore[arg-type]
        )


def _kinds() -> Sequence[tuple[str, str]]:
    return [(key, gettext(template.label)) for key, template in TEMPLATES.items()]
