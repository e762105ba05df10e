"""Column types that read and write the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from storage.states import PlanState


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC. On SQLite a text of fixed width, so that comparing texts compares times."""

    impl = String(32)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind: TypeEngine[Any] = DateTime(timezone=True) if dialect.name == "postgresql" else String(32)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(UTC)


class State(TypeDecorator[PlanState]):
    """The state of a plan, stored as its plain word."""

    impl = String(20)
    cache_ok = True

    def process_bind_param(self, value: PlanState | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else PlanState(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> PlanState | None:
        del dialect
        return None if value is None else PlanState(value)
