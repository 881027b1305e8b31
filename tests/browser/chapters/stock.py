"""Chapter 3: the bookshop's stock in three formats, looked at before it is applied (F05, F06, F21, T111, T124)."""

from __future__ import annotations

import json

from playwright.sync_api import expect
from redis import Redis
from sqlalchemy import select

from jobs.context import PROGRESS_KEY
from tests.browser.files import SHELF, Lines, art_asc, cegald, model_csv
from tests.browser.story import APPLICANT, REED, SOLITUDE, STAFF, Story
from tests.browser.walker import Walker
from tests.trade.catalogue.feeds import campre
from trade.stock.models import FeedRun, StockLine

IN_NO_STOCK = 9788417001001
SEND = "form[action$='/stock/upload']"


def first_file(story: Story) -> tuple[str, str, bytes]:
    """The format, name and bytes of the software that is usual in the country."""
    today = story.stack.house.clock.now().date()
    if story.network == "es":
        return "cegald", "CEGALD001.TXT", cegald(SHELF, today)
    return "art_asc", "0012_ART.asc", art_asc(SHELF, today)


def send(owner: Walker, kind: str, name: str, data: bytes, *, then: str) -> None:
    """Upload a file."""
    owner.page.locator(f"{SEND} input[type='file']").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}  # type: ignore[arg-type]
    )
    owner.page.locator(f"{SEND} [name='format']").select_option(kind)
    choice = owner.page.locator(f"{SEND} [name='then'][value='{then}']")
    if choice.count():
        choice.check()
    else:
        owner.page.locator(f"{SEND} [name='then']").select_option(then)
    owner.click(f"{SEND} button")


def wait_for(owner: Walker, selector: str, step: str) -> None:
    """The page looks again by itself until the job is done."""
    owner.page.wait_for_selector(selector, timeout=20_000)
    owner.look(step)


def last_run(story: Story) -> FeedRun:
    """The newest file of the bookshop."""
    with story.stack.house.session() as session:
        wanted = select(FeedRun).where(FeedRun.bookshop_id == story.bookshop_id).order_by(FeedRun.id.desc())
        found = session.scalars(wanted).first()
        assert found is not None
        session.expunge(found)
        return found


def copies(story: Story) -> dict[int, int]:
    """What the bookshop has by its last applied file."""
    with story.stack.house.session() as session:
        wanted = select(StockLine.isbn, StockLine.quantity).where(StockLine.bookshop_id == story.bookshop_id)
        return dict(session.execute(wanted).all())


def look_and_apply(story: Story) -> None:
    """A dry run says what would change, and which lines are refused; then the file is applied."""
    owner = story.enter(APPLICANT, "/office/stock/", "stock")
    send(owner, *first_file(story), then="look")
    wait_for(owner, "form[action$='/apply']", "dry-run")
    run = last_run(story)
    assert (run.state, run.read, run.accepted, run.refused, run.unknown) == ("compared", 5, 4, 1, 1)
    assert copies(story) == {}
    owner.click("form[action$='/apply'] button", "applied")
    assert last_run(story).state == "applied"
    assert copies(story) == {isbn: number for isbn, number, _ in SHELF}


def hold_a_broken_file(story: Story) -> None:
    """A file that would remove nearly everything waits for a person, and is discarded."""
    owner = story.enter(APPLICANT, "/office/stock/", "stock-again")
    rest: Lines = [line for line in SHELF if line[0] == REED]
    send(owner, "model_csv", "broken.csv", model_csv(rest), then="apply")
    wait_for(owner, "form[action$='/reject']", "held")
    assert last_run(story).state == "held"
    story.stack.mail(APPLICANT, "stock.held")
    owner.click("form[action$='/reject'] button", "discarded")
    assert last_run(story).state == "rejected"
    assert copies(story)[SOLITUDE] == 3


