"""``distributors import``: one stock file of a distributor, read and made its stock in this process."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from jobs.commands.answers import DONE, FAILED, Answer, verb
from jobs.context import Context
from trade.base.errors import Refused
from trade.base.tenancy import SYSTEM
from trade.base.text import N_, Text
from trade.distributors import actions, queries
from trade.distributors.models import DistributorRun

COUNTS = ("titles", "added", "removed", "rejected")


def add(verbs: Any) -> None:
    """Declare the verb and its arguments."""
    stock = verbs.add_parser("distributors", help="stock of distributors", description="Stock of distributors.")
    made = verb(
        stock.add_subparsers(metavar="VERB", required=True),
        "import",
        help="read a distributor's stock file and make it its stock",
        detail="Any format of bookshops' stock files will do (see: stock import --help). Without --format the one "
        "that staff chose for the distributor counts. A file that would remove more than half of its titles is "
        "refused unless --anyway is given. The same file again only makes its stock young again.",
        example="distributors import CEGALD.TXT --distributor azeta --format cegald --json",
    )
    made.add_argument("file", type=Path, metavar="FILE", help="the stock file")
    made.add_argument("--distributor", required=True, metavar="KEY", help="short name of the distributor")
    made.add_argument("--format", metavar="NAME", help="how the file is written")
    made.add_argument("--anyway", action="store_true", help="remove more than half of its titles if the file says so")
    made.set_defaults(run=run)


def run(options: argparse.Namespace, context: Context) -> Answer:
    """Import one file. Raises Refused for an unknown distributor and a file that is not there."""
    try:
        data = options.file.read_bytes()
    except OSError as error:
        raise Refused(N_("“%(file)s” cannot be read: %(reason)s."), file=options.file, reason=error.strerror) from error
    with context.session(SYSTEM) as session:
        distributor = queries.by_key(session, key=options.distributor)
        feed = queries.feed_of(session, distributor_id=distributor.id)
        done = actions.receive(
            session,
            distributor_id=distributor.id,
            format=options.format or (feed.format if feed else ""),
            data=data,
            name=options.file.name,
            origin="command",
            at=context.now(),
            store=context.store,
            anyway=options.anyway,
        )
        return _answer(done)


def _answer(done: DistributorRun) -> Answer:
    if done.state == "refused":
        reason = str(Text(done.error["message"], done.error["values"]))
        return Answer({"state": done.state, "error": reason}, reason, FAILED)
    rejections = [{"line": row["line"], "reason": str(Text(row["message"], row["values"]))} for row in done.rejections]
    data = {"state": done.state, **{name: getattr(done, name) for name in COUNTS}, "rejections": rejections}
    lines = [f"line {row['line']}: {row['reason']}" for row in rejections]
    counts = ", ".join(f"{name} {data[name]}" for name in COUNTS)
    return Answer(data, "\n".join([*lines, f"{done.state}: {counts}"]), DONE)
