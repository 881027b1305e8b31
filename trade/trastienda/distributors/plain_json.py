"""The plain protocol: one request for some books, answered by a JSON object of copies by ISBN.

``GET address?isbns=9788437604947,9788417860790`` answers ``{"copies": {"9788437604947": 3}}``; an ISBN that is left
out is not there. What the distributors of La Trastienda speak is not public; theirs will be files beside this one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from trade.base import outbound
from trade.base.text import N_

NAME = "plain_json"
TITLE = N_("Plain JSON over HTTP")
MOST_COPIES = 99_999
LARGEST_ANSWER = 1_000_000


def ask(address: str, isbns: Sequence[int], *, seconds: float, private: bool) -> dict[int, int]:
    """Copies by ISBN of what it has of these books; ``private`` as in :mod:`trade.base.outbound`.

    Raises Refused where it does not answer in time, ValueError for an answer that is none.
    """
    joint = "&" if "?" in address else "?"
    asked = f"{address}{joint}isbns={','.join(f'{isbn:013d}' for isbn in isbns)}"
    answer = outbound.get(asked, headers={}, most_bytes=LARGEST_ANSWER, seconds=seconds, private=private)
    if answer.status != 200:
        raise ValueError(f"The answer has status {answer.status}.")
    return _copies(answer.body, set(isbns))


def _copies(content: bytes, wanted: set[int]) -> dict[int, int]:
    told = json.loads(content)
    copies = told.get("copies") if isinstance(told, dict) else None
    if not isinstance(copies, dict):
        raise ValueError("The answer tells no copies.")
    found = {}
    for word, count in copies.items():
        isbn = int(word) if word.isascii() and word.isdigit() and len(word) == 13 else 0
        if isbn in wanted and type(count) is int and 0 <= count <= MOST_COPIES:
            found[isbn] = count
    return found
