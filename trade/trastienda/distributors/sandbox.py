"""The network's own sandbox: a distributor that answers by itself, for trying the back room out (T105).

No distributor of La Trastienda has a test environment. This one has copies of two books of three, always the same
ones. In production it answers nothing: it would promise readers books that nobody has.
"""

from __future__ import annotations

from collections.abc import Sequence

from trade.base.errors import Refused
from trade.base.text import N_

NAME = "sandbox"
TITLE = N_("Sandbox of the network, not for real orders")


def ask(address: str, isbns: Sequence[int], *, seconds: float, private: bool) -> dict[int, int]:
    """Copies by ISBN. Raises Refused where ``private`` is not given, as in production."""
    if not private:
        raise Refused(N_("The sandbox serves no real readers."))
    return {isbn: isbn // 10 % 3 for isbn in isbns}
