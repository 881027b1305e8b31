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
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice, zip_longest
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
from trade.base.text import N_, Text
from trade.members.models import StoredFile
from trade.stock import actions, queries
from trade.stock.formats.geslib import number_of
from trade.stock.models import FeedRun

FOLDER = "folder"
QUIET_SECONDS = 60
MOST_FILES = 300
KEPT_SECONDS = 30 * 86_400
READ, REFUSED = "read", "refused"
AGAIN = timedelta(hours=1)
UNREADABLE = N_("Your folder, or a file in it, cannot be read: %(reason)s. Ask the network to set it right.")
NO_FORMAT = N_("Files that lie in your folder and wait until you say how they are written: %(count)s.")
_SAFE = re.compile(r"[\w][\w .()+-]{0,119}")
_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".swp")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Waiting:
    """A complete file of a bookshop in its folder, and how it is written."""

    slug: str
    name: str
    bookshop_id: int
    format: str


@dataclass(frozen=True)
class Found:
    """The files to be read, in their order; and by bookshop why others lie unread."""

    files: list[Waiting]
    troubles: dict[int, Text]


def collect(context: Context, payload: dict[str, Any]) -> Found:
    """Look into the folders of all bookshops, each for itself: what is wrong with one stops no other.

    Every bookshop gets its turn: the first file of each, then the second of each. Makes missing folders.
    """
    with context.session() as session:
        owners = queries.senders(session)
    complete: dict[str, list[str]] = {}
    troubles: dict[int, Text] = {}
    for slug, bookshop_id in owners.items():
        try:
            complete[slug] = look(context.config.incoming_dir / slug)
        except OSError as error:
            troubles[bookshop_id] = Text(UNREADABLE, {"reason": error.strerror or str(error)})
    if troubles:
        log.warning("folders of incoming files cannot be read", bookshops=len(troubles))
    each = []
    with context.session() as session:
        for slug, names in complete.items():
            format = queries.format_of(session, bookshop_id=owners[slug]) if names else ""
            if names and not format:
                troubles[owners[slug]] = Text(NO_FORMAT, {"count": len(names)})
            elif names:
                each.append([Waiting(slug, name, owners[slug], format) for name in names])
    in_turn = (waiting for round_ in zip_longest(*each) for waiting in round_ if waiting is not None)
    return Found(list(islice(in_turn, MOST_FILES)), troubles)


@handles("stock.folder", outside=collect)
def take(session: TenantSession, context: Context, payload: dict[str, Any], found: Found) -> dict[str, Any]:
    """Receive each file; a job reads it. One that cannot be taken stops no other; the office tells what lies unread."""
    at, taken, refused = context.now(), 0, 0
    troubles = dict(found.troubles)
    for waiting in found.files:
        try:
            data = contents(context.config.incoming_dir / waiting.slug / waiting.name)
            if not _just_received(session, waiting.bookshop_id, data, context):
                actions.receive_file(
                    session,
                    bookshop_id=waiting.bookshop_id,
                    format=waiting.format,
                    data=data,
                    name=waiting.name,
                    origin=FOLDER,
                    at=at,
                    store=context.store,
                )
            taken += 1
            _clear_later(session, waiting, READ, context)
        except OSError as error:
            troubles[waiting.bookshop_id] = Text(UNREADABLE, {"reason": error.strerror or str(error)})
        except Refused as reason:
            refused += 1
            log.warning("a file in a folder was refused", bookshop=waiting.slug, reason=str(reason))
            _clear_later(session, waiting, REFUSED, context)
    actions.note_folders(session, troubles=troubles)
    return {"taken": taken, "refused": refused, "unread": len(troubles)}


def move(context: Context, payload: dict[str, Any]) -> None:
    """Put a received file aside, under the moment at which it was; forget those that lie there for a month."""
    put_aside(context.config.incoming_dir / payload["slug"], payload["name"], payload["into"], payload["stamp"])


def put_aside(folder: Path, name: str, into: str, stamp: str) -> None:
    """Move a file into a folder beside it, under the moment at which it was read."""
    target = folder / into
    target.mkdir(exist_ok=True)
    source = folder / name
    if source.exists() and not source.is_symlink():
        source.rename(target / f"{stamp}_{name}")
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


def look(folder: Path) -> list[str]:
    """The complete files of a folder, which is made where it is missing. Raises OSError."""
    if folder.is_symlink():
        raise OSError("the folder is a link")
    folder.mkdir(mode=0o770, exist_ok=True)
    return _complete(folder)


def _complete(folder: Path) -> list[str]:
    """Names of the files that nobody writes to any more, numbered ones in their order, others oldest first."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if not _SAFE.fullmatch(entry.name) or entry.name.lower().endswith(_UNFINISHED):
                continue
            try:
                about = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # it was taken away while we looked
            changed = max(about.st_mtime, about.st_ctime)
            if stat.S_ISREG(about.st_mode) and time.time() - changed >= QUIET_SECONDS:
                found.append((number_of(entry.name) or 0, about.st_mtime, entry.name))
    return [name for _, _, name in sorted(found)]


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
