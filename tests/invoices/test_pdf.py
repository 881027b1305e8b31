"""The invoice as PDF/A-3: structure, fonts, text, one page, same bytes, and nothing fetched from anywhere."""

from __future__ import annotations

import logging
import socket
from dataclasses import replace
from gettext import NullTranslations
from io import BytesIO
from xml.etree import ElementTree

import facturx
import pikepdf
import pytest
from pypdf import PdfReader

from invoices.assets import ClosedFetcher, PaperError
from invoices.einvoice import make_xml
from invoices.logo import clean_logo
from invoices.render import make_html, make_pdf
from invoices.sample import SPAIN, sample
from tests.invoices.paper import Marked, fonts_of, text_of
from trade.billing.rules.commission import Redeemed
from trade.billing.rules.document import QrCode, Unbalanced

PLAIN = NullTranslations()
QR = QrCode(content="https://example.org/?n=CHQ-2026-000418&total=62.17", heading="QR:", caption="Sample")
LONG = replace(
    SPAIN,
    name="Sociedad Cooperativa Limitada de Librerías Independientes y Papelerías Históricas de la Sierra de"
    " Guadarrama y los Valles del Noroeste",
    street="Avenida de Nuestra Señora del Perpetuo Socorro, 124, escalera izquierda, entreplanta B",
    city="San Lorenzo de El Escorial",
)
MANY = tuple(
    Redeemed(cents=1000 + 137 * step, channel=channel, rate=300 + 50 * step)
    for step in range(6)
    for channel in ("counter", "orders")
)
ONE = (Redeemed(cents=2290, channel="counter", rate=500),)
VARIANTS = {
    "spain": sample("es"),
    "france": sample("fr"),
    "english": sample("en"),
    "one line": sample("es", redemptions=ONE),
    "twelve lines, long names, code": sample("es", redemptions=MANY, recipient=LONG, qr=QR),
    "twelve lines in France": sample("fr", redemptions=MANY),
}


@pytest.fixture(scope="module")
def made():
    return {name: make_pdf(document, PLAIN) for name, document in VARIANTS.items()}


@pytest.mark.parametrize("name", VARIANTS)
def test_one_page_with_all_figures(made, name):
    pdf, document = made[name], VARIANTS[name]
    assert len(PdfReader(BytesIO(pdf)).pages) == 1
    text = text_of(pdf)
    for word in (document.number, document.recipient.name, document.issuer.tax_id, document.recipient.tax_id):
        assert word in text
    if document.locale == "es" and name == "spain":
        for amount in ("421,80 €", "862,70 €", "16,87 €", "34,51 €", "51,38 €", "10,79 €", "62,17 €", "1.222,33 €"):
            assert amount in text.replace("\xa0", " ")


@pytest.mark.parametrize("name", VARIANTS)
def test_the_structure_an_archive_asks_for(made, name):
    with pikepdf.open(BytesIO(made[name])) as pdf:
        assert pdf.check_pdf_syntax() == []
        root = pdf.Root
        assert root.MarkInfo.Marked
        assert root.StructTreeRoot.K
        assert str(root.Lang) == VARIANTS[name].locale
        assert root.ViewerPreferences.DisplayDocTitle
        (intent,) = root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp"
        assert len(root.AF) == 1
        assert root.AF[0].AFRelationship == "/Data"
        assert root.AF[0].EF.F.Subtype == "/text/xml"
        assert pdf.trailer.ID
        assert not pdf.is_encrypted


@pytest.mark.parametrize("name", ["spain", "france"])
def test_the_metadata_are_one_block_and_name_the_attachment(made, name):
    with pikepdf.open(BytesIO(made[name])) as pdf:
        xmp = pdf.Root.Metadata.read_bytes()
    assert xmp.count(b"<rdf:RDF") == 1
    start, end = xmp.index(b"<x:xmpmeta"), xmp.index(b"</x:xmpmeta>") + len(b"</x:xmpmeta>")
    ElementTree.fromstring(xmp[start:end])
    for word in (
        b'pdfaid:part="3"',
        b'pdfaid:conformance="A"',
        b"<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
        b"<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>",
        b"<pdfaSchema:prefix>fx</pdfaSchema:prefix>",
    ):
        assert word in xmp


@pytest.mark.parametrize("name", ["spain", "france", "english"])
def test_the_attached_file_is_the_factur_x_of_the_same_data(made, name):
    found, xml = facturx.get_facturx_xml_from_pdf(made[name], check_xsd=True)
    assert found == "factur-x.xml"
    assert xml == make_xml(VARIANTS[name], PLAIN)


