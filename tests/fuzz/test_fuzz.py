"""Every parser survives a thousand damaged and generated files in 256 MiB (bin/fuzz throws 100,000)."""

from __future__ import annotations

import gzip
import io
import os
import random
import re
import subprocess
import sys
import zipfile
from importlib import import_module

import pytest

from config.settings import ROOT
from tests.fuzz.running import MEBIBYTE, MEMORY, Finding, Parser, damaged, keepable, parsers, throw, tried
from tests.fuzz.stock import by_line, lines_behind
from trade.base.errors import Refused
from trade.base.raw_text import BOUNDS, decode
from trade.base.spreadsheet import rows_of
from trade.stock import readers
from trade.stock.arrival import unpack
from trade.stock.formats import model_csv
from trade.stock.rules import Header, Reading, reading_of


@pytest.mark.seed("F06")
@pytest.mark.parametrize("room", ["stock", "catalogue"])
def test_a_thousand_files_for_every_parser_in_a_process_of_little_memory(room: str) -> None:
    names = [parser.name for parser in import_module(f"tests.fuzz.{room}").PARSERS]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-P", "-m", "tests.fuzz.main", *names, "--short", "--seed", "1"]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    assert len(told.stdout.splitlines()) == len(names)
    peaks = [int(peak) for peak in re.findall(r"peak (\d+) MiB", told.stdout)]
    assert len(peaks) == len(names)
    assert 0 < max(peaks) < MEMORY // MEBIBYTE // 2, told.stdout


def test_what_the_database_does_not_keep_is_seen() -> None:
    assert not keepable("a\x00b") and not keepable(("x", ["\\\x00"])) and not keepable("\ud800")
    assert keepable("a\\x00b é📚 \\ud800 \x01")


def test_every_stock_format_is_under_fire() -> None:
    names = {parser.name.partition("_")[0] for parser in parsers()}
    assert {name.partition("_")[0] for name in readers.FORMATS} <= names


def test_a_parser_that_fails_or_swallows_a_line_is_found() -> None:
    def fails(data: bytes) -> None:
        if b"\x00" in data:
            raise IndexError("past the end")

    with pytest.raises(Finding, match="past the end"):
        list(throw(Parser("fails", fails, (b"abc",)), runs=1_000, seed=1))

    def swallows(data: bytes) -> Reading:
        return reading_of(Header(), [])

    with pytest.raises(Finding, match="swallowed"):
        tried(Parser("swallows", lambda data: by_line(swallows, lambda d: lines_behind(0, d), data), ()), b"a\nb\n")


def test_damage_is_the_same_for_the_same_seed_and_never_none() -> None:
    same = [damaged(b"0123456789" * 9, random.Random(7)) for _ in range(2)]
    assert same[0] == same[1]
    assert any(damaged(b"0123456789", random.Random(n)) != b"0123456789" for n in range(9))


# --- bombs ---


def bomb(*names: str, size: int = 60 * MEBIBYTE) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"0" * size)
    return kept.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(gzip.compress(b"0" * 60 * MEBIBYTE), id="gzip"),
        pytest.param(bomb("stock.csv"), id="zip"),
        pytest.param(gzip.compress(gzip.compress(b"0" * MEBIBYTE)), id="one in another"),
        pytest.param(gzip.compress(b"isbn;quantity\n")[:-5], id="cut gzip"),
    ],
)
def test_bombs_and_cut_archives_are_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        unpack(data, "stock")


def test_a_spreadsheet_that_is_a_bomb_is_refused_before_it_is_read() -> None:
    with pytest.raises(Refused, match="too large"):
        list(rows_of(bomb("xl/workbook.xml", "xl/sharedStrings.xml")))
    entities = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(model_csv.spreadsheet("en"))) as old, zipfile.ZipFile(entities, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            declared = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>' if name.startswith("xl/worksheets") else b""
            new.writestr(name, declared + content)
    with pytest.raises(Refused, match="declarations"):
        list(rows_of(entities.getvalue()))


def test_a_file_above_the_bound_is_refused_unread() -> None:
    with pytest.raises(Refused, match="MB"):
        decode(bytes(BOUNDS.size + 1))
