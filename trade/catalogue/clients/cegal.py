"""Cegal en Red, the service of the Spanish bookshops' guild: who has a book, and the guild's record of it.

Records have the fields of SINLI LIBROS version 07 as XML. At most 576 characters of ISBNs go into one question. There
is no list of changes: single books are asked for.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from lxml import etree

from trade.base.errors import Refused
from trade.base.money import cents_of
from trade.base.plain import tidy
from trade.base.sinli import day
from trade.base.text import N_
from trade.catalogue.clients import Credentials, Field, asked, document
from trade.catalogue.formats import rejected
from trade.catalogue.formats.sinli_libros import LAYOUTS, entry_of
from trade.catalogue.records import CatalogueEntry
from trade.catalogue.rules import hyphenated, isbn_in

NAME = "cegal"
TITLE = N_("Cegal en Red")
SOURCE_KIND = "bibliography"
ADDRESS: Final = "https://www.cegalenred.com/peticiones"
CREDENTIALS = (
    Field("user", N_("User")),
    Field("password", N_("Password"), secret=True),
    Field("address", N_("Address of the service"), default=ADDRESS),
)

LONGEST_QUESTION: Final = 576
_LARGEST: Final = 16_000_000
_VERSION = "07"
_NOT_FOUND = frozenset({"4", "5", "8"})
_ERRORS: Mapping[str, str] = {
    "1": N_("Cegal en Red denies access."),
    "2": N_("Cegal en Red does not know this user or password."),
    "3": N_("The credit at Cegal en Red is used up."),
}
_DECIMAL = re.compile(r"^[0-9]{1,7}[.,][0-9]{1,4}$")
# The elements of a record by the field of LIBROS that holds the same.
_FIELDS: Mapping[str, str] = {
    "ean": "EAN", "isbn": "ISBN", "title": "TITULO", "subtitle": "SUBTITULO", "publisher": "NOMBRE_EDITORIAL",
    "binding": "ENCUADERNACION", "language": "LENGUA_PUBLICACION", "edition": "NUMERO_EDICION",
    "published": "FECHA_PUBLICACION", "pages": "NUMERO_PAGINAS", "width": "ANCHO", "height": "ALTO", "cdu": "CDU",
    "ibic": "IBIC", "keywords": "DESCRIPTORES", "state": "SITUACION", "product": "TIPO_PRODUCTO",
    "net": "PRECIO_SIN_IVA", "gross": "PRECIO_CON_IVA", "collection": "COLECCION", "number": "NUMERO_COLECCION",
    "volume": "NUMERO_VOLUMEN", "url": "URL", "illustrators": "ILUSTRADOR_INTERIOR", "translators": "TRADUCTOR",
    "original_language": "IDIOMA_ORIGINAL", "thickness": "GROSOR", "weight": "PESO", "audience": "AUDIENCIA",
    "stage": "NIVEL", "year": "CURSO", "school_subject": "ASIGNATURA", "summary": "RESUMEN",
}  # fmt: skip


@dataclass(frozen=True)
class Holder:
    """Somebody who told the guild that a book is there: ``kind`` bookshop or distributor, by the SINLI mailbox."""

    isbn: int
    mailbox: str
    name: str
    kind: str
    told_on: date | None


def check(credentials: Credentials, *, isbn: int = 9788437604947, private: bool = False) -> None:
    """Raise Refused where user and password are not taken, Unreachable where nobody answers."""
    availability(credentials, isbns=[isbn], private=private)


def availability(credentials: Credentials, *, isbns: Sequence[int], private: bool = False) -> list[Holder]:
    """Who has these books, as bookshops and distributors told the guild. Raises Refused, Unreachable."""
    found = []
    for question in _questions(isbns):
        for book in _books(credentials, private, "disponibilidad.xml.php", {"ISBN": question}):
            isbn = isbn_in(_text(book, "ISBN"))
            kind = {"L": "bookshop", "D": "distributor"}.get(_text(book, "TIPO_ASOCIADO"))
            if isbn is not None and kind:
                name = next((tidy(part.text or "") for part in book if str(part.tag).startswith("NOMBRE")), "")
                told = day(_text(book, "FECHA_COMUNICACION").replace("-", "")[:8])
                found.append(Holder(isbn, _text(book, "ID_SINLI_ASOCIADO"), name, kind, told))
    return found


def records(credentials: Credentials, *, isbns: Sequence[int], private: bool = False) -> Iterator[CatalogueEntry]:
    """The guild's records of these books; one that it does not know is left out. Raises Refused, Unreachable."""
    place = 0
    for question in _questions(isbns):
        for book in _books(credentials, private, "fichalibro.xml.php", _record_of(question)):
            place += 1
            try:
                yield entry_of(place, _libros(book), _VERSION, "CEGAL")
            except Refused as refused:
                yield rejected(place, refused, " ".join((_text(book, "EAN"), _text(book, "TITULO"))))


def cover(credentials: Credentials, *, isbn: int, private: bool = False) -> bytes | None:
    """The cover that a record carries, or None. Raises Refused, Unreachable."""
    for book in _books(credentials, private, "fichalibro.xml.php", _record_of(hyphenated(isbn))):
        picture = book.findtext("PORTADA/IMAGEN_PORTADA") or ""
        try:
            return base64.b64decode(picture, validate=False) or None
        except (binascii.Error, ValueError):
            return None
    return None


def _record_of(question: str) -> dict[str, str]:
    return {"ISBN": question, "TIPOFICHA": "C", "version_sinli": _VERSION, "formato": "XML"}


def _questions(isbns: Sequence[int]) -> Iterator[str]:
    """ISBNs with hyphens parted by bars, as many as one question may hold."""
    question = ""
    for isbn in dict.fromkeys(isbns):
        longer = f"{question}|{hyphenated(isbn)}" if question else hyphenated(isbn)
        if len(longer) > LONGEST_QUESTION:
            yield question
            longer = hyphenated(isbn)
        question = longer
    if question:
        yield question


def _books(credentials: Credentials, private: bool, call: str, parameters: dict[str, str]) -> Iterator[etree._Element]:
    address = (credentials.get("address") or ADDRESS).rstrip("/")
    login = {"USUARIO": credentials["user"], "CLAVE": credentials["password"]}
    body = asked(TITLE, f"{address}/{call}", {**login, **parameters}, private=private, largest=_LARGEST)
    root = document(TITLE, body)
    for error in root.iter("ERROR"):
        code = _text(error, "CODIGO")
        if code not in _NOT_FOUND:
            unknown = N_("Cegal en Red refuses: %(text)s (%(code)s).")
            raise Refused(_ERRORS.get(code, unknown), text=_text(error, "DESCRIPCION")[:200], code=code[:20])
    yield from root.iter("LIBRO")


def _text(book: etree._Element, name: str) -> str:
    return tidy(book.findtext(name) or "")


def _libros(book: etree._Element) -> dict[str, str]:
    """A record as the fields of a line of LIBROS; an empty element is an empty field."""
    fields = {column.name: "" for column in LAYOUTS[_VERSION].columns}
    fields |= {field: _text(book, element) for field, element in _FIELDS.items()}
    fields["authors"] = "/".join(tidy(part.text or "") for part in book.iterfind("AUTORES/AUTOR/NOMBRE"))
    fields["summary"] = f"{book.findtext('RESUMEN') or ''} "
    for price in ("net", "gross"):
        if _DECIMAL.match(fields[price]):
            fields[price] = str(cents_of(Decimal(fields[price].replace(",", "."))))
    return fields
