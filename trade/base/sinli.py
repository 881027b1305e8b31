"""SINLI messages, the files of the Spanish book trade (manual of 22 May 2020): what every document has in common.

Line 1 identifies the message (Ie-FANDE, 80 characters), line 2 repeats it with mail addresses (117), line 3 is the
header of the document. Real files are read as they are: cp1252 or cp850 although the manual asks for the latter,
padded with NULs up to a multiple of 255 bytes or with blanks up to 1,255 characters, and with letters written as
escapes (``\\D1``) that shift every field behind them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from trade.base.errors import Refused
from trade.base.fixed_width import Column, Layout
from trade.base.money import gross_of
from trade.base.raw_text import streamed_lines
from trade.base.text import N_

LONGEST_LINE = 8_000
"""Bytes of a line that are read; the longest layout has 3,718 characters."""

NumberedLine = tuple[int, str]

_MOST_CENTS = 1_000_000
_MOST_VAT = 3_000
_ROUNDED = 5

_FIRST = re.compile(r"^\ufeff?I[NL ](?P<document>[A-Z0-9 ]{6})(?P<version>[0-9]{2})(?P<sender>.{8})", re.DOTALL)
_ESCAPE = re.compile(r"\\([89A-F][0-9A-F])")
_PADDING = "\x00\x1a \t\r\n"
# What the letters of Spain's and France's languages, and signs next to them, look like where the encoding is right.
_RIGHT = frozenset("áéíóúüñçàèòïâêîôûëœæÁÉÍÓÚÜÑÇÀÈÒÏÂÊÎÔÛËŒÆªº¿¡«»·’‘“”–—…€´°")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_MISPLACED = frozenset("¡¿\u00a0")
_WRONG_PLACE = re.compile(r"[^\W\d][¡¿][^\W\d]|[^\W\d]\u00a0[^\W\d]")

# Documents that people mistake for catalogue files, and what they are.
_OTHERS: Mapping[str, str] = {
    "ENVIO": N_("This is a SINLI delivery note (%(document)s); it is no catalogue feed."),
    "ENTPAP": N_("This is a SINLI delivery note (%(document)s); it is no catalogue feed."),
    "PEDIDO": N_("This is a SINLI order (%(document)s); it is no catalogue feed."),
    "PLAPED": N_("This is a SINLI order form (%(document)s); ask for LIBROS, which has the same books."),
    "FACTUL": N_("This is a SINLI invoice (%(document)s); it is no catalogue feed."),
    "ABONO": N_("This is a SINLI credit note (%(document)s); it is no catalogue feed."),
    "DEVOLU": N_("This is a SINLI return (%(document)s); it is no catalogue feed."),
    "DEVOL2": N_("This is a SINLI return (%(document)s); it is no catalogue feed."),
    "LIQVE1": N_("This is a SINLI settlement of sales (%(document)s); it is no catalogue feed."),
    "LIQVE2": N_("This is a SINLI settlement of sales (%(document)s); it is no catalogue feed."),
    "RECANU": N_("This is a SINLI cancellation of orders (%(document)s); it is no catalogue feed."),
    "CEGALD": N_("This is a SINLI stock report (%(document)s): bring it in as stock, not as catalogue."),
    "CEGALV": N_("This is a SINLI report of sales (%(document)s); it is no catalogue feed."),
}


@dataclass(frozen=True)
class Message:
    """What line 1 says: the document, its version, and the mailbox of its sender."""

    document: str
    version: str
    sender: str


def message_of(line: str) -> Message | None:
    """The message that a first line opens, or None where it opens none."""
    found = _FIRST.match(line)
    if found is None:
        return None
    return Message(found["document"].strip(), found["version"], found["sender"].strip())


def opens(head: bytes, document: str) -> bool:
    """Whether the first bytes of a file open a message of that document."""
    message = message_of(head[:80].decode("latin-1").removeprefix("ï»¿"))
    return message is not None and message.document == document


def refuse_others(head: bytes) -> None:
    """Raise Refused where the first bytes open a SINLI message, naming what it is."""
    message = message_of(head[:80].decode("latin-1").removeprefix("ï»¿"))
    if message is not None:
        _refuse(message)


def _refuse(message: Message) -> None:
    unknown = N_("This is a SINLI message “%(document)s”; the catalogue reads LIBROS, CAMPRE and ESTADO.")
    raise Refused(_OTHERS.get(message.document, unknown), document=message.document)


def begin(lines: Iterator[NumberedLine], *, document: str, versions: frozenset[str]) -> tuple[Message, NumberedLine]:
    """The message and the line behind its identification. Raises Refused for another document or version."""
    number, line = next(lines, (1, ""))
    message = message_of(line)
    if message is None:
        raise Refused(N_("Line %(line)s: a SINLI message begins with a line “I”; this file does not."), line=number)
    if message.document != document:
        _refuse(message)
    if message.version not in versions:
        raise Refused(
            N_("This is %(document)s version %(version)s; the versions that are read are %(known)s."),
            document=document,
            version=message.version,
            known=", ".join(sorted(versions)),
        )
    number, line = next(lines, (2, ""))
    if line.startswith("I"):
        number, line = next(lines, (3, ""))
    return message, (number, line)


def numbered_lines(stream: BinaryIO) -> Iterator[NumberedLine]:
    """Each line that is not blank with its number from 1, without padding at its end; one line at a time in memory.

    What is longer than ``LONGEST_LINE`` is cut there, so that its layout refuses it.
    """
    for number, raw in streamed_lines(stream, longest=LONGEST_LINE):
        line = decoded(raw).rstrip("\x00\x1a\r\n")
        if line.strip(_PADDING):
            yield number, line


def decoded(raw: bytes) -> str:
    """One line as text: UTF-8 where it is valid UTF-8, else whichever of cp1252 and cp850 makes sense of it."""
    if raw.isascii():
        return raw.decode("ascii")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        windows = raw.decode("cp1252", errors="replace")
        odd = _oddities(windows)
        if not odd:
            return windows
        dos = raw.decode("cp850")
        return dos if _oddities(dos) < odd else windows


def _oddities(text: str) -> int:
    signs = _NOT_ASCII.findall(text)
    odd = sum(letter not in _RIGHT for letter in signs)
    return odd + len(_WRONG_PLACE.findall(text)) if _MISPLACED.intersection(signs) else odd


def layout(name: str, *fields: tuple[str, int]) -> Layout:
    """A layout whose fields follow each other without gaps, by name and length."""
    columns, start = [], 1
    for field, length in fields:
        columns.append(Column(field, start, length))
        start += length
    return Layout(name, tuple(columns))


def cut(line: str, form: Layout, *, shortest: int) -> dict[str, str]:
    """The fields of a line. Blanks that its software left out at the end are added, those it added are left out.

    A longer line has its escaped letters undone. Raises Refused where the length cannot be right even then, because
    every field may have shifted.
    """
    if len(line) > form.width:
        # Letters first: where blanks at the end made room for them, the line would look whole but have shifted.
        line = _ESCAPE.sub(lambda found: bytes.fromhex(found[1]).decode("cp1252", errors="replace"), line).rstrip(" ")
    if not shortest <= len(line) <= form.width:
        raise Refused(
            N_("The line has %(length)s characters instead of %(width)s: its fields have shifted."),
            length=len(line),
            width=form.width,
        )
    return form.cut(line.ljust(form.width))


def day(text: str) -> date | None:
    """A date AAAAMMDD; None where it is empty, zero, no date, or stands for "unknown" (9999, 0001, 1999-99-99)."""
    if len(text) != 8 or not text.isascii() or not text.isdigit() or not 1900 < int(text[:4]) < 2100:
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def whole(text: str) -> int | None:
    """A number of a field, filled with zeros or blanks on either side; None where it is empty, zero or no number."""
    digits = text.strip()
    return int(digits) or None if digits.isascii() and digits.isdigit() else None


@dataclass(frozen=True)
class Amount:
    """A price in cents, with or without VAT, and the rate of its VAT per ten thousand where the line tells it."""

    cents: int
    vat_included: bool
    vat_rate: int | None


def amount(*, net: str, gross: str, rate: str) -> Amount | None:
    """The price of a line that gives it without and with VAT; None where both are empty or zero.

    Raises Refused for what cannot be a price, and where the two do not fit together: a shifted line otherwise costs
    62,000,000.36 EUR.
    """
    with_vat, without = _cents(gross), _cents(net)
    percent = None if not rate.strip() else whole(rate) or 0
    if percent is not None and (percent > _MOST_VAT or not rate.strip().isdigit()):
        raise Refused(N_("“%(rate)s” is no rate of VAT: the fields of the line have shifted."), rate=rate.strip())
    if not with_vat:
        return Amount(without, False, percent) if without else None
    apart = abs(with_vat - gross_of(without, percent or 0))
    if without and percent is not None and apart > _ROUNDED and apart * 100 > with_vat:
        raise Refused(
            N_("The prices without and with VAT (%(net)s, %(gross)s) do not fit together."), net=net, gross=gross
        )
    return Amount(with_vat, True, percent)


def _cents(field: str) -> int:
    text = field.strip()
    if text and not (text.isascii() and text.isdigit()):
        raise Refused(N_("“%(price)s” is no price in cents."), price=text[:20])
    cents = int(text or 0)
    if cents > _MOST_CENTS:
        raise Refused(N_("The price %(price)s is above 10,000 EUR: its field has shifted."), price=text[:20])
    return cents
