"""Each carrier's adapter against its double: what is asked, what is understood, what is refused (domain.md 4.2-4.4)."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, time
from types import ModuleType

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from lxml import etree

from tests.doubles.starting import CarriersDouble
from trade.base.errors import Refused
from trade.base.outbound import Unanswered, Unreachable
from trade.shipping.carriers import (
    Access,
    Address,
    Parcel,
    Pickup,
    carriers,
    colissimo,
    correos,
    hints,
    is_s10,
    manual,
    s10_digit,
    seur,
)

AT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
MADRID = Address(
    "Alba & Cía <libros>", "Calle Mayor 1", "28013", "Madrid", "ES", phone="910000000", email="alba@a.example",
    tax_id="B58378431",
)  # fmt: skip
CLARA = Address("Clara Ruiz", "Calle del Prado 7", "08001", "Barcelona", "ES", "2.º 1.ª", "600000000", "c@c.example")
PARIS = Address(
    "Librairie du Canal", "12 rue de Lancry", "75010", "Paris", "FR", phone="0140000000", email="l@l.example"
)
LEA = Address("Léa Martin", "3 rue Neuve", "69001", "Lyon", "FR", "Bâtiment B", "+33 6 12 34 56 78", "lea@l.example")
CASES = {
    "correos": (correos, {"user": "good", "password": "secret", "labeller": "XXX1", "contract": "54055316",
                          "client": "81357204", "product": "S0132", "customs": ""}),
    "seur": (seur, {"user": "good", "password": "secret", "client_id": "c", "client_secret": "s", "account": "12345-8",
                    "service": "31"}),
    "colissimo": (colissimo, {"contract": "good", "password": "secret", "product": "DOM",
                              "format": "PDF_10x15_300dpi"}),
}  # fmt: skip
EACH = pytest.mark.parametrize("name", CASES)


def access(double: CarriersDouble, name: str, behaves: str = "good", **more: str) -> Access:
    known = CASES[name][1] | {"contract" if name == "colissimo" else "user": behaves} | more
    return Access(known, double.address)


def parcel(name: str, key: str = "P-1.1", **change: object) -> Parcel:
    sender, reader = (PARIS, LEA) if name == "colissimo" else (MADRID, CLARA)
    return replace(Parcel(key, "V-17", sender, reader, grams=980, cents=3_490, copies=2), **change)  # type: ignore[arg-type]


def read_back(pdf: bytes) -> list[str]:
    """What a reader of bar codes sees on the only page."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 1
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=4).to_pil()
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def test_every_carrier_describes_itself() -> None:
    assert sorted(carriers()) == ["colissimo", "correos", "manual", "seur"]
    secrets = {
        name: {field.name for field in module.CREDENTIALS if field.secret} for name, module in carriers().items()
    }
    assert secrets == {
        "correos": {"password"}, "seur": {"password", "client_secret"}, "colissimo": {"password"}, "manual": set(),
    }  # fmt: skip
    assert all(hasattr(module, "collect") == ("collect" in module.CAN) for module in carriers().values())


@pytest.mark.seed("F13")
@pytest.mark.parametrize(
    ("module", "good"),
    [
        (correos, "PY43B40720207850128042X"), (correos, "PQ10011000000060138080T"),
        (correos, "PQXXX10721392610108021C"), (correos, "PY53VM9100000810108640T"),
        (colissimo, "8L01234567895"), (colissimo, "RR473124829FR"),
    ],
)  # fmt: skip
def test_numbers_are_checked(module: ModuleType, good: str) -> None:
    """The known vectors pass; with any one digit changed none does, also as a number typed by hand."""
    assert module.tracking_of(f" {good.lower()[:9]} {good[9:]}") == good
    assert manual.tracking_of(good) == good
    assert manual.recognised(good) in {correos, colissimo}
    for place in range(2, len(good)):
        if good[place].isdigit():
            wrong = good[:place] + str((int(good[place]) + 1) % 10) + good[place + 1 :]
            with pytest.raises(Refused):
                module.tracking_of(wrong)
            with pytest.raises(Refused, match="does not match"):
                manual.tracking_of(wrong)
    assert (s10_digit("47312482"), is_s10("RR473124821FR")) == (9, False)
    assert manual.tracking_of("1Z 999-AA1") == "1Z999-AA1"


