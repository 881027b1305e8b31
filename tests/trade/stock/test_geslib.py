"""Geslib's INTER files: one INITIAL, then changes in the order of their numbers, told by Geslib's own articles."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import House
from tests.trade.stock.test_feed import NOW, stock
from trade.base.errors import Refused
from trade.stock import actions, queries
from trade.stock.formats import geslib
from trade.stock.rules import Memory, Reading, Rejected
from trade.stock.sheet import Line

SOLITUDE, CUSTOM, STRANGER = 9788437604947, 9788417860790, 9782070368228


def gp4(article: int, ean: int | str, stock: int | str = 1, price: str = "10,00", action: str = "A") -> str:
    cells = [""] * 62
    cells[:8] = ["GP4", action, str(article), "TÍTULO", "AUTOR", "1", "", str(ean)]
    cells[16], cells[29], cells[30] = str(stock), price, "L0"
    return "|".join(cells)


def file(*lines: str, encoding: str = "latin-1") -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode(encoding)


INITIAL = file("I|", "AUT|A|1|GARCÍA|", gp4(1, SOLITUDE, 2, "14,95"), "B|1|3|", gp4(2, CUSTOM, 1, "24,95"), "B|2|0|")


def changed(*lines: str, number: int = 1, before: Memory | None = None) -> Reading:
    memory = before or geslib.read(INITIAL).memory
    assert memory is not None
    return geslib.read(file(*lines), name=f"INTER{number:05d}.TXT", before=memory)


def titles(reading: Reading) -> dict[int, tuple[int, int | None]]:
    """Copies and price by ISBN; lines of one ISBN add up."""
    found: dict[int, tuple[int, int | None]] = {}
    for entry in reading.entries:
        if isinstance(entry, Line):
            copies, price = found.get(entry.isbn, (0, None))
            found[entry.isbn] = (copies + entry.quantity, entry.price or price)
    return found


def reasons(reading: Reading) -> list[tuple[int, str]]:
    return [(entry.number, str(entry.reason)) for entry in reading.entries if isinstance(entry, Rejected)]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig"])
def test_an_initial_file_is_the_whole_inventory_and_b_wins_over_the_article(encoding: str) -> None:
    reading = geslib.read(INITIAL.decode("latin-1").encode(encoding))
    assert reading.header.whole
    assert titles(reading) == {SOLITUDE: (3, 1495), CUSTOM: (0, 2495)}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["B|2|5"], {CUSTOM: (5, 2495)}),
        (["B|2|-1"], {CUSTOM: (0, 2495)}),
        ([gp4(2, CUSTOM, 4, "25,50", "M")], {CUSTOM: (4, 2550)}),
        ([gp4(2, CUSTOM, 4, "25,50", "M"), "B|2|7"], {CUSTOM: (7, 2550)}),
        (["GP4|B|1"], {SOLITUDE: (0, None)}),
        ([gp4(3, STRANGER, 2, "7,00")], {STRANGER: (2, 700)}),
        ([gp4(1, STRANGER, 1, "7,00", "M")], {STRANGER: (1, 700), SOLITUDE: (0, None)}),
        (["B2|1|2|3", "B2|2|2|4"], {CUSTOM: (7, 2495)}),
        (["B|2|9", "B2|1|2|3"], {CUSTOM: (9, 2495)}),
        ([gp4(4, SOLITUDE, 2, "14,95")], {SOLITUDE: (5, 1495)}),
        (["GP4|B|1", gp4(1, SOLITUDE, 8, "14,95")], {SOLITUDE: (8, 1495)}),
        (["AUT|A|9|X|", "BIC|1|X|Y|"], {}),
    ],
)
def test_changes_name_only_what_moved(lines: list[str], expected: dict[int, tuple[int, int | None]]) -> None:
    reading = changed(*lines)
    assert reading.header.whole is False
    assert titles(reading) == expected
    assert reasons(reading) == []


def test_two_articles_of_one_isbn_always_add_up() -> None:
    both = changed(gp4(4, SOLITUDE, 2, "14,95"))
    fewer = changed("B|4|1", number=2, before=both.memory)
    assert titles(fewer) == {SOLITUDE: (4, 1495)}
    assert titles(changed("GP4|B|4", number=3, before=fewer.memory)) == {SOLITUDE: (3, None)}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("B|99|1", "No file has described article 99 yet: export an INITIAL file."),
        ("B||1", "The number of the article is missing."),
        ("B|1|x", "“x” is no quantity; write a whole number."),
        (gp4(5, 9771135983810), "9771135983810 is the barcode of a magazine, not of a book."),
        (gp4(5, ""), "The ISBN is missing."),
        (gp4(5, SOLITUDE, 1, "14.95"), "“14.95” is no price with the decimal mark “,”."),
        (gp4(5, SOLITUDE, "1,5"), "“1,5” is no quantity; write a whole number."),
        ("GP4|X|1", "“X” is no action; A, M and B are."),
        ("nonsense", "The line begins with no code of a record."),
    ],
)
def test_f06_a_bad_line_is_refused_with_its_number_and_reason(line: str, reason: str) -> None:
    reading = changed("B|2|5", line, "B|1|1")
    assert reasons(reading) == [(2, reason)]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("INTER00007.TXT", "This is file 7 and file 7 was already read: an older one would undo it."),
        ("inter3", "This is file 3 and file 7 was already read: an older one would undo it."),
        ("INTER9.zip", "File 8 comes before file 9: send it first, then this one again."),
        ("stock.txt", "Keep the name that Geslib gave the file (INTER and its number): the order matters."),
        ("INTER_0008", None),
    ],
)
def test_files_are_read_strictly_in_their_order(name: str, reason: str | None) -> None:
    memory = geslib.read(INITIAL, name="INTER00007").memory
    if reason is None:
        assert geslib.read(file("B|1|1"), name=name, before=memory).memory is not None
        return
    with pytest.raises(Refused) as refused:
        geslib.read(file("B|1|1"), name=name, before=memory)
    assert str(refused.value) == reason


def test_changes_without_an_initial_file_and_other_files_are_refused() -> None:
    with pytest.raises(Refused, match="INITIAL"):
        geslib.read(file("B|1|1"), name="INTER1")
    for other in (b"isbn;quantity\r\n", b"EXTRACTION STOCK DU 22/11/2026\r\n", b""):
        with pytest.raises(Refused):
            geslib.read(other)


def test_the_real_lines_read(real_data: Path) -> None:
    folder = real_data / "trade" / "geslib"
    memory = geslib.read((folder / "INTER_INITIAL_derivado.txt").read_bytes()).memory
    reading = geslib.read((folder / "INTER_lineas_reales.txt").read_bytes(), name="INTER1", before=memory)
    read = titles(reading)
    assert (read[9788494695285], read[9788481314274]) == ((1, 2200), (1, 1496))
    assert [line for line, _ in reasons(reading)] == [18, 20], "stock of articles that no file described"


def send(house: House, data: bytes, name: str, hours: int) -> tuple[int, str]:
    at = NOW + timedelta(hours=hours)
    with house.session(house.cast.bookshop("alba")) as session:
        run_id = actions.receive_file(
            session,
            bookshop_id=house.cast.alba,
            format="geslib",
            data=data,
            name=name,
            origin="folder",
            at=at,
            store=house.store,
        ).id
    with house.session(house.cast.bookshop("alba")) as session:
        return run_id, actions.process(session, run_id=run_id, at=at, store=house.store).state


@pytest.mark.seed("F05")
def test_a_week_of_files_makes_the_stock(house: House) -> None:
    def copies() -> dict[int, int]:
        return {isbn: row[0] for isbn, row in stock(house).items() if row[0]}

    assert send(house, INITIAL, "INTER00001", 0)[1] == "applied"
    assert copies() == {SOLITUDE: 3}
    assert send(house, file("B|2|4"), "INTER00002", 1)[1] == "applied"
    assert copies() == {SOLITUDE: 3, CUSTOM: 4}, "what the file did not name did not move"
    assert send(house, file("B|2|4"), "INTER00002", 2)[1] == "unchanged", "the same file again changes nothing"
    late, state = send(house, file("B|1|1"), "INTER00004", 3)
    assert state == "refused"
    with house.session() as session:
        assert queries.run(session, run_id=late).error["values"] == {"missing": 3, "number": 4}
    assert send(house, file("B|2|4"), "INTER00003", 4)[1] == "unchanged", "the same words under the next number"
    again, state = send(house, file("B|1|1"), "INTER00004", 5)
    with house.session() as session:
        assert (state, queries.run(session, run_id=again).error) == ("applied", {})
    assert send(house, file("B|2|9"), "INTER00002", 6)[1] == "refused"
    assert copies() == {SOLITUDE: 1, CUSTOM: 4}
