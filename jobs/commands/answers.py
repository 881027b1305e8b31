"""What a command answers: one object for programs, some lines for people, and an exit status."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from typing import Any

DONE, FAILED, HELD = 0, 1, 3


@dataclass(frozen=True)
class Answer:
    """``data`` is printed with ``--json``, ``text`` without; what failed is said on standard error."""

    data: dict[str, Any]
    text: str
    status: int = DONE


def tell(answer: Answer, *, as_json: bool) -> None:
    """Print an answer where it belongs."""
    if as_json:
        print(json.dumps(answer.data, ensure_ascii=False))
    if not as_json or answer.status == FAILED:
        print(answer.text, file=sys.stderr if answer.status == FAILED else sys.stdout)


def verb(
    verbs: Any, name: str, *, help: str, example: str, detail: str = "", as_json: bool = True
) -> argparse.ArgumentParser:
    """One verb's own parser: what it does, its units and formats, and an example."""
    made: argparse.ArgumentParser = verbs.add_parser(
        name,
        help=help,
        description=f"{help[0].upper()}{help[1:]}. {detail}".strip(),
        epilog=f"Example: bin/mostrador {example}",
    )
    if as_json:
        made.add_argument("--json", action="store_true", help="print one JSON object on standard output")
    return made
