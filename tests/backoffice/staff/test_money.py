"""Money at the desk: a month is closed once, an unfinished one is refused, two people approve the transfers."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from jobs.context import open_context
from jobs.queue import drain
from tests.backoffice.browser import Screen, said
from tests.conftest import House
from trade.base.models import Effect
from trade.billing.models import MonthClose, TransferBatch


@pytest.mark.seed("T62")
def test_an_unfinished_month_is_refused(desk: House, ada: Screen) -> None:
    page = ada.do("/staff/months/close", {"month": "2026-11"})
    assert 'class="errors"' in page
    with desk.session() as session:
        assert session.scalar(select(MonthClose.id)) is None


@pytest.mark.parametrize("month", ["", "October", "2026-13", "26-10", "2026-10-01"])
def test_what_is_no_month_is_refused(desk: House, ada: Screen, month: str) -> None:
    page = ada.do("/staff/months/close", {"month": month})
    assert 'class="errors"' in page


def test_the_month_before_this_one_is_proposed(desk: House, ada: Screen) -> None:
    assert 'value="2026-10"' in ada.get("/staff/months/")


def test_closing_asks_the_worker_and_shows_how_far_it_is(desk: House, ada: Screen) -> None:
    page = ada.do("/staff/months/close", {"month": "2026-10"})
    assert "The month is being closed." in page
    assert 'data-refresh="2"' in page
    with desk.session() as session:
        assert session.scalars(select(Effect.kind).where(Effect.kind == "billing.close")).all() == ["billing.close"]
    context = open_context(desk.config())
    drain(context)
    context.engine.dispose()
    done = ada.get("/staff/months/2026-10/")
    assert "data-refresh" not in done
    assert "Nothing to settle" in done
    again = ada.do("/staff/months/close", {"month": "2026-10"})
    assert "closed already" in again


def test_a_month_nobody_asked_for_is_not_found(desk: House, ada: Screen) -> None:
    for month in ("2020-01", "2026-99", "x"):
        assert ada.client.get(f"/staff/months/{month}/").status_code == 404


@pytest.mark.seed("T69")
def test_two_different_people_approve(desk: House, ada: Screen) -> None:
    with desk.session() as session:
        batch = TransferBatch(
            reference="2026-09/1", month="2026-09", total_cents=41_439, count=1, opened_at=desk.clock.now()
        )
        session.add(batch)
        session.flush()
        number = batch.id
    assert "2026-09/1" in ada.get("/staff/transfers/")
    assert desk.client("dora").get(f"/staff/transfers/{number}/").status_code == 403
    first = ada.do(f"/staff/transfers/{number}/approve")
    assert said(first) == ["Your approval is written down."]
    assert ">Approve<" not in first
    again = ada.do(f"/staff/transfers/{number}/approve")
    assert said(again) != ["Your approval is written down."]
    with desk.session() as session:
        assert session.get_one(TransferBatch, number).state == "open"
