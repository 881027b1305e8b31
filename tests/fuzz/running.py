"""What every fuzz of a parser shares: how files are damaged, what is demanded of a parser, how much memory it may take.

A module of this folder that names ``PARSERS`` takes part. A parser gets bytes and either reads them or raises
Refused; whatever else it raises is a finding, and so is an ``AssertionError`` of its own checks.
"""

from __future__ import annotations

import random
import re
import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from trade.base.errors import Refused

MEBIBYTE = 1 << 20
MEMORY = 256 * MEBIBYTE
# Hypothesis costs some fifty times what a fast parser does, and keeps every file of a round: it builds a small share,
# in short rounds. Our own dice throw the same shapes for the rest.
ROUND = 500
BY_HYPOTHESIS = 10
TOKENS = (
    *(b"\x00", b"\r", b"\n", b"\r\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1a", b'"', b";", b"|", b",", b"\t", b"-", b"+"),
    *("١٢٣".encode(), "１".encode(), "é".encode("cp1252"), "📚".encode(), b"9" * 40, b"-1", b"1e9", b"NaN", b"=1+1"),
    *(b"PK\x03\x04", b"\x1f\x8b", b"<!DOCTYPE", b"978978", b"9790", b"977", b"\\D1", b"{", b"}", b"[", b"]", b"null"),
)
ENDINGS = (b"\r\n", b"\n", b"\r")
SCRIPTS = (0x80, 0x80, 0x100, 0x3000, 0x11_0000)


@dataclass(frozen=True)
class Parser:
    """A parser under fire. ``seeds`` are good files, ``lines`` what hypothesis builds files of, behind ``start``.

    ``read`` reads one file and checks what it read. ``damage`` damages a seed where plain bytes would not get far.
    ``cost``: a slow parser gets only every so many-th file of the short run.
    """

    name: str
    read: Callable[[bytes], Any]
    seeds: tuple[bytes, ...]
    start: bytes = b""
    lines: tuple[bytes, ...] = ()
    damage: Callable[[bytes, random.Random], bytes] = field(default=lambda data, chance: damaged(data, chance))
    cost: int = 1


def parsers() -> list[Parser]:
    """The parsers of all modules of this folder."""
    folder = Path(__file__).parent
    names = sorted(info.name for info in iter_modules([str(folder)]) if not info.name.startswith("test_"))
    modules = [import_module(f"tests.fuzz.{name}") for name in names if name not in {"running", "main"}]
    return [parser for module in modules for parser in module.PARSERS]


def damaged(data: bytes, chance: random.Random) -> bytes:
    """A copy with one to eight accidents: bits, cuts, repeated and swapped pieces, things that mean something."""
    kept = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(kept) + 1)
        accident = chance.randrange(7)
        if accident == 0 and kept:
            kept[place % len(kept)] ^= 1 << chance.randrange(8)
        elif accident == 1:
            kept[place:place] = chance.choice(TOKENS)
        elif accident == 2:
            del kept[place : place + chance.randint(1, 40)]
        elif accident == 3:
            kept[place:place] = kept[place : place + chance.randint(1, 200)]
        elif accident == 4:
            del kept[place:]
        elif accident == 5 and kept:
            kept[place % len(kept)] = chance.randrange(256)
        else:
            kept[place : place + 3] = chance.randbytes(chance.randint(0, 12))
    return bytes(kept)


def tried(parser: Parser, data: bytes) -> bool:
    """Whether the parser read the file; False where it refused it. Raises Finding for anything else."""
    try:
        parser.read(data)
    except Refused as refused:
        if not str(refused.text):
            raise Finding(parser, data, "a refusal without words") from refused
        if not keepable(str(refused.text)):
            raise Finding(parser, data, "a refusal that the database does not keep") from refused
        return False
    except Exception as error:
        raise Finding(parser, data, repr(error)) from error
    return True


_UNKEPT = re.compile(r"(?<!\\)(?:\\\\)*\\(?:x00|ud[89a-f])")


def keepable(thing: object) -> bool:
    """Whether PostgreSQL takes its texts, told by how it is represented: no NUL, and no half of a surrogate pair."""
    return not _UNKEPT.search(repr(thing))


class Finding(Exception):
    """A file that a parser neither read rightly nor refused."""

    def __init__(self, parser: Parser, data: bytes, what: str) -> None:
        self.parser, self.data = parser.name, data
        super().__init__(f"{parser.name}: {what}: {data[:300]!r}")


def throw(parser: Parser, *, runs: int, seed: int) -> Iterator[bool]:
    """Half of the files are damaged seeds, half are built of lines, a tenth of these by hypothesis. Raises Finding."""
    chance = random.Random(f"{parser.name}:{seed}")
    built = runs // 2 if parser.lines else 0
    for _ in range(runs - built):
        yield tried(parser, parser.damage(chance.choice(parser.seeds), chance))
    for _ in range(built - built // BY_HYPOTHESIS):
        yield tried(parser, parser.start + _file(parser.lines, chance))
    for begun in range(0, built // BY_HYPOTHESIS, ROUND):
        size = min(ROUND, built // BY_HYPOTHESIS - begun)
        yield from _by_hypothesis(parser, size, seed=chance.getrandbits(64))


def _file(lines: tuple[bytes, ...], chance: random.Random) -> bytes:
    """Good lines, bent lines and noise."""
    makers: tuple[Callable[[], bytes], ...] = (
        lambda: chance.choice(lines),
        lambda: _bent((chance.choice(lines), chance.randint(0, 60), _noise(chance))),
        lambda: _noise(chance),
    )
    return chance.choice(ENDINGS).join(chance.choice(makers)() for _ in range(chance.randint(0, 8)))


def _noise(chance: random.Random) -> bytes:
    """Bytes, text of any script, or a few things that mean something."""
    kind = chance.randrange(3)
    if kind == 0:
        return chance.randbytes(chance.randint(0, 60))
    if kind == 1:
        letters = "".join(chr(chance.randrange(chance.choice(SCRIPTS))) for _ in range(chance.randint(0, 40)))
        return letters.encode("utf-8", "replace")
    return b"".join(chance.choice(TOKENS) for _ in range(chance.randint(0, 4)))


def _by_hypothesis(parser: Parser, runs: int, *, seed: int) -> list[bool]:
    """One round of such files, which hypothesis makes as small as they fail."""
    noise = st.binary(max_size=60) | st.text(max_size=40).map(str.encode)
    bent = st.tuples(st.sampled_from(parser.lines), st.integers(0, 60), noise).map(_bent)
    line = st.sampled_from(parser.lines) | bent | noise
    files = st.tuples(st.lists(line, max_size=8), st.sampled_from(ENDINGS))
    outcomes: list[bool] = []

    @seeded(seed)
    @settings(
        max_examples=runs,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(files)
    def build(file: tuple[list[bytes], bytes]) -> None:
        lines, ending = file
        outcomes.append(tried(parser, parser.start + ending.join(lines)))

    build()
    return outcomes


def _bent(parts: tuple[bytes, int, bytes]) -> bytes:
    line, place, noise = parts
    place %= len(line) + 1
    return line[:place] + noise + line[place + len(noise) :]


def bound_memory() -> None:
    """Let this process hold no more data than MEMORY; asking for more raises MemoryError."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, resource.RLIM_INFINITY))
