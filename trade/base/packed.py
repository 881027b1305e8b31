"""Large files that arrive packed: the one file in a gzip or a zip, unpacked while it is read, within bounds.

Nothing is held in memory and nothing is written. A bomb, a damaged, a locked and a cut archive raise Refused where
that shows, which may be in the middle.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO, BinaryIO, cast

from trade.base.errors import Refused
from trade.base.text import N_

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
RATIO = 200
"""Text packs ten to thirty times; what grows more than this is made to harm."""
SMALL = 1_000_000
"""A file up to this size may come out of any archive, whatever its ratio."""
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp"})
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)


def unpacked(stream: BinaryIO, *, largest: int) -> BinaryIO:
    """What a seekable stream holds: the one file of an archive, else the stream itself, from its beginning.

    Folders, pictures (covers that lie beside the feed) and what systems add by themselves do not count. Raises Refused
    for an archive that cannot be opened or holds none or several files.
    """
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    head = stream.read(4)
    stream.seek(0)
    if head.startswith(GZIP):
        inner = cast(IO[bytes], gzip.GzipFile(fileobj=stream))
    elif head.startswith(ZIP):
        inner = _member(stream)
    else:
        return stream
    return cast(BinaryIO, io.BufferedReader(_Bounded(inner, packed=size, largest=largest)))


def _member(stream: BinaryIO) -> IO[bytes]:
    try:
        archive = zipfile.ZipFile(stream)
        files = [one for one in archive.infolist() if not _beside(one)]
        if len(files) != 1:
            raise Refused(N_("The zip must hold one file; it holds %(count)s."), count=len(files))
        return archive.open(files[0])
    except _BROKEN as error:
        raise _damaged() from error


def _beside(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    system = path.parts[:1] == ("__MACOSX",) or path.name in (".DS_Store", "Thumbs.db")
    return member.is_dir() or system or path.suffix.lower() in _PICTURES


class _Bounded(io.RawIOBase):
    """An archive's file that tells its damage as Refused and ends before it fills the disk."""

    def __init__(self, inner: IO[bytes], *, packed: int, largest: int) -> None:
        self._inner, self._most, self._size = inner, min(largest, max(SMALL, RATIO * packed)), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            piece = self._inner.read(len(buffer))
        except _BROKEN as error:
            raise _damaged() from error
        self._size += len(piece)
        if self._size > self._most:
            raise Refused(
                N_("Unpacked, the file is larger than %(limit)s MB or grows suspiciously: it is not read."),
                limit=-(-self._most // 1_000_000),
            )
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


def _damaged() -> Refused:
    return Refused(N_("The archive is damaged or cut: it did not arrive whole. Nothing was changed; send it again."))
