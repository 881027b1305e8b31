"""What must hold of the outbox and of the schedule: whatever was promised is done, or somebody is told."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, func, select

from trade.base.invariants import Invariant, invariant
from trade.base.models import Effect, ScheduledRun
from trade.base.tenancy import TenantSession
from trade.base.text import N_

LONGEST_WAIT = timedelta(days=1)
"""Twelve attempts with growing pauses take about five hours: what waits for a day is not being carried out."""


def invariants(session: TenantSession) -> list[Invariant]:
    """The statements about the outbox and the schedule (bin/mostrador check)."""
    newest = select(func.max(Effect.created_at)).scalar_subquery()
    waits_too_long = (Effect.state == "pending") & (Effect.created_at < newest - LONGEST_WAIT)
    done_without_a_time = (Effect.state == "done") != Effect.done_at.is_not(None)
    return [
        _effects(session, N_("Every effect that is done says when, and no other does"), done_without_a_time),
        _effects(session, N_("No effect waits for more than a day, counted to the newest"), waits_too_long),
        _effects(session, N_("No effect has failed for good"), Effect.state == "dead"),
        _schedule(session),
    ]


def _effects(session: TenantSession, sentence: str, broken: ColumnElement[bool]) -> Invariant:
    checked = session.scalars(select(func.count()).select_from(Effect)).one()
    found = session.execute(select(Effect.id, Effect.kind).where(broken).order_by(Effect.id).limit(100))
    return invariant(sentence, checked, (f"{effect.kind} {effect.id}" for effect in found))


def _schedule(session: TenantSession) -> Invariant:
    checked = session.scalars(select(func.count()).select_from(ScheduledRun)).one()
    without = select(ScheduledRun.kind, ScheduledRun.period).where(ScheduledRun.effect_id.is_(None)).limit(100)
    found = session.execute(without)
    sentence = N_("Every run of the schedule has its effect in the outbox")
    return invariant(sentence, checked, (f"{run.kind} {run.period}" for run in found))
