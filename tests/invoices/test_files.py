"""The write-once store, the month's ZIP and the cleaned logo."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from PIL import Image

from invoices.logo import MOST_BYTES, MOST_PIXELS, clean_logo
from invoices.pack import file_name, make_pack
from invoices.store import Damaged, Store, digest_of
from trade.base.errors import Refused


def test_bytes_come_back_and_lie_once(tmp_path):
    store = Store(tmp_path / "files")
    digest = store.put(b"invoice")
    assert store.put(b"invoice") == digest == digest_of(b"invoice")
    assert store.get(digest) == b"invoice"
    assert [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()] == [digest]
    assert not store.path(digest).stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IRWXO)


def test_changed_bytes_are_noticed(tmp_path):
    store = Store(tmp_path)
    digest = store.put(b"invoice")
    os.chmod(store.path(digest), 0o640)
    store.path(digest).write_bytes(b"Invoice")
    with pytest.raises(Damaged):
        store.get(digest)
    with pytest.raises(Damaged):
        store.put(b"invoice")


def test_absent_bytes_are_noticed(tmp_path):
    with pytest.raises(FileNotFoundError):
        Store(tmp_path).get(digest_of(b"never stored"))


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "/" + "a" * 63])
def test_a_name_is_a_digest_and_nothing_else(tmp_path, name):
    with pytest.raises(ValueError, match="SHA-256"):
        Store(tmp_path).get(name)


def test_the_pack_is_the_same_every_time():
    made_at = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
    files = {"invoices/b.pdf": b"2", "invoices/a.pdf": b"1", "totals.csv": b"3"}
    pack = make_pack(files, made_at=made_at)
    assert pack == make_pack(dict(reversed(files.items())), made_at=made_at)
    with ZipFile(BytesIO(pack)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(files)
        assert {name: archive.read(name) for name in files} == files


@pytest.mark.parametrize(
    ("text", "name"),
    [("Librería Ñandú", "Libreria-Nandu"), ("../../x", "x"), ("", "x"), ("a" * 99, "a" * 60), ("Œuvre 12", "uvre-12")],
)
def test_file_names(text, name):
    assert file_name(text) == name


def picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (40, 10)) -> bytes:
    output = BytesIO()
    Image.new(mode, size, None).save(output, kind)
    return output.getvalue()


@pytest.mark.parametrize("data", [picture("PNG"), picture("PNG", "RGBA"), picture("JPEG"), picture("JPEG", "CMYK")])
def test_pictures_are_drawn_anew_as_png(data):
    logo = clean_logo(data)
    assert logo.name == "logo.png"
    with Image.open(BytesIO(logo.content)) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (40, 10))


def test_large_pictures_are_made_smaller():
    with Image.open(BytesIO(clean_logo(picture("PNG", size=(4000, 1000))).content)) as image:
        assert image.size == (MOST_PIXELS, 400)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        picture("GIF"),
        picture("PNG")[:20],
        b"<html></html>",
        b"<svg>",
        b"<svg/>",
        b"%PDF-1.7",
        b"\x00" * 9,
    ],
)
def test_other_files_are_refused(data):
    with pytest.raises(Refused, match="PNG, JPEG or SVG"):
        clean_logo(data)


def test_a_file_too_large_is_refused():
    with pytest.raises(Refused, match="512 KiB"):
        clean_logo(b"\x89PNG" + b"0" * MOST_BYTES)


SVG = b"""<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9" onload="alert(1)">
<style>@import url(http://127.0.0.1/x);</style><script>alert(1)</script>
<image href="file:///etc/passwd"/><use xlink:href="http://127.0.0.1/x#y"/><foreignObject><p>hi</p></foreignObject>
<linearGradient id="g"><stop offset="0" stop-color="#1f4d3a"/></linearGradient>
<path d="M0 0h9v9z" fill="url(#g)" stroke="url(http://127.0.0.1/x)" style="fill:url(file:///x)"/>
<text x="1">Mostrador &x;<tspan>!</tspan> tail</text></svg>"""


def test_an_svg_keeps_its_drawing_only():
    content = clean_logo(SVG).content
    for word in (b"script", b"style", b"image", b"use", b"foreignObject", b"onload", b"127.0.0.1", b"passwd", b"root:"):
        assert word not in content
    for word in (b'fill="url(#g)"', b"linearGradient", b"M0 0h9v9z", b"Mostrador", b"tail"):
        assert word in content
