"""Any bytes at all: every format reads or refuses, never fails; every line is accounted for (safety.md R7)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trade.base.errors import Refused
from trade.base.registry import adapters
from trade.stock import formats
from trade.stock.rules import MAX_PRICE, MAX_QUANTITY, tally
from trade.stock.sheet import Line

FORMATS = adapters(formats)

STARTS = {
    "cegald": (
        b"INCEGALD02L0009999LIB00022\r\nI\r\nC" + b"X" * 40 + b"20261122EUR\r\n",
        [b"D978-84-604-1861-0000001 000001442", b"D9771135983810    000001 000000192", b"I", b"", b"D" * 33],
    ),
    "model_csv": (
        b"isbn;quantity;price\r\n",
        [b"9788437604947;3;15,95", b"9788437604948;3;15,95", b"84-376-0494-X;1;", b'";', b"", b";;;;;;"],
    ),
    "art_asc": (
        b"EXTRACTION STOCK DU 22/11/2026\r\n",
        [b"9999978280013734600010000001100", b"8888978280013734600010000001100", b"", b"99"],
    ),
}


def sane(line: Line) -> bool:
    return 0 <= line.quantity <= MAX_QUANTITY and (line.price is None or 0 < line.price <= MAX_PRICE)


def test_every_format_is_tried() -> None:
    assert set(STARTS) == set(FORMATS)


@pytest.mark.parametrize("name", sorted(FORMATS))
@given(data=st.binary(max_size=600))
def test_noise_is_read_or_refused(name: str, data: bytes) -> None:
    try:
        entries = list(FORMATS[name].read(data).entries)
    except Refused as refused:
        assert str(refused.text)
        return
    assert all(sane(entry) for entry in entries if isinstance(entry, Line))


@pytest.mark.parametrize("name", sorted(FORMATS))
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_line_is_accepted_or_refused(name: str, data: st.DataObject) -> None:
    start, good = STARTS[name]
    noise = st.binary(max_size=60).map(lambda raw: raw.translate(None, b"\r\n\x00\x1a"))
    lines = data.draw(st.lists(st.sampled_from(good) | noise, max_size=30))
    body = start + b"\r\n".join(lines)
    total = tally(FORMATS[name].read(body))

    blank = sum(1 for line in body.decode("cp1252", "replace").split("\r\n") if not line.strip())
    header_lines = start.count(b"\r\n")
    assert total.read == len(body.split(b"\r\n")) - blank - header_lines
    assert total.read == total.accepted + len(total.rejected)
    assert total.accepted == len(total.titles) + total.repeated
    numbers = [rejected.number for rejected in total.rejected]
    assert numbers == sorted(set(numbers))
    assert all(header_lines < number <= header_lines + len(lines) for number in numbers)
