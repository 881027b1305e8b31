"""Correos, SEUR and Colissimo as one process on loopback, with answers of their recorded shape.

Started by tests: ``python -m tests.doubles.carriers`` prints its port on the first line. The user (Colissimo: the
contract number) says how the carriers behave: ``good``, ``refuses`` (the shipment), ``garbage``, ``silent`` (acts, then
says nothing), ``half`` (breaks off), ``busy`` (503), ``wrong`` (a number whose check does not fit), ``fault`` (500),
``nolabel`` (SEUR: no label to be had). Any password but ``secret`` is wrong. ``GET /_control`` tells what was made.
"""

from __future__ import annotations

import base64
import io
import itertools
import json
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pikepdf
from barcode.codex import Code128
from lxml import etree

SILENCE = 1.5
LABELS = "http://www.correos.es/iris6/services/preregistroetiquetas"
OFFICE = "http://www.correos.es/ServicioPuertaAPuertaBackOffice"
MADE: list[dict[str, Any]] = []
"""Shipments and pick-ups that were made: carrier, reference, number, and what was asked."""
_numbers = itertools.count(1)


def label_pdf(code: str) -> bytes:
    """A label of 10 x 15 cm: the code as bars (Code 128) and in letters."""
    modules = Code128(code).build()[0]
    thick, bars = 260 / len(modules), []
    for place, module in enumerate(modules):
        if module == "1":
            bars.append(f"{12 + place * thick:.3f} 200 {thick:.3f} 120 re")
    written = f"BT /F1 10 Tf 12 180 Td ({code}) Tj ET"
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(284, 425))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = pdf.make_stream(("\n".join(bars) + " f\n" + written).encode())
    kept = io.BytesIO()
    pdf.save(kept)
    return kept.getvalue()


def correos_code(number: int) -> str:
    """A shipment code; its letter is worked out here anew, from the published table."""
    begin = f"PY43B4{number:010d}128042"
    return begin + "TRWAGMYFPDXBNJZSQVHLCKE"[sum(begin.encode()) % 23]


def colissimo_code(number: int) -> str:
    """A parcel number with its key."""
    digits = f"{number:010d}"
    return f"6A{digits}{-(sum(map(int, digits[1::2])) * 3 + sum(map(int, digits[::2]))) % 10}"


