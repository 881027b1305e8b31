"""SINLI LIBROS, CAMPRE and ESTADO: layouts by the manual's positions, and every defect seen in real files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.trade.catalogue.formats.reading import book, counts, entries, only, reasons
from trade.base.errors import Refused
from trade.base.sinli import amount
from trade.catalogue.formats import sinli_campre, sinli_estado, sinli_libros, spoken_name
from trade.catalogue.records import Availability, BookRecord, Contributor, Form, NotABook, Price, SafetyContact

ISBN = "978-84-376-0494-7"
EAN = "9788437604947"
VERSIONS = ["05", "06", "07", "08", "09", "10"]


def message(document: str, version: str, *lines: str, header: str = "", encoding: str = "cp1252") -> bytes:
    first = f"IN{document:<6}{version}LIB00069L1234567".ljust(75) + "FANDE"
    second = f"I{'a@example.org':<50}{'b@example.org':<50}{document:<6}{version}".ljust(117)
    header = header or "C" + "Distribuidora de muestra".ljust(40) + ("20270115E" if document == "CAMPRE" else "E")
    return "".join(f"{line}\r\n" for line in (first, second, header, *lines)).encode(encoding)


BOOK = {
    "ean": EAN,
    "isbn": ISBN,
    "title": "Casa tomada, La",
    "subtitle": "Cuentos",
    "authors": "CORTÁZAR, JULIO/DE LA CRUZ, JUANA INÉS",
    "publisher": "Cátedra",
    "binding": "03",
    "language": "spa",
    "edition": "2ª",
    "published": "032024",
    "pages": "0248",
    "width": "0140",
    "height": "0210",
    "cdu": "821.134.2;82-3",
    "keywords": "cuento/Argentina",
    "state": "4",
    "product": "10",
    "net": "0000001442",
    "gross": "0000001500",
    "vat": "00400",
    "price_type": "F",
    "collection": "Letras hispánicas",
    "number": "00042",
    "image": "U",
    "translators": "NADIE, ANA",
    "illustrators": "Trazo, Luz",
    "original_language": "fre",
    "thickness": "018",
    "weight": "000310",
    "summary": "Resumen corto.",
    "long_summary": "<p>La casa &#x0201C;tomada&#x0201D;.</p><p>Fin de la prác\x02tica.</p>",
    "ibic": "FA;FYB",
    "thema": "FBA;1DSE",
    "on_sale": "20240401",
    "in_stock": "20240403",
    "url": "https://example.org/9788437604947.jpg",
}


def line(version: str, **changed: str) -> str:
    values = BOOK | changed
    return "".join(
        values.get(column.name, "").ljust(column.length)[: column.length]
        for column in sinli_libros.LAYOUTS[version].columns
    )


def libros(version: str, **changed: str) -> BookRecord:
    return book(message("LIBROS", version, line(version, **changed)))


# --- layouts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "width", "ends"),
    [
        ("05", 1706, {"vat": 614, "image": 670, "url": 769}),
        ("06", 1775, {"ibic": 1759, "on_sale": 1767, "in_stock": 1775}),
        ("07", 1875, {"ibic_version": 1610, "ibic": 1660, "on_sale": 1668, "in_stock": 1676, "url": 1875}),
        ("08", 3000, {"weight": 1137, "regions": 1352, "summary": 1607, "long_summary": 3000}),
        ("09", 2817, {"regions": 1369, "ibic": 1422, "thema": 1476, "on_sale": 1485, "url": 1692}),
        ("10", 3718, {"long_summary": 2800, "contact": 2965, "warning5": 3370, "conformity": 3710}),
    ],
)
def test_cumulative_positions_are_those_of_the_manuals(version: str, width: int, ends: dict[str, int]) -> None:
    layout = sinli_libros.LAYOUTS[version]
    assert layout.width == width
    assert {column.name: column.end for column in layout.columns if column.name in ends} == ends


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_says_the_same_of_a_book(version: str) -> None:
    found = libros(version)
    assert (found.isbn, found.title, found.subtitle) == (int(EAN), "La Casa tomada", "Cuentos")
    assert found.contributors == (
        Contributor("Julio Cortázar"),
        Contributor("Juana Inés de la Cruz"),
        Contributor("Ana Nadie", "translator"),
        Contributor("Luz Trazo", "illustrator"),
    )
    assert (found.publisher, found.collection, found.collection_number) == ("Cátedra", "Letras hispánicas", "42")
    assert (found.form, found.edition, found.published_on, found.pages) == (
        Form.PAPERBACK,
        2,
        date(2024, 3, 1),
        248,
    )
    assert (found.language, found.original_language) == ("es", "fr")
    assert (found.width_mm, found.height_mm, found.thickness_mm, found.weight_grams) == (140, 210, 18, 310)
    assert found.prices == (Price(1500, True, 400, "fixed"),)
    assert (found.availability, found.keywords) == (Availability.FORTHCOMING, ("cuento", "Argentina"))
    assert found.cover_url == "https://example.org/9788437604947.jpg"
    assert found.supplier == "Distribuidora de muestra" and found.action == "full"


def test_what_only_later_versions_know() -> None:
    assert libros("05").subjects == (("cdu", "821.134.2"), ("cdu", "82-3"))
    assert ("ibic", "FYB") in (libros("06").subjects or ())
    assert libros("09").subjects[:2] == (("thema", "FBA"), ("thema", "1DSE"))  # type: ignore[index]
    assert (libros("07").on_sale_on, libros("07").available_on) == (date(2024, 4, 1), date(2024, 4, 3))
    assert libros("07").description == "Resumen corto."
    assert libros("08").description == "La casa “tomada”.\nFin de la práctica."
    assert libros("10", contact="https://example.org/gpsr", warning1="CE", warning4="Piezas pequeñas").safety == (
        SafetyContact("Cátedra", url="https://example.org/gpsr", warnings=("CE", "Piezas pequeñas"))
    )
    assert libros("10").safety is None


def test_print_on_demand_came_after_version_06() -> None:
    assert libros("05", state="6").availability is Availability.NOT_OURS
    assert libros("07", state="6").availability is Availability.PRINT_ON_DEMAND


@pytest.mark.parametrize(("binding", "product", "form"), [
    ("01", "10", Form.HARDBACK), ("04", "10", Form.POCKET), ("10", "10", Form.OTHER_BOOK), ("00", "00", None),
    ("", "", None), ("03", "20", Form.AUDIO),
])  # fmt: skip
def test_forms(binding: str, product: str, form: Form | None) -> None:
    assert libros("08", binding=binding, product=product).form is form


@pytest.mark.parametrize("product", ["30", "40", "50", "60"])
def test_other_products_are_no_books(product: str) -> None:
    assert only(message("LIBROS", "08", line("08", product=product))) == NotABook(4, f"SINLI {product}")


def test_textbooks() -> None:
    assert libros("08", audience="300").schoolbook is True
    assert libros("08", stage="PRIMARIA").schoolbook is True
    assert libros("08", audience="400").schoolbook is False
    assert libros("08", audience="000").schoolbook is None


def test_a_free_price_is_what_the_bookshop_pays() -> None:
    assert libros("08", price_type="L").prices == (Price(1500, True, 400, "free"),)


def test_centimetres_where_millimetres_belong() -> None:
    found = libros("08", width="0015", height="0023")
    assert (found.width_mm, found.height_mm) == (150, 230)


def test_a_text_that_fills_its_field_was_cut() -> None:
    assert libros("07", summary="palabra " * 31 + "pal bras").description == ("palabra " * 31 + "pal…").strip()


# --- defects of real files ----------------------------------------------------------------------------


def test_the_short_lines_of_one_software(real_data: Path) -> None:
    """2,991 characters: no type of price and one date, so the URL stands nine characters further left."""
    path = real_data / "trade" / "sinli" / "real" / "LIBROS" / "E0007829001NOV11619.TXT"
    found = book(path.read_bytes())
    assert (found.isbn, found.title) == (9788419833143, "SEXO, SANGRE Y FRONTERA SUR")
    assert found.prices == (Price(2200, True, 400),)
    assert found.cover_url == "https://www.sinlib.es/portadasSinlib/webFoto.php?ean=9788419833143"
    assert found.publisher == "Traficantes de sueños" and found.collection == ""


def test_blanks_that_software_left_out_or_added() -> None:
    whole = line("08", long_summary="")
    assert book(message("LIBROS", "08", whole.rstrip())) == book(message("LIBROS", "08", whole))
    assert book(message("LIBROS", "08", whole + " " * 90)) == book(message("LIBROS", "08", whole))


def test_nuls_fill_the_file() -> None:
    data = message("LIBROS", "08", line("08"))
    assert counts(entries(data + b"\x00" * (255 - len(data) % 255))) == (1, 0, 0)


@pytest.mark.parametrize(("encoding", "written"), [
    ("cp1252", "EXTRAÑO CASO DE JOSÉ"), ("cp850", "EXTRAÑO CASO DE JOSÉ"), ("utf-8", "EXTRAÑO CASO DE JOSÉ"),
    ("cp850", "AÑO"), ("cp1252", "¿Qué? ¡Ya! nº 1, 3ª «x»"), ("cp850", "ÍNDICE DE ÁNGELES"), ("cp1252", "L’ÒPERA"),
])  # fmt: skip
def test_encodings(encoding: str, written: str) -> None:
    assert book(message("LIBROS", "08", line("08", title=written), encoding=encoding)).title == written


def test_letters_written_as_escapes_shift_no_field() -> None:
    """A naive reader sees a price of 62,000,000.36 EUR."""
    escaped = line("08", title="EXTRANO CASO (3a ED.)").replace("EXTRANO", "EXTRA\\D1O").replace("3a", "3\\AA")
    assert len(escaped) == 3000 + 4
    found = book(message("LIBROS", "08", escaped))
    assert (found.title, found.prices) == ("EXTRAÑO CASO (3ª ED.)", (Price(1500, True, 400),))


def test_a_shifted_line_is_refused() -> None:
    longer = line("08", title="x") + "y"
    shifted = line("08")[:300] + line("08")[301:]
    found = entries(message("LIBROS", "08", longer, shifted, line("08")))
    assert counts(found) == (1, 0, 2)
    assert "instead of 3000: its fields have shifted" in reasons(found)[0][1]


@pytest.mark.parametrize(("net", "gross", "rate", "reason"), [
    ("6200000036", "0000001500", "00400", "above 10,000 EUR"),
    ("0000001442", "0001000001", "00400", "above 10,000 EUR"),
    ("0000001534", "0000000995", "00400", "do not fit together"),
    ("0000001442", "0000001500", "00F00", "no rate of VAT"),
    ("0000001442", "0000001500", "04000", "no rate of VAT"),
    ("00000014x2", "0000001500", "00400", "no price in cents"),
])  # fmt: skip
def test_prices_that_cannot_be(net: str, gross: str, rate: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        amount(net=net, gross=gross, rate=rate)


def test_prices_that_may_be() -> None:
    assert amount(net="0000000000", gross="0000000000", rate="00400") is None
    assert amount(net=" 000001442", gross="          ", rate="     ") == amount(net="1442", gross="", rate="")
    at_most = amount(net="0000961538", gross="0001000000", rate="00400")
    assert at_most is not None and at_most.cents == 1_000_000


def test_numbers_of_other_things_and_slips() -> None:
    lines = [
        line("08", ean="2000100182000", isbn="200-0"),
        line("08", ean="9771135983810", isbn=""),
        line("08", ean="978843760494700000"),
        line("08", ean="", isbn="84-376-0494-X"),
        line("08", ean="9788437604948", isbn="978-84-376-0494-8"),
        line("08", ean="", isbn=""),
        line("08", title=""),
        line("08", title="EXPOSITOR (10) NAVIDAD"),
    ]
    found = entries(message("LIBROS", "08", *lines))
    assert [entry for entry in found if isinstance(entry, NotABook)] == [
        NotABook(4, "2000100182000"),
        NotABook(5, "9771135983810"),
        NotABook(11, EAN),
    ]
    assert [entry.isbn for entry in found if isinstance(entry, BookRecord)] == [int(EAN), int(EAN)]
    assert [reason for _, reason in reasons(found)] == [
        "9788437604948 has a wrong check digit: one of its digits is mistyped.",
        "The ISBN is missing.",
        "The title is missing.",
    ]


# --- CAMPRE and ESTADO --------------------------------------------------------------------------------


def campre(
    version: str, *, price_type: str = "F", title: str = "DANZA DE LA REALIDAD, LA", net: str = "0000001442"
) -> str:
    return f"D{ISBN:<17}{EAN:<18}{'REF':<15}{net}000000150000400{title:<{40 if version == '02' else 50}}{price_type}"


@pytest.mark.parametrize("version", ["02", "03"])
def test_a_price_of_a_coming_day(version: str) -> None:
    found = book(message("CAMPRE", version, campre(version)))
    assert found == BookRecord(
        int(EAN),
        4,
        action="update",
        title="LA DANZA DE LA REALIDAD",
        title_is_rough=True,
        prices=(Price(1500, True, 400, "fixed", valid_from=date(2027, 1, 15)),),
        supplier="Distribuidora de muestra",
    )


def test_price_changes_as_they_come() -> None:
    """Without title and type of price, padded to 1,255 characters, free prices, no price at all."""
    bare = campre("02")[:76]
    assert book(message("CAMPRE", "02", bare)).title is None
    assert (
        book(message("CAMPRE", "02", campre("02").ljust(1255))).prices
        == book(message("CAMPRE", "02", campre("02"))).prices
    )
    assert book(message("CAMPRE", "03", campre("03", price_type="L"))).prices[0].kind == "free"  # type: ignore[index]
    empty = campre("03").replace("0000001442", " " * 10).replace("0000001500", " " * 10)
    assert reasons(entries(message("CAMPRE", "03", empty))) == [(4, "The line names no price.")]


@pytest.mark.parametrize(("header", "reason"), [
    ("C" + "X" * 40 + "20271340E", "is no date"),
    ("C" + "X" * 40 + "20270115P", "not in euros"),
    ("D" + "X" * 40 + "20270115E", "header “C”"),
])  # fmt: skip
def test_headers_of_price_changes_that_are_refused(header: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        entries(message("CAMPRE", "03", campre("03"), header=header))


def test_a_price_without_a_day_holds_at_once() -> None:
    header = "C" + "X" * 40 + "00000000E"
    assert book(message("CAMPRE", "03", campre("03"), header=header)).prices == (Price(1500, True, 400),)


@pytest.mark.parametrize(("version", "code", "state", "told", "day"), [
    ("04", "0", Availability.AVAILABLE, "20270301", None),
    ("04", "1", Availability.SHORT_TERM_OUT, "99999999", None),
    ("04", "2", Availability.OUT_INDEFINITELY, "00000000", None),
    ("04", "3", Availability.REPRINTING, "20270301", date(2027, 3, 1)),
    ("04", "4", Availability.FORTHCOMING, "20270301", date(2027, 3, 1)),
    ("04", "5", Availability.AVAILABLE, "        ", None),
    ("04", "6", Availability.PRINT_ON_DEMAND, "50000101", None),
    ("03", "6", Availability.NOT_OURS, "19999999", None),
    ("04", "7", Availability.NOT_OURS, "20270301", None),
    ("04", "8", Availability.SOLD_OUT, "20270301", None),
    ("04", "9", Availability.DISCONTINUED, "20150409", None),
])  # fmt: skip
def test_states(version: str, code: str, state: Availability, told: str, day: date | None) -> None:
    written = f"E{ISBN:<17}{EAN:<18}{'REF':<15}{'MAR, EL':<50}{code}{told}"
    found = book(message("ESTADO", version, written))
    assert (found.availability, found.available_on, found.title, found.action) == (state, day, "EL MAR", "update")
    assert found.prices is None


def test_an_unknown_state_is_refused() -> None:
    written = f"E{ISBN:<17}{EAN:<18}{'REF':<15}{'MAR':<50}X20270301"
    assert "no state of a book" in reasons(entries(message("ESTADO", "04", written)))[0][1]


# --- messages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("module", "document", "version"), [
    (sinli_libros, "LIBROS", "04"), (sinli_libros, "LIBROS", "11"), (sinli_campre, "CAMPRE", "01"),
    (sinli_estado, "ESTADO", "02"),
])  # fmt: skip
def test_unknown_versions_are_refused_with_the_known_ones(module, document: str, version: str) -> None:
    with pytest.raises(Refused, match=f"{document} version {version}; the versions that are read are 0"):
        entries(message(document, version, "X"), module)


def test_another_document_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="delivery note"):
        entries(message("ENVIO", "08", "D"), sinli_libros)
    with pytest.raises(Refused, match="“ENTLOG”"):
        entries(message("ENTLOG", "01", "D"), sinli_campre)


@pytest.mark.parametrize(("written", "spoken"), [
    ("SANDBERG, SHERYL", "Sheryl Sandberg"), ("DE LA CRUZ, JUAN", "Juan de la Cruz"), ("AA.VV.", "AA.VV."),
    ("Gutiérrez Valdivieso, Pedro", "Pedro Gutiérrez Valdivieso"), ("J.R.R. TOLKIEN", "J.R.R. Tolkien"),
    ("JUAN PABLO II", "Juan Pablo II"), ("VAZQUEZ-FIGUEROA, ALBERTO", "Alberto Vazquez-Figueroa"), ("PRH", "PRH"),
])  # fmt: skip
def test_shouted_names_are_spoken(written: str, spoken: str) -> None:
    assert spoken_name(written) == spoken
