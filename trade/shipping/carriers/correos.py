"""Correos: labels by its Preregistro (SOAP), pick-ups by its ServicioPuertaAPuerta (domain.md 4.2)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from lxml import etree

from trade.base.errors import Refused
from trade.base.outbound import Answer, post
from trade.base.text import N_
from trade.shipping.carriers import (
    BOOKS_TARIFF,
    LARGEST,
    SECONDS,
    Access,
    Address,
    Field,
    Label,
    Parcel,
    Pickup,
    bare,
    complete,
    fits,
    garbled,
    is_s10,
    judged,
    pdf_of,
    refusal,
    weighs,
    wrong_number,
)

NAME = "correos"
TITLE = N_("Correos")
COUNTRIES = ("ES",)
CAN = frozenset({"label", "collect", "track"})
CREDENTIALS = (
    Field("user", N_("User of the web service"), most=50),
    Field("password", N_("Password"), secret=True, most=100),
    Field(
        "labeller", N_("Labeller code"), help=N_("Four signs (código de etiquetador)."), most=4, pattern=r"[A-Z0-9]{4}"
    ),
    Field("contract", N_("Contract number"), help=N_("Eight digits."), most=8, pattern=r"\d{8}"),
    Field("client", N_("Client number"), help=N_("Eight digits."), most=8, pattern=r"\d{8}"),
    Field(
        "product",
        N_("Product"),
        default="S0132",
        choices=(("S0132", N_("Paq Estándar, home")), ("S0235", N_("Paq Premium, home")), ("S0179", N_("Paq Ligero"))),
    ),
    Field(
        "customs",
        N_("Kind of shipment for customs"),
        help=N_("The number from 1 to 7 that Correos gave you. Only for the Canaries, Ceuta and Melilla."),
        most=1,
        optional=True,
    ),
)

ADDRESS: Final = "https://preregistroenvios.correos.es/preregistroenvios"
PICKUPS: Final = "https://serviciorecogidas.correos.es/serviciorecogidas"
MOST_GRAMS: Final = 30_000
LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
NATIONAL: Final = frozenset({"ES", "PT", "AD"})
CUSTOMS_PROVINCES: Final = frozenset({"35", "38", "51", "52"})
CANARIES: Final = frozenset({"35", "38"})

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_LABELS = "http://www.correos.es/iris6/services/preregistroetiquetas"
_OFFICE = "http://www.correos.es/ServicioPuertaAPuertaBackOffice"
_DOOR = "http://www.correos.es/ServicioPuertaAPuerta"
_MADRID = ZoneInfo("Europe/Madrid")
_NOBODYS_CODE = "PQ00000000000000000000" + LETTERS[sum(map(ord, "PQ00000000000000000000")) % 23]

Tree = Sequence[tuple[str, "str | Tree"]]


def check_letter(code: str) -> str:
    """The letter at the end of a shipment code, out of its first 22 signs."""
    return LETTERS[sum(map(ord, code[:22])) % 23]


def tracking_of(typed: str) -> str:
    """The code as stored: 23 signs with their check letter, or an international number. Raises Refused."""
    code = bare(typed)
    if not (len(code) == 23 and code.isascii() and code.isalnum() and check_letter(code) == code[22]) and not is_s10(
        code
    ):
        raise wrong_number(TITLE)
    return code


def link(tracking: str) -> str:
    """Where the reader sees how far the parcel is."""
    return f"https://www.correos.es/es/es/herramientas/localizador/envios/detalle?tracking-number={tracking}"


def needs_customs(origin: str, destination: str) -> bool:
    """Whether books between two Spanish postcodes need a declaration: into, from or between the Canaries, Ceuta and
    Melilla, but not within a province, nor between the two of the Canaries."""
    here, there = origin[:2], destination[:2]
    if here == there or {here, there} == CANARIES:
        return False
    return bool({here, there} & CUSTOMS_PROVINCES)


def check(access: Access, *, sender: Address, at: datetime) -> None:
    """Ask for the label of a code that nobody has: only whoever signs in is told so. Raises Refused, Unreachable."""
    asked = (
        ("FechaOperacion", _moment(at)),
        *_contract(access),
        ("CodEnvio", _NOBODYS_CODE),
        ("Care", "000000"),
        ("ModDevEtiqueta", "2"),
    )
    answer = _call(access, ADDRESS, "SolicitudEtiquetaOp", _envelope(_LABELS, "SolicitudEtiqueta", asked))
    _document(judged(answer, carrier=TITLE))


def examine(parcel: Parcel) -> None:
    """Raise Refused for what Correos would not take, naming the field."""
    weighs(parcel.grams, MOST_GRAMS, carrier=TITLE)
    _party(parcel.sender, who="sender")
    _party(parcel.addressee, who="addressee")
    if parcel.addressee.country not in NATIONAL:
        raise Refused(
            N_("These labels of Correos are for Spain, Portugal and Andorra. Make this one at Correos and enter it."),
            field="addressee.country",
        )


def label(access: Access, parcel: Parcel, *, at: datetime) -> Label:
    """Register a parcel and get its label. Raises Refused, Unreachable, Unanswered."""
    examine(parcel)
    answer = _call(
        access, ADDRESS, "PreRegistro", _envelope(_LABELS, "PreregistroEnvio", _registered(access, parcel, at))
    )
    told = _told(answer)
    if _text(told, "Resultado") != "0":
        raise refusal(_text(told, "DescError") or _text(told, "Error") or "?", carrier=TITLE)
    package = next((node for node in told.iter() if _name(node) == "Bulto"), None)
    if package is None:
        raise garbled(TITLE)
    try:
        code = tracking_of(_text(package, "CodEnvio"))
        return Label(code, pdf_of(base64.b64decode(_text(package, "Fichero"), validate=False), carrier=TITLE))
    except (binascii.Error, Refused):
        raise garbled(TITLE) from None


def collect(access: Access, pickup: Pickup, *, at: datetime) -> str:
    """Ask for parcels to be fetched; returns the number of the request. Raises Refused, Unreachable, Unanswered."""
    told = _told(_call(access, PICKUPS, "SolicitudRegistroRecogida", _pickup(access, pickup, at)))
    if _text(told, "CodigoError") not in {"", "0"}:
        raise refusal(_text(told, "DescripcionError") or "?", carrier=TITLE)
    number = _text(told, "CodSolicitud")
    if not number:
        raise garbled(TITLE)
    return number


# --- what is asked -----------------------------------------------------------------------------------


def _registered(access: Access, parcel: Parcel, at: datetime) -> Tree:
    shipment: list[tuple[str, str | Tree]] = [
        ("CodProducto", access.credentials["product"]),
        ("ReferenciaCliente", parcel.key[:100]),
        ("TipoFranqueo", "FP"),
        ("ModalidadEntrega", "ST"),
        ("Pesos", (("Peso", (("TipoPeso", "R"), ("Valor", str(parcel.grams)))),)),
        ("Observaciones1", parcel.order[:45]),
        ("InstruccionesDevolucion", "D"),
    ]
    if parcel.addressee.country == "ES" and needs_customs(parcel.sender.postcode, parcel.addressee.postcode):
        shipment.append(("Aduana", _customs(access, parcel)))
    return (
        ("FechaOperacion", _moment(at)),
        *_contract(access),
        ("Care", "000000"),
        ("TotalBultos", "1"),
        ("ModDevEtiqueta", "2"),
        ("Remitente", _party(parcel.sender, who="sender")),
        ("Destinatario", _party(parcel.addressee, who="addressee")),
        ("Envio", shipment),
    )


def _customs(access: Access, parcel: Parcel) -> Tree:
    kind = access.credentials.get("customs", "")
    if kind not in set("1234567"):
        raise Refused(
            N_("This parcel passes customs: enter the kind of shipment in the contract data of Correos first."),
            field="customs",
        )
    goods = (
        ("Cantidad", str(parcel.copies)),
        ("Descripcion", "Libros"),
        ("Pesoneto", str(parcel.grams)),
        ("Valorneto", str(parcel.cents)),
        ("NTarifario", BOOKS_TARIFF),
        ("PaisOrigen", "ES"),
    )
    return (("TipoEnvio", kind), ("DescAduanera", (("DATOSADUANA", goods),)))


def _party(address: Address, *, who: str) -> Tree:
    complete(address, who=who)

    def text(field: str, most: int) -> str:
        return fits(getattr(address, field), most, field=field, who=who, carrier=TITLE)

    street = " ".join(part for part in (address.street.strip(), address.more.strip()) if part)
    identity = [("Nombre", text("name", 300))] + ([("Nif", text("tax_id", 15))] if address.tax_id else [])
    place = (
        ("Direccion", fits(street, 100, field="street", who=who, carrier=TITLE)),
        ("Localidad", text("city", 100)),
    )
    party: list[tuple[str, str | Tree]] = [("Identificacion", identity), ("DatosDireccion", place)]
    if address.country == "ES" and not (len(address.postcode) == 5 and address.postcode.isdigit()):
        raise Refused(N_("A Spanish postcode has five digits."), field=f"{who}.postcode")
    party.append(("CP", address.postcode) if address.country == "ES" else ("ZIP", text("postcode", 10)))
    if address.country != "ES":
        party.append(("Pais", address.country))
    party += [("Telefonocontacto", text("phone", 15)), ("Email", text("email", 50))]
    return [(name, value) for name, value in party if value]


def _pickup(access: Access, pickup: Pickup, at: datetime) -> bytes:
    sender = pickup.sender
    fetched: Tree = (
        ("ReferenciaRecogida", pickup.key),
        ("FecRecogida", f"{pickup.day:%d/%m/%Y}"),
        ("HoraRecogida", f"{pickup.hour:%H:%M}"),
        ("CodAnexo", "091"),
        ("NomNombreViaRec", fits(sender.street, 100, field="street", who="sender", carrier=TITLE)),
        ("NomLocalidadRec", fits(sender.city, 100, field="city", who="sender", carrier=TITLE)),
        ("CodigoPostalRecogida", sender.postcode),
        ("DesPersonaContactoRec", sender.name),
        ("DesTelefContactoRec", sender.phone),
        ("DesEmailContactoRec", sender.email),
        ("NumEnvios", str(len(pickup.trackings))),
        ("NumPeso", str(pickup.grams)),
        ("IndImprimirEtiquetas", "N"),
        ("IndDevolverCodSolicitud", "S"),
        (f"{{{_DOOR}}}ListaCodEnvios", tuple(("CodigoEnvio", code) for code in pickup.trackings)),
    )
    asked: Tree = (
        ("ReferenciaRelacionPaP", pickup.key),
        ("TipoOperacion", "ALTA"),
        ("FechaOperacion", _moment(at)),
        ("NumContrato", access.credentials["contract"]),
        ("NumDetallable", access.credentials["client"]),
        ("CodUsuario", access.credentials["user"]),
        (f"{{{_DOOR}}}Recogida", fetched),
    )
    return _envelope(_OFFICE, "SolicitudRegistroRecogida", asked, inner="")


def _contract(access: Access) -> Tree:
    known = access.credentials
    return (
        ("CodEtiquetador", known["labeller"]),
        ("NumContrato", known["contract"]),
        ("NumCliente", known["client"]),
    )


def _moment(at: datetime) -> str:
    return f"{at.astimezone(_MADRID):%d-%m-%Y %H:%M:%S}"


def _envelope(namespace: str, name: str, tree: Tree, inner: str | None = None) -> bytes:
    """The request; its elements are of ``namespace``, or of ``inner`` where that differs."""
    envelope = etree.Element(f"{{{_SOAP}}}Envelope", nsmap={"soapenv": _SOAP})
    etree.SubElement(envelope, f"{{{_SOAP}}}Header")
    body = etree.SubElement(envelope, f"{{{_SOAP}}}Body")
    _grow(etree.SubElement(body, f"{{{namespace}}}{name}"), tree, namespace if inner is None else inner)
    written: bytes = etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")
    return written


def _grow(parent: etree._Element, tree: Tree, namespace: str) -> None:
    for name, value in tree:
        child = etree.SubElement(parent, f"{{{namespace}}}{name}" if namespace and name[0] != "{" else name)
        if isinstance(value, str):
            child.text = "".join(sign for sign in value if sign.isprintable())
        else:
            _grow(child, value, namespace)


# --- what is answered --------------------------------------------------------------------------------


def _call(access: Access, address: str, action: str, body: bytes) -> Answer:
    known = access.credentials
    token = base64.b64encode(f"{known['user']}:{known['password']}".encode()).decode()
    headers = {
        "Authorization": f"Basic {token}",
        "Content-Type": "text/xml; charset=UTF-8",
        "SOAPAction": f'"{action}"',
        "Accept-Encoding": "identity",
    }
    return post(access.at(address), body, headers=headers, most_bytes=LARGEST, seconds=SECONDS, private=access.private)


def _told(answer: Answer) -> etree._Element:
    """The document; a fault is a refusal, whatever the status of its answer."""
    if answer.status == 500:
        fault = _text(_document(answer.body), "faultstring")
        if fault:
            raise refusal(fault, carrier=TITLE)
    return _document(judged(answer, carrier=TITLE))


def _document(body: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise garbled(TITLE) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise garbled(TITLE)
    return root


def _text(node: etree._Element, name: str) -> str:
    """The text of the first element of this name, whatever its namespace; "" where there is none."""
    return next(((found.text or "").strip() for found in node.iter() if _name(found) == name), "")


def _name(node: etree._Element) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""
