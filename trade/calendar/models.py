"""Closing days (single dates, Monday to Friday) and vacations (ranges that also stop intake)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Created, Id, bookshop_key, person_key


class ClosingDay(Base):
    """A weekday on which the bookshop is closed (T132): it moves deadlines, orders keep coming (A04)."""

    __tablename__ = "closing_day"
    __access__ = ("bookshop", "anyone_read")
    __deletable__ = True

    id: Mapped[Id]
    bookshop_id: Mapped[int] = bookshop_key()
    day: Mapped[date]
    name: Mapped[str] = mapped_column(default="")
    added_by: Mapped[int | None] = person_key(nullable=True)
    added_at: Mapped[Created]

    __table_args__ = (UniqueConstraint("bookshop_id", "day"),)


class Vacation(Base):
    """Consecutive closed days, both ends included (T134, T135): no order or reservation inside."""

    __tablename__ = "vacation"
    __access__ = ("bookshop", "anyone_read")
    __deletable__ = True

    id: Mapped[Id]
    bookshop_id: Mapped[int] = bookshop_key()
    first_day: Mapped[date]
    last_day: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    added_by: Mapped[int | None] = person_key(nullable=True)
    added_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="order"),
        ExcludeConstraint(
            (text("bookshop_id"), "="),
            (text("daterange(first_day, last_day, '[]')"), "&&"),
            name="ex_vacation_no_overlap",
            using="gist",
        ),
    )
