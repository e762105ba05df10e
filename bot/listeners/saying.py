"""Useful or useless: what people say of an alert or of a digest, kept with who and when. One word a person, the last one counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from agents.digests.digest import KINDS, NEEDS
from agents.digests.noise import VERDICTS, rule_of
from agents.gate.records import said_by
from agents.outcomes import Answer, Failure, Outcome, Refusal
from agents.policy import Permission
from agents.triage.kept import incident_from
from agents.triage.topology import Topology
from bot.commands.context import turn_of
from bot.core import Core
from bot.intake import Admitted
from bot.listeners.rights import NOTHING, refused
from bot.replies.answer import Footer, render
from bot.replies.text import Outbound
from bot.responding import Responding
from storage.audit.events import AuditEvent, EventType
from storage.database import Tx
from storage.errors import StoreUnavailable
from storage.judgements import JudgementRow

LATER = Failure("It could not be recorded.", NOTHING, "Click again in a minute.", "store")
LONGEST: Final = 200


@dataclass
class Saying:
    core: Core
    responding: Responding
    out: Outbound

    async def __call__(self, work: Admitted) -> None:
        try:
            told = await self._done(work)
        except StoreUnavailable:
            told = LATER
        footer = Footer(request=work.row_id, correlation=work.request.correlation)
        await self.responding.whisper(work, render(told, self.out, footer))

    async def _done(self, work: Admitted) -> Outcome:
        verdict = str(work.payload.get("action_id", "")).partition(":")[2]
        kind, _, subject = str(work.payload.get("value", "")).partition(":")
        found = await self._subject(work, kind, subject)
        if found is None or verdict not in VERDICTS:
            return Refusal(f"I know nothing of the kind here. {NOTHING}", reference=work.row_id)
        about, needed = found
        if refusal := await refused(self.core, work, needed, f"judge {verdict}"):
            return refusal
        voter = self.core.policy.policy.principal(work.actor)
        row = JudgementRow(
            work.place.workspace, work.place.channel, kind, subject[:LONGEST], about, voter, verdict,
            self.core.clock.now(),
        )  # fmt: skip
        detail = {"what": kind, "id": row.subject, "about": about, "verdict": verdict}
        event = AuditEvent(type=EventType.CONFIG_CHANGED, **said_by(turn_of(work.request)), result="judged", detail=detail)  # fmt: skip

        async def write(tx: Tx) -> None:
            await self.core.db.judgements.judge(tx, row)
            await self.core.trail.record(tx, event)

        await self.core.db.write_whole(write)
        text = f"Noted: {about} is {verdict}. The noise ledger counts it; a silence is proposed by a person alone."
        return Answer(text, model="no model")

    async def _subject(self, work: Admitted, kind: str, subject: str) -> tuple[str, Permission] | None:
        """What it is about, and the right to see it; None where this channel has no such thing."""
        db, here = self.core.db, (work.place.workspace, work.place.channel)
        if kind == "incident":
            row = await db.read_whole(partial(db.triage.get, incident=subject))
            if row is None or (row.workspace, row.channel) != here:
                return None
            return rule_of(incident_from(row, Topology())), Permission.MONITORING_READ
        name, _, slot = subject.partition(":")
        post = await db.read_whole(partial(db.outbox.get, key=f"digest:{slot}"))
        if kind != "digest" or name not in KINDS or post is None or (post.workspace, post.channel) != here:
            return None
        return name, Permission(NEEDS[name])
