"""Writing mails: exactly one per event, from templates that staff edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from trade.base import journal, outbox
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.members.settings import SHORT_NAME
from trade.messages.models import Message, MessageTemplate
from trade.messages.queries import by_key, template_in_force
from trade.messages.rules import LOCALES, TEMPLATES, Value, check_template, fill_body, fill_subject, in_words


def send(
    session: TenantSession,
    *,
    key: str,
    template: str,
    to_email: str,
    locale: str,
    values: Mapping[str, Value | None],
    at: datetime,
    to_name: str = "",
    person_id: int | None = None,
    bookshop_id: int | None = None,
    about_id: int | None = None,
    time_zone: str | None = None,
) -> None:
    """Queue one mail; the same ``key`` queues it once, however often it is asked. Any scope may call this.

    ``person_id`` is the addressee where she is one of our people, ``about_id`` the person whose data the words
    hold. Moments are told in ``time_zone``, else in the network's. Values the template does not use may be given.
    Raises LookupError for an unknown template, KeyError where a variable has no value.
    """
    words = template_in_force(session, key=template, locales=[locale, session.profile.locale, *LOCALES])
    if words is None:
        raise LookupError(f"There is no template of the mail {template}.")
    filled = _filled(session, template, words.locale, values, time_zone=time_zone, at=at)
    statement = insert(Message).values(
        key=key,
        template=template,
        locale=words.locale,
        to_email=to_email,
        to_name=to_name,
        person_id=person_id,
        about_id=about_id if about_id is not None else person_id,
        bookshop_id=bookshop_id,
        subject=fill_subject(words.subject, filled),
        body=fill_body(words.body, filled),
        state="queued",
        created_at=at,
        error="",
    )
    session.flush()
    session.execute(statement.inline().on_conflict_do_nothing())
    outbox.post(session, kind="message.deliver", key=f"message.deliver:{key}", payload={"key": key})


def _filled(
    session: TenantSession,
    template: str,
    locale: str,
    values: Mapping[str, Value | None],
    *,
    time_zone: str | None,
    at: datetime,
) -> dict[str, str]:
    profile = session.profile
    known: dict[str, Value | None] = {
        "network": profile.brand,
        "operator": value_of(session, SHORT_NAME, at=at),
        **{name: values[name] for name in TEMPLATES[template].variables if name in values},
    }
    return {
        name: ""
        if value is None
        else in_words(
            value,
            locale=locale,
            time_zone=time_zone or profile.time_zone,
            currency=profile.currency,
            translate=profile.translate,
        )
        for name, value in known.items()
    }


def set_template(session: TenantSession, *, key: str, locale: str, subject: str, body: str, at: datetime) -> None:
    """Put new words of a mail in force; the old ones stay in its history. Scope staff. Raises Refused."""
    check_template(key=key, subject=subject, body=body)
    session.add(
        MessageTemplate(
            key=key,
            locale=locale,
            subject=subject.strip(),
            body=body.replace("\r\n", "\n").strip() + "\n",
            set_by=session.scope.person_id,
            set_at=at,
        )
    )
    session.flush()
    journal.write(
        session,
        action="message_template.changed",
        thing="message_template",
        thing_id=0,
        at=at,
        details={"key": key, "locale": locale},
    )


def add_missing_templates(
    session: TenantSession, *, templates: Iterable[tuple[str, str, str, str]], at: datetime
) -> int:
    """Put the product's own words (key, locale, subject, body) in force where a mail has none; returns how many."""
    added = 0
    for key, locale, subject, body in templates:
        if template_in_force(session, key=key, locales=[locale]) is None:
            set_template(session, key=key, locale=locale, subject=subject, body=body, at=at)
            added += 1
    return added


FORGETS_ITS_READER = "privacy.done"
"""The mail with the certificate of a deletion: nothing may keep the address it went to (F42)."""


def mark_delivered(session: TenantSession, *, key: str, sent: bool, at: datetime) -> bool:
    """Note that the mail has left, or that it stays in the outbox where no mail server is set. Scope system.

    False where it is gone: its person was erased in between.
    """
    message = by_key(session, key=key)
    if message is None:
        return False
    message.state = "sent" if sent else "kept"
    message.sent_at = at if sent else None
    if message.template == FORGETS_ITS_READER:
        message.to_email = message.to_name = ""
    return True