class Carriers(BaseHTTPRequestHandler):
    """All three on one port: their paths do not meet."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for the client

    def do_POST(self) -> None:
        """One request, as the user's name demands."""
        asked = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        if path in {"/preregistroenvios", "/serviciorecogidas"}:
            self.correos(path, asked)
        elif path == "/pic_token":
            self.token({name: values[0] for name, values in parse_qs(asked.decode()).items()})
        elif path == "/pic/v1/shipments":
            self.seur(json.loads(asked))
        else:
            self.colissimo(path.rpartition("/")[2], json.loads(asked))

    def do_GET(self) -> None:
        """The label of SEUR, or what was made."""
        url = urlsplit(self.path)
        if url.path == "/_control":
            self.answer(json.dumps(MADE).encode(), "application/json")
            return
        code = parse_qs(url.query)["code"][0]
        made = next((one for one in MADE if one.get("shipment") == code), None)
        if made is None or made["user"] == "nolabel":
            self.answer(
                b'{"errors":[{"status":404,"title":"not found"}]}', "application/json", status=404 if not made else 200
            )
            return
        pdf = base64.b64encode(label_pdf(made["number"])).decode()
        self.answer(json.dumps({"data": [{"ecb": made["number"], "pack": 1, "pdf": pdf}]}).encode(), "application/json")

    # --- Correos -------------------------------------------------------------------------------------

    def correos(self, path: str, asked: bytes) -> None:
        """A SOAP request with Basic authentication."""
        user, _, password = (
            base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode().partition(":")
        )
        if password != "secret":
            self.answer(b"Unauthorized", "text/plain", status=401)
            return
        told = etree.fromstring(asked)
        said = {etree.QName(node).localname: (node.text or "").strip() for node in told.iter()}
        action = self.headers["SOAPAction"].strip('"')
        if action == "SolicitudEtiquetaOp":
            inner = "<Resultado>1</Resultado><BultoError><Error>9</Error><DescError>No existe</DescError></BultoError>"
            self.soap(f'<RespuestaSolicitudEtiqueta xmlns="{LABELS}">{inner}</RespuestaSolicitudEtiqueta>')
        elif path == "/serviciorecogidas":
            self.pickup(user, said, asked)
        elif user == "refuses":
            said_so = "<Error>15</Error><DescError>El CP &lt;00000&gt; no existe</DescError>"
            wrong = f"<Resultado>1</Resultado><BultoError>{said_so}</BultoError>"
            self.soap(f'<RespuestaPreregistroEnvio xmlns="{LABELS}">{wrong}</RespuestaPreregistroEnvio>')
        else:
            code = correos_code(next(_numbers))
            code = code[:-1] + ("A" if code[-1] != "A" else "B") if user == "wrong" else code
            self.note("correos", user, said["ReferenciaCliente"], code, asked.decode())
            pdf = base64.b64encode(label_pdf(code)).decode()
            self.soap(
                f'<RespuestaPreregistroEnvio xmlns="{LABELS}"><FechaRespuesta>24-11-2026 10:00:00</FechaRespuesta>'
                f"<Resultado>0</Resultado><CodExpedicion>{code[:16]}</CodExpedicion><TotalBultos>1</TotalBultos>"
                f"<Bulto><NumBulto>1</NumBulto><CodEnvio>{code}</CodEnvio><CodManifiesto/>"
                f"<Etiqueta><Etiqueta_pdf><NombreF>{code}.pdf</NombreF><Fichero>{pdf}</Fichero></Etiqueta_pdf></Etiqueta>"
                "</Bulto></RespuestaPreregistroEnvio>",
                user,
            )

    def pickup(self, user: str, said: dict[str, str], asked: bytes) -> None:
        """A pick-up: an error has a code, what goes well has none."""
        wrong, number = "", f"SR{next(_numbers):07d}"
        if user == "refuses":
            wrong, number = "1", ""
        else:
            self.note("pickup", user, said["ReferenciaRecogida"], number, asked.decode())
        self.soap(
            f'<n:SolicitudRegistroRecogidaResult xmlns:n="{OFFICE}"><n:RespuestaSolicitudRegistroRecogida>'
            f"<CodigoError>{wrong}</CodigoError>"
            f"<DescripcionError>{'Sin servicio ese dia' if wrong else ''}</DescripcionError>"
            f"<CodSolicitud>{number}</CodSolicitud>"
            "</n:RespuestaSolicitudRegistroRecogida></n:SolicitudRegistroRecogidaResult>",
            user,
        )

    def soap(self, inner: str, user: str = "good") -> None:
        """An envelope."""
        if user == "fault":
            inner = (
                f"<s:Fault><faultcode>s:Client</faultcode><faultstring>{escape('Falta <Peso>')}</faultstring></s:Fault>"
            )
        body = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{inner}</s:Body></s:Envelope>'
        self.behave(user, body.encode(), "text/xml; charset=utf-8", status=500 if user == "fault" else 200)

    # --- SEUR ----------------------------------------------------------------------------------------

    def token(self, asked: dict[str, str]) -> None:
        """A token that carries its user, so that it says how to behave."""
        if (asked.get("grant_type"), asked.get("password")) != ("password", "secret"):
            self.answer(b'{"error":"invalid_grant"}', "application/json", status=400)
            return
        told = {"access_token": f"token-{asked['username']}", "token_type": "bearer", "expires_in": 300}
        self.answer(json.dumps(told).encode(), "application/json")

    def seur(self, asked: dict[str, Any]) -> None:
        """A shipment."""
        user = self.headers["Authorization"].removeprefix("Bearer token-")
        needed = {"serviceCode", "productCode", "charges", "reference", "receiver", "sender", "parcels"}
        if user == "refuses" or not needed <= asked.keys():
            wrong = {
                "errors": [{"status": 400, "title": "Bad request", "detail": "receiver.address.postalCode: unknown"}]
            }
            self.answer(json.dumps(wrong).encode(), "application/json", status=400)
            return
        number = next(_numbers)
        ecb, code = f"{number:014d}", f"0812345{number:08d}"
        self.note("seur", user, asked["reference"], ecb, asked, shipment=code)
        told = {"data": {"shipmentCode": code, "ecbs": [ecb], "parcelNumbers": [f"{number:09d}"]}}
        self.behave(user, json.dumps(told).encode(), "application/json")

    # --- Colissimo -----------------------------------------------------------------------------------

    def colissimo(self, verb: str, asked: dict[str, Any]) -> None:
        """A letter that is examined or made."""
        user = asked["contractNumber"]
        if asked["password"] != "secret":
            self.parts([{"type": "ERROR", "id": "30000", "messageContent": "Identifiant ou mot de passe incorrect"}])
        elif user == "refuses":
            self.parts([{"type": "ERROR", "id": "30204", "messageContent": "Le code postal est incorrect"}])
        elif verb == "checkGenerateLabel":
            self.parts([{"type": "SUCCESS", "id": "0", "messageContent": "OK"}])
        else:
            code = colissimo_code(next(_numbers))
            code = code[:-1] + str((int(code[-1]) + 1) % 10) if user == "wrong" else code
            self.note("colissimo", user, asked["letter"]["service"]["orderNumber"], code, asked)
            good = [{"type": "INFOS", "id": "0", "messageContent": "La requête a été traitée avec succès"}]
            self.parts(good, {"parcelNumber": code, "parcelNumberPartner": None, "pdfUrl": None}, label_pdf(code), user)

    def parts(
        self, messages: list[dict[str, str]], label: dict[str, Any] | None = None, pdf: bytes = b"", user: str = "good"
    ) -> None:
        """A multipart/related answer, the JSON first."""
        mark = "uuid:0f1c8b5a-4d0f-4a7e-9a59-1c4b3f3f5a55"
        told = json.dumps({"messages": messages, "labelV2Response": label}).encode()
        pieces = [("jsonInfos", "application/json;charset=UTF-8", told)]
        pieces += [("label", "application/octet-stream", pdf)] if pdf else []
        body = b"".join(
            f"--{mark}\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: binary\r\n".encode()
            + f"Content-ID: <{name}>\r\n\r\n".encode()
            + piece
            + b"\r\n"
            for name, kind, piece in pieces
        )
        header = f'multipart/related; type="application/json"; boundary="{mark}"; start="<jsonInfos>"'
        self.behave(user, body + f"--{mark}--".encode(), header)

    # --- all -----------------------------------------------------------------------------------------

    def note(self, carrier: str, user: str, reference: str, number: str, asked: Any, **more: str) -> None:
        """Remember what was made; a busy one makes nothing."""
        if user != "busy" and user != "fault":
            MADE.append(
                {"carrier": carrier, "user": user, "reference": reference, "number": number, "asked": asked, **more}
            )

    def behave(self, user: str, body: bytes, kind: str, *, status: int = 200) -> None:
        """Answer well, or as the user's name says."""
        if user == "silent":
            time.sleep(SILENCE)
        elif user == "garbage":
            self.answer(b"\x00\xff<<<{ neither", kind.partition(";")[0])
        elif user == "busy":
            self.answer(b"later", "text/plain", status=503)
        elif user == "half":
            self.answer(body[: len(body) // 2], kind, length=len(body))
            self.close_connection = True
        else:
            self.answer(body, kind, status=status)

    def answer(self, body: bytes, kind: str, *, status: int = 200, length: int | None = None) -> None:
        """A whole answer, or less than was promised."""
        with suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(length or len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nobody listens."""


def serve() -> None:
    """Listen on a free port until the process is ended."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Carriers) as server:
        server.daemon_threads = True
        print(server.server_port, flush=True)  # noqa: T201 - the parent reads it
        server.serve_forever()


if __name__ == "__main__":
    serve()
