"""Packed files are unpacked while they are read, within bounds; what is wrong with them is told as a refusal."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from trade.base.errors import Refused
from trade.base.packed import unpacked
from trade.catalogue.formats import HEAD, recognised

LARGEST = 10_000_000


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return packed.getvalue()


def opened(data: bytes, largest: int = LARGEST) -> bytes:
    return unpacked(io.BytesIO(data), largest=largest).read()


@pytest.mark.parametrize("data", [
    b"plain\r\n", gzip.compress(b"plain\r\n"), zipped(Quotidien24_tit=b"plain\r\n"),
    zipped(novedades_txt=b"plain\r\n", cover_jpg=b"\xff\xd8", folder__other_PNG=b"x"),
], ids=["plain", "gzip", "zip", "zip with pictures"])  # fmt: skip
def test_one_file_however_it_is_packed(data: bytes) -> None:
    assert opened(data) == b"plain\r\n"


def test_lines_are_read_out_of_an_archive_one_by_one() -> None:
    lines = [b"line %d\n" % number for number in range(50_000)]
    assert list(unpacked(io.BytesIO(gzip.compress(b"".join(lines))), largest=LARGEST)) == lines


def test_a_delivery_of_dilicom_is_recognised(real_data: Path) -> None:
    with (real_data / "trade" / "dilicom" / "DIF489084922.zip.rdy").open("rb") as packed:
        stream = unpacked(packed, largest=LARGEST)
        assert recognised(stream.read(HEAD)).NAME == "onix"


@pytest.mark.parametrize(("data", "reason"), [
    (zipped(), "it holds 0"), (zipped(a_txt=b"1", b_txt=b"2"), "it holds 2"),
    (zipped(a_txt=b"1" * 999)[:60], "damaged"),
    (b"PK\x03\x04" + b"x" * 40, "damaged"), (gzip.compress(b"x" * 9_999)[:-9], "damaged"), (b"\x1f\x8bxx", "damaged"),
    (gzip.compress(b" " * 5_000_000), "grows suspiciously"), (zipped(a_txt=b" " * 5_000_000), "grows suspiciously"),
], ids=["none", "two", "cut", "no zip", "cut gzip", "no gzip", "gzip bomb", "zip bomb"])  # fmt: skip
def test_what_is_wrong_with_an_archive_is_a_refusal(data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        opened(data)


def test_no_more_than_the_bound_comes_out() -> None:
    chance = bytes(range(256)) * 40
    assert len(opened(gzip.compress(chance), largest=len(chance))) == len(chance)
    with pytest.raises(Refused, match="larger than"):
        opened(gzip.compress(chance), largest=len(chance) - 1)
