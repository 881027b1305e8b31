"""The one declarative base, the column types every table uses, and the engine."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Engine,
    ForeignKey,
    Identity,
    Integer,
    MetaData,
    SmallInteger,
    Text,
    create_engine,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Created = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]
Cents = Annotated[int, mapped_column(BigInteger)]
Rate = Annotated[int, mapped_column(Integer)]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]
Isbn = Annotated[int, mapped_column(BigInteger)]


class Base(DeclarativeBase):
    """Base of every table. ISBNs are whole numbers of 13 digits; moments are aware and stored in UTC."""

    # In the registry, not beside it: Flask-SQLAlchemy copies this class and would find both.
    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            str: Text,
            int: Integer,
            datetime: DateTime(timezone=True),
            dict[str, Any]: JSONB,
            list[Any]: JSONB,
            list[str]: JSONB,
        },
    )


def person_key(*, nullable: bool = False, index: bool = False) -> Any:
    """A column pointing to the person who acted or owns the row."""
    return mapped_column(BigInteger, ForeignKey("person.id"), nullable=nullable, index=index)


def bookshop_key(*, nullable: bool = False, index: bool = True) -> Any:
    """A column pointing to the bookshop that owns the row."""
    return mapped_column(BigInteger, ForeignKey("bookshop.id"), nullable=nullable, index=index)


def make_engine(url: str, **options: Any) -> Engine:
    """An engine whose errors never print parameters (they hold personal data)."""
    return create_engine(url, hide_parameters=True, pool_pre_ping=True, **options)


__all__ = [
    "Base",
    "Cents",
    "Created",
    "Date",
    "Id",
    "Isbn",
    "Json",
    "Moment",
    "Rate",
    "SmallInteger",
    "bookshop_key",
    "make_engine",
    "person_key",
]
