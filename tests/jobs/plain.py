"""What a job without an outbox looks like: the negative control hands it to RQ directly."""

from __future__ import annotations

from jobs import queue
from trade.base import journal

WRITTEN = "chaos.written"


def write(n: int) -> None:
    context = queue._of_this_process[0]
    with context.session() as session:
        journal.write(session, action=WRITTEN, thing="chaos", thing_id=n, at=context.now())