@pytest.mark.seed("F13", "T119")
@EACH
def test_a_label_opens_and_its_bars_read_back(double: CarriersDouble, name: str) -> None:
    module = CASES[name][0]
    made = module.label(access(double, name), parcel(name, key=f"good-{name}"), at=AT)
    assert read_back(made.pdf) == [made.tracking]
    assert made.tracking == module.tracking_of(made.tracking)
    assert [one["number"] for one in double.made(f"good-{name}")] == [made.tracking]
    assert made.tracking in module.link(made.tracking)


def test_correos_is_asked_in_its_shape(double: CarriersDouble) -> None:
    """Escaped, in the order of the WSDL, at the hour of Madrid; customs only where the law wants them."""
    there = replace(CLARA, postcode="35001", city="Las Palmas")
    correos.label(access(double, "correos", customs="4"), parcel("correos", key="shape", addressee=there), at=AT)
    asked = etree.fromstring(double.made("shape")[0]["asked"].encode())
    root = asked.find(f".//{{{'http://www.correos.es/iris6/services/preregistroetiquetas'}}}PreregistroEnvio")
    assert root is not None
    told = {etree.QName(node).localname: node.text for node in root.iter() if node.text}
    assert [etree.QName(node).localname for node in root] == [
        "FechaOperacion", "CodEtiquetador", "NumContrato", "NumCliente", "Care", "TotalBultos", "ModDevEtiqueta",
        "Remitente", "Destinatario", "Envio",
    ]  # fmt: skip
    wanted = {
        "FechaOperacion": "25-11-2026 00:30:00", "CodProducto": "S0132", "ReferenciaCliente": "shape", "Valor": "980",
        "TipoFranqueo": "FP", "ModalidadEntrega": "ST", "NTarifario": "4901990000", "Valorneto": "3490",
        "TipoEnvio": "4",
    }  # fmt: skip
    assert wanted.items() <= told.items()
    assert root.findtext(".//{*}Remitente/{*}Identificacion/{*}Nombre") == MADRID.name
    assert b"Alba &amp; C" in etree.tostring(asked)
    with pytest.raises(Refused, match="customs"):
        correos.label(access(double, "correos"), parcel("correos", addressee=there), at=AT)


@pytest.mark.parametrize(
    ("origin", "destination", "needed"),
    [("28013", "08001", False), ("28013", "35001", True), ("51001", "28013", True), ("35001", "38001", False),
     ("52001", "52002", False), ("51001", "52001", True)],
)  # fmt: skip
def test_customs_within_spain(origin: str, destination: str, needed: bool) -> None:
    assert correos.needs_customs(origin, destination) is needed


def test_colissimo_is_asked_in_its_shape(double: CarriersDouble) -> None:
    """Lines of 35 signs, the street in the second; overseas with a declaration under its own product."""
    long = "127 avenue du Général-de-Gaulle, résidence"
    there = replace(LEA, street=long, postcode="97400", city="Saint-Denis")
    colissimo.label(access(double, "colissimo"), parcel("colissimo", key="forme", addressee=there), at=AT)
    asked = double.made("forme")[0]["asked"]
    letter = asked["letter"]
    assert asked["outputFormat"] == {"x": 0, "y": 0, "outputPrintingType": "PDF_10x15_300dpi"}
    assert letter["addressee"]["address"] == {
        "lastName": "Martin", "firstName": "Léa", "line0": "Bâtiment B", "line2": "127 avenue du Général-de-Gaulle,",
        "line3": "résidence", "countryCode": "FR", "zipCode": "97400", "city": "Saint-Denis",
        "mobileNumber": "+33612345678", "email": "lea@l.example",
    }  # fmt: skip
    assert (letter["service"]["productCode"], letter["service"]["depositDate"]) == ("COM", "2026-11-25")
    assert letter["parcel"] == {"weight": "0.980"}
    assert letter["customsDeclarations"]["contents"]["category"] == {"value": 3}
    colissimo.label(access(double, "colissimo"), parcel("colissimo", key="ici"), at=AT)
    assert "customsDeclarations" not in double.made("ici")[0]["asked"]["letter"]


WRONG = {"refuses": (Refused, 0), "busy": (Unreachable, 0)} | dict.fromkeys(
    ("garbage", "half", "silent", "wrong"), (Unanswered, 1)
)


