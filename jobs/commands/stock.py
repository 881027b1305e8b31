"""``stock import``: one stock file, read, compared and applied in this process; ``stock logs``: both logs anew."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jobs.commands.answers import DONE, FAILED, HELD, Answer, verb
from jobs.context import Context
from jobs.folder import contents
from trade.base.errors import Refused
from trade.base.tenancy import SYSTEM, Scope, TenantSession
from trade.base.text import N_, Text
from trade.members import queries as members
from trade.stock import actions, queries
from trade.stock.models import FeedRun

PAGE = 200
COUNTS = ("repeated", "isbns", "unknown", "added", "changed", "zeroed")


def add(verbs: Any) -> None:
    """Declare the verb and its arguments."""
    stock = verbs.add_parser("stock", help="stock files of bookshops", description="Stock files of bookshops.")
    each = stock.add_subparsers(metavar="VERB", required=True)
    logs = verb(
        each,
        "logs",
        help="make the logs of rare books and of prices in error anew, as every night",
        detail="Rare are titles that one or two bookshops have and no trusted distributor (T109).",
        example="stock logs --json",
    )
    logs.set_defaults(run=make_logs)
    made = verb(
        each,
        "import",
        help="read a stock file, compare it with the last one, and apply it unless it is suspicious",
        detail="Formats: cegald (SINLI CEGALD 02, prices without VAT in cents), model_csv (our own file, CSV or "
        "XLSX: isbn; quantity; price with VAT in euros), art_asc (Place des Libraires, prices with VAT in cents), "
        "geslib (INTER files, in their order), stocks_json (pages of the API /stocks), and the key of any adapter "
        "that staff put into use. gzip and zip are unpacked. Where the file is the whole inventory, a title it does "
        "not name goes to zero. A file that would remove 30 % of the titles or more is held (exit status 3).",
        example="stock import CEGALD.TXT --bookshop alba --format cegald --json",
    )
    made.add_argument("file", type=Path, metavar="FILE", help="the stock file")
    made.add_argument("--bookshop", required=True, metavar="SLUG", help="whose stock it is (see: bookshops)")
    made.add_argument("--format", required=True, metavar="NAME", help="how the file is written")
    how = made.add_mutually_exclusive_group()
    how.add_argument("--dry-run", action="store_true", help="compare only; what would change waits in the office")
    how.add_argument("--release", action="store_true", help="apply the file even if it is suspicious")
    made.set_defaults(run=run)


def make_logs(options: argparse.Namespace, context: Context) -> Answer:
    """Make both logs anew in this process."""
    with context.session(SYSTEM) as session:
        checked = actions.check_price_errors(session, at=context.now())
        rare = actions.log_rare_titles(session, at=context.now())
    data = {"rare": rare, "price_errors": checked.price_errors, "repaired": checked.repaired}
    return Answer(data, f"rare {rare}, price errors {checked.price_errors}, repaired {checked.repaired}", DONE)


def run(options: argparse.Namespace, context: Context) -> Answer:
    """Import one file. Raises Refused for an unknown bookshop and a file that cannot be read."""
    data = _bytes(options.file)
    with context.session(SYSTEM) as session:
        bookshop_id = members.any_by_slug(session, slug=options.bookshop).id
    with context.session(Scope("bookshop", bookshop_id=bookshop_id)) as session:
        done = _import(session, context, bookshop_id, data, options)
        return _answer(session, done)


def _bytes(path: Path) -> bytes:
    try:
        return contents(path.resolve())
    except OSError as error:
        reason = error.strerror or str(error)
        raise Refused(N_("“%(file)s” cannot be read: %(reason)s."), file=path, reason=reason) from error


def _import(
    session: TenantSession, context: Context, bookshop_id: int, data: bytes, options: argparse.Namespace
) -> FeedRun:
    at = context.now()
    received = actions.receive_file(
        session,
        bookshop_id=bookshop_id,
        format=options.format,
        data=data,
        name=options.file.name,
        origin="command",
        at=at,
        store=context.store,
        apply_when_safe=not options.dry_run,
        queued=False,
    )
    done = actions.process(session, run_id=received.id, at=at, store=context.store)
    if done.state == "held" and options.release:
        actions.apply(session, run_id=done.id, at=at, force=True)
    return done


def _answer(session: TenantSession, done: FeedRun) -> Answer:
    if done.state == "refused":
        reason = str(Text(done.error["message"], done.error["values"]))
        return Answer({"error": reason}, reason, FAILED)
    rejected = [{"line": row.line, "reason": str(Text(row.reason, row.values))} for row in _refused(session, done.id)]
    held = bool(done.hold_reasons) and done.state != "applied"
    data = {"read": done.read, "accepted": done.accepted, "rejected": rejected}
    data |= {name: getattr(done, name) for name in COUNTS} | {"held": held}
    return Answer(data, _text(done, data), HELD if held else DONE)


def _refused(session: TenantSession, run_id: int) -> Iterator[Any]:
    offset = 0
    while page := queries.rejections(session, run_id=run_id, limit=PAGE, offset=offset):
        yield from page
        offset += PAGE


def _text(done: FeedRun, data: dict[str, Any]) -> str:
    lines = [f"line {row['line']}: {row['reason']}" for row in data["rejected"]]
    lines += [f"held: {Text(reason['message'], reason['values'])}" for reason in done.hold_reasons if data["held"]]
    counts = ", ".join(f"{name} {data[name]}" for name in COUNTS)
    return "\n".join([*lines, f"{done.state}: read {done.read}, accepted {done.accepted}, {counts}"])
