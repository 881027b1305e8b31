"""Stock in the office: upload, progress, dry run, held, rejected lines, logs (F05, F06, F21, T109, T111, T124)."""

import io
from datetime import timedelta
from importlib import import_module

import pytest
from sqlalchemy import select

from jobs.context import Context
from jobs.queue import drain
from tests.backoffice.office.visits import owner, post, read, status_of, words
from tests.cast import NOW
from tests.conftest import csrf
from tests.trade.reservations.helpers import reserve
from trade.stock import actions
from trade.stock.models import FeedRun, StockLine

GOOD = [9788437604947, 9788417860790, 9782070368228]
UNKNOWN = 9788490667859


def model(rows):
    return (
        "isbn;quantity;price\r\n" + "".join(f"{isbn};{copies};{price}\r\n" for isbn, copies, price in rows)
    ).encode()


FULL = model([(GOOD[0], 3, "14,95"), (GOOD[1], 2, "24,95"), (GOOD[2], 1, "7,00"), (UNKNOWN, 1, "20,00")])
CUT = model([(GOOD[0], 3, "14,95"), ("978843760494X", 1, "1,00")])
DEAR = model([(GOOD[0], 3, "16,00"), (GOOD[1], 2, "24,95"), (GOOD[2], 1, "7,00"), (UNKNOWN, 1, "20,00")])


def send(client, data, then="look", format="model_csv"):
    """Upload a file as the form does; the address of its run."""
    answer = client.post(
        "/office/stock/upload",
        data={
            "csrf_token": csrf(client, "/office/stock/"),
            "file": (io.BytesIO(data), "stock.csv"),
            "format": format,
            "then": then,
        },
        content_type="multipart/form-data",
    )
    assert answer.status_code == 302, words(answer.get_data(as_text=True))
    return answer.headers["Location"]


def work(house):
    """What the worker does: every waiting effect."""
    config = house.config()
    app = house.app
    context = Context(config, house.profile, house.engine, app.extensions["redis"], house.clock, house.store)
    drain(context)


def stock(house):
    with house.session() as session:
        rows = session.execute(
            select(StockLine.isbn, StockLine.quantity, StockLine.verdict).where(
                StockLine.bookshop_id == house.cast.alba
            )
        )
        return {isbn: (quantity, verdict) for isbn, quantity, verdict in rows}


@pytest.mark.seed("F05", "F06")
def test_a_file_is_read_by_a_job_shown_first_and_applied_only_then(office):
    client = owner(office)
    run = send(client, FULL)
    waiting = read(client, run)
    assert "The file is being read" in waiting and 'data-refresh="2"' in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting, "without scripts the page is loaded again"
    work(office)
    page = words(read(client, run))
    assert "Nothing is changed yet: look, then decide" in page
    assert "new +4" in page
    assert stock(office) == {}
    page = words(post(client, f"{run}/apply"))
    assert "This file is your stock now" in page
    assert "4 lines read, 4 accepted, 0 refused; 4 titles, 1 of them not in the catalogue yet." in page
    assert stock(office)[GOOD[0]] == (3, "visible")


@pytest.mark.seed("F06")
def test_a_file_that_removes_too_much_is_held_until_its_count_is_typed(office):
    client = owner(office)
    send(client, FULL, then="apply")
    work(office)
    run = send(client, CUT, then="apply")
    work(office)
    page = words(read(client, run))
    assert "This file removes 3 titles" in page and ": held" in page
    assert "It would remove 3 of 4 titles." in page
    assert len(stock(office)) == 4
    for typed in ("", "2", "yes"):
        assert "Type 3 to say that you want this." in words(post(client, f"{run}/apply", count=typed))
        assert stock(office)[GOOD[1]] == (2, "visible")
    assert "This file is your stock now" in words(post(client, f"{run}/apply", count="3"))
    assert GOOD[1] not in stock(office)


@pytest.mark.seed("F06")
def test_refused_lines_are_listed_with_number_reason_and_beginning(office):
    client = owner(office)
    run = send(client, CUT, then="apply")
    work(office)
    page = words(read(client, f"{run}?lines=refused"))
    assert "lines refused 1" in page
    assert "978843760494X;1;1,00" in page
    with office.session() as session:
        number = session.scalar(select(FeedRun.id))
    answer = client.get(f"/office/stock/run/{number}/refused.csv")
    assert answer.mimetype == "text/csv"
    assert b"978843760494X;1;1,00" in answer.data


def test_discarding_leaves_the_stock_as_it_is(office):
    client = owner(office)
    send(client, FULL, then="apply")
    work(office)
    run = send(client, CUT)
    work(office)
    page = words(post(client, f"{run}/reject"))
    assert "The file is discarded; nothing was changed." in page
    assert len(stock(office)) == 4
    assert "Discarded" in page or "Rejected" in page


def test_an_unreadable_file_says_why_and_changes_nothing(office):
    client = owner(office)
    run = send(client, b"this is no stock file", format="cegald")
    work(office)
    page = words(read(client, run))
    assert "This file cannot be read" in page
    assert stock(office) == {}


