"""Trust that is earned: where a channel has a shadow, an alert rule is told there until people have found its triage right.

A rule is trusted once the latest judged incidents are as many and as right as the policy asks and a person says so; it falls
back by itself when they are not any more, or when somebody takes it back. Judgements from before a fall count no more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents.policy import PolicyStore
from agents.trail import Trail
from agents.triage.correlate import Incident
from agents.triage.principal import PRINCIPAL
from storage.audit.events import AuditEvent, EventType
from storage.clock import Clock
from storage.database import Database, Tx
from storage.shadow import JudgedRow, TrustRow, VoteRow

VOTES: Final = ("right", "partly", "wrong")
SHADOW, PROPOSED, TRUSTED, FALLEN = "shadow", "proposed", "trusted", "fallen"
LONGEST_RULE: Final = 200


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the latest judged incidents that count: how many were right; and what the policy asks for."""

    judged: int
    right: int
    wanted: int
    percent: int

    @property
    def enough(self) -> bool:
        return self.judged >= self.wanted

    @property
    def earned(self) -> bool:
        return self.enough and self.right * 100 >= self.percent * self.judged

    @property
    def lost(self) -> bool:
        return self.enough and not self.earned

    @property
    def words(self) -> str:
        asked = f"{self.wanted} and {self.percent} % are asked for"
        if not self.judged:
            return f"none was judged yet; {asked}"
        return f"{self.right} of the last {self.judged} judged were right; {asked}"


def is_right(votes: Sequence[VoteRow]) -> bool:
    """More than half of those who judged it call it right; partly is not."""
    return 2 * sum(one.vote == "right" for one in votes) > len(votes)


def rule_of(incident: Incident) -> str:
    """That of the alert that opened it."""
    return next(iter(incident.seen.values())).alert.name[:LONGEST_RULE]


@dataclass
class Probation:
    db: Database
    policy: PolicyStore
    trail: Trail
    clock: Clock
    workspace: str

    @property
    def on(self) -> bool:
        return any(part.shadow for part in self.policy.policy.file.channels.values())

    def blank(self, channel: str, rule: str) -> TrustRow:
        """As it is for a rule that nobody has heard of yet."""
        mark = hashlib.sha256(rule.encode()).hexdigest()[:16]
        now = self.clock.now()
        shadow = self.policy.policy.channel(channel).shadow
        begin = now.replace(year=2000)  # everything counts
        return TrustRow(f"{self.workspace}:{channel}:{mark}", self.workspace, channel, rule, shadow, SHADOW, now, begin)  # fmt: skip

    async def opened(self, tx: Tx, incident: Incident, channel: str) -> str:
        """Where it is told: `channel`, or its shadow. What is told in either is there to be judged."""
        shadow = self.policy.policy.channel(channel).shadow if channel else ""
        if not shadow:
            return channel
        rule = rule_of(incident)
        trust = await self.db.shadow.trust(tx, self.blank(channel, rule))
        told = "" if trust.state == TRUSTED else shadow
        row = JudgedRow(incident.id, self.workspace, channel, rule, incident.began, told)
        await self.db.shadow.judge(tx, row)
        return told or channel

    async def figures(self, tx: Tx, row: TrustRow) -> Figures:
        limits = self.policy.policy.file.limits
        latest = await self.db.shadow.latest(tx, row, limits.shadow_judged)
        votes: dict[str, list[VoteRow]] = {one: [] for one in latest}
        for vote in await self.db.shadow.votes(tx, latest):
            votes[vote.incident].append(vote)
        right = sum(is_right(each) for each in votes.values())
        return Figures(len(latest), right, limits.shadow_judged, limits.shadow_right_percent)

    async def vote(self, tx: Tx, judged: JudgedRow, voter: str, vote: str, said: Mapping[str, Any]) -> None:
        """One a person, the last one counts; what follows from it is noted in the same transaction."""
        row = await self.db.shadow.trust(tx, self.blank(judged.channel, judged.rule))
        kept = VoteRow(f"{judged.incident}:{voter}", judged.workspace, judged.incident, voter, vote, self.clock.now())  # fmt: skip
        await self.db.shadow.vote(tx, kept)
        detail = {"what": "triage judged", "incident": judged.incident, "rule": judged.rule, "for": judged.channel}  # fmt: skip
        await self.trail.record(
            tx, AuditEvent(type=EventType.CONFIG_CHANGED, **said, result=vote, detail=detail)
        )
        figures = await self.figures(tx, row)
        if row.state == TRUSTED and figures.lost:
            await self._turn(tx, row, FALLEN, PRINCIPAL, why=figures.words, said=self._ours())
        elif row.state == PROPOSED and not figures.earned:
            await self._turn(tx, row, SHADOW, PRINCIPAL, why=figures.words, said=self._ours())
        elif row.state in (SHADOW, FALLEN) and figures.earned:
            await self._turn(tx, row, PROPOSED, PRINCIPAL, why=figures.words, said=self._ours())

    async def promote(self, tx: Tx, channel: str, rule: str, actor: str, said: Mapping[str, Any]) -> str:
        """Why not; empty when it is trusted from now on. Judged by the figures of this moment, not by those of a button."""
        row = await self.db.shadow.trust(tx, self.blank(channel, rule))
        figures = await self.figures(tx, row)
        if row.state == TRUSTED:
            return "It is trusted already."
        if not figures.earned:
            return f"Not yet: {figures.words}."
        await self._turn(tx, row, TRUSTED, actor, why=figures.words, said=said)
        return ""

    async def demote(self, tx: Tx, channel: str, rule: str, actor: str, said: Mapping[str, Any]) -> str:
        """Why not; empty when it is back in the shadow."""
        row = await self.db.shadow.trust(tx, self.blank(channel, rule))
        if row.state != TRUSTED:
            return "It is not trusted, so there is nothing to take back."
        await self._turn(tx, row, FALLEN, actor, why="taken back by a person", said=said)
        return ""

    def _ours(self) -> dict[str, Any]:
        return {"workspace": self.workspace, "actor": {"id": PRINCIPAL}}

    async def _turn(
        self, tx: Tx, row: TrustRow, state: str, actor: str, *, why: str, said: Mapping[str, Any]
    ) -> None:
        now = self.clock.now()
        fresh = {"counted": now} if state == FALLEN else {}
        shadow = self.policy.policy.channel(row.channel).shadow or row.shadow
        await self.db.shadow.turn(tx, row.id, state=state, since=now, actor=actor, why=why, shadow=shadow, **fresh)  # fmt: skip
        detail = {"what": "triage trust", "rule": row.rule, "for": row.channel, "before": row.state, "why": why}  # fmt: skip
        await self.trail.record(
            tx, AuditEvent(type=EventType.CONFIG_CHANGED, **said, result=state, detail=detail)
        )


def loud(incident: Incident, trusted: frozenset[str]) -> bool:
    """Whether the real channel must hear of it although its card is in the shadow."""
    return any(
        one.firing and (one.alert.severity == "critical" or one.alert.name[:LONGEST_RULE] in trusted)
        for one in incident.seen.values()
    )
