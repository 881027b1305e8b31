"""What arrives may be packed: one stock file in a gzip or a zip, taken out within bounds (safety.md R7).

The bytes that are kept are those that came; they are unpacked each time they are read. A bomb, a damaged or a cut
archive and one archive in another are refused, and then nothing of the file is used.
"""

from __future__ import annotations

import io
import zipfile
import zlib

from trade.base.errors import Refused
from trade.base.raw_text import BOUNDS
from trade.base.spreadsheet import is_spreadsheet
from trade.base.text import N_

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
RATIO = 200
"""Text packs ten to thirty times; what grows more than this is made to harm."""
SMALL = 1_000_000
"""A file up to this size may come out of any archive, whatever its ratio."""
_PIECE = 1 << 16


def unpack(data: bytes, name: str = "") -> tuple[bytes, str]:
    """The stock file in what arrived, and its name. A spreadsheet is a zip that stays as it is.

    Raises Refused for an archive that is damaged, cut, too large when unpacked, or holds none or several files.
    """
    if data.startswith(GZIP):
        plain, inner = _gunzip(data), name.removesuffix(".gz")
    elif data.startswith((ZIP, EMPTY_ZIP)) and not is_spreadsheet(data):
        plain, inner = _unzip(data)
    else:
        return data, name
    if plain.startswith((GZIP, EMPTY_ZIP)) or (plain.startswith(ZIP) and not is_spreadsheet(plain)):
        raise Refused(N_("The archive holds another archive. Pack the stock file only once."))
    return plain, inner


def _gunzip(data: bytes) -> bytes:
    """One or several gzip streams behind each other, each whole."""
    kept = bytearray()
    left = data
    while left.startswith(GZIP):
        stream = zlib.decompressobj(wbits=31)
        try:
            while not stream.eof and left:
                kept += stream.decompress(left, _PIECE)
                left = stream.unconsumed_tail if not stream.eof else stream.unused_data
                _bounded(len(kept), len(data))
        except zlib.error as error:
            raise _damaged() from error
        if not stream.eof:
            raise _damaged()
    if left.strip(b"\x00"):
        raise _damaged()
    return bytes(kept)


def _unzip(data: bytes) -> tuple[bytes, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if not _beside(member)]
            if len(members) != 1:
                raise Refused(N_("The zip must hold one stock file; it holds %(count)s."), count=len(members))
            return _member(archive, members[0], len(data)), members[0].filename.rpartition("/")[2]
    except Refused:
        raise
    except RuntimeError as error:
        raise Refused(N_("The zip is locked or packed in an unusual way. Pack it again without a password.")) from error
    except Exception as error:
        # The library fails in many ways on a damaged one: BadZipFile, zlib.error, IndexError, struct.error, ...
        raise _damaged() from error


def _beside(member: zipfile.ZipInfo) -> bool:
    """Folders, and what systems put beside a file by themselves."""
    return member.is_dir() or member.filename.startswith("__MACOSX/") or member.filename.endswith(".DS_Store")


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, packed: int) -> bytes:
    _bounded(member.file_size, packed)
    kept = bytearray()
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            kept += piece
            _bounded(len(kept), packed)
    return bytes(kept)


def _bounded(size: int, packed: int) -> None:
    if size > BOUNDS.size or (size > SMALL and size > RATIO * packed):
        raise Refused(
            N_("Unpacked, the file is larger than %(limit)s MB or grows suspiciously: it is not read."),
            limit=BOUNDS.size // 1_000_000,
        )


def _damaged() -> Refused:
    return Refused(N_("The archive is damaged or cut: it did not arrive whole. Nothing was changed; send it again."))