@pytest.mark.parametrize(
    ("name", "behaves"),
    # Numbers of SEUR have no check that could fail.
    [(name, behaves) for name in CASES for behaves in WRONG if (name, behaves) != ("seur", "wrong")],
)
def test_what_goes_wrong_is_told_apart(
    double: CarriersDouble, name: str, behaves: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal made nothing; an answer that did not come, or cannot be read, may have: each asks once."""
    module, (kind, made) = CASES[name][0], WRONG[behaves]
    monkeypatch.setattr(module, "SECONDS", 0.4)
    key = f"{behaves}-{name}"
    with pytest.raises(kind) as raised:
        module.label(access(double, name, behaves), parcel(name, key=key), at=AT)
    assert type(raised.value) is kind
    assert len(double.made(key)) == made
    assert "secret" not in str(raised.value)


def test_nobody_there_is_no_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where not even a connection came about, nothing can have been made."""
    gone = Access(CASES["correos"][1], "http://127.0.0.1:9")
    with pytest.raises(Unreachable) as raised:
        correos.label(gone, parcel("correos"), at=AT)
    assert not isinstance(raised.value, Unanswered)


def test_refusals_speak_the_carriers_words(double: CarriersDouble) -> None:
    said = {
        "correos": "El CP <00000> no existe",
        "seur": "postalCode: unknown",
        "colissimo": "code postal est incorrect",
    }
    for name, words in said.items():
        with pytest.raises(Refused, match=words):
            CASES[name][0].label(access(double, name, "refuses"), parcel(name), at=AT)
    with pytest.raises(Refused, match="Falta <Peso>"):
        correos.label(access(double, "correos", "fault"), parcel("correos"), at=AT)
    with pytest.raises(Unanswered):
        seur.label(access(double, "seur", "nolabel"), parcel("seur"), at=AT)


@EACH
def test_credentials_are_tried_without_a_label(double: CarriersDouble, name: str) -> None:
    module, sender = CASES[name][0], PARIS if name == "colissimo" else MADRID
    before = len(double.made())
    module.check(access(double, name), sender=sender, at=AT)
    with pytest.raises(Refused):
        module.check(access(double, name, password="other"), sender=sender, at=AT)
    assert len(double.made()) == before


@pytest.mark.seed("T119")
def test_a_pick_up(double: CarriersDouble) -> None:
    wanted = Pickup("R-1", MADRID, date(2026, 11, 26), time(16), ("PY43B40720207850128042X",), 980)
    assert correos.collect(access(double, "correos"), wanted, at=AT).startswith("SR")
    asked = double.made("R-1")[0]["asked"]
    for piece in ("<TipoOperacion>ALTA<", "<CodAnexo>091<", "<FecRecogida>26/11/2026<", "<HoraRecogida>16:00<",
                  "<NumDetallable>81357204<", "<CodigoEnvio>PY43B40720207850128042X<"):  # fmt: skip
        assert piece in asked
    with pytest.raises(Refused, match="Sin servicio"):
        correos.collect(access(double, "correos", "refuses"), wanted, at=AT)


@pytest.mark.parametrize(
    ("name", "change", "field"),
    [
        ("correos", {"grams": 30_001}, "weight_grams"), ("colissimo", {"grams": 0}, "weight_grams"),
        ("correos", {"addressee": replace(CLARA, email="x" * 51)}, "addressee.email"),
        ("correos", {"addressee": replace(CLARA, postcode="8001")}, "addressee.postcode"),
        ("correos", {"addressee": replace(CLARA, country="DE")}, "addressee.country"),
        ("seur", {"addressee": replace(CLARA, street="x" * 71)}, "addressee.street"),
        ("colissimo", {"addressee": replace(LEA, street="x" * 36)}, "addressee.street"),
        ("colissimo", {"addressee": replace(LEA, city="x" * 36)}, "addressee.city"),
        ("colissimo", {"sender": replace(PARIS, street="")}, "sender.street"),
    ],
)  # fmt: skip
def test_what_a_carrier_would_not_take_names_the_field(name: str, change: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as raised:
        CASES[name][0].examine(parcel(name, **change))
    assert raised.value.field == field


@pytest.mark.seed("T117", "T118")
def test_a_number_of_the_other_carrier_is_hinted_at() -> None:
    """A01: the heading wins, the hint only shows."""
    own = CASES["correos"][1]
    assert hints("correos", own) == {}
    assert hints("correos", own | {"contract": "12345-8"}) == {"contract": ("SEUR", "Account number (CCC)")}
    assert hints("seur", {"account": "54055316"}) == {"account": ("Correos", "Contract number")}
