"""Sample feeds of the catalogue: a distributor's and a publisher's, told of books that the demo knows, and some covers.

Bare facts are those of ``config/seeds/books``; prices are the demo's samples, one in six with a higher one to come.
The sources are sample sources: whatever they say of prices is marked as a sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from io import BytesIO
from xml.sax.saxutils import escape

from jobs.context import Context
from jobs.demo.books import books
from jobs.demo.covers import cover
from trade.base.money import net_of
from trade.base.settings import value_of
from trade.catalogue.actions import ensure_source, import_feed, receive_feed, set_cover
from trade.catalogue.formats.sinli_libros import LAYOUTS
from trade.catalogue.rules import NewBook
from trade.catalogue.settings import VAT_RATES

DAY = timedelta(days=1)
ORIGIN = "demo"
PUBLISHER, DISTRIBUTOR = "sample-publisher", "sample-distributor"
NAMES = {
    "es": {PUBLISHER: "Editorial de muestra", DISTRIBUTOR: "Distribuidora de muestra"},
    "fr": {PUBLISHER: "Éditeur (exemple)", DISTRIBUTOR: "Distributeur (exemple)"},
}
DISTRIBUTED, PUBLISHED, COVERS = 120, 48, 12
DEARER_EVERY, DEARER = 6, 100
COMES_IN = 14 * DAY
SINLI_LANGUAGE, ONIX_LANGUAGE = "SPA", {"es": "spa", "fr": "fre"}


def send_catalogue(context: Context, *, now: datetime) -> int:
    """Let both tell, the distributor the same again; returns how many entries were read."""
    known = _known(context)
    with context.session() as session:
        rate: int = value_of(session, VAT_RATES, at=now)["fixed_price"]
    own = known[:PUBLISHED]
    writer = libros if context.profile.code == "es" else titelive
    data = writer(known, rate=rate)
    announced = onix(own, country=context.profile.country, rate=rate, day=(now + COMES_IN).date())
    read = _send(context, PUBLISHER, "onix.xml", announced, at=now - 20 * DAY)
    read += _send(context, DISTRIBUTOR, f"{writer.__name__}.txt", data, at=now - 3 * DAY)
    _send(context, DISTRIBUTOR, f"{writer.__name__}.txt", data, at=now - DAY)
    with context.session() as session:
        for book in own[:COVERS]:
            set_cover(
                session,
                isbn=book.isbn,
                data=cover(book, label=NAMES[context.profile.code][PUBLISHER]),
                source=PUBLISHER,
                at=now - 20 * DAY,
                store=context.store,
            )
    return read


def _known(context: Context) -> list[NewBook]:
    """Books in the language of the country that the letters of the formats can write."""
    own = [book for book in books(context.profile.country) if book.language == context.profile.code]
    return [book for book in own if _is_plain(book)][:DISTRIBUTED]


def _is_plain(book: NewBook) -> bool:
    told = "".join((book.title, book.publisher, *book.authors))
    return told == told.encode("cp1252", "ignore").decode("cp1252") and "~" not in told and "/" not in told


def _send(context: Context, source: str, name: str, data: bytes, *, at: datetime) -> int:
    with context.session() as session:
        ensure_source(session, key=source, name=NAMES[context.profile.code][source])
        run = receive_feed(
            session,
            stream=BytesIO(data),
            name=name,
            origin=ORIGIN,
            at=at,
            store=context.store,
            source=source,
            queued=False,
        )
        return import_feed(session, run_id=run.id, at=at, store=context.store).position


def libros(known: Sequence[NewBook], *, rate: int) -> bytes:
    """SINLI LIBROS 09, in capitals as many distributors write; the last lines are a display and a mistyped ISBN."""
    rows = [_libros_row(book, str(book.isbn), rate) for book in known]
    rows.append(_libros_row(known[0], "", rate) | {"title": "EXPOSITOR DE MUESTRA"})
    rows.append(_libros_row(known[1], str(known[1].isbn + 1), rate))
    first = f"INLIBROS09{'L9990001':8}{'LIB00022':8}{len(rows):05}{1:07}{'':37}FANDE"
    lines = [first, f"C{'DISTRIBUIDORA DE MUESTRA':40}E"]
    for row in rows:
        columns = LAYOUTS["09"].columns
        lines.append("".join(f"{row.get(each.name, '')[: each.length]:{each.length}}" for each in columns))
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")


def _libros_row(book: NewBook, number: str, rate: int) -> dict[str, str]:
    cents = book.price_cents or 0
    return {
        "ean": number,
        "isbn": number,
        "title": book.title.upper(),
        "authors": "/".join(book.authors),
        "publisher": book.publisher,
        "language": SINLI_LANGUAGE,
        "published": f"01{book.year or 0:04}",
        "pages": f"{book.pages or 0:04}",
        "state": "0",
        "product": "10",
        "net": f"{net_of(cents, rate):010}",
        "gross": f"{cents:010}",
        "vat": f"{rate:05}",
        "price_type": "F",
    }


def titelive(known: Sequence[NewBook], *, rate: int) -> bytes:
    """Tite-Live's daily file in its layout of 45; the last lines are a calendar and a mistyped EAN."""
    lines = [_titelive_line(book, book.isbn, rate) for book in known]
    lines.append(_titelive_line(known[0], known[0].isbn, rate, support="CL"))
    lines.append(_titelive_line(known[1], known[1].isbn + 1, rate))
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")


