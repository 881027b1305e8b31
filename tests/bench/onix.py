"""How fast and in how much memory a large ONIX message is read: as long as 1 GB in no more than 1 MB takes.

The message is made while it is read: no file of that size is needed. Beside it stands the bare parser, which walks
the same bytes and looks at nothing.
"""

from __future__ import annotations

import gc
import io

from lxml import etree

from tests.bench.figures import check, figure, lap, main, peak_mebibytes
from trade.catalogue.formats import onix
from trade.catalogue.records import BookRecord

_HEAD = b'<?xml version="1.0" encoding="UTF-8"?><ONIXMessage release="3.0"><Header/>'
_TEXT = "Una novela de <b>amor</b> y de mar. " * 60


def ean(twelve: int) -> str:
    """An EAN-13 out of its first twelve digits."""
    digits = f"{twelve:012d}"
    return digits + str(-(sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))) % 10)


def product(number: int) -> bytes:
    """One whole record of about 5 kB."""
    isbn = ean(978_840_000_000 + number)
    people = "".join(
        f"<Contributor><SequenceNumber>{place}</SequenceNumber><ContributorRole>{role}</ContributorRole>"
        f"<PersonName>Persona {number % 997}</PersonName></Contributor>"
        for place, role in ((1, "A01"), (2, "B06"))
    )
    subjects = "".join(
        f"<Subject><SubjectSchemeIdentifier>93</SubjectSchemeIdentifier><SubjectCode>{code}</SubjectCode></Subject>"
        for code in ("FBA", "FRD", "1DSE")
    )
    prices = "".join(
        f"<Price><PriceType>04</PriceType><PriceAmount>{number % 40}.50</PriceAmount><Tax><TaxType>01</TaxType>"
        f"<TaxRatePercent>4</TaxRatePercent></Tax><CurrencyCode>{coin}</CurrencyCode></Price>"
        for coin in ("EUR", "USD", "MXN")
    )
    return (
        f"<Product><RecordReference>r{number}</RecordReference><NotificationType>03</NotificationType>"
        f"<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>{isbn}</IDValue></ProductIdentifier>"
        f"<DescriptiveDetail><ProductComposition>00</ProductComposition><ProductForm>BC</ProductForm><TitleDetail>"
        f"<TitleType>01</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel><TitleText>Libro {number}"
        f"</TitleText></TitleElement></TitleDetail>{people}{subjects}</DescriptiveDetail><CollateralDetail><TextContent>"
        f"<TextType>03</TextType><Text><![CDATA[{_TEXT}]]></Text></TextContent></CollateralDetail><PublishingDetail>"
        f"<Publisher><PublishingRole>01</PublishingRole><PublisherName>Casa</PublisherName></Publisher>"
        f"<PublishingStatus>04</PublishingStatus></PublishingDetail><ProductSupply><SupplyDetail>"
        f"<ProductAvailability>20</ProductAvailability>{prices}</SupplyDetail></ProductSupply></Product>"
    ).encode()


class Message(io.RawIOBase):
    """An ONIX message of so many products, made piece by piece as it is read."""

    def __init__(self, products: int) -> None:
        self._left, self._made, self._buffer, self.size = products, 0, _HEAD, 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        parts = [self._buffer]
        have = len(self._buffer)
        while have < size and self._left:
            made = product(self._made)
            self._made, self._left = self._made + 1, self._left - 1
            parts.append(made if self._left else made + b"</ONIXMessage>")
            have += len(parts[-1])
        whole = b"".join(parts)
        told, self._buffer = whole[:size], whole[size:]
        self.size += len(told)
        return told


def read_all(products: int) -> tuple[int, int]:
    """Books read out of a message of so many products, and its bytes."""
    message = Message(products)
    books = sum(1 for entry in onix.read(message) if isinstance(entry, BookRecord) and entry.prices)
    return books, message.size


def _bare(products: int) -> None:
    for _, element in etree.iterparse(Message(products), tag="Product", resolve_entities=False):
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def measure(megabytes: int) -> None:
    """Read a message of about so many megabytes."""
    read_all(200)
    gc.collect()
    before = peak_mebibytes()
    products = megabytes * 1_000_000 // len(product(1))
    with lap() as reading:
        books, size = read_all(products)
    check(books == products, f"{books} of {products} books were read")
    grown = peak_mebibytes() - before
    with lap() as bare:
        _bare(products)
    figure("onix_bare_parser", size / bare.seconds / 1e6, "MB/s")
    figure(
        "onix_read", size / reading.seconds / 1e6, "MB/s", ratio=reading.seconds / bare.seconds, of="onix_bare_parser"
    )
    figure("onix_products", products / reading.seconds, "products/s", goal=">=500")
    figure("onix_memory_grown", grown, "MiB", goal="<=16")


if __name__ == "__main__":
    main(measure, scale=100, scale_means="megabytes of ONIX")
