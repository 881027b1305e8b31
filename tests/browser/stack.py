"""The product as bin/run starts it: web server, worker, dispatcher and scheduler, on a house of its own."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
from redis import Redis
from sqlalchemy import select

from config.settings import ROOT, Config
from jobs.children import Children
from jobs.run import children_of, wait_until_ready
from tests.conftest import House
from trade.base.models import Effect
from trade.messages.models import Message

SECONDS = 30


@dataclass
class Stack:
    """A running installation and the house it works in."""

    house: House
    config: Config

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.config.base_url

    def settle(self) -> None:
        """Wait until every effect is carried out. Raises AssertionError where one fails or time is up."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with self.house.session() as session:
                open_ones = session.execute(
                    select(Effect.kind, Effect.state, Effect.error).where(Effect.state != "done")
                ).all()
            assert not [effect for effect in open_ones if effect.state == "dead"], open_ones
            if not open_ones:
                return
            time.sleep(0.1)
        raise AssertionError(f"not carried out: {open_ones}")

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for what a process does by itself. Raises AssertionError when time is up."""
        deadline = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"not in {SECONDS} seconds: {what}"
            time.sleep(0.2)

    def mail(self, to: str, template: str) -> str:
        """The words of the last mail of a kind to an address. Raises AssertionError where there is none."""
        self.settle()
        with self.house.session() as session:
            wanted = select(Message.body).where(Message.to_email == to, Message.template == template)
            body = session.scalars(wanted.order_by(Message.id.desc())).first()
        assert body, f"no {template} to {to}"
        return body

    def link(self, to: str, template: str) -> str:
        """The path of the link in that mail."""
        found = re.search(rf"{re.escape(self.url)}(/\S+)", self.mail(to, template))
        assert found, f"{template} has no link"
        return found[1].rstrip(".>)")


@contextmanager
def running(house: House) -> Iterator[Stack]:
    """Start everything on a house; nothing is left running afterwards."""
    with socket.socket() as probe, socket.socket() as other:
        probe.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        port, stand_in = probe.getsockname()[1], other.getsockname()[1]
    house.stripe = f"http://127.0.0.1:{stand_in}"
    config = replace(house.config(), port=port, base_url=f"http://127.0.0.1:{port}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOSTRADOR_CLOCK", str(config.clock_file))
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("MOSTRADOR_FILES", str(config.files_dir))
        with Redis.from_url(config.redis_url) as redis:
            redis.flushdb()  # counters and heartbeats of an earlier house
        children = Children(children_of(config, stand_in=stand_in))
        try:
            children.start()
            wait_until_ready(config, children)
            yield Stack(house, config)
        finally:
            children.end()
