"""ONIX field by field: releases, names and tags, updates by block, prices, dates, measures, texts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from tests.trade.catalogue.formats.reading import book, entries, only, reasons
from trade.base.errors import Refused
from trade.catalogue.formats import HEAD, onix
from trade.catalogue.formats.onix import codes, tags
from trade.catalogue.formats.onix.dates import day_of
from trade.catalogue.records import Availability, BookRecord, Contributor, Form, NotABook, Price, SafetyContact

EAN = "9788437604947"
ID = f"<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>{EAN}</IDValue></ProductIdentifier>"
TITLE = (
    "<TitleDetail><TitleType>01</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel>"
    "<TitleText>Rayuela</TitleText></TitleElement></TitleDetail>"
)


def message(*products: str, release: str = "3.0", header: str = "") -> bytes:
    inner = "".join(f"<Product>{product}</Product>" for product in products)
    return f'<ONIXMessage release="{release}"><Header>{header}</Header>{inner}</ONIXMessage>'.encode()


def full(descriptive: str = "", rest: str = "", *, title: str = TITLE, kind: str = "03") -> str:
    return (
        f"<RecordReference>r</RecordReference><NotificationType>{kind}</NotificationType>{ID}"
        f"<DescriptiveDetail>{title}{descriptive}</DescriptiveDetail>{rest}"
    )


def described(descriptive: str = "", rest: str = "", *, title: str = TITLE) -> BookRecord:
    return book(message(full(descriptive, rest, title=title)))


def supply(prices: str, availability: str = "20", market: str = "", more: str = "") -> str:
    return (
        f"<ProductSupply>{market}<SupplyDetail><Supplier><SupplierName>Machado</SupplierName></Supplier>"
        f"<ProductAvailability>{availability}</ProductAvailability>{more}{prices}</SupplyDetail></ProductSupply>"
    )


def price(kind: str = "04", amount: str = "15.00", more: str = "", currency: str = "EUR") -> str:
    told = f"<PriceType>{kind}</PriceType>" if kind else ""
    coin = f"<CurrencyCode>{currency}</CurrencyCode>" if currency else ""
    return f"<Price>{told}{more}<PriceAmount>{amount}</PriceAmount>{coin}</Price>"


# --- names, tags, releases ----------------------------------------------------------------------------


def shortened(data: bytes) -> bytes:
    """The same message in short tags, by the table turned round."""
    short = {name: tag for tag, name in tags.SHORT.items()}
    root = etree.fromstring(data)
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = short.get(tags.name_of(element.tag), tags.name_of(element.tag))
    return bytes(etree.tostring(root))


@pytest.mark.parametrize(
    "name", ["im_onix__full_sample", "jonix__onix3-single", "dilicom__489084922", "im_onix__9782752906700"]
)
def test_short_tags_say_what_reference_names_say(real_data: Path, name: str) -> None:
    data = (real_data / "trade" / "onix" / f"{name}.xml").read_bytes()
    assert entries(shortened(data), onix) == entries(data, onix)


def test_the_same_sample_in_3_0_and_3_1_short(real_data: Path) -> None:
    folder = real_data / "trade" / "onix"
    old, new = (
        book((folder / f"jonix__{name}.xml").read_bytes())
        for name in ("single-book-onix3-short", "Onix3.1-single-short")
    )
    assert old.title == new.title == "Roseanna"
    assert (old.prices, old.subjects, old.contributors) == (new.prices, new.subjects, new.contributors)


def test_the_french_record_of_dilicom(real_data: Path) -> None:
    found = book((real_data / "trade" / "onix" / "dilicom__489084922.xml").read_bytes())
    assert (found.isbn, found.title) == (9782911753022, "L'approche de Dieu par le silence de solitude")
    assert found.prices == (
        Price(630, True, 550, "fixed", territories=("FR",)),
        Price(597, False, None, "recommended", territories=("-FR", "-BE")),
    )
    assert (found.height_mm, found.width_mm, found.thickness_mm, found.weight_grams) == (190, 145, 5, 116)
    assert found.subjects == (("clil", "3348"), ("thema", "QRMB1")) and found.keywords == ("Spiritualité",)
    assert (found.form, found.published_on, found.supplier) == (
        Form.PAPERBACK,
        date(2019, 7, 3),
        "AVM DIFFUSION",
    )


def test_release_2_1(real_data: Path) -> None:
    found = book((real_data / "trade" / "onix" / "jonix__onix2-single.xml").read_bytes())
    assert (found.title, found.subtitle) == ("The World Of Mining", "Doomed for Failure?")
    assert (found.collection, found.collection_number, found.form) == ("Travel Guide", "2", Form.HARDBACK)
    assert (found.published_on, found.available_on) == (date(2012, 1, 3), date(2000, 6, 9))
    assert found.prices == (Price(8000, True, None, "recommended", "AUD", territories=("AU",)),)
    assert found.cover_url == "http://cdn.penguin.com.au/covers/original/9780415671897.jpg"


def test_entities_of_html_need_no_dtd() -> None:
    """Files of release 2.1 lean on a DTD for them; it is never loaded."""
    doctype = b'<!DOCTYPE ONIXMessage SYSTEM "http://127.0.0.1:9/onix.dtd">'
    body = message(full(title=TITLE.replace("Rayuela", "Rayuela &eacute;&nbsp;&unknown; fin")))
    assert book(doctype + body, onix).title == "Rayuela é fin"


@pytest.mark.parametrize("data", [b"<html><body/></html>", b"<ONIXMessage release='1.0'><Product/></ONIXMessage>"])
def test_other_documents_are_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        entries(data, onix)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings_that_xml_declares(encoding: str) -> None:
    text = message(full(title=TITLE.replace("Rayuela", "Año é"))).decode()
    assert book(f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)).title == "Año é"


@pytest.mark.parametrize(("head", "known"), [
    (b'<?xml version="1.0"?><ONIXMessage release="3.0">', True), (b"<o:ONIXmessage xmlns:o='x'>", True),
    (b"<Product><RecordReference>", True), (b'<?xml version="1.0"?><!--' + b"x" * 4_100, True),
    ("<?xml version='1.0'?><ONIXMessage>".encode("utf-16"), True), (b"<!-- <ONIXMessage> --><html>", False),
    (b"<html><product>", False), (b"<FICHALIBROS><LIBRO>", False), (b"ONIXMessage", False), (b"", False),
])  # fmt: skip
def test_recognised_by_the_first_element(head: bytes, known: bool) -> None:
    assert onix.recognises(head[:HEAD]) is known


# --- kinds of notification ----------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "action"), [
    ("01", "full"), ("02", "full"), ("03", "full"), ("09", "full"), ("", "full"), ("04", "update"), ("12", "update"),
    ("05", "delete"), ("08", "delete"),
])  # fmt: skip
def test_notifications(kind: str, action: str) -> None:
    assert book(message(full(kind=kind))).action == action


@pytest.mark.parametrize(("kind", "reason"), [("88", "test record"), ("89", "test record"), ("77", "no kind")])
def test_notifications_that_are_not_taken(kind: str, reason: str) -> None:
    assert reason in reasons(entries(message(full(kind=kind))))[0][1]


def test_a_block_update_says_its_blocks_only() -> None:
    head = f"<NotificationType>04</NotificationType>{ID}"
    prices = book(message(head + supply(price())))
    assert (prices.prices, prices.availability) == ((Price(1500, True),), Availability.AVAILABLE)
    assert (prices.title, prices.subtitle, prices.contributors, prices.description) == (None, None, None, None)
    texts = book(message(head + "<CollateralDetail/>"))
    assert (texts.description, texts.prices, texts.availability) == ("", None, None)
    words = book(message(head + f"<DescriptiveDetail>{TITLE}</DescriptiveDetail>"))
    assert (words.title, words.subtitle, words.contributors, words.prices) == ("Rayuela", "", (), None)
    house = book(message(head + "<PublishingDetail><PublishingStatus>04</PublishingStatus></PublishingDetail>"))
    assert house.availability is None
    gone = book(message(head + "<PublishingDetail><PublishingStatus>15</PublishingStatus></PublishingDetail>"))
    assert gone.availability is Availability.RECALLED


def test_an_update_of_2_1_says_what_it_says() -> None:
    supplied = "<SupplyDetail><AvailabilityCode>RP</AvailabilityCode></SupplyDetail>"
    body = f"<NotificationType>04</NotificationType>{ID}{supplied}"
    found = book(message(body, release="2.1"))
    assert found == BookRecord(int(EAN), 1, action="update", availability=Availability.REPRINTING)


def test_a_whole_record_without_title_is_refused() -> None:
    assert reasons(entries(message(full(title="")))) == [(1, "The title is missing.")]


# --- what it is ---------------------------------------------------------------------------------------


def element(level: str, inner: str) -> str:
    return f"<TitleElement><TitleElementLevel>{level}</TitleElementLevel>{inner}</TitleElement>"


@pytest.mark.parametrize(("elements", "title", "subtitle"), [
    (element("01", "<TitleText>Casa tomada, La</TitleText><Subtitle>y más</Subtitle>"), "La Casa tomada", "y más"),
    (element("01", "<TitlePrefix>The</TitlePrefix><TitleWithoutPrefix>End</TitleWithoutPrefix>"), "The End", ""),
    (element("01", "<TitlePrefix>L'</TitlePrefix><TitleWithoutPrefix>Étranger</TitleWithoutPrefix>"), "L'Étranger", ""),
    (element("01", "<NoPrefix/><TitleWithoutPrefix>Roseanna</TitleWithoutPrefix>"), "Roseanna", ""),
    (element("02", "<TitleText>Mafalda</TitleText>") + element("01", "<PartNumber>3</PartNumber>"), "Mafalda, 3", ""),
    (element("02", "<TitleText>Saga</TitleText>") + element("01", "<TitleText>Uno</TitleText>"), "Uno", ""),
])  # fmt: skip
def test_titles(elements: str, title: str, subtitle: str) -> None:
    found = described(title=f"<TitleDetail><TitleType>01</TitleType>{elements}</TitleDetail>")
    assert (found.title, found.subtitle) == (title, subtitle)


def test_contributors_in_their_order_and_roles() -> None:
    people = "".join(
        f"<Contributor><SequenceNumber>{place}</SequenceNumber>"
        f"{''.join(f'<ContributorRole>{role}</ContributorRole>' for role in roles)}{name}</Contributor>"
        for place, roles, name in (
            (3, ["B06"], "<PersonNameInverted>Nadie, Ana</PersonNameInverted>"),
            (1, ["A01"], "<NamesBeforeKey>Julio</NamesBeforeKey><KeyNames>Cortázar</KeyNames>"),
            (2, ["A12", "A13"], "<PersonName>Luz Trazo</PersonName>"),
            (4, ["B01"], "<CorporateName>Academia</CorporateName>"),
            (5, ["E07"], "<PersonName>Voz</PersonName>"),
            (6, ["A36"], "<PersonName>Tapa</PersonName>"),
            (7, ["A01"], "<UnnamedPersons>04</UnnamedPersons>"),
        )
    )
    assert described(people).contributors == (
        Contributor("Julio Cortázar"),
        Contributor("Luz Trazo", "illustrator"),
        Contributor("Ana Nadie", "translator"),
        Contributor("Academia", "editor"),
        Contributor("Voz", "narrator"),
        Contributor("Tapa", "other"),
    )


@pytest.mark.parametrize(("form", "detail", "found"), [
    ("BB", "", Form.HARDBACK), ("BC", "", Form.PAPERBACK), ("BC", "B132", Form.POCKET), ("BC", "B105", Form.PAPERBACK),
    ("BC", "B602", Form.COMIC), ("BA", "", None), ("BH", "", Form.OTHER_BOOK), ("ED", "E101", Form.EBOOK),
    ("EA", "", Form.EBOOK), ("DG", "", Form.EBOOK), ("AC", "", Form.AUDIO), ("AJ", "", Form.AUDIO),
    ("CB", "", Form.MAP), ("SB", "", Form.OTHER_BOOK), ("WW", "", Form.OTHER_BOOK), ("00", "", None),
])  # fmt: skip
def test_forms(form: str, detail: str, found: Form | None) -> None:
    inner = f"<ProductForm>{form}</ProductForm>" + (
        f"<ProductFormDetail>{detail}</ProductFormDetail>" if detail else ""
    )
    assert described(inner).form is found


@pytest.mark.parametrize("form", ["CE", "DB", "FC", "LA", "MB", "PC", "PK", "VI", "XL", "ZE", "ZZ", "WX"])
def test_forms_that_are_no_books(form: str) -> None:
    assert only(message(full(f"<ProductForm>{form}</ProductForm>"))) == NotABook(1, f"ONIX {form}")


def test_what_is_for_the_trade_only_is_no_book() -> None:
    packs = full("<ProductComposition>30</ProductComposition><ProductForm>BC</ProductForm>")
    assert only(message(packs)) == NotABook(1, "ONIX BC")


def test_sound_and_comics() -> None:
    spoken = "<ProductForm>ED</ProductForm><PrimaryContentType>01</PrimaryContentType>"
    drawn = (
        "<ProductForm>BB</ProductForm><Subject><SubjectSchemeIdentifier>93</SubjectSchemeIdentifier>"
        "<SubjectCode>XAK</SubjectCode></Subject>"
    )
    assert (described(spoken).form, described(drawn).form) == (Form.AUDIO, Form.COMIC)


def subject(scheme: str, code: str = "", text: str = "", main: bool = False) -> str:
    told = f"<SubjectHeadingText>{text}</SubjectHeadingText>" if text else ""
    number = f"<SubjectCode>{code}</SubjectCode>" if code else ""
    kind = f"{'<MainSubject/>' if main else ''}<SubjectSchemeIdentifier>{scheme}</SubjectSchemeIdentifier>"
    return f"<Subject>{kind}{number}{told}</Subject>"


def test_subjects_main_first_and_ibic_where_dilve_puts_it() -> None:
    given = (
        subject("20", text="amor; celos, París")
        + subject("12", "FA")
        + subject("22", "1DSE")
        + subject("22", "EV012")
        + subject("24", "X", "Novedades")
        + subject("93", "FBA", "Ficción moderna", main=True)
    )
    found = described(given)
    assert found.subjects == (("thema", "FBA"), ("bic", "FA"), ("ibic", "1DSE"))
    assert (found.keywords, found.subject_text) == (("amor", "celos", "París"), "Ficción moderna")


def measure(kind: str, number: str, unit: str) -> str:
    size = f"<Measurement>{number}</Measurement><MeasureUnitCode>{unit}</MeasureUnitCode>"
    return f"<Measure><MeasureType>{kind}</MeasureType>{size}</Measure>"


@pytest.mark.parametrize(("kind", "number", "unit", "size"), [
    ("01", "21", "cm", 210), ("01", "8.5", "in", 216), ("01", "210", "mm", 210), ("01", "0", "mm", None),
    ("01", "x", "mm", None), ("01", "21", "px", None),
])  # fmt: skip
def test_lengths(kind: str, number: str, unit: str, size: int | None) -> None:
    assert described(measure(kind, number, unit)).height_mm == size


@pytest.mark.parametrize(
    ("number", "unit", "grams"), [("0,5", "kg", 500), ("1.1", "lb", 499), ("7", "oz", 198), ("310", "gr", 310)]
)
def test_weights(number: str, unit: str, grams: int) -> None:
    assert described(measure("08", number, unit)).weight_grams == grams


def test_pages_by_the_most_telling_count() -> None:
    extents = "".join(
        f"<Extent><ExtentType>{kind}</ExtentType><ExtentValue>{number}</ExtentValue><ExtentUnit>{unit}</ExtentUnit></Extent>"
        for kind, number, unit in (("07", "320", "03"), ("00", "304", "03"), ("09", "480", "05"))
    )
    assert described(extents).pages == 304


def test_texts_are_plain() -> None:
    texts = (
        "<CollateralDetail><TextContent><TextType>02</TextType><Text>corto</Text></TextContent><TextContent>"
        '<TextType>03</TextType><Text textformat="05"><p>Uno &amp; <b>dos</b></p><p>tres<script>x()</script></p></Text>'
        "</TextContent></CollateralDetail>"
    )
    assert described(rest=texts).description == "Uno & dos\ntres"
    escaped = texts.replace(
        "<p>Uno &amp; <b>dos</b></p><p>tres<script>x()</script></p>", "&lt;p&gt;3 &amp;lt; 4&lt;/p&gt;"
    )
    assert described(rest=escaped).description == "3 < 4"


def test_safety_contact_and_warnings() -> None:
    feature = (
        "<ProductFormFeature><ProductFormFeatureType>13</ProductFormFeatureType>"
        "<ProductFormFeatureValue>04</ProductFormFeatureValue>"
        "<ProductFormFeatureDescription>Piezas pequeñas</ProductFormFeatureDescription></ProductFormFeature>"
    )
    contact = (
        "<PublishingDetail><ProductContact><ProductContactRole>02</ProductContactRole>"
        "<ProductContactName>Prensa</ProductContactName></ProductContact><ProductContact>"
        "<ProductContactRole>10</ProductContactRole><ProductContactName>Cátedra</ProductContactName>"
        "<EmailAddress>gpsr@example.org</EmailAddress><StreetAddress>Calle 1</StreetAddress>"
        "<LocationName>Madrid</LocationName><PostalCode>28001</PostalCode><CountryCode>ES</CountryCode>"
        "</ProductContact></PublishingDetail>"
    )
    assert described(feature, contact).safety == SafetyContact(
        "Cátedra", "Calle 1, 28001 Madrid, ES", "gpsr@example.org", "", ("Piezas pequeñas",)
    )


# --- dates --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "form", "day"), [
    ("20270301", "00", date(2027, 3, 1)), ("20270301", "", date(2027, 3, 1)), ("202703", "01", date(2027, 3, 1)),
    ("202701", "02", date(2027, 1, 4)), ("20263", "03", date(2026, 7, 1)), ("20261", "04", date(2026, 3, 1)),
    ("2027", "05", date(2027, 1, 1)), ("2027030120270315", "06", date(2027, 3, 1)),
    ("2011-08-31", "", date(2011, 8, 31)),
    ("20130427T000000+0200", "", date(2013, 4, 27)), ("20130427T0000", "13", date(2013, 4, 27)),
    ("20163112", "", None), ("14480101", "20", None), ("pronto", "12", None), ("", "", None), ("20265", "03", None),
    ("2026x", "04", None), ("99990101", "00", None),
])  # fmt: skip
def test_dates(text: str, form: str, day: date | None) -> None:
    assert day_of(text, form) == day


def test_publishing_dates_by_their_role_and_format() -> None:
    told = "".join(
        f"<PublishingDate><PublishingDateRole>{role}</PublishingDateRole>{date_}</PublishingDate>"
        for role, date_ in (
            ("02", "<Date dateformat='00'>20270110</Date>"),
            ("01", "<DateFormat>01</DateFormat><Date>202701</Date>"),
        )
    )
    found = described(rest=f"<PublishingDetail>{told}</PublishingDetail>")
    assert (found.published_on, found.on_sale_on) == (date(2027, 1, 1), date(2027, 1, 10))


# --- prices and availability --------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "price_"), [
    ("04", Price(1500, True)), ("42", Price(1500, True)), ("02", Price(1500, True, kind="recommended")),
    ("03", Price(1500, False)), ("01", Price(1500, False, kind="recommended")),
    ("", Price(1500, True, kind="recommended")),
])  # fmt: skip
def test_types_of_price(kind: str, price_: Price) -> None:
    assert described(rest=supply(price(kind))).prices == (price_,)


@pytest.mark.parametrize("given", [
    price("05"), price("11"), price("22"), price("04", more="<PriceQualifier>06</PriceQualifier>"), price("04", "x"),
    price("04", "10000.01"), price("04", more="<MinimumOrderQuantity>10</MinimumOrderQuantity>"),
    "<Price><UnpricedItemType>02</UnpricedItemType></Price>", "<UnpricedItemType>01</UnpricedItemType>",
])  # fmt: skip
def test_what_readers_do_not_pay_is_no_price(given: str) -> None:
    assert described(rest=supply(given)).prices == ()


def test_a_price_with_all_its_circumstances() -> None:
    tax = "<Tax><TaxType>01</TaxType><TaxRatePercent>5,5</TaxRatePercent></Tax>"
    where = (
        "<Territory><CountriesIncluded>FR BE</CountriesIncluded><RegionsIncluded>ES-CN</RegionsIncluded></Territory>"
    )
    when = "".join(
        f"<PriceDate><PriceDateRole>{role}</PriceDateRole><Date>{day}</Date></PriceDate>"
        for role, day in ((14, 20270101), (15, 20270630))
    )
    assert described(rest=supply(price(more=tax + where + when))).prices == (
        Price(1500, True, 550, "fixed", "EUR", date(2027, 1, 1), date(2027, 6, 30), ("FR", "BE", "ES-CN")),
    )


def test_markets_defaults_and_prices_without_tax() -> None:
    market = "<Market><Territory><CountriesIncluded>ES</CountriesIncluded></Territory></Market>"
    both = price("04") + price("03", "14.42")
    assert described(rest=supply(both, market=market)).prices == (Price(1500, True, territories=("ES",)),)
    header = "<DefaultPriceType>04</DefaultPriceType><DefaultCurrencyCode>GBP</DefaultCurrencyCode>"
    given = message(full(rest=supply(price("", currency=""))), header=header)
    assert book(given).prices == (Price(1500, True, currency="GBP"),)


@pytest.mark.parametrize(("code", "state"), sorted(codes.AVAILABILITY.items()))
def test_availability(code: str, state: Availability) -> None:
    assert described(rest=supply(price(), code)).availability is state


def test_the_best_supplier_counts_but_a_recall_always() -> None:
    assert described(rest=supply("", "43") + supply("", "22")).availability is Availability.SHORT_TERM_OUT
    assert described(rest=supply("", "20") + supply("", "49")).availability is Availability.RECALLED
    status = "<PublishingDetail><PublishingStatus>{}</PublishingStatus></PublishingDetail>"
    assert described(rest=status.format("07")).availability is Availability.SOLD_OUT
    assert described(rest=status.format("07") + supply("", "21")).availability is Availability.AVAILABLE
    assert described(rest=status.format("15") + supply("", "21")).availability is Availability.RECALLED


def test_every_code_of_the_lists_is_known() -> None:
    """Lists 65, 54 and 64 as EDItEUR prints them; 00 and 09 of list 64 say nothing."""
    new = "01 09 10 11 12 20 21 22 23 30 31 32 33 34 40 41 42 43 44 45 46 47 48 49 50 51 52 97 98 99"
    old = "AB AD CS EX IP MD NP NY OF OI OP OR PP RF RM RP RU TO TP TU UR WR WS"
    status = "01 02 03 04 05 06 07 08 10 11 12 13 15 16 17 18"
    assert [sorted(one) for one in (codes.AVAILABILITY, codes.OLD_AVAILABILITY, codes.STATUS)] == [
        new.split(),
        old.split(),
        status.split(),
    ]
    assert set(codes.BEST_FIRST) == set(Availability)


def test_the_edition_that_replaces_it_and_expected_days() -> None:
    related = (
        "<RelatedMaterial><RelatedProduct><ProductRelationCode>05</ProductRelationCode><ProductIdentifier>"
        "<ProductIDType>15</ProductIDType><IDValue>9788499898810</IDValue></ProductIdentifier></RelatedProduct>"
        "</RelatedMaterial>"
    )
    expected = "<SupplyDate><SupplyDateRole>08</SupplyDateRole><Date>20270301</Date></SupplyDate>"
    found = described(rest=related + supply("", "41", more=expected))
    assert (found.replaced_by, found.available_on, found.supplier) == (9788499898810, date(2027, 3, 1), "Machado")
