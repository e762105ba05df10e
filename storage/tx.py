"""A transaction as the stores see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection

Then = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, eq=False)
class Tx:
    """Lives inside `async with db.read()` or `db.write()`; `after` runs once the commit is done."""

    conn: AsyncConnection
    after: list[Then] = field(default_factory=list)

    @property
    def dialect(self) -> str:
        return self.conn.dialect.name

    async def run(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        return await self.conn.execute(statement, values)
