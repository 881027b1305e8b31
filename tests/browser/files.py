"""Stock files as bookshops' software writes them: CEGALD v02, Place des Libraires, and our own model."""

from __future__ import annotations

from datetime import date

from tests.browser.story import REED, SOLITUDE, STRANGER

UNKNOWN = 9788478884452
WRONG = "9788437604948"
Lines = list[tuple[int, int, int]]
"""ISBN, copies, price in cents with VAT."""
SHELF: Lines = [(SOLITUDE, 3, 1495), (REED, 2, 2495), (STRANGER, 1, 700), (UNKNOWN, 1, 1200)]


def cegald(lines: Lines, day: date, *, vat: int = 400) -> bytes:
    """A CEGALD v02 file: prices without VAT; one line has an ISBN whose check digit is wrong."""
    head = (
        f"INCEGALD02L0009991LIB00022{len(lines):05}".ljust(75) + "FANDE",
        f"I{'faro@mostrador.example':<50}{'sinli@red.example':<50}CEGALD02".ljust(117),
        f"C{'El Faro':<40}{day:%Y%m%d}EUR",
    )
    told = [(str(isbn), copies, round(cents * 10_000 / (10_000 + vat))) for isbn, copies, cents in lines]
    body = [f"D{isbn:<17}{copies:06}{cents:010}" for isbn, copies, cents in [*told, (WRONG, 1, 100)]]
    return "".join(f"{line}\r\n" for line in (*head, *body)).encode("cp1252")


def art_asc(lines: Lines, day: date) -> bytes:
    """A file of Place des Libraires: prices with VAT; one line has an ISBN whose check digit is wrong."""
    body = [f"0012{isbn}{copies:04}{cents:010}" for isbn, copies, cents in lines]
    text = [f"EXTRACTION STOCK DU {day:%d/%m/%Y}", *body, f"0012{WRONG}0001{100:010}"]
    return "".join(f"{line}\r\n" for line in text).encode("cp1252")


def model_csv(lines: Lines) -> bytes:
    """Our own model, as it is downloaded and filled in."""
    body = [f"{isbn};{copies};{cents // 100},{cents % 100:02}" for isbn, copies, cents in lines]
    return "\r\n".join(["isbn;cantidad;pvp", *body]).encode()
