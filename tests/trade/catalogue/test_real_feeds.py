"""Every real catalogue file is taken in or refused with its reason; a second time it changes nothing."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.cast import NOW
from tests.conftest import House, data_folder
from trade.base.errors import Refused
from trade.catalogue.actions import import_feed, receive_feed
from trade.catalogue.models import Author, Book, BookDetail, BookPrice, BookSource

pytestmark = pytest.mark.database

FOLDERS = ("trade/sinli/real/LIBROS", "trade/sinli/real/CAMPRE", "trade/sinli/real/ESTADO", "trade/onix")
FILES = [path for folder in FOLDERS for path in sorted((data_folder() / folder).glob("*")) if path.suffix != ".csv"]
COUNTS = ("new", "changed", "unchanged", "deleted", "refused", "non_books", "position")


def take(house: House, data: bytes, name: str) -> dict[str, int | str]:
    """What came of a feed."""
    with house.session() as session:
        run = receive_feed(
            session, stream=BytesIO(data), name=name, origin="test", at=NOW, store=house.store, queued=False
        )
        run = import_feed(session, run_id=run.id, at=NOW, store=house.store)
        return {"state": run.state, "error": str(run.error)} | {key: getattr(run, key) for key in COUNTS}


def picture(house: House) -> dict[str, object]:
    """The whole catalogue as rows."""
    with house.session() as session:
        tables = (Book, Author, BookDetail, BookPrice, BookSource)
        return {
            model.__tablename__: sorted(
                map(
                    str,
                    session.execute(
                        select(*(column for column in model.__table__.c if column.name not in {"id", "run_id"}))
                    ),
                )
            )
            for model in tables
        }


@pytest.mark.skipif(not FILES, reason="the real trade files are not here (MOSTRADOR_TEST_DATA)")
def test_every_real_file_is_taken_in_once_and_changes_nothing_twice(house: House) -> None:
    """Each record is told once among the counts; the file again, and re-read with a blank line more, is unchanged."""
    told: dict[str, dict[str, int | str]] = {}
    for path in FILES:
        data = path.read_bytes()
        try:
            first = take(house, data, path.name)
        except Refused as refused:
            told[path.name] = {"state": "refused", "error": str(refused)}
            continue
        told[path.name] = first
        counted = sum(int(first[name]) for name in COUNTS if name != "position")
        assert counted == first["position"], path.name
        before = picture(house)
        again, longer = take(house, data, path.name), take(house, data + b"\r\n", path.name)
        assert (first["state"], again["state"], longer["state"]) == ("done", "unchanged", "done"), path.name
        for repeated in (again, longer):
            assert (repeated["new"], repeated["changed"]) == (0, 0), path.name
            same = ("refused", "non_books", "position")
            assert [repeated[name] for name in same] == [first[name] for name in same], path.name
        assert picture(house) == before, path.name
    assert [name for name, one in told.items() if one["state"] == "refused"] == ["im_onix__test_collection.xml"]
    total = {name: sum(int(one.get(name, 0)) for one in told.values()) for name in COUNTS}
    assert total["new"] > 280
    assert total["non_books"] > 10


def test_a_diffusion_of_dilicom_is_taken_in_as_it_is_packed(house: House, real_data: Path) -> None:
    """The archive as it comes from the hub: every record is told once, and a second time nothing changes."""
    packed = real_data / "trade" / "dilicom" / "DIF489084922.zip.rdy"
    first, again = (take(house, packed.read_bytes(), packed.name) for _ in range(2))
    assert (first["state"], again["state"], first["error"]) == ("done", "unchanged", "{}")
    assert first["new"] and sum(int(first[name]) for name in COUNTS if name != "position") == first["position"]