def test_a_form_without_a_file_or_with_an_unknown_format_is_shown_again(office):
    client = owner(office)
    assert "This needs another look" in words(post(client, "/office/stock/upload", format="model_csv", then="look"))
    page = client.post(
        "/office/stock/upload",
        data={
            "csrf_token": csrf(client, "/office/stock/"),
            "file": (io.BytesIO(FULL), "x.csv"),
            "format": "nonsense",
            "then": "look",
        },
        content_type="multipart/form-data",
    )
    assert page.status_code == 200
    with office.session() as session:
        assert session.scalar(select(FeedRun.id)) is None


@pytest.mark.seed("F21")
@pytest.mark.parametrize("language", ["es", "fr", "en"])
def test_the_model_file_is_read_without_a_refusal_when_sent_back(office, language):
    client = owner(office, language=language)
    run = send(client, client.get("/office/stock/model.csv").data)
    work(office)
    read(client, run)
    with office.session() as session:
        found = session.scalar(select(FeedRun).order_by(FeedRun.id.desc()))
    assert (found.state, found.refused) == ("compared", 0)
    assert found.read > 0


@pytest.mark.seed("T111", "T112", "T124")
def test_a_price_error_is_logged_hidden_explained_and_cured_by_a_threshold(office):
    client = owner(office)
    send(client, DEAR, then="apply")
    work(office)
    assert stock(office)[GOOD[0]] == (3, "price_error")
    page = words(read(client, "/office/stock/price-errors"))
    assert "1 of your titles is hidden" in page
    assert "Cien años de soledad" in page
    titles = words(read(client, "/office/stock/titles?q=soledad"))
    assert "Your price is further from the network's than your threshold allows." in titles
    field = {"stock-thresholds-fixed_price": "7"}
    looked = words(post(client, "/office/settings/thresholds", look="y", **field))
    assert "Not saved yet. 1 title would be visible again." in looked
    assert stock(office)[GOOD[0]] == (3, "price_error")
    saved = words(post(client, "/office/settings/thresholds", **field))
    assert "Saved. 1 title is shown or hidden anew." in saved
    assert stock(office)[GOOD[0]] == (3, "visible")
    assert "No title of yours is hidden for its price." in words(read(client, "/office/stock/price-errors"))


@pytest.mark.seed("T123")
def test_a_threshold_shows_what_the_network_says_and_goes_back_to_it_when_emptied(office):
    client = owner(office)
    field = "stock-thresholds-fixed_price"
    before = words(read(client, "/office/settings/thresholds"))
    assert "As the network proposes." in before
    post(client, "/office/settings/thresholds", **{field: "12,5"})
    page = read(client, "/office/settings/thresholds")
    assert 'value="12.5"' in page
    assert "Yours. The network says 5%." in words(page)
    post(client, "/office/settings/thresholds", **{field: ""})
    assert "Yours." not in words(read(client, "/office/settings/thresholds"))
    assert "is not a number" in words(post(client, "/office/settings/thresholds", **{field: "much"}))


@pytest.mark.seed("T109")
def test_rare_titles_are_listed_with_who_else_has_them(office):
    client = owner(office)
    send(client, FULL, then="apply")
    work(office)
    with office.session() as session:
        actions.log_rare_titles(session, at=NOW)
    page = words(read(client, "/office/stock/rare"))
    assert "Cien años de soledad" in page
    assert "nobody" in page


def test_titles_are_found_by_isbn_and_by_verdict(office):
    client = owner(office)
    send(client, FULL, then="apply")
    work(office)
    assert "El infinito en un junco" in words(read(client, "/office/stock/titles?q=978-84-17860-79-0"))
    unknown = words(read(client, "/office/stock/titles?verdict=unknown_book"))
    assert str(UNKNOWN) in unknown and str(GOOD[0]) not in unknown


def test_another_bookshops_file_is_not_found(office):
    client = owner(office)
    run = send(client, FULL)
    work(office)
    stranger = owner(office, "boreal")
    assert stranger.get(run).status_code == 404
    assert status_of(stranger, f"{run}/apply") == 404
    assert status_of(stranger, f"{run}/reject") == 404
    assert stranger.get(f"{run}/added.csv").status_code == 404
    assert stock(office) == {}


@pytest.mark.seed("F05", "F06")
def test_the_stock_before_a_bad_file_comes_back_in_one_click_that_asks_first(office):
    client = owner(office)
    send(client, FULL, then="apply")
    work(office)
    bad = send(client, CUT)
    work(office)
    post(client, f"{bad}/apply", count="3")
    assert GOOD[1] not in stock(office)
    page = read(client, "/office/stock/")
    assert "Was a bad file applied?" in page
    assert "Your stock would be again what it was before this file" in page
    page = words(post(client, f"{bad}/revert"))
    assert "The stock before this file is back; readers see it now." in page
    assert stock(office)[GOOD[1]] == (2, "visible")
    assert "This file was undone: the stock before it is back" in words(read(client, bad))
    assert "back to the stock before" in words(read(client, "/office/stock/"))
    assert "Nothing would change: this is the stock of now." in words(post(client, f"{bad}/revert"))


