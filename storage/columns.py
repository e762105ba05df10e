"""Column types that read and write the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, String
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
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


class Ago(FunctionElement[datetime]):
    """So many seconds ago by the clock of the database, which all processes share. Not the transaction's, which stands."""

    name = "ago"
    type = Moment()
    inherit_cache = True


@compiles(Ago, "sqlite")
def _ago_sqlite(element: Ago, compiler: Any, **more: Any) -> str:
    seconds = compiler.process(element.clauses, **more)
    return f"(strftime('%Y-%m-%dT%H:%M:%f', 'now', '-' || {seconds} || ' seconds') || '000+00:00')"


@compiles(Ago, "postgresql")
def _ago_postgresql(element: Ago, compiler: Any, **more: Any) -> str:
    seconds = compiler.process(element.clauses, **more)
    return f"(clock_timestamp() - make_interval(secs => {seconds}))"


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
