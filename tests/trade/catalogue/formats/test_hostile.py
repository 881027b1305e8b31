"""Hostile and broken files: no format fails on any bytes, nothing is loaded from outside, memory stays flat."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import ROOT
from tests.trade.catalogue.formats.reading import entries
from tests.trade.catalogue.formats.test_onix_feed import full, message
from tests.trade.catalogue.formats.test_sinli_feeds import campre, line
from tests.trade.catalogue.formats.test_sinli_feeds import message as sinli
from tests.trade.catalogue.formats.test_titelive_feed import OLD, old
from tests.trade.catalogue.formats.test_titelive_feed import line as daily
from trade.base.errors import Refused
from trade.base.plain import LONGEST, plain_text
from trade.catalogue.formats import formats, onix
from trade.catalogue.records import BookRecord, NotABook, RejectedRecord

GOOD = {
    "onix": message(full("<ProductForm>BC</ProductForm>"), full(kind="05"), full(kind="88")),
    "sinli_libros": sinli("LIBROS", "08", line("08"), line("08", ean="2000100182000", isbn="")),
    "sinli_campre": sinli("CAMPRE", "03", campre("03"), campre("03", price_type="L")),
    "sinli_estado": sinli("ESTADO", "04", f"E{'978-84-376-0494-7':<17}{'9788437604947':<33}{'X':<50}020270301"),
    "titelive": old() + (daily(OLD, 45, {13: "R"}) + "\r\n").encode("latin-1"),
}


def test_every_format_is_tried() -> None:
    assert set(GOOD) == set(formats())


def fate(name: str, data: bytes) -> int:
    """How many entries a file gives before it ends or is refused; what it gives is sane, whatever it holds."""
    found = 0
    try:
        for entry in formats()[name].read(io.BytesIO(data)):
            found += 1
            assert isinstance(entry, BookRecord | NotABook | RejectedRecord)
            if isinstance(entry, BookRecord):
                assert 9780000000000 <= entry.isbn <= 9799999999999
                assert all(0 <= price.cents <= 10_000_000_000 for price in entry.prices or ())
                assert "\x00" not in f"{entry}"
            elif isinstance(entry, RejectedRecord):
                assert str(entry.reason) and len(entry.excerpt) <= 80 and "\x00" not in entry.excerpt
    except Refused as refused:
        assert str(refused.text)
    return found


@pytest.mark.parametrize("name", sorted(GOOD))
@given(data=st.binary(max_size=600))
def test_noise_is_read_or_refused(name: str, data: bytes) -> None:
    fate(name, data)
    formats()[name].recognises(data)


@pytest.mark.parametrize("name", sorted(GOOD))
@given(data=st.data())
def test_damaged_files_are_read_or_refused(name: str, data: st.DataObject) -> None:
    """Bytes of a good file cut out, changed and put in anywhere."""
    whole = GOOD[name]
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(whole)))
        end = data.draw(st.integers(begin, min(len(whole), begin + 40)))
        whole = whole[:begin] + data.draw(st.binary(max_size=12)) + whole[end:]
    fate(name, whole)


@pytest.mark.parametrize("name", sorted(set(GOOD) - {"onix"}))
@given(rest=st.lists(st.binary(max_size=300).map(lambda raw: raw.translate(None, b"\r\n\x00\x1a \t")), max_size=8))
def test_every_line_is_accounted_for(name: str, rest: list[bytes]) -> None:
    begun = fate(name, GOOD[name])
    # A mark of byte order alone is a blank line, and C begins another header.
    lines = [one for one in rest if one and not one.startswith((b"\xef\xbb\xbf", b"C"))]
    assert fate(name, GOOD[name] + b"".join(one + b"\r\n" for one in lines)) == begun + len(lines)


# --- hostile XML --------------------------------------------------------------------------------------

LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize("declared", [
    f'<!ENTITY a0 "ha">{LAUGHS}', '<!ENTITY a11 SYSTEM "file:///etc/passwd">',
    '<!ENTITY a11 SYSTEM "http://127.0.0.1:9/x">', '<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;',
])  # fmt: skip
def test_entities_of_its_own_are_refused(declared: str) -> None:
    for body in (full(title=""), full().replace("Rayuela", "&a11;"), full('<x a="&a11;"/>')):
        with pytest.raises(Refused, match="entities of its own|damaged|cannot be read"):
            entries(f"<!DOCTYPE ONIXMessage [{declared}]>".encode() + message(body), onix)


def test_nothing_outside_is_included() -> None:
    """XInclude and stylesheets are not followed; what is in the file is read."""
    included = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    found = entries(b'<?xml-stylesheet href="http://127.0.0.1:9/"?>' + message(full(included)), onix)
    assert "root:" not in str(found) and isinstance(found[0], BookRecord)


@pytest.mark.parametrize("inner", ["<x>" * 300 + "</x>" * 300, "<x>" * 300_000, f"<x>{'y' * 11_000_000}</x>"])
def test_depth_and_length_are_bounded(inner: str) -> None:
    with pytest.raises(Refused, match="damaged"):
        entries(message(full(inner)), onix)


def endless() -> Iterator[bytes]:
    """A message whose first product never ends."""
    yield b'<ONIXMessage release="3.0"><Product>'
    while True:
        yield b"<Subject><SubjectCode>FBA</SubjectCode></Subject>" * 1_000


def test_a_product_without_end_is_refused() -> None:
    class Stream(io.RawIOBase):
        parts = endless()
        rest = b""
        given = 0

        def read(self, size: int = -1) -> bytes:
            while len(self.rest) < size:
                self.rest += next(self.parts)
            told, self.rest = self.rest[:size], self.rest[size:]
            Stream.given += len(told)
            return told

    with pytest.raises(Refused, match="more than 16 MB"):
        list(onix.read(Stream()))
    assert Stream.given < 17_000_000


def test_what_stands_before_a_break_is_told_and_then_the_break() -> None:
    """Whole records come first: nothing is guessed of the one that is cut."""
    whole = message(full(), full(kind="05"), full())
    cut = whole[: whole.rindex(b"<TitleDetail>")]
    stream = onix.read(io.BytesIO(cut))
    assert [type(next(stream)) for _ in range(2)] == [BookRecord, BookRecord]
    with pytest.raises(Refused, match="damaged"):
        next(stream)


@pytest.mark.parametrize("name", ["sinli_libros", "titelive"])
def test_a_line_without_end_is_cut(name: str) -> None:
    start = GOOD[name].rindex(b"\r\n", 0, -2) + 2
    assert fate(name, GOOD[name][:start] + b"9" * 3_000_000) == fate(name, GOOD[name][:start]) + 1


@pytest.mark.parametrize("text", ["<div>" * 16_000, "&amp;" * 30_000, "<" * 200_000, "<!--" * 30_000, "x " * 200_000])
def test_plain_text_is_bounded(text: str) -> None:
    assert len(plain_text(text)) <= LONGEST


READ = """
from tests.bench.figures import peak_mebibytes
from tests.bench.onix import read_all
read_all(20)
before = peak_mebibytes()
books, size = read_all(8_000)
print(books, size, peak_mebibytes() - before)
"""


def test_a_large_message_takes_no_more_memory_than_a_small_one() -> None:
    """36 MB here; the bench does the same with 1 GB."""
    done = subprocess.run([sys.executable, "-c", READ], cwd=ROOT, capture_output=True, text=True, check=True)
    books, size, grown = done.stdout.split()
    assert (int(books), int(size) > 30_000_000) == (8_000, True)
    assert float(grown) < 16