@pytest.mark.seed("F06")
def test_the_stock_of_yesterday_is_shown_and_brought_back_over_all_files_of_today(office):
    client = owner(office)
    send(client, FULL, then="apply")
    work(office)
    assert "there was no stock yet" in words(read(client, "/office/stock/back"))
    assert "No file was applied since" in words(read(client, f"/office/stock/back?day={NOW.date()}"))
    office.set_time(NOW + timedelta(days=1))
    for copies in (9, 4):
        send(client, model([(isbn, copies, "20,00") for isbn in (GOOD[0], GOOD[1], UNKNOWN)]), then="apply")
        work(office)
    with office.session() as session:
        first, last = session.scalars(select(FeedRun.id).order_by(FeedRun.id.desc()).limit(2)).all()[::-1]
    assert "Yesterday's stock" in words(read(client, "/office/stock/"))
    page = read(client, "/office/stock/back")
    assert f"/office/stock/run/{first}/revert" in page
    assert "Going back adds 1 new one and changes 3." in words(page)
    assert f"back?run={first}" in read(client, f"/office/stock/run/{first}")
    post(client, f"/office/stock/run/{first}/revert", over=str(last))
    assert {isbn: row[0] for isbn, row in stock(office).items()} == {
        GOOD[0]: 3,
        GOOD[1]: 2,
        GOOD[2]: 1,
        UNKNOWN: 1,
    }
    assert client.get("/office/stock/back?day=nonsense").status_code == 200
    assert owner(office, "boreal").get(f"/office/stock/back?run={first}").status_code == 404


def test_every_line_of_a_repeated_isbn_is_listed_and_the_list_says_where_it_is_cut(office, monkeypatch):
    client = owner(office)
    repeated = model([(GOOD[0], 1, "14,95")] * 39 + [(GOOD[1], 1, "24,95")] * 2)
    run = send(client, repeated)
    work(office)
    page = words(read(client, f"{run}?lines=repeated"))
    assert ", ".join(str(line) for line in range(2, 41)) in page and "The list ends here" not in page
    file = read(client, f"{run}/repeated.csv")
    assert [line.partition(";")[0] for line in file.splitlines()[1:]] == [str(line) for line in range(2, 43)]
    monkeypatch.setattr(import_module("trade.stock.actions.process"), "MOST_NUMBERS", 11)
    run = send(client, repeated)
    work(office)
    told = "The list ends here: it holds the first 11 of 39 lines."
    assert told in words(read(client, f"{run}?lines=repeated"))
    assert told in read(client, f"{run}/repeated.csv").splitlines()[-1]


def test_a_discarded_file_is_read_again_and_shown_first(office):
    client = owner(office)
    run = send(client, FULL)
    work(office)
    post(client, f"{run}/reject")
    again = post(client, f"{run}/replay")
    assert "The file is being read" in again
    work(office)
    with office.session() as session:
        newest = session.scalars(select(FeedRun).order_by(FeedRun.id.desc())).first()
        assert (newest.origin, newest.state, newest.added) == ("replay", "compared", 4)
    assert stock(office) == {}


def test_lines_are_found_by_words_and_isbn_and_downloaded_with_prices(office):
    client = owner(office)
    run = send(client, FULL)
    work(office)
    page = read(client, f"{run}?lines=added&q=soledad")
    assert str(GOOD[0]) in page and str(GOOD[1]) not in page
    assert "No line here" in read(client, f"{run}?lines=added&q=1111")
    table = client.get(f"{run}/added.csv").data.decode("utf-8-sig").splitlines()
    assert table[0] == "ISBN;Title;Copies before;Copies after;Price before;Price after"
    assert table[1:] == sorted(table[1:]) and len(table) == 5
    assert any(line.endswith(";0;3;;14.95") for line in table)
    assert client.get(f"{run}?lines=nothing").status_code == 404
    assert client.get(f"{run}/nothing.csv").status_code == 404


def test_a_held_file_says_what_to_check_and_which_reservations_would_lose_their_book(office):
    client = owner(office)
    send(client, FULL, then="apply")
    work(office)
    reserve(office, "clara", isbn=GOOD[1])
    run = send(client, CUT, then="apply")
    work(office)
    page = words(read(client, run))
    assert "The export may have stopped half-way" in page
    assert "1 open reservation would be left without its book" in page
    assert "It removes 3 titles (−75%)" in page


@pytest.mark.seed("F21")
def test_repeated_lines_name_the_rule_and_the_model_comes_as_a_spreadsheet_too(office):
    client = owner(office)
    twice = FULL + model([(GOOD[0], 1, "14,95")]).split(b"\r\n", 1)[1]
    run = send(client, twice)
    work(office)
    page = words(read(client, f"{run}?lines=repeated"))
    assert "The rule for an ISBN on several lines: Add the copies; hide it where the prices differ." in page
    assert client.get("/office/stock/model.xlsx").data[:2] == b"PK"