def _titelive_line(book: NewBook, number: int, rate: int, support: str = "T") -> str:
    cents = book.price_cents or 0
    told = {
        0: str(number),
        2: book.title,
        5: "1",
        9: f"{cents // 100},{cents % 100:02}",
        10: book.publisher,
        11: "DISTRIBUTEUR (EXEMPLE)",
        12: f"01/01/{book.year or 2070}",
        13: support,
        15: str(book.pages or ""),
        23: ";".join(book.authors),
        26: f"{rate // 100},{rate % 100:02}",
    }
    return "~".join(told.get(place, "") for place in range(46))


def onix(own: Sequence[NewBook], *, country: str, rate: int, day: date) -> bytes:
    """ONIX 3.0 with the price of today, and for one book in six a higher one from a day on."""
    products = "".join(
        _product(book, country=country, rate=rate, dearer_on=day if place % DEARER_EVERY == 0 else None)
        for place, book in enumerate(own)
    )
    head = "<Header><Sender><SenderName>Mostrador (sample)</SenderName></Sender></Header>"
    message = f'<ONIXMessage release="3.0" xmlns="http://ns.editeur.org/onix/3.0/reference">{head}{products}'
    return f'<?xml version="1.0" encoding="UTF-8"?>{message}</ONIXMessage>'.encode()


def _product(book: NewBook, *, country: str, rate: int, dearer_on: date | None) -> str:
    people = "".join(
        f"<Contributor><SequenceNumber>{place}</SequenceNumber><ContributorRole>A01</ContributorRole>"
        f"<PersonName>{escape(name)}</PersonName></Contributor>"
        for place, name in enumerate(book.authors, 1)
    )
    pages = f"<ExtentType>00</ExtentType><ExtentValue>{book.pages}</ExtentValue><ExtentUnit>03</ExtentUnit>"
    cents = book.price_cents or 0
    prices = _onix_price(cents, country, rate, None)
    prices += _onix_price(cents + DEARER, country, rate, dearer_on) if dearer_on else ""
    return (
        f"<Product><RecordReference>sample-{book.isbn}</RecordReference><NotificationType>03</NotificationType>"
        f"<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>{book.isbn}</IDValue></ProductIdentifier>"
        "<DescriptiveDetail><ProductComposition>00</ProductComposition><ProductForm>BA</ProductForm>"
        "<TitleDetail><TitleType>01</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel>"
        f"<TitleText>{escape(book.title)}</TitleText></TitleElement></TitleDetail>{people}"
        f"<Language><LanguageRole>01</LanguageRole><LanguageCode>{ONIX_LANGUAGE[book.language]}</LanguageCode></Language>"
        f"{f'<Extent>{pages}</Extent>' if book.pages else ''}</DescriptiveDetail>"
        f"<PublishingDetail><Publisher><PublishingRole>01</PublishingRole><PublisherName>{escape(book.publisher)}"
        "</PublisherName></Publisher><PublishingStatus>04</PublishingStatus><PublishingDate><PublishingDateRole>01"
        f"</PublishingDateRole><Date dateformat='05'>{book.year}</Date></PublishingDate></PublishingDetail>"
        "<ProductSupply><SupplyDetail><Supplier><SupplierRole>01</SupplierRole><SupplierName>Mostrador (sample)"
        "</SupplierName></Supplier><ProductAvailability>20</ProductAvailability>"
        f"{prices}</SupplyDetail></ProductSupply></Product>"
    )


def _onix_price(cents: int, country: str, rate: int, since: date | None) -> str:
    begins = f"<PriceDate><PriceDateRole>14</PriceDateRole><Date>{since:%Y%m%d}</Date></PriceDate>" if since else ""
    return (
        f"<Price><PriceType>04</PriceType><PriceAmount>{cents // 100}.{cents % 100:02}</PriceAmount>"
        f"<Tax><TaxType>01</TaxType><TaxRatePercent>{rate / 100}</TaxRatePercent></Tax>"
        f"<CurrencyCode>EUR</CurrencyCode><Territory><CountriesIncluded>{country}</CountriesIncluded></Territory>"
        f"{begins}</Price>"
    )
