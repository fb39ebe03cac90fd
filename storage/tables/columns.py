"""What all tables are made of: times in UTC, words of the vocabulary, codes, and whose a row is."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Column, DateTime, ForeignKey, MetaData, String, TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets time zones: it is given UTC, and UTC is said again on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """To UTC; a naive time is a mistake."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """With its zone."""
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


class Coded(TypeDecorator[StrEnum]):
    """A word of the vocabulary, kept as its code."""

    impl = String(32)
    cache_ok = True

    def __init__(self, vocabulary: type[StrEnum]) -> None:
        super().__init__()
        self.vocabulary = vocabulary

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To its code."""
        return value and value.value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        """To the word."""
        return None if value is None else self.vocabulary(value)


def word(name: str, vocabulary: type[StrEnum], *, key: bool = False, optional: bool = False) -> Column[StrEnum]:
    """A column for a word of the vocabulary."""
    return Column(name, Coded(vocabulary), primary_key=key, nullable=optional)


def code(name: str, *, key: bool = False, optional: bool = False) -> Column[str]:
    """A column for a code."""
    return Column(name, String(128), primary_key=key, nullable=optional)


def tenant(*, key: bool = False) -> Column[str]:
    """Whose it is."""
    return Column("organisation", String(4), ForeignKey("organisations.code"), primary_key=key, nullable=False)


def recorded_tenant() -> Column[str]:
    """Whose it is, without a foreign key: the ledger stands by itself, and what is built from it follows it."""
    return Column("organisation", String(4), nullable=False)
