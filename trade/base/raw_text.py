"""Uploaded text files, read within bounds: size, lines, line length, encodings, padding (safety.md R7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from trade.base.errors import Refused
from trade.base.text import N_

_PADDING = b"\x00\x1a \t\r\n"
_ARCHIVE = b"PK\x03\x04"
LONGEST_NUMBER = 4_000


@dataclass(frozen=True)
class Bounds:
    """What an upload may measure: bytes, number of lines, characters in one line."""

    size: int = 64_000_000
    lines: int = 1_000_000
    line_length: int = 4_000


BOUNDS = Bounds()


def decode(data: bytes, *, bounds: Bounds = BOUNDS) -> str:
    """The text of a file: UTF-8 where it is valid UTF-8 (with or without BOM), UTF-16 by its BOM, else cp1252.

    Trailing NULs and end-of-file marks that trade software pads with are cut. Raises Refused for an empty or
    too large file and for a spreadsheet or archive sent instead of text.
    """
    if len(data) > bounds.size:
        raise Refused(
            N_("The file has %(size)s MB; at most %(limit)s MB are read."),
            size=-(-len(data) // 1_000_000),
            limit=bounds.size // 1_000_000,
        )
    if data.startswith(_ARCHIVE):
        raise Refused(N_("This is a spreadsheet or an archive. Save it as text or CSV and send that."))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").rstrip("\x00\x1a \t\r\n")
    data = data.rstrip(_PADDING)
    if not data:
        raise Refused(N_("The file is empty. Export it again and send the new one."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def numbered_lines(text: str, *, bounds: Bounds = BOUNDS) -> Iterator[tuple[int, str]]:
    """Each line that is not blank, with its number from 1, whatever ends it (CRLF, LF or CR); NULs at its end are cut.

    A line longer than the bound is cut one character behind it, so that the reader of the format refuses it.
    Raises Refused where there are too many lines.
    """
    ending = "\n" if "\n" in text else "\r"
    lines = text.split(ending)
    if len(lines) > bounds.lines:
        raise Refused(
            N_("The file has %(lines)s lines; at most %(limit)s are read."), lines=len(lines), limit=bounds.lines
        )
    for number, line in enumerate(lines, 1):
        line = line.rstrip("\r\x00")[: bounds.line_length + 1]
        if line.strip():
            yield number, line


def streamed_lines(stream: BinaryIO, *, longest: int) -> Iterator[tuple[int, bytes]]:
    """Each line with its number from 1, one at a time in memory; what is longer than ``longest`` bytes is cut there."""
    number = 0
    while line := stream.readline(longest):
        number += 1
        end = line
        while end and not end.endswith(b"\n"):
            end = stream.readline(longest)
        yield number, line


def digits(text: str) -> int | None:
    """A whole number written in ASCII digits only, or None (``int()`` takes ``١٢``, ``1_000`` and ``+5``).

    None, too, where there are more digits than ``int()`` takes at all.
    """
    return int(text) if len(text) <= LONGEST_NUMBER and text.isascii() and text.isdigit() else None
