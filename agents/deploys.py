"""Deploys as a tool reads them and a webhook writes them: from and to our own tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from storage.database import Database
from storage.deploys import DeployRow
from storage.errors import StoreUnavailable
from tools.deploys import Deploy
from tools.errors import TryLater

_FIELDS = tuple(one.name for one in fields(DeployRow))


class DeployLog:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def hear(self, event: Deploy) -> bool:
        """False: it was told before. Raises StoreUnavailable."""
        async with self._db.write() as tx:
            return await self._db.deploys.hear(tx, DeployRow(**{f: getattr(event, f) for f in _FIELDS}))

    async def deploys(self, since: datetime, until: datetime, most: int) -> Sequence[Deploy]:
        """Newest first. Raises TryLater."""
        try:
            async with self._db.read() as tx:
                rows = await self._db.deploys.between(tx, since, until, most)
        except StoreUnavailable as error:
            raise TryLater("the record of deploys cannot be read", "deploys") from error
        return [Deploy(**{f: getattr(row, f) for f in _FIELDS}) for row in rows]