def watch_the_progress(story: Story) -> None:
    """A file that is being read can be left and come back to: how far it is stands on its page."""
    with story.stack.house.session() as session:
        last = last_run(story)
        waiting = FeedRun(
            bookshop_id=story.bookshop_id,
            format=last.format,
            file_id=last.file_id,
            origin="upload",
            state="received",
            received_at=story.stack.house.clock.now(),
        )
        session.add(waiting)
        session.flush()
        run_id = waiting.id
    owner = story.enter(APPLICANT, f"/office/stock/run/{run_id}")
    tell_progress(story, run_id, 1500)
    expect(owner.page.locator("#work progress")).to_have_attribute("value", "1500")
    owner.look("progress")
    owner.go("/office/stock/", "a-file-is-being-read")
    tell_progress(story, run_id, 2500)
    expect(owner.page.locator("#work progress")).to_have_attribute("value", "2500")
    assert owner.find(f"a[href$='/office/stock/run/{run_id}']").is_visible()


def tell_progress(story: Story, run_id: int, done: int) -> None:
    """Say what the job that reads the file says."""
    told = json.dumps({"done": done, "total": 3000, "stage": "reading"})
    with Redis.from_url(story.stack.config.redis_url) as redis:
        redis.set(PROGRESS_KEY.format(key=f"stock:{run_id}"), told)


def send_a_feed(story: Story) -> None:
    """Staff send a feed of the catalogue, watch it being read, and see what was refused in it, and why."""
    staff = story.enter(STAFF, "/staff/catalogue/", "catalogue-feeds")
    feed = campre((IN_NO_STOCK, 1495, "PANZA DE BURRO"), (IN_NO_STOCK + 1, 100, "MISTYPED"))
    staff.page.locator("#send input[type='file']").set_input_files(
        {"name": "CAMPRE.TXT", "mimeType": "text/plain", "buffer": feed}
    )
    staff.click("#send form button")
    wait_for(staff, "#refused td.num.ref", "feed-read")


def release_and_undo(story: Story) -> None:
    """A held file is applied by typing its count, in two clicks; the stock before it is back in one that asks first."""
    before = copies(story)
    owner = story.enter(APPLICANT, "/office/stock/")
    send(owner, "model_csv", "broken.csv", model_csv([line for line in SHELF if line[0] == REED]), then="apply")
    wait_for(owner, "details.force", "held-again")
    run = last_run(story)
    assert run.state == "held"
    owner.click("a[href*='lines=zeroed']", "removed-lines")
    owner.click("details.force summary")
    owner.send("details.force form", "released", count=str(run.zeroed))
    assert last_run(story).state == "applied"
    assert set(copies(story)) == {REED}
    owner.visit("/office/stock/")
    with owner.at_most(2, "back to the stock before"):
        owner.confirm("form[action$='/revert'] button", "undone")
    assert copies(story) == before
    assert last_run(story).origin == "revert"
    staff = story.enter(STAFF, "/staff/feeds/", "health-board")
    with staff.at_most(2, "look at a bookshop's feed"):
        staff.click(f"a[href*='/staff/members/{story.bookshop_id}/']", "feed-of-a-bookshop")


def read_the_logs(story: Story) -> None:
    """The model is downloaded; a dear copy is in the log of price errors; rare books have theirs."""
    owner = story.enter(APPLICANT, "/office/stock/", "stock-feeds")
    assert str(SOLITUDE).encode() in owner.save("a[href*='/stock/model.csv']")
    dear: Lines = [(isbn, number, cents * 112 // 100 if isbn == REED else cents) for isbn, number, cents in SHELF]
    send(owner, "model_csv", "dear.csv", model_csv(dear), then="apply")
    story.stack.settle()
    assert (last_run(story).state, last_run(story).hold_reasons) == ("applied", [])
    owner.go("/office/stock/price-errors", "price-errors")
    assert str(REED)[3:12] in owner.page.content().replace("-", "")
    owner.go("/office/stock/rare", "rare-books")
    owner.go("/office/stock/titles", "titles")


def tell(story: Story) -> None:
    """The whole chapter."""
    look_and_apply(story)
    hold_a_broken_file(story)
    release_and_undo(story)
    watch_the_progress(story)
    read_the_logs(story)
    send_a_feed(story)
