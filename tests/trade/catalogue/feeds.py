"""Small catalogue feeds for tests, written as the formats want them."""

from __future__ import annotations

from io import BytesIO

from PIL import Image


def campre(*prices: tuple[int, int, str], day: str = "20261201") -> bytes:
    """SINLI CAMPRE 03: new prices from a day on, one (ISBN, cents with VAT, title) a book."""
    lines = [_first("CAMPRE", "03"), f"C{'SAMPLE SUPPLIER':40}{day}E"]
    lines += [
        f"D{isbn:<17}{isbn}00000{'':15}{cents * 10_000 // 10_400:010}{cents:010}00400{title:50}F"
        for isbn, cents, title in prices
    ]
    return _joined(lines)


def estado(*states: tuple[int, str, str]) -> bytes:
    """SINLI ESTADO 04: (ISBN, title, state digit) a book."""
    lines = [_first("ESTADO", "04"), f"C{'SAMPLE SUPPLIER':40}"]
    lines += [f"E{isbn:<17}{isbn}00000{'':15}{title:50}{state}{'':8}" for isbn, title, state in states]
    return _joined(lines)


def onix(*products: str) -> bytes:
    """ONIX 3.0 around some products."""
    head = '<?xml version="1.0" encoding="UTF-8"?><ONIXMessage release="3.0" xmlns="http://ns.editeur.org/onix/3.0/reference">'
    return f"{head}{''.join(products)}</ONIXMessage>".encode()


def picture(width: int = 400, height: int = 600, kind: str = "JPEG") -> bytes:
    """A cover."""
    output = BytesIO()
    Image.new("RGB", (width, height), "#1f4d3a").save(output, kind)
    return output.getvalue()


def _first(document: str, version: str) -> str:
    return f"IN{document}{version}{'LIB00001':8}{'LIB00002':8}{0:05}{1:07}{'':15}{'':15}{'':7}FANDE"


def _joined(lines: list[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")
