"""The index follows the database: nothing is lost by rollbacks, kills, deletions, other writers or other copies."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import delete, func, select, update

from config.settings import ROOT
from tests.cast import NOW
from tests.conftest import House
from trade.base.tenancy import NoScope
from trade.catalogue.engines import Ask, Word, engine_of, keeping, note_changed
from trade.catalogue.engines.folder import Busy, IndexFolder, IndexReader
from trade.catalogue.engines.keeping import catch_up, rebuild, seen
from trade.catalogue.models import Book, SearchChange, SearchCopy
from trade.catalogue.queries import search, suggest

SOLEDAD, JUNCO = 9788437604947, 9788417860790


@pytest.fixture
def reader(house: House) -> IndexReader:
    """A reader as web processes have it: it keeps nothing up to date."""
    made = IndexReader(IndexFolder(house.folder / "search"))
    assert catch_up(made, house.session, at=NOW) == 3
    return made


def rename(house: House, isbn: int, title: str, *, noted: bool = True) -> None:
    with house.session() as session:
        session.execute(update(Book).where(Book.isbn == isbn).values(title=title))
        if noted:
            note_changed(session, isbns=[isbn])


def holds(reader: IndexReader, word: str) -> int:
    return reader.opened(now=True).count(Ask((Word(word),)))


def waiting(house: House) -> int:
    with house.session() as session:
        return session.scalar(select(func.count()).select_from(SearchChange)) or 0


def test_a_change_is_read_again_once(house: House, reader: IndexReader) -> None:
    rename(house, SOLEDAD, "Xyzzy")
    assert (holds(reader, "xyzzy"), waiting(house)) == (0, 1)
    assert catch_up(reader, house.session, at=NOW) == 1
    assert (holds(reader, "xyzzy"), holds(reader, "soledad"), waiting(house)) == (1, 0, 0)
    assert catch_up(reader, house.session, at=NOW) == 0


def test_a_change_that_nobody_noted_is_not_seen(house: House, reader: IndexReader) -> None:
    """The negative control: it is the note that brings a change in."""
    rename(house, SOLEDAD, "Xyzzy", noted=False)
    assert catch_up(reader, house.session, at=NOW) == 0
    assert holds(reader, "xyzzy") == 0


def test_what_is_rolled_back_is_not_noted(house: House, reader: IndexReader) -> None:
    with pytest.raises(RuntimeError), house.session() as session:
        note_changed(session, isbns=[SOLEDAD])
        raise RuntimeError
    assert waiting(house) == 0


def test_only_staff_and_system_note(house: House) -> None:
    with house.session(house.cast.reader()) as session, pytest.raises(NoScope):
        note_changed(session, isbns=[SOLEDAD])
        session.flush()


def test_every_copy_gets_every_change(house: House, reader: IndexReader) -> None:
    other = IndexReader(IndexFolder(house.folder / "other"))
    catch_up(other, house.session, at=NOW)
    rename(house, SOLEDAD, "Xyzzy")
    assert waiting(house) == 2
    for number, copy in enumerate((reader, other), 1):
        catch_up(copy, house.session, at=NOW)
        assert (holds(copy, "xyzzy"), waiting(house)) == (1, 2 - number)


def test_where_no_copy_is_nothing_waits(house: House) -> None:
    rename(house, SOLEDAD, "Xyzzy")
    assert waiting(house) == 0


def test_a_deleted_folder_is_built_anew(house: House, reader: IndexReader) -> None:
    shutil.rmtree(reader.folder.path)
    assert (holds(reader, "soledad"), reader.ready) == (0, False)
    assert catch_up(reader, house.session, at=NOW) == 3
    assert (holds(reader, "soledad"), reader.ready) == (1, True)


def test_an_index_that_the_database_does_not_know_is_built_anew(house: House, reader: IndexReader) -> None:
    """A backup was restored, or the copy was struck off: what waited for it is not known any more."""
    with house.session() as session:
        session.execute(delete(SearchCopy))
    rename(house, SOLEDAD, "Xyzzy")
    assert catch_up(reader, house.session, at=NOW) == 3
    assert holds(reader, "xyzzy") == 1


def test_an_index_of_another_version_is_built_anew(
    house: House, reader: IndexReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trade.catalogue.engines.folder.VERSION", "next")
    assert reader.folder.current() is None
    assert catch_up(reader, house.session, at=NOW) == 3


def test_broken_files_are_replaced_by_a_new_index(house: House, reader: IndexReader) -> None:
    """The next change is not written into nothing."""
    generation = reader.folder.current()
    assert generation is not None
    (generation.path / "meta.json").write_text("{", encoding="utf-8")
    assert reader.folder.opened() is None
    rename(house, SOLEDAD, "Xyzzy")
    assert catch_up(reader, house.session, at=NOW) == 3
    assert (holds(reader, "xyzzy"), waiting(house)) == (1, 0)


def test_a_build_that_breaks_off_leaves_the_old_index_in_force(
    house: House, reader: IndexReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = reader.folder.current()

    def breaks(*_: object) -> Iterator[list[object]]:
        yield []
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "_every_book", breaks)
        with pytest.raises(RuntimeError):
            rebuild(reader, house.session, at=NOW)
    assert reader.folder.current() == before
    assert holds(reader, "soledad") == 1
    rename(house, SOLEDAD, "Xyzzy")
    assert catch_up(reader, house.session, at=NOW) == 3, "its registration was taken over: built anew"
    assert holds(reader, "xyzzy") == 1
    folders = [path.name for path in reader.folder.path.iterdir() if path.name.isdigit()]
    assert len(folders) == 2, "the one in force and the one before"


def test_a_change_while_the_index_is_built_is_not_lost(
    house: House, reader: IndexReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_book = keeping._every_book

    def with_a_change_after_reading(sessions: keeping.Sessions) -> Iterator[object]:
        yield from every_book(sessions)
        rename(house, SOLEDAD, "Xyzzy")

    monkeypatch.setattr(keeping, "_every_book", with_a_change_after_reading)
    rebuild(reader, house.session, at=NOW)
    assert holds(reader, "xyzzy") == 0
    catch_up(reader, house.session, at=NOW)
    assert holds(reader, "xyzzy") == 1


def test_registering_waits_for_open_notes_and_keeps_nobody_waiting(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PAUSES", 0.2)
    reader = IndexReader(IndexFolder(house.folder / "search"))
    with house.session() as session:
        session.execute(update(Book).where(Book.isbn == SOLEDAD).values(title="Xyzzy"))
        note_changed(session, isbns=[SOLEDAD])
        with pytest.raises(Busy):
            catch_up(reader, house.session, at=NOW)
        with house.session() as other:
            note_changed(other, isbns=[JUNCO])
    catch_up(reader, house.session, at=NOW)
    assert holds(reader, "xyzzy") == 1


def test_index_committed_but_notes_not_deleted_is_harmless(
    house: House, reader: IndexReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename(house, SOLEDAD, "Xyzzy")

    def killed(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "delete", killed)
        with pytest.raises(RuntimeError):
            catch_up(reader, house.session, at=NOW)
    assert waiting(house) == 1
    assert catch_up(reader, house.session, at=NOW) == 1
    assert (holds(reader, "xyzzy"), waiting(house)) == (1, 0)


def test_one_writes_at_a_time(house: House, reader: IndexReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "PATIENCE", 0.1)
    rename(house, SOLEDAD, "Xyzzy")
    with reader.folder.locked(seconds=0), pytest.raises(Busy):
        catch_up(reader, house.session, at=NOW)
    monkeypatch.setattr(keeping, "PATIENCE", 20)
    readers = [IndexReader(IndexFolder(reader.folder.path)) for _ in range(3)]
    threads = [Thread(target=catch_up, args=(each, house.session), kwargs={"at": NOW}) for each in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (holds(reader, "xyzzy"), waiting(house)) == (1, 0)


def test_copies_that_are_not_seen_are_struck_off(house: House, reader: IndexReader) -> None:
    other = IndexReader(IndexFolder(house.folder / "other"))
    catch_up(other, house.session, at=NOW)
    rename(house, SOLEDAD, "Xyzzy")
    with house.session() as session:
        seen(session, reader.folder, at=NOW + timedelta(days=7))
        assert len(session.scalars(select(SearchCopy.id)).all()) == 2
        seen(session, reader.folder, at=NOW + timedelta(days=8))
        assert [copy.name for copy in session.scalars(select(SearchCopy))] == [reader.folder.name]
    assert waiting(house) == 1


def test_a_web_process_sees_a_change_within_a_second(house: House, reader: IndexReader) -> None:
    web = IndexReader(IndexFolder(reader.folder.path))
    assert web.engine().count(Ask((Word("xyzzy"),))) == 0
    rename(house, SOLEDAD, "Xyzzy")
    catch_up(reader, house.session, at=NOW)
    deadline = time.monotonic() + 1.0
    while not web.engine().count(Ask((Word("xyzzy"),))):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    rebuild(reader, house.session, at=NOW)
    rename(house, SOLEDAD, "Plugh")
    catch_up(reader, house.session, at=NOW)
    deadline = time.monotonic() + 1.0
    while not web.engine().count(Ask((Word("plugh"),))):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_session_without_an_index_says_so(house: House) -> None:
    with house.session() as session:
        session.info["search"] = None
        with pytest.raises(NoScope, match="No search"):
            engine_of(session)


def test_typeahead_learns_new_names(house: House) -> None:
    with house.session() as session:
        assert [found.text for found in suggest(session, typed="vallej")] == ["Irene Vallejo"]
        assert [(found.text, found.isbn) for found in suggest(session, typed="el infi")] == [
            ("El infinito en un junco", JUNCO)
        ]
    rename(house, JUNCO, "Manifiesto por la lectura")
    with house.session() as session:
        assert suggest(session, typed="el infi") == []
        assert [found.text for found in suggest(session, typed="manif")] == ["Manifiesto por la lectura"]


@pytest.mark.kill
def test_the_index_process_may_be_killed_at_any_moment(house: House) -> None:
    """Books change one by one while the process is killed again and again: in the end every change is found."""
    environ = {
        "PYTHONPATH": str(ROOT),
        "MOSTRADOR_HOME": str(house.folder),
        "MOSTRADOR_NETWORK": house.network,
        "DATABASE_URL": house.url,
        "REDIS_URL": house.redis_url,
        "PATH": "/usr/bin:/bin",
    }
    folder = IndexFolder(house.config().search_dir)
    words = []
    for turn in range(4):
        process = subprocess.Popen([sys.executable, "-m", "jobs.indexer"], cwd=ROOT, env=environ)
        try:
            deadline = time.monotonic() + 30
            while folder.current() is None and turn:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            for number in range(6):
                words.append(f"killed{turn}x{number}")
                rename(house, SOLEDAD if number % 2 else JUNCO, f"Libro {words[-1]}")
                time.sleep(0.03)
            if turn == 3:
                while waiting(house) or folder.current() is None:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
                time.sleep(0.2)
        finally:
            process.kill()
            process.wait()
    reader = IndexReader(folder)
    assert [holds(reader, word) for word in words[-2:]] == [1, 1]
    assert [holds(reader, word) for word in words[:-2]] == [0] * (len(words) - 2)
    assert folder.alive_at() is not None


def test_the_folder_of_a_fresh_machine_is_empty(tmp_path: Path) -> None:
    reader = IndexReader(IndexFolder(tmp_path / "none"))
    assert (reader.ready, reader.folder.alive_at(), reader.folder.current()) == (False, None, None)
    assert reader.engine().count(Ask((Word("x"),))) == 0


def test_a_house_finds_by_number_before_there_is_an_index(house: House) -> None:
    with house.session() as session:
        session.info["search"] = IndexReader(IndexFolder(house.folder / "none"))
        assert [book.isbn for book in search(session, words="978-84-376-0494-7").books] == [SOLEDAD]
