"""Catalogue feeds that arrive packed: read as if they were not, and not at all where the archive is cut."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
from sqlalchemy import func, select

from tests.cast import NOW
from tests.conftest import House
from tests.trade.catalogue.feeds import campre, onix, picture
from trade.base.errors import Refused
from trade.catalogue.actions import import_feed, receive_feed
from trade.catalogue.models import CatalogueRun

PRODUCT = (
    "<Product><NotificationType>03</NotificationType><ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>{}"
    "</IDValue></ProductIdentifier><DescriptiveDetail><TitleDetail><TitleType>01</TitleType><TitleElement>"
    "<TitleElementLevel>01</TitleElementLevel><TitleText>Libro {}</TitleText></TitleElement></TitleDetail>"
    "</DescriptiveDetail></Product>"
)
FEED = onix(*(PRODUCT.format(isbn, isbn) for isbn in (9788499898810, 9788466345941)))


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return packed.getvalue()


def take(house: House, data: bytes) -> tuple[str, int, int, int]:
    with house.session() as session:
        run = receive_feed(
            session, stream=io.BytesIO(data), name="feed", origin="test", at=NOW, store=house.store, queued=False
        )
        run = import_feed(session, run_id=run.id, at=NOW, store=house.store)
        return run.state, run.new, run.changed, run.unchanged


def test_packed_feeds_are_read_like_plain_ones(house: House) -> None:
    assert take(house, gzip.compress(FEED)) == ("done", 2, 0, 0)
    assert take(house, zipped(novedades_xml=FEED, a9788499898810_jpg=picture())) == ("done", 0, 0, 2)
    assert take(house, FEED) == ("done", 0, 0, 2)
    prices = campre((9788499898810, 995, "LIBRO"))
    assert take(house, zipped(CAMPRE_TXT=prices)) == ("done", 0, 1, 0)


@pytest.mark.parametrize("data", [
    gzip.compress(FEED * 50)[:-20], zipped(feed_xml=FEED)[:-30], zipped(a_xml=FEED, b_xml=FEED),
    gzip.compress(b"<ONIXMessage>" + b" " * 5_000_000),
])  # fmt: skip
def test_nothing_of_a_bad_archive_is_taken_in(shared_house: House, data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        take(shared_house, data)
    assert refused.value.field == "file"
    with shared_house.session() as session:
        assert session.scalar(select(func.count()).select_from(CatalogueRun)) == 0
    assert not list((shared_house.folder / "files").rglob("*/*"))
