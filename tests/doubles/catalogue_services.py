"""DILVE and Cegal en Red as one process on loopback, with answers of their recorded shape.

Started by tests: ``python tests/doubles/catalogue_services.py`` prints its port on the first line. The user's name
says how the services behave: ``good``, ``wrong`` (password), ``garbage``, ``entities``, ``huge``, ``slow`` (a byte now
and then), ``silent``, ``half`` (breaks off), ``busy`` (503). Any password but ``secret`` is wrong.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

STATUS = "http://www.dilve.es/dilve/api/xsd/getRecordStatusXResponse"
RECORDS = "http://www.dilve.es/dilve/api/xsd/getRecordsXResponse"
ONIX = "http://ns.editeur.org/onix/3.0/reference"
PICTURE = b"\xff\xd8\xff\xe0 a cover"
MOST = 128
MOMENT_OF_CHANGES = "2026-11-20T00:00:00Z"


def ean(twelve: int) -> str:
    """An EAN-13 out of its first twelve digits."""
    digits = f"{twelve:012d}"
    return digits + str(-(sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))) % 10)


NEW = [ean(978_840_000_000 + number) for number in range(200)]
CHANGED = [ean(978_841_000_000 + number) for number in range(100)]
DELETED = [ean(978_842_000_000), ean(978_842_000_001)]
UNKNOWN = CHANGED[7]
"""Told as changed, but its record is not found."""


def ids(group: str, numbers: Iterable[str]) -> str:
    """A list of getRecordStatusX."""
    return f"<{group}>{''.join(f'<record><id>{number}</id></record>' for number in numbers)}</{group}>"


def product(number: str) -> str:
    """A record as getRecordsX brings it: its cover is a bare name."""
    return (
        f"<Product><RecordReference>{number}</RecordReference><NotificationType>03</NotificationType>"
        f"<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>{number}</IDValue></ProductIdentifier>"
        "<DescriptiveDetail><ProductComposition>00</ProductComposition><ProductForm>BC</ProductForm><TitleDetail>"
        "<TitleType>01</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel>"
        f"<TitleText>Título {number}</TitleText></TitleElement></TitleDetail></DescriptiveDetail>"
        "<CollateralDetail><SupportingResource><ResourceContentType>01</ResourceContentType>"
        "<ResourceMode>03</ResourceMode><ResourceVersion><ResourceForm>02</ResourceForm>"
        f"<ResourceLink>{number}.jpg</ResourceLink></ResourceVersion></SupportingResource></CollateralDetail>"
        "<ProductSupply><SupplyDetail><ProductAvailability>20</ProductAvailability><Price><PriceType>04</PriceType>"
        "<PriceAmount>12.50</PriceAmount><CurrencyCode>EUR</CurrencyCode></Price></SupplyDetail></ProductSupply>"
        "</Product>"
    )


def dilve(call: str, asked: dict[str, str]) -> str | bytes:
    """The answer of one DILVE call."""
    if call == "getRecordStatusX":
        if asked["fromDate"] > MOMENT_OF_CHANGES:
            return f'<getRecordStatusXResponse xmlns="{STATUS}"><newRecords/></getRecordStatusXResponse>'
        lists = ids("newRecords", NEW) + ids("changedRecords", CHANGED) + ids("deletedRecords", DELETED)
        return f'<getRecordStatusXResponse xmlns="{STATUS}">{lists}</getRecordStatusXResponse>'
    if call == "getRecordsX":
        numbers = asked["identifier"].split("|")
        if len(numbers) > MOST:
            return error("getRecordsXResponse", RECORDS, "12", "too many identifiers")
        products = "".join(product(number) for number in numbers if number != UNKNOWN)
        missing = "".join(
            f"<error><identifier>{number}</identifier><code>5</code><text>No encontrado</text></error>"
            for number in numbers
            if number == UNKNOWN
        )
        message = f'<ONIXMessage release="3.0" xmlns="{ONIX}"><Header/>{products}</ONIXMessage>'
        return f'<getRecordsXResponse xmlns="{RECORDS}" version="1.0">{message}{missing}</getRecordsXResponse>'
    return PICTURE if asked["resource"] == f"{asked['identifier']}.jpg" else error("x", RECORDS, "7", "no resource")


def error(response: str, namespace: str, code: str, text: str) -> str:
    """An error of a whole DILVE call."""
    return f'<{response} xmlns="{namespace}"><error><code>{code}</code><text>{escape(text)}</text></error></{response}>'


def cegal(call: str, asked: dict[str, str]) -> str:
    """The answer of one call of Cegal en Red."""
    if len(asked["ISBN"]) > 576:
        return "<X><ERRORES><ERROR><CODIGO>7</CODIGO><DESCRIPCION>largo</DESCRIPCION></ERROR></ERRORES></X>"
    numbers = asked["ISBN"].split("|")
    if call == "disponibilidad.xml.php":
        books = "".join(
            f"<LIBRO><ISBN>{number}</ISBN><ID_SINLI_ASOCIADO>LIB0046{place}</ID_SINLI_ASOCIADO><NOMBREA_ASOCIADO>Casa "
            f"{kind}</NOMBREA_ASOCIADO><TIPO_ASOCIADO>{kind}</TIPO_ASOCIADO>"
            "<FECHA_COMUNICACION>20261119</FECHA_COMUNICACION></LIBRO>"
            for number in numbers
            for place, kind in enumerate("DL")
        )
        return f"<DISPONIBILIDAD>{books}</DISPONIBILIDAD>"
    picture = base64.b64encode(PICTURE).decode()
    books = "".join(
        f"<LIBRO><ISBN>{number}</ISBN><EAN>{number.replace('-', '')}</EAN><TITULO>DANZA DE LA REALIDAD, LA</TITULO>"
        "<NOMBRE_EDITORIAL>Siruela</NOMBRE_EDITORIAL><ENCUADERNACION>03</ENCUADERNACION>"
        "<LENGUA_PUBLICACION>spa</LENGUA_PUBLICACION><NUMERO_PAGINAS>0752</NUMERO_PAGINAS><SITUACION>3</SITUACION>"
        "<TIPO_PRODUCTO>00</TIPO_PRODUCTO><PRECIO_SIN_IVA>0000001442</PRECIO_SIN_IVA>"
        f"<PRECIO_CON_IVA>15,00</PRECIO_CON_IVA><PORTADA><IMAGEN_PORTADA>{picture}</IMAGEN_PORTADA></PORTADA>"
        "<AUTORES><AUTOR><NOMBRE>JODOROWSKY, ALEJANDRO</NOMBRE></AUTOR></AUTORES></LIBRO>"
        for number in numbers
    )
    return f"<FICHALIBROS>{books}</FICHALIBROS>"


def wrong_password(path: str) -> str:
    """How each service says that user or password is wrong."""
    if path.startswith("/dilve"):
        return error("getRecordStatusXResponse", STATUS, "2", "Usuario o contraseña incorrectos")
    return (
        "<DISPONIBILIDAD><ERRORES><ERROR><CODIGO>2</CODIGO><DESCRIPCION>USUARIO O CONTRASEÑA NO VÁLIDA</DESCRIPCION>"
        "</ERROR></ERRORES></DISPONIBILIDAD>"
    )


class Services(BaseHTTPRequestHandler):
    """Both services on one port: /dilve/<call>.do and /cegal/<call>."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for the client

    def do_GET(self) -> None:
        """Answer one question as the user's name demands."""
        url = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        user, password = asked.get("user") or asked.get("USUARIO", ""), asked.get("password") or asked.get("CLAVE", "")
        if user in MISBEHAVIOUR:
            MISBEHAVIOUR[user](self)
            return
        if user != "good" or password != "secret":
            self.answer(wrong_password(url.path).encode())
            return
        service, _, call = url.path.strip("/").partition("/")
        body = dilve(call.removesuffix(".do"), asked) if service == "dilve" else cegal(call, asked)
        self.answer(body if isinstance(body, bytes) else b'<?xml version="1.0" encoding="utf-8"?>' + body.encode())

    def answer(self, body: bytes, *, status: int = 200, length: int | None = None) -> None:
        """A whole answer, or less than was promised."""
        self.send_response(status)
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def drip(self) -> None:
        """A byte now and then, for ever."""
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        with suppress(OSError):
            for _ in range(200):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.05)

    def break_off(self) -> None:
        """Half of what was promised."""
        self.answer(b"<getRecordStatusXResponse>", length=5000)
        self.close_connection = True

    def huge(self) -> None:
        """More than anybody wants."""
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        with suppress(OSError):
            self.wfile.write(b"<a>")
            for _ in range(1_600):
                self.wfile.write(b" " * 65_536)

    def redirect(self) -> None:
        """Elsewhere."""
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Nobody listens."""


ENTITIES = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
MISBEHAVIOUR = {
    "garbage": lambda one: one.answer(b"\x00\xff<<<not xml"),
    "entities": lambda one: one.answer(ENTITIES),
    "huge": Services.huge,
    "slow": Services.drip,
    "silent": lambda one: time.sleep(3),
    "half": Services.break_off,
    "busy": lambda one: one.answer(b"later", status=503),
    "elsewhere": Services.redirect,
}


def serve() -> None:
    """Listen on a free port until the process is ended."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Services) as server:
        server.daemon_threads = True
        print(server.server_port, flush=True)  # noqa: T201 - the parent reads it
        server.serve_forever()


if __name__ == "__main__":
    serve()
