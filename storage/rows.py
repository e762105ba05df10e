"""From a database row to a frozen dataclass with the same fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import is_dataclass
from typing import Any, TypeVar

from sqlalchemy.engine import Row

R = TypeVar("R")


def one(kind: type[R], row: Row[Any] | None) -> R | None:
    return None if row is None else kind(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it


def many(kind: type[R], rows: Iterable[Row[Any]]) -> list[R]:
    return [kind(**row._mapping) for row in rows]  # noqa: SLF001


def values_of(row: Any) -> dict[str, Any]:
    """The columns of a row that is to be written."""
    if not is_dataclass(row) or isinstance(row, type):
        raise TypeError(f"not a row: {row!r}")
    return {name: getattr(row, name) for name in row.__dataclass_fields__}
