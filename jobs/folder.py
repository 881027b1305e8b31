"""The watched folder: what an SFTP or FTP server writes to, ``incoming/<bookshop's slug>/``, becomes stock files.

A file is taken once nothing has happened to it for a minute; hidden and ``.part`` names are still being written. It
stays in the folder until it is safely received, and then moves to ``read/`` or, where it cannot be taken, to
``refused/``. Links, pipes and strange names are never followed.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select

from invoices.store import digest_of
from jobs.context import Context
from jobs.queue import handles
from trade.base import outbox
from trade.base.errors import Refused
from trade.base.raw_text import BOUNDS
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.members.models import Bookshop, StoredFile
from trade.stock import actions, queries
from trade.stock.formats.geslib import number_of
from trade.stock.models import FeedRun

FOLDER = "folder"
QUIET_SECONDS = 60
MOST_FILES = 300
KEPT_SECONDS = 30 * 86_400
READ, REFUSED = "read", "refused"
AGAIN = timedelta(hours=1)
_SAFE = re.compile(r"[\w][\w .()+-]{0,119}")
_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".swp")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Waiting:
    """A complete file of a bookshop in its folder."""

    slug: str
    name: str


def collect(context: Context, payload: dict[str, Any]) -> list[Waiting]:
    """The complete files of known bookshops, in the order in which they are to be read. Makes missing folders."""
    with context.session() as session:
        open_ones = select(Bookshop.slug).where(Bookshop.state.not_in(("left", "refused"))).order_by(Bookshop.slug)
        slugs = session.scalars(open_ones).all()
    found: list[Waiting] = []
    for slug in slugs:
        folder = context.config.incoming_dir / slug
        if folder.is_symlink():
            log.warning("a folder of incoming files is a link", bookshop=slug)
            continue
        folder.mkdir(mode=0o770, exist_ok=True)
        found += [Waiting(slug, name) for name in _complete(folder)]
    return found[:MOST_FILES]


@handles("stock.folder", outside=collect)
def take(session: TenantSession, context: Context, payload: dict[str, Any], found: list[Waiting]) -> dict[str, Any]:
    """Receive each file; a job reads it. One that cannot be taken stops no other."""
    at = context.now()
    known = queries.by_slug(session, slugs=sorted({waiting.slug for waiting in found}))
    taken, refused = 0, 0
    for waiting in found:
        bookshop_id = known.get(waiting.slug)
        format = queries.format_of(session, bookshop_id=bookshop_id) if bookshop_id else ""
        if bookshop_id is None or not format:
            continue  # it waits in its folder until somebody says how it is written
        try:
            data = contents(context.config.incoming_dir / waiting.slug / waiting.name)
            if not _just_received(session, bookshop_id, data, context):
                actions.receive_file(
                    session,
                    bookshop_id=bookshop_id,
                    format=format,
                    data=data,
                    name=waiting.name,
                    origin=FOLDER,
                    at=at,
                    store=context.store,
                )
            taken += 1
            _clear_later(session, waiting, READ, context)
        except OSError:
            continue
        except Refused as reason:
            refused += 1
            log.warning("a file in a folder was refused", bookshop=waiting.slug, reason=str(reason))
            _clear_later(session, waiting, REFUSED, context)
    return {"taken": taken, "refused": refused}


def move(context: Context, payload: dict[str, Any]) -> None:
    """Put a received file aside, under the moment at which it was; forget those that lie there for a month."""
    folder = context.config.incoming_dir / payload["slug"]
    target = folder / payload["into"]
    target.mkdir(exist_ok=True)
    source = folder / payload["name"]
    if source.exists() and not source.is_symlink():
        source.rename(target / f"{payload['stamp']}_{payload['name']}")
    for old in target.iterdir():
        if time.time() - old.lstat().st_mtime > KEPT_SECONDS:
            old.unlink(missing_ok=True)


@handles("stock.folder_clear", outside=move)
def cleared(session: TenantSession, context: Context, payload: dict[str, Any], answer: None) -> None:
    """The file was put aside."""


def contents(path: Path) -> bytes:
    """The bytes of a plain file. Raises OSError for a link or what is no file, Refused where it is too large."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise OSError("not a plain file")
        if about.st_size > BOUNDS.size:
            raise Refused(
                N_("The file has %(size)s MB; at most %(limit)s MB are read."),
                size=-(-about.st_size // 1_000_000),
                limit=BOUNDS.size // 1_000_000,
            )
        return file.read(BOUNDS.size)


def _complete(folder: Path) -> Iterator[str]:
    """Names of the files that nobody writes to any more, numbered ones in their order, others oldest first."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if not _SAFE.fullmatch(entry.name) or entry.name.lower().endswith(_UNFINISHED):
                continue
            about = entry.stat(follow_symlinks=False)
            changed = max(about.st_mtime, about.st_ctime)
            if stat.S_ISREG(about.st_mode) and time.time() - changed >= QUIET_SECONDS:
                found.append((number_of(entry.name) or 0, about.st_mtime, entry.name))
    return (name for _, _, name in sorted(found))


def _just_received(session: TenantSession, bookshop_id: int, data: bytes, context: Context) -> bool:
    """Whether these bytes came from the folder a moment ago: they are only still to be put aside."""
    same = (
        select(FeedRun.id)
        .join(StoredFile, StoredFile.id == FeedRun.file_id)
        .where(
            FeedRun.bookshop_id == bookshop_id,
            FeedRun.origin == FOLDER,
            FeedRun.received_at > context.now() - AGAIN,
            StoredFile.sha256 == digest_of(data),
        )
        .limit(1)
    )
    return session.scalar(same) is not None


def _clear_later(session: TenantSession, waiting: Waiting, into: str, context: Context) -> None:
    stamp = f"{context.now():%Y%m%d-%H%M%S}"
    outbox.post(
        session,
        kind="stock.folder_clear",
        key=f"stock.folder_clear:{waiting.slug}:{waiting.name}:{stamp}",
        payload={"slug": waiting.slug, "name": waiting.name, "into": into, "stamp": stamp},
    )
