"""DILVE and Cegal en Red, asked over real HTTP: what they bring, and every way in which they fail."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from lxml import etree

from tests.doubles import catalogue_services as double
from tests.doubles.starting import Login
from trade.base.errors import Refused
from trade.base.outbound import Unreachable
from trade.catalogue import clients
from trade.catalogue.clients import asked, cegal, dilve
from trade.catalogue.formats import onix
from trade.catalogue.records import Availability, BookRecord, Contributor

SINCE = datetime(2026, 11, 19, 12, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 21, tzinfo=UTC)
ISBN = 9788437604947

FAILURES = ["garbage", "entities", "huge", "half", "busy", "elsewhere"]


def test_every_service_describes_itself() -> None:
    for name, module in clients.clients().items():
        assert (module.NAME, bool(module.TITLE)) == (name, True)
        assert [field.secret for field in module.CREDENTIALS if field.name == "password"] == [True]


# --- DILVE --------------------------------------------------------------------------------------------


def test_changes_are_one_message_of_onix(login: Login) -> None:
    """Asked for 128 at a time, in order, deletions at the end; a book that DILVE does not find is left out."""
    told = b"".join(dilve.changes(login("dilve"), private=True, since=SINCE))
    entries = list(onix.read(BytesIO(told)))
    books = [entry for entry in entries if isinstance(entry, BookRecord)]
    assert len(books) == len(entries) == len(etree.fromstring(told))
    wanted = [number for number in [*double.NEW, *double.CHANGED] if number != double.UNKNOWN]
    assert [(str(book.isbn), book.action) for book in books] == [
        *((number, "full") for number in wanted),
        *((number, "delete") for number in double.DELETED),
    ]
    assert (books[0].title, books[0].prices and books[0].prices[0].cents) == (f"Título {double.NEW[0]}", 1250)


def test_the_moment_is_asked_in_utc(login: Login) -> None:
    assert list(onix.read(BytesIO(b"".join(dilve.changes(login("dilve"), private=True, since=LATER))))) == []


def test_covers_are_linked_without_password_and_fetched_with_it(login: Login) -> None:
    credentials = login("dilve")
    first = next(onix.read(BytesIO(b"".join(dilve.changes(credentials, private=True, since=SINCE)))))
    assert isinstance(first, BookRecord) and first.cover_url
    assert "secret" not in first.cover_url and dilve.is_cover(credentials, address=first.cover_url)
    assert dilve.cover(credentials, private=True, address=first.cover_url) == double.PICTURE
    with pytest.raises(Refused, match="no resource"):
        dilve.cover(credentials, private=True, address=first.cover_url.replace(".jpg", ".png"))
    with pytest.raises(Refused, match="no cover"):
        dilve.cover(credentials, private=True, address="https://example.org/getResourceX.do?identifier=1")


def test_a_wrong_password_is_refused_in_dilves_words(login: Login) -> None:
    with pytest.raises(Refused, match="Usuario o contraseña incorrectos") as refused:
        dilve.check(login("dilve", password="guess"), private=True, at=SINCE)
    assert not isinstance(refused.value, Unreachable)
    assert "guess" not in str(refused.value)
    dilve.check(login("dilve"), private=True, at=SINCE)


# --- Cegal en Red -------------------------------------------------------------------------------------


def test_who_has_a_book(login: Login) -> None:
    """576 characters of ISBNs a question: a hundred books need several, and each is asked once."""
    isbns = [int(number) for number in double.NEW[:100]]
    holders = cegal.availability(login("cegal"), private=True, isbns=[*isbns, isbns[0]])
    assert [holder.isbn for holder in holders[::2]] == isbns
    assert holders[1] == cegal.Holder(isbns[0], "LIB00461", "Casa L", "bookshop", date(2026, 11, 19))


def test_a_record_is_read_like_a_line_of_libros(login: Login) -> None:
    (book,) = cegal.records(login("cegal"), private=True, isbns=[ISBN])
    assert isinstance(book, BookRecord)
    assert (book.isbn, book.title, book.publisher, book.pages) == (ISBN, "LA DANZA DE LA REALIDAD", "Siruela", 752)
    assert book.title_is_rough
    assert book.contributors == (Contributor("Alejandro Jodorowsky"),)
    assert book.prices and (book.prices[0].cents, book.prices[0].vat_included) == (1500, True)
    assert book.availability is Availability.REPRINTING
    assert cegal.cover(login("cegal"), private=True, isbn=ISBN) == double.PICTURE


def test_the_guilds_refusal_is_told(login: Login) -> None:
    with pytest.raises(Refused, match="does not know this user or password"):
        cegal.check(login("cegal", user="wrong"), private=True)


def test_recorded_answers(real_data, monkeypatch: pytest.MonkeyPatch) -> None:
    """The four answers that were recorded from the real service."""
    folder = real_data / "trade" / "cegal"
    answers: dict[str, bytes] = {}
    monkeypatch.setattr(cegal, "asked", lambda service, address, parameters, **bounds: answers["next"])
    me = {"user": "u", "password": "p"}
    answers["next"] = (folder / "disponibilidad_1.xml").read_bytes()
    told = etree.fromstring(answers["next"])
    holders = cegal.availability(me, private=True, isbns=[ISBN])
    assert len(holders) == len(told.findall("LIBRO")) == 3
    assert {(holder.kind, holder.mailbox) for holder in holders} == {
        ("distributor", "LIB00460"),
        ("bookshop", "LIB00087"),
    }
    answers["next"] = (folder / "fichalibros_3.xml").read_bytes()
    (empty,) = cegal.records(me, private=True, isbns=[ISBN])
    assert str(getattr(empty, "reason", "")) == "The title is missing."
    answers["next"] = (folder / "errores_4.xml").read_bytes()
    with pytest.raises(Refused, match="does not know this user"):
        cegal.availability(me, private=True, isbns=[ISBN])


# --- failures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", FAILURES)
def test_what_fails_is_said_to_fail(login: Login, user: str) -> None:
    for ask in (
        lambda: list(dilve.changes(login("dilve", user=user), private=True, since=SINCE)),
        lambda: cegal.availability(login("cegal", user=user), private=True, isbns=[ISBN]),
    ):
        with pytest.raises(Unreachable) as failed:
            ask()
        assert "secret" not in str(failed.value)


def test_a_service_that_drips_or_keeps_silent_is_left(login: Login) -> None:
    for user, bounds in (("slow", {"seconds": 0.4}), ("silent", {"seconds": 0.4})):
        credentials = login("dilve", user=user)
        parameters = {"user": user, "password": "secret"}
        with pytest.raises(Unreachable, match="did not answer|does not answer"):
            asked("DILVE", f"{credentials['address']}/getRecordStatusX.do", parameters, private=True, **bounds)


def test_nobody_there() -> None:
    with pytest.raises(Unreachable, match="does not answer"):
        dilve.check({"user": "u", "password": "p", "address": "http://127.0.0.1:9"}, at=SINCE, private=True)


@pytest.mark.parametrize("address", ["http://www.dilve.es/dilve", "https://127.0.0.1/dilve", "gopher:nonsense"])
def test_only_the_public_internet_is_asked(address: str) -> None:
    """The address is typed by people: safety.md R8."""
    with pytest.raises(Refused):
        dilve.check({"user": "u", "password": "p", "address": address}, at=SINCE)
