"""The command line (issue 2, 1b): JSON as specified, exit statuses, the same actions as the screens."""

from __future__ import annotations

import json
import tracemalloc
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config import logging
from jobs import commands
from jobs.commands import checking
from jobs.context import Context
from tests.cast import NOW
from tests.conftest import House
from tests.trade.catalogue.feeds import campre
from tests.trade.stock.test_feed import ALL, UNKNOWN, csv, head, stock, without_titles
from trade.accounts.models import Person, Role
from trade.base.crypto import password_matches
from trade.base.raw_text import BOUNDS
from trade.stock.models import FeedRun

KEYS = ["read", "accepted", "rejected", "repeated", "isbns", "unknown", "added", "changed", "zeroed", "held"]


@pytest.fixture
def run(context: Context, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command with ``--json``: its exit status and the one object on standard output."""
    logging.configure(level="WARNING")

    def run_it(*argv: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        status = commands.main([*argv, "--json"], context)
        out = capsys.readouterr().out
        assert out.count("\n") == 1, "one JSON object and nothing else"
        return status, json.loads(out)

    return run_it


def write(folder: Path, data: bytes) -> str:
    path = folder / "stock.csv"
    path.write_bytes(data)
    return str(path)


# --- catalogue import ---


@pytest.mark.seed("F01")
def test_a_catalogue_feed_is_read_on_the_command_line(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "prices.txt"
    file.write_bytes(
        campre((9788433920423, 1890, "PANZA DE BURRO"), (9788433920424, 100, "MISTYPED"), (2000100012345, 1, "X"))
    )
    status, first = run("catalogue", "import", str(file))
    assert (status, first["state"], first["format"], first["source"]) == (0, "done", "sinli_campre", "supplier")
    assert [first[name] for name in ("new", "changed", "unchanged", "refused", "non_books")] == [1, 0, 0, 1, 1]
    assert list(first["reasons"].values()) == [1]
    assert [row["place"] for row in first["rejected"]] == [4]
    _, again = run("catalogue", "import", str(file), "--format", "sinli_campre", "--source", "supplier")
    assert [again[name] for name in ("state", "new", "changed", "unchanged")] == ["unchanged", 0, 0, 1]
    status, refused = run("catalogue", "import", write(tmp_path, b"hello"))
    assert status == 1
    assert "no catalogue feed" in refused["error"]
    status, refused = run("catalogue", "import", str(file), "--format", "onix")
    assert (status, refused["state"]) == (1, "refused")


# --- stock import ---


@pytest.mark.seed("F05", "F06")
def test_acceptance_3_on_the_command_line(house: House, run: Any, real_data: Path, tmp_path: Path) -> None:
    data = head(real_data)
    file = write(tmp_path, data)
    status, first = run("stock", "import", file, "--bookshop", "alba", "--format", "cegald")
    assert (status, list(first)) == (0, KEYS)
    assert [line["line"] for line in first["rejected"]] == [37, 333, 466, 497, 783]
    assert all(line["reason"] for line in first["rejected"])
    counts = {name: value for name, value in first.items() if name != "rejected"}
    assert counts == {
        "read": 800,
        "accepted": 795,
        "repeated": 2,
        "isbns": 793,
        "unknown": 793,
        "added": 793,
        "changed": 0,
        "zeroed": 0,
        "held": False,
    }
    before = stock(house)

    status, second = run("stock", "import", file, "--bookshop", "alba", "--format", "cegald")
    assert (status, second) == (0, first | {"added": 0})
    assert stock(house) == before

    removed, less = without_titles(data, 100)
    status, third = run(
        "stock", "import", write(tmp_path, less), "--bookshop", "alba", "--format", "cegald", "--release"
    )
    assert (status, third["zeroed"], third["added"], third["changed"]) == (0, 100, 0, 0)
    assert stock(house) == {isbn: row for isbn, row in before.items() if isbn not in removed}


def test_a_held_file_ends_with_3_and_is_applied_by_release(house: House, run: Any, tmp_path: Path) -> None:
    arguments = ("--bookshop", "alba", "--format", "model_csv")
    run("stock", "import", write(tmp_path, ALL), *arguments)
    less = write(tmp_path, csv((9788437604947, 2, 1495)))
    status, held = run("stock", "import", less, *arguments)
    assert (status, held["held"], held["zeroed"]) == (3, True, 3)
    assert stock(house)[UNKNOWN][0] == 1
    status, released = run("stock", "import", less, *arguments, "--release")
    assert (status, released["held"], released["zeroed"]) == (0, False, 3)
    assert UNKNOWN not in stock(house)


def test_a_dry_run_changes_nothing(house: House, run: Any, tmp_path: Path) -> None:
    arguments = ("--bookshop", "alba", "--format", "model_csv", "--dry-run")
    status, told = run("stock", "import", write(tmp_path, ALL), *arguments)
    assert (status, told["added"], told["unknown"]) == (0, 4, 1)
    assert stock(house) == {}
    with house.session() as session:
        assert session.scalars(select(FeedRun.state)).all() == ["compared"]


def test_more_refused_lines_than_a_page_are_all_told(run: Any, tmp_path: Path) -> None:
    junk = b"".join(b"junk%d;1;1\n" % number for number in range(450))
    arguments = ("--bookshop", "alba", "--format", "model_csv")
    status, told = run("stock", "import", write(tmp_path, ALL + junk), *arguments)
    assert (status, told["read"], len(told["rejected"]), told["held"]) == (3, 454, 450, True)
    assert [line["line"] for line in told["rejected"]] == list(range(6, 456))


@pytest.mark.parametrize(
    ("data", "bookshop", "told"),
    [
        (b"title;author\n", "alba", "must name the columns"),
        (b"", "alba", "empty"),
        (ALL, "nobody", "No bookshop has the short address “nobody”"),
        (None, "alba", "cannot be read"),
    ],
)
def test_what_fails_says_why_and_changes_nothing(
    house: House, run: Any, tmp_path: Path, data: bytes | None, bookshop: str, told: str
) -> None:
    file = write(tmp_path, data) if data is not None else str(tmp_path / "missing")
    status, answer = run("stock", "import", file, "--bookshop", bookshop, "--format", "model_csv")
    assert (status, list(answer)) == (1, ["error"])
    assert told in answer["error"]
    assert stock(house) == {}


def test_a_file_that_is_too_large_is_refused_before_it_is_read(run: Any, tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(BOUNDS.size * 4)
    tracemalloc.start()
    status, answer = run("stock", "import", str(huge), "--bookshop", "alba", "--format", "model_csv")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert status == 1 and "MB are read" in answer["error"]
    assert peak < BOUNDS.size, "it was not brought into memory"


# --- search, bookshops ---


@pytest.mark.seed("F01")
def test_search_tells_where_nearest(run: Any, tmp_path: Path) -> None:
    run("stock", "import", write(tmp_path, ALL), "--bookshop", "boreal", "--format", "model_csv")
    status, found = run("search", "anos soledad garcia", "--near", "40.4168, -3.7038")
    assert status == 0
    assert found == {
        "total": 1,
        "results": [
            {
                "isbn": "9788437604947",
                "title": "Cien años de soledad",
                "bookshops": 1,
                "nearest": {"slug": "boreal", "km": 505.1, "label": "on_shelf"},
            }
        ],
    }
    _, nowhere = run("search", "978-84-376-0494-7")
    assert nowhere["results"][0]["nearest"] == {"slug": "boreal", "km": None, "label": "on_shelf"}
    _, nothing = run("search", "xyzzyx")
    assert nothing == {"total": 0, "results": []}


def test_the_index_is_built_anew_and_the_word_itself_can_be_looked_for(run: Any) -> None:
    status, built = run("search", "rebuild")
    assert (status, built["books"] > 2, "seconds" in built) == (0, True, True)
    assert run("search", "rebuild", "--words")[1] == {"total": 0, "results": []}
    assert run("search", "soledad")[1]["total"] == 1


def test_a_book_of_nobody_has_no_nearest(run: Any) -> None:
    _, found = run("search", "soledad")
    assert (found["results"][0]["bookshops"], found["results"][0]["nearest"]) == (0, None)


def test_an_unknown_place_fails(run: Any) -> None:
    status, answer = run("search", "soledad", "--near", "xqzwv")
    assert (status, answer["error"]) == (
        1,
        "No place is called “xqzwv”. Write a town, a postcode or coordinates.",
    )


def test_bookshops_are_listed_by_slug(run: Any) -> None:
    status, listed = run("bookshops")
    assert (status, listed) == (
        0,
        {
            "bookshops": [
                {"slug": "alba", "name": "Alba", "state": "active"},
                {"slug": "boreal", "name": "Boreal", "state": "active"},
            ]
        },
    )


# --- months ---


def test_an_unfinished_month_is_refused_and_a_month_closes_once(run: Any) -> None:
    status, answer = run("month", "close", "2026-11")
    assert status == 1 and "is not over" in answer["error"]
    status, first = run("month", "close", "2026-10")
    assert (status, first["month"], first["already"], first["invoices"]) == (0, "2026-10", False, 0)
    status, second = run("month", "close", "2026-10")
    assert (status, second["already"]) == (0, True)
    status, answer = run("month", "close", "October")
    assert status == 1 and "for example 2026-10" in answer["error"]


# --- check ---


def test_check_prints_every_invariant_and_fails_if_one_is_broken(house: House, run: Any, tmp_path: Path) -> None:
    run("stock", "import", write(tmp_path, ALL), "--bookshop", "alba", "--format", "model_csv")
    status, found = run("check")
    assert (status, found["holds"]) == (0, True)
    assert {row["room"] for row in found["invariants"]} >= {"billing", "gift_cheques", "stock"}
    assert all(row["broken"] == [] for row in found["invariants"])
    with house.session() as session:
        session.scalars(select(FeedRun)).one().read += 1
    status, found = run("check")
    assert (status, found["holds"]) == (1, False)
    assert [row["sentence"] for row in found["invariants"] if row["broken"]] == [
        "Every line of a stock file was accepted or refused"
    ]


def test_every_room_that_tells_invariants_is_asked() -> None:
    assert {"billing", "gift_cheques", "stock"} <= {room for room, _ in checking.rooms()}


# --- people ---


def test_people_are_created_with_a_role_and_get_passwords(
    house: House, run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    for line, command in (
        ("four plain words here", ("user", "create", "zoe@example.org", "--name", "Zoe", "--role", "administrator")),
        ("other plain words here", ("user", "password", "zoe@example.org")),
    ):
        secret.write_text(f"{line}\n")
        with secret.open() as opened:
            monkeypatch.setattr("sys.stdin", opened)
            status, answer = run(*command)
        assert (status, answer["email"]) == (0, "zoe@example.org")
        with house.session() as session:
            person = session.scalars(select(Person).where(Person.email == "zoe@example.org")).one()
            assert password_matches(person.password_hash, line)
    with house.session() as session:
        assert session.scalars(select(Role.name).where(Role.person_id == person.id)).all() == ["administrator"]


def test_an_unknown_format_is_refused_with_the_known_ones(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "stock.xls"
    file.write_bytes(b"x")
    status, answer = run("stock", "import", str(file), "--bookshop", "alba", "--format", "xls")
    assert status == 1 and "the formats are art_asc, cegald" in answer["error"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--role", "owner"), "give --bookshop with them only"),
        (("--role", "staff", "--bookshop", "alba"), "give --bookshop with them only"),
        (("--role", "clerk", "--bookshop", "nobody"), "No bookshop has the short address"),
    ],
)
def test_a_role_without_its_bookshop_is_refused(run: Any, arguments: tuple[str, ...], told: str) -> None:
    status, answer = run("user", "create", "zoe@example.org", "--name", "Zoe", "--no-password", *arguments)
    assert status == 1 and told in answer["error"]


# --- clock ---


def test_the_clock_is_shown_and_moved(context: Context, run: Any) -> None:
    context.clock.move_to(NOW)
    run("clock", "2026-12-01T09:00")
    assert abs(context.now() - NOW.replace(month=12, day=1, hour=8)) < timedelta(minutes=1), "network time"
    run("clock", "+2d")
    _, shown = run("clock")
    moved = datetime.fromisoformat(shown["now"]) - NOW.replace(month=12, day=3, hour=8)
    assert abs(moved) < timedelta(minutes=1)
    run("clock", "real")
    assert run("clock")[1]["moved_seconds"] == 0
    status, answer = run("clock", "tomorrow")
    assert status == 1 and "is no moment" in answer["error"]


# --- usage ---


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["nothing"],
        ["stock", "import"],
        ["stock", "import", "x", "--bookshop", "alba", "--format", "cegald", "--dry-run", "--release"],
        ["search", "x", "--limit", "0"],
        ["search", "x", "--limit", "101"],
        ["search", "x", "--limit", "many"],
    ],
)
def test_wrong_usage_ends_with_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        commands.parser().parse_args(argv)
    assert ended.value.code == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    "verb",
    [
        ["stock", "import"],
        ["search"],
        ["month", "close"],
        ["demo", "load"],
        ["bookshops"],
        ["stock", "logs"],
        ["check"],
        ["user", "create"],
        ["user", "password"],
        ["clock"],
    ],
)
def test_help_tells_an_example(verb: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        commands.parser().parse_args([*verb, "--help"])
    assert ended.value.code == 0
    assert f"Example: bin/mostrador {' '.join(verb)}" in " ".join(capsys.readouterr().out.split())


def test_text_goes_to_people(context: Context, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = write(tmp_path, ALL + b"junk;1;1\n")
    assert commands.main(["stock", "import", file, "--bookshop", "alba", "--format", "model_csv"], context) == 0
    out = capsys.readouterr().out
    assert "line 6: “junk” is not an ISBN" in out
    assert "applied: read 5, accepted 4, repeated 0" in out
    assert commands.main(["search", "soledad"], context) == 0
    assert "Cien años de soledad  (1 bookshops, alba)" in capsys.readouterr().out
    assert commands.main(["stock", "import", "/none", "--bookshop", "alba", "--format", "model_csv"], context) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and "cannot be read" in captured.err
