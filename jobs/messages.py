"""Mails leave the house: through the mail server of SMTP_URL, else they stay in the outbox at /staff/outbox."""

from __future__ import annotations

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from jobs.context import Context
from jobs.queue import handles
from trade.base.crypto import digest
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.members.settings import EMAIL, SHORT_NAME
from trade.messages.actions import mark_delivered
from trade.messages.models import Message
from trade.messages.queries import by_key

TIMEOUT_SECONDS = 30
PORTS = {"smtp": 587, "smtps": 465}


def deliver(context: Context, payload: dict[str, Any]) -> bool:
    """Hand one mail to the mail server; False where none is set, or where the mail is gone or has left before."""
    if not context.config.smtp_url:
        return False
    with context.session() as session:
        message = by_key(session, key=payload["key"])
        if message is None or message.state == "sent" or not message.to_email:
            return False
        mail = compose(session, message, context)
    transmit(context.config.smtp_url, mail)
    return True


def compose(session: TenantSession, message: Message, context: Context) -> EmailMessage:
    """The mail as it goes out. Its Message-ID follows from its key: a repeated sending is the same mail."""
    now = context.now()
    sender = str(value_of(session, EMAIL, at=now))
    mail = EmailMessage()
    mail["From"] = Address(str(value_of(session, SHORT_NAME, at=now)), addr_spec=sender)
    mail["To"] = Address(message.to_name, addr_spec=message.to_email)
    mail["Subject"] = message.subject
    mail["Date"] = message.created_at
    mail["Message-ID"] = f"<{digest(message.key)[:32]}@{sender.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.locale
    mail.set_content(message.body)
    return mail


def transmit(address: str, mail: EmailMessage) -> None:
    """Send through ``smtp://user:password@host:587`` (STARTTLS where the server offers it) or ``smtps://``.

    Raises OSError or SMTPException where the server cannot be reached or refuses.
    """
    parts = urlsplit(address)
    host, port = parts.hostname or "localhost", parts.port or PORTS[parts.scheme]
    tls = ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=tls)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    with server:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=tls)
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(mail)


@handles("message.deliver", outside=deliver)
def delivered(session: TenantSession, context: Context, payload: dict[str, Any], sent: bool) -> dict[str, Any]:
    """Note what became of the mail."""
    return {"sent": sent, "known": mark_delivered(session, key=payload["key"], sent=sent, at=context.now())}
