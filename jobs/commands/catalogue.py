"""``catalogue import``: one catalogue feed, read to its end in this process."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from jobs.catalogue import read_feed
from jobs.commands.answers import DONE, FAILED, Answer, verb
from jobs.context import Context
from trade.base.errors import Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.catalogue import actions
from trade.catalogue.formats import formats
from trade.catalogue.models import CatalogueRun
from trade.catalogue.queries import feeds

COUNTS = ("new", "changed", "unchanged", "deleted", "refused", "non_books")


def add(verbs: Any) -> None:
    """Declare the verb and its arguments."""
    catalogue = verbs.add_parser("catalogue", help="feeds of the catalogue", description="Feeds of the catalogue.")
    made = verb(
        catalogue.add_subparsers(metavar="VERB", required=True),
        "import",
        help="read a catalogue feed and bring its books up to date",
        detail="The first bytes of the file tell its format (SINLI LIBROS, CAMPRE and ESTADO, ONIX, Tite-Live) "
        "unless --format names it. Records are taken in by the thousand: what was read before a damaged place "
        "stays. The same file twice changes nothing. Things that are no books are counted and kept out.",
        example="catalogue import novedades.xml --source publisher --json",
    )
    made.add_argument("file", type=Path, metavar="FILE", help="the catalogue feed")
    made.add_argument("--format", default="", choices=sorted(formats()), help="how the file is written")
    made.add_argument(
        "--source", default="", metavar="KEY", help="who tells it; by default the usual source of the format"
    )
    made.set_defaults(run=run)


def run(options: argparse.Namespace, context: Context) -> Answer:
    """Import one feed. Raises Refused for a file that cannot be read."""
    try:
        stream = options.file.open("rb")
    except OSError as error:
        raise Refused(N_("“%(file)s” cannot be read: %(reason)s."), file=options.file, reason=error.strerror) from error
    with stream, context.session() as session:
        run_id = actions.receive_feed(
            session,
            stream=stream,
            name=options.file.name,
            origin="command",
            at=context.now(),
            store=context.store,
            format=options.format,
            source=options.source,
            queued=False,
        ).id
    read_feed(context, {"run_id": run_id})
    with context.session() as session:
        return _answer(session, feeds.run(session, run_id=run_id))


def _answer(session: TenantSession, done: CatalogueRun) -> Answer:
    source = feeds.source(session, source_id=done.source_id).key
    data: dict[str, Any] = {"state": done.state, "format": done.format, "source": source}
    data |= {name: getattr(done, name) for name in COUNTS}
    data |= {"reasons": done.reasons, "non_book_codes": done.non_book_codes}
    refused = feeds.rejections(session, run_id=done.id, limit=100)
    data["rejected"] = [{"place": row.place, "reason": str(Text(row.reason, row.values))} for row in refused]
    lines = [f"record {row['place']}: {row['reason']}" for row in data["rejected"]]
    counts = ", ".join(f"{name.replace('_', '-')} {data[name]}" for name in COUNTS)
    if done.error:
        data["error"] = str(Text(done.error["message"], done.error["values"]))
        lines.append(data["error"])
    lines.append(f"{done.format} from {source}, {done.state}: {counts}")
    return Answer(data, "\n".join(lines), FAILED if done.error else DONE)
