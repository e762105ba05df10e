"""What people said of alerts and of the bot's own posts: useful or useless, one word a person, the last one counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from storage.inserting import first
from storage.rows import many, values_of
from storage.tables import Outbox, table_of
from storage.tables_digests import Judgement
from storage.tx import Tx


@dataclass(frozen=True, slots=True)
class JudgementRow:
    """`subject` is what was judged, `kind` what that is (`incident`, `digest`), `about` its alert rule or kind of digest."""

    workspace: str
    channel: str
    kind: str
    subject: str
    about: str
    voter: str
    verdict: str
    at: datetime
    id: str = ""


class Judgements:
    async def judge(self, tx: Tx, row: JudgementRow) -> None:
        """In place of what the person said of it before. Of two clicks at once both are taken, and one is the last."""
        key = f"{row.workspace}:{row.kind}:{row.subject}:{row.voter}"
        if not (await tx.run(first(table_of(Judgement)), {**values_of(row), "id": key})).rowcount:
            said = {"verdict": row.verdict, "about": row.about, "channel": row.channel, "at": row.at}
            await tx.run(update(Judgement).where(Judgement.id == key).values(**said))

    async def forget_before(self, tx: Tx, before: datetime) -> int:
        """What was said so long ago is in no ledger any more; how many went."""
        return (await tx.run(delete(table_of(Judgement)).where(table_of(Judgement).c.at < before))).rowcount

    async def since(self, tx: Tx, workspace: str, channel: str, since: datetime) -> list[JudgementRow]:
        """Of a channel, oldest first."""
        query = select(Judgement.__table__).where(
            Judgement.workspace == workspace, Judgement.channel == channel, Judgement.at > since
        )
        return many(JudgementRow, await tx.run(query.order_by(Judgement.at, Judgement.id)))

    async def posts(self, tx: Tx, workspace: str, channel: str, since: datetime) -> dict[str, int]:
        """How many messages of each kind the bot posted to a channel."""
        sent = table_of(Outbox).c
        query = select(sent.kind, func.count().label("posts")).where(
            sent.workspace == workspace, sent.channel == channel, sent.sent_at > since, sent.ts != ""
        )
        found = (await tx.run(query.group_by(sent.kind))).mappings()
        return {str(row["kind"]): int(row["posts"]) for row in found}