@pytest.mark.parametrize("name", VARIANTS)
def test_only_the_intended_fonts_and_all_embedded(made, name):
    fonts = fonts_of(made[name])
    assert fonts == {"Source-Serif-4-Semi-Bold": True, "Source-Sans-3": True, "Source-Sans-3-Semi-Bold": True}


def test_letters_of_other_languages_stay_in_the_family():
    document = sample("es", recipient=replace(LONG, name="Księgarnia Ślęża, Đorđe Čapek"))
    pdf = make_pdf(document, PLAIN)
    assert "Księgarnia Ślęża, Đorđe Čapek" in text_of(pdf)
    assert all(name.startswith("Source-") for name in fonts_of(pdf))


def test_tags_are_those_of_headings_tables_and_text(made):
    kinds = set()

    def walk(node):
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node and node.get("/Type") != "/OBJR":
                kinds.add(str(node.S))
            if "/K" in node:
                walk(node.K)

    with pikepdf.open(BytesIO(made["twelve lines, long names, code"])) as pdf:
        walk(pdf.Root.StructTreeRoot.K)
    assert {"/Document", "/H1", "/H2", "/Table", "/TR", "/TH", "/TD", "/P", "/Figure"} <= kinds


def test_the_same_data_give_the_same_bytes(made):
    assert make_pdf(VARIANTS["spain"], PLAIN) == made["spain"]
    assert make_pdf(replace(VARIANTS["spain"], number="CHQ-2026-000419"), PLAIN) != made["spain"]


def test_every_word_of_the_form_is_translated():
    html, _ = make_html(sample("es"), Marked())
    body = html.partition("<body>")[2]
    for word in ("Invoice", "Issued by", "Your transfer", "You receive", "Gift cheques redeemed at the counter"):
        assert f"[{word}]" in body
    assert "4 redemptions]" in body
    assert "Item" not in body.replace("[Item]", "")


HOSTILE = [
    '<img src="file:///etc/passwd">',
    '<link rel="attachment" href="file:///etc/passwd">',
    '<a rel="attachment" href="file:///etc/passwd">x</a>',
    "<style>@import url(http://127.0.0.1:9/x.css);</style>",
    "<script>alert(1)</script>",
    "{{ document.issuer.__class__ }}{% include 'invoice.css' %}",
    "'\"><svg onload=alert(1)>",
    "%(number)s %s %",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_only_text(text, monkeypatch):
    def no_network(*args, **kwargs):
        raise AssertionError("a document opened a connection")

    monkeypatch.setattr(socket, "create_connection", no_network)
    monkeypatch.setattr(socket.socket, "connect", no_network)
    document = sample("es", recipient=replace(SPAIN, name=text, street=text, city=text), qr=replace(QR, heading=text))
    document = replace(document, brand=text, contract=text)
    pdf = make_pdf(document, PLAIN)
    assert text.split()[0][:12] in text_of(pdf)
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert len(opened.Root.AF) == 1


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/logo.png", "file:///etc/passwd", "data:text/css,x", "paper:///../store.py", "x"]
)
def test_the_fetcher_serves_the_package_alone(address):
    fetcher = ClosedFetcher()
    with pytest.raises(ValueError, match="may not load"):
        fetcher.fetch(address)
    assert fetcher.refused == [address]


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x.png", "file:///etc/hostname"])
def test_an_address_that_slips_into_the_page_stops_it(address, monkeypatch):
    monkeypatch.setattr("invoices.render.make_html", lambda *_: (f'<img src="{address}" alt="">', {}))
    with pytest.raises(PaperError, match="is not ours"):
        make_pdf(sample("es"), PLAIN)


def test_data_that_do_not_foot_are_not_printed():
    with pytest.raises(Unbalanced):
        make_pdf(replace(sample("es"), total=1), PLAIN)


def test_the_logo_is_the_one_of_the_day():
    logo = clean_logo(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><path d="M0 0h40v10z"/></svg>')
    document = replace(sample("es"), logo_sha256=logo.sha256)
    assert make_pdf(document, PLAIN, logo) != make_pdf(sample("es"), PLAIN)
    with pytest.raises(PaperError, match="logo"):
        make_pdf(document, PLAIN)
    with pytest.raises(PaperError, match="logo"):
        make_pdf(sample("es"), PLAIN, logo)


def test_the_style_sheet_holds_nothing_unknown(caplog):
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        make_pdf(sample("fr"), PLAIN)
    assert [record.getMessage() for record in caplog.records] == []
