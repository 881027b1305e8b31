"""Mails: one per event, delivered through a real SMTP conversation, or kept in the outbox."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from jobs.context import Context
from jobs.queue import drain
from tests.cast import NOW
from tests.conftest import House
from trade.base.models import Effect
from trade.base.tenancy import PUBLIC, Scope
from trade.messages.actions import send, set_template
from trade.messages.models import Message
from trade.messages.queries import template_in_force

VALUES = {"name": "Clara", "link": "https://mostrador.example/x", "until": NOW}


class Conversation(socketserver.StreamRequestHandler):
    """Enough of RFC 5321 to take a mail; the server's ``refuse`` answers the sender with an error once."""

    def handle(self) -> None:
        self._say(220, "ready")
        data: list[bytes] | None = None
        for line in self.rfile:
            if data is not None:
                if line == b".\r\n":
                    self.server.received.append(b"".join(data))  # type: ignore[attr-defined]
                    data = None
                    self._say(250, "taken")
                else:
                    data.append(line[1:] if line.startswith(b"..") else line)
                continue
            verb = line[:4].upper()
            if verb == b"QUIT":
                self._say(221, "bye")
                return
            if verb == b"MAIL" and self.server.refusals:  # type: ignore[attr-defined]
                self.server.refusals -= 1  # type: ignore[attr-defined]
                self._say(451, "try later")
            elif verb == b"DATA":
                data = []
                self._say(354, "go on")
            else:
                self._say(250, "fine")

    def _say(self, code: int, words: str) -> None:
        self.wfile.write(f"{code} {words}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """A mail server on a free port of this machine."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.received: list[bytes] = []
        self.refusals = 0

    @property
    def url(self) -> str:
        """Its address as SMTP_URL."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def queue_mail(house: House, scope: Scope = PUBLIC, *, key: str = "account.recovery:1", **more: object) -> None:
    with house.session(scope) as session:
        send(
            session,
            key=key,
            template="account.recovery",
            to_email="clara@mostrador.example",
            locale="es",
            values=VALUES,
            at=NOW,
            **more,  # type: ignore[arg-type]
        )


def test_without_a_mail_server_it_stays_in_the_outbox(house: House, context: Context) -> None:
    queue_mail(house)
    assert drain(context) == 1
    with house.session() as session:
        message = session.scalars(select(Message)).one()
        assert (message.state, message.sent_at) == ("kept", None)
        assert "martes 24 de noviembre a las 11:00" in message.body
        assert "Red de muestra" in message.body and message.subject.startswith("Mostrador:")


def test_it_is_delivered_once_through_smtp(house: House, context: Context, mail_server: MailServer) -> None:
    queue_mail(house, to_name="Clara Ñandú")
    queue_mail(house, to_name="Clara Ñandú")
    posting = replace(context, config=replace(context.config, smtp_url=mail_server.url))
    assert drain(posting) == 1
    assert drain(posting) == 0
    (raw,) = mail_server.received
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["To"] == "Clara Ñandú <clara@mostrador.example>"
    assert mail["From"] == "Red de muestra <hola@red.example>"
    assert mail["Auto-Submitted"] == "auto-generated" and mail["Message-ID"].endswith("@red.example>")
    assert "https://mostrador.example/x" in mail.get_content()
    with house.session() as session:
        assert session.scalars(select(Message.state)).one() == "sent"


def test_a_refusing_server_is_tried_again(house: House, context: Context, mail_server: MailServer) -> None:
    queue_mail(house)
    mail_server.refusals = 1
    posting = replace(context, config=replace(context.config, smtp_url=mail_server.url))
    drain(posting)
    with house.session() as session:
        effect = session.scalars(select(Effect).where(Effect.kind == "message.deliver")).one()
        assert effect.state == "pending" and effect.attempts == 1
        assert "clara" not in effect.error and "clara" not in str(effect.payload)
        effect.lease_until = None
    drain(posting)
    assert len(mail_server.received) == 1


def test_a_mail_of_an_erased_person_is_not_sent(house: House, context: Context, mail_server: MailServer) -> None:
    queue_mail(house)
    with house.session() as session:
        session.delete(session.scalars(select(Message)).one())
    posting = replace(context, config=replace(context.config, smtp_url=mail_server.url))
    assert drain(posting) == 1
    assert mail_server.received == []


@pytest.mark.parametrize("scope", ["public", "door", "reader", "bookshop", "staff", "accountant", "system"])
def test_every_scope_can_queue_a_mail_and_few_can_read_it(house: House, scope: str) -> None:
    cast = house.cast
    scopes = {
        "reader": cast.reader("bruno"),
        "bookshop": cast.bookshop(),
        "staff": cast.staff(),
        "accountant": cast.accountant(),
    }
    acting = scopes.get(scope) or Scope(scope)  # type: ignore[arg-type]
    queue_mail(house, acting, person_id=cast.people["clara"])
    with house.session(acting) as session:
        seen = len(session.scalars(select(Message)).all())
    assert seen == (1 if scope in {"staff", "system"} else 0)
    with house.session(cast.reader()) as session:
        assert len(session.scalars(select(Message)).all()) == 1


def test_staff_change_the_words_and_the_history_stays(house: House) -> None:
    with house.session(house.cast.staff()) as session:
        set_template(session, key="account.recovery", locale="es", subject="Otra: {name}", body="Enlace {link}", at=NOW)
    queue_mail(house)
    queue_mail(house, key="account.recovery:2")
    with house.session() as session:
        assert {row.subject for row in session.scalars(select(Message))} == {"Otra: Clara"}
        old = template_in_force(session, key="account.recovery", locales=["fr"])
        assert old is not None and "{link}" in old.body


def test_an_unknown_template_is_an_error_of_the_program(house: House) -> None:
    with house.session(PUBLIC) as session, pytest.raises(LookupError, match="no template"):
        send(session, key="x", template="spam", to_email="a@b.org", locale="es", values={}, at=NOW)
