"""Delegated distributors are asked what they have, by the edge between transactions (architecture rule 12).

A distributor that is slow, broken or talks nonsense has nothing: readers never wait for it longer than the time-out,
and after some failures in a row it is left alone for a while (its breaker is open). Answers are kept for a short age.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import ModuleType

from trade.base.errors import Refused
from trade.base.registry import adapters
from trade.trastienda import distributors as folder
from trade.trastienda.rules import Answers, LiveAnswer

PROTOCOLS: Mapping[str, ModuleType] = adapters(folder)
"""The protocols by name: each module has NAME, TITLE and ``ask(address, isbns, *, seconds, private)``."""


@dataclass(frozen=True, slots=True)
class Question:
    """Whom to ask: a value that is taken out of the transaction before anybody is asked."""

    distributor_id: int
    protocol: str
    address: str


@dataclass
class _Breaker:
    """Failures in a row, and until when nobody is asked."""

    failures: int = 0
    until: datetime | None = None


@dataclass
class LiveSource:
    """Asks distributors, all at once; shared by the threads of a process.

    ``seconds`` is how long the slowest may take; ``kept`` how old an answer may be; after ``most_failures`` in a row a
    distributor is left alone for ``pause``. ``private`` lets hosts of the own network through (development only).
    """

    seconds: float = 0.8
    kept: timedelta = timedelta(seconds=30)
    most_failures: int = 3
    pause: timedelta = timedelta(seconds=30)
    private: bool = False
    _answers: Answers = field(default_factory=dict)
    _breakers: dict[int, _Breaker] = field(default_factory=dict)
    _under_way: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8, thread_name_prefix="live"))

    def ask(self, questions: Iterable[Question], *, isbns: Sequence[int], at: datetime) -> Answers:
        """What the distributors have of these books now. One that gives no answer in time is not in the result."""
        found: Answers = {}
        waiting = {}
        for question in questions:
            fresh = self._fresh(question.distributor_id, isbns, at)
            found |= fresh
            missing = [isbn for isbn in isbns if (question.distributor_id, isbn) not in fresh]
            if missing and not self._is_open(question.distributor_id, at) and question.protocol in PROTOCOLS:
                waiting[self._pool.submit(self._one, question, missing)] = (question, missing)
        done, late = wait(waiting, timeout=self.seconds) if waiting else (set(), set())
        for future in done:
            question, missing = waiting[future]
            copies = future.result()
            self._note(question.distributor_id, failed=copies is None, at=at)
            if copies is not None:
                found |= self._keep(question.distributor_id, missing, copies, at)
        for future in late:
            self._note(waiting[future][0].distributor_id, failed=True, at=at)
        return found

    def remembered(self, questions: Iterable[Question], *, isbns: Sequence[int], at: datetime) -> Answers:
        """What they answered lately; nobody is asked."""
        found: Answers = {}
        for question in questions:
            found |= self._fresh(question.distributor_id, isbns, at)
        return found

    def prepare(self, questions: Iterable[Question], *, isbns: Sequence[int], at: datetime) -> list[Future[None]]:
        """Ask in the background what is not remembered, so that the next page knows it; nobody waits.

        A distributor that is being asked already is not asked again meanwhile.
        """
        begun = []
        for question in questions:
            number = question.distributor_id
            fresh = self._fresh(number, isbns, at)
            missing = [isbn for isbn in isbns if (number, isbn) not in fresh]
            if missing and not self._is_open(number, at) and question.protocol in PROTOCOLS and self._begin(number):
                begun.append(self._pool.submit(self._learn, question, missing, at))
        return begun

    def _begin(self, distributor_id: int) -> bool:
        with self._lock:
            begins = distributor_id not in self._under_way
            self._under_way.add(distributor_id)
        return begins

    def _learn(self, question: Question, isbns: Sequence[int], at: datetime) -> None:
        try:
            copies = self._one(question, isbns)
            self._note(question.distributor_id, failed=copies is None, at=at)
            if copies is not None:
                self._keep(question.distributor_id, isbns, copies, at)
        finally:
            with self._lock:
                self._under_way.discard(question.distributor_id)

    def close(self) -> None:
        """End the threads that ask."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _one(self, question: Question, isbns: Sequence[int]) -> dict[int, int] | None:
        """One distributor's answer, None where it gave none that can be used."""
        try:
            answer: dict[int, int] = PROTOCOLS[question.protocol].ask(
                question.address, isbns, seconds=self.seconds, private=self.private
            )
        except (Refused, ValueError, RecursionError):
            return None
        return answer

    def _fresh(self, distributor_id: int, isbns: Sequence[int], at: datetime) -> Answers:
        with self._lock:
            known = {(distributor_id, isbn): self._answers.get((distributor_id, isbn)) for isbn in isbns}
        return {key: told for key, told in known.items() if told and timedelta(0) <= at - told.answered_at < self.kept}

    def _keep(self, distributor_id: int, isbns: Sequence[int], copies: Mapping[int, int], at: datetime) -> Answers:
        told = {(distributor_id, isbn): LiveAnswer(copies.get(isbn, 0), at) for isbn in isbns}
        with self._lock:
            for key in [key for key, old in self._answers.items() if at - old.answered_at >= self.kept]:
                del self._answers[key]
            self._answers |= told
        return told

    def _is_open(self, distributor_id: int, at: datetime) -> bool:
        with self._lock:
            until = self._breakers.setdefault(distributor_id, _Breaker()).until
        return until is not None and at < until

    def _note(self, distributor_id: int, *, failed: bool, at: datetime) -> None:
        with self._lock:
            breaker = self._breakers.setdefault(distributor_id, _Breaker())
            breaker.failures = breaker.failures + 1 if failed else 0
            breaker.until = at + self.pause if breaker.failures >= self.most_failures else None
