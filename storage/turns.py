"""Which threads the bot takes part in. Read from what it posted: a separate list could say something else."""

from __future__ import annotations

from sqlalchemy import or_, select

from storage.tables import Outbox
from storage.tx import Tx


class Turns:
    async def engaged(self, tx: Tx, *, workspace: str, channel: str, thread: str) -> bool:
        """Whether the bot has answered in this thread, or the thread hangs on a message of the bot."""
        if not thread:
            return False
        query = select(Outbox.key).where(
            Outbox.workspace == workspace,
            Outbox.channel == channel,
            or_(Outbox.thread == thread, Outbox.ts == thread),
        )
        return (await tx.run(query.limit(1))).first() is not None
