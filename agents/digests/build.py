"""A digest of any kind, from what whoever it runs as may see at this moment."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from agents.changes.changes import Changes
from agents.digests.access import access
from agents.digests.comparing import compared
from agents.digests.compose import compose
from agents.digests.cost import cost
from agents.digests.digest import NEEDS, Digest, Fact, Snapshot
from agents.digests.noise import USELESS, areas, ledger, of_answer
from agents.digests.operations import operations
from agents.digests.reading import CALLS, TOKENS, Reads
from agents.digests.seeing import READ, Eyes
from agents.digests.sources import Own, Sources
from agents.gate.gate import Gate
from agents.gate.turn import Turn
from agents.people import Actor, Place
from agents.policy import Permission, Policy
from agents.triage.correlate import Incident
from agents.triage.history import History
from agents.triage.kept import incident_from
from agents.triage.topology import Topology
from storage.feedback import FeedbackRow
from storage.triage import TriageRow
from tools.clients import Clients

WEEK: Final = timedelta(days=7)
RIGHTS: Final = tuple(dict.fromkeys((*NEEDS.values(), "kubernetes:read")))
DONE: Final = frozenset(("succeeded", "rolled_back", "failed", "executing", "verifying"))


@dataclass(frozen=True, slots=True)
class Builder:
    eyes: Eyes
    gate: Gate
    clients: Clients
    changes: Changes

    async def build(self, kind: str, turn: Turn, since: datetime, former: Snapshot | None) -> Digest:
        """Raises StoreUnavailable: nothing that could not be read is reported as nothing."""
        actor, place, now = turn.request.actor, turn.request.place, turn.request.at
        if kind in ("approvals", "handover"):
            return compose(kind, await self.eyes.seen(actor, place, since, now))
        turn.budget.calls, turn.budget.tokens = CALLS, TOKENS
        reads = Reads(self.gate, turn)
        policy = self.eyes.policy
        sources = Sources.of(self.clients, policy.scope_for(place.channel).cluster)
        if kind == "noise":
            return await self._noise(place, since, now, former)
        reads.problems += sources.missing(cloud=True)
        if kind == "cost":
            owners = {
                s.compartment: s.owner for s in self.clients.services.all() if s.compartment and s.owner
            }
            if not sources.cloud:
                return compared(kind, [], former, since, reads.problems)
            found = await cost(reads, owners)
            digest = compared(kind, found.areas, former, since, reads.problems, head=found.head, always=True)
            return replace(digest, charts=found.charts, tables=found.tables)
        if kind == "access":
            return compared(kind, await access(reads, sources), former, since, reads.problems)
        own = await self._own(actor, place, since, now, reads)
        return compared(kind, await operations(reads, sources, own), former, since, reads.problems)

    async def _own(self, actor: Actor, place: Place, since: datetime, now: datetime, reads: Reads) -> Own:
        open_ = [*await self._declared(place, since), *[_card(row, one) for row, one in await self._live(place, now - WEEK) if one.firing]]  # fmt: skip
        if not self.eyes.policy.holds(actor, place, Permission(READ)):
            reads.problems.append("changes made here: not allowed to whoever it runs as")
            return Own(tuple(open_))
        seen = await self.eyes.seen(actor, place, since, now)
        made = [plan for plan in seen.plans if plan.state != "pending"]
        changes = [
            Fact(plan.id, f"{plan.id}: the stored plan is not the sealed one" if plan.altered else f"{plan.title}: {plan.state.replace('_', ' ')}, asked by {plan.requester}", plan.state, plan.channel, plan.card_ts, f"plans show {plan.id}")
            for plan in made
        ]  # fmt: skip
        return Own(tuple(open_), tuple(changes))

    async def _declared(self, place: Place, since: datetime) -> list[Fact]:
        db = self.eyes.db
        find = partial(db.digests.incidents, workspace=place.workspace, channel=place.channel, since=since)
        return [
            Fact(row.id, f"{row.title}: declared at {row.declared_at:%F %H:%M} UTC", lead="incident")
            for row in await db.read_whole(find)
            if row.closed_at is None
        ]

    async def _live(self, place: Place, since: datetime) -> list[tuple[TriageRow, Incident]]:
        """Incidents of the channel that were heard of since."""
        db, topology = self.eyes.db, Topology(self.clients.services.all())
        found = await db.read_whole(partial(db.triage.live, workspace=place.workspace, since=since))
        return [(row, incident_from(row, topology)) for row in found if row.channel == place.channel]

    async def _noise(self, place: Place, since: datetime, now: datetime, former: Snapshot | None) -> Digest:
        """At least a week: noise shows in what comes again."""
        begin = min(since, now - WEEK)
        db = self.eyes.db
        rows = await self._live(place, begin)
        async with db.read() as tx:
            notes = await db.triage_notes.of(tx, tuple(row.id for row, _ in rows))
            judged = await db.judgements.since(tx, place.workspace, place.channel, begin)
            posts = await db.judgements.posts(tx, place.workspace, place.channel, begin)
            answers = await db.feedback.since(tx, place.workspace, place.channel, begin)
        histories = {row.id: History.of(note for note in notes if note.incident == row.id) for row, _ in rows}
        worked = await self._worked(histories)
        rules = ledger(((one, histories[row.id], (row.channel, row.ts)) for row, one in rows), worked, judged)
        found = areas(rules, posts, (*judged, *map(of_answer, answers)))
        head = f"{len(rules)} alert rules since {begin:%F}, {sum(rule.noise for rule in rules)} of them noise; {sum(posts.values())} messages of mine{_answers(answers)}."
        return compared("noise", found, former, since, (), head=head, always=bool(rules))

    async def _worked(self, histories: dict[str, History]) -> frozenset[str]:
        """Incidents of which a proposed change was made."""
        plans = [(key, str(note.detail["plan"])) for key, one in histories.items() for note in one.plans]
        views = [(key, await self.changes.view(plan)) for key, plan in plans]
        return frozenset(key for key, view in views if view is not None and view.state in DONE and not _silence(view.action))  # fmt: skip


def _answers(said: Sequence[FeedbackRow]) -> str:
    useless = sum(row.verdict == USELESS for row in said)
    return f"; of my answers {len(said) - useless} were judged useful, {useless} useless" if said else ""


def _silence(action: str) -> bool:
    """To quiet an alert is not to act on it."""
    return action in ("silence_create", "alarm_suppress")


def _card(row: TriageRow, incident: Incident) -> Fact:
    first = min(incident.seen.values(), key=lambda one: (not one.firing, one.first))
    names = ", ".join(sorted(first.services)[:3])
    about = f" ({names})" if names else ""
    text = f"{first.alert.name}{about}: {first.alert.severity}, since {row.began:%F %H:%M} UTC"
    return Fact(row.id, text, channel=row.channel, ts=row.ts, lead="incident")


def reach_of(policy: Policy, actor: Actor, place: Place) -> str:
    """Equal for all who may see the same here: only what they saw is compared with what they see."""
    keys = [policy.reach(actor, place, right).key if policy.holds(actor, place, right) else "" for right in RIGHTS]  # fmt: skip
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()


def snapshot_of(kept: object, reach: str) -> Snapshot | None:
    """As it was stored; None where others' eyes saw it: what those do not see would read as gone, and tell of it."""
    if not isinstance(kept, dict) or kept.get("reach") != reach:
        return None
    areas = kept.get("areas") or {}
    return {str(area): {str(key): (str(pair[0]), str(pair[1])) for key, pair in facts.items()} for area, facts in areas.items()}  # fmt: skip


def stored(seen: Snapshot, reach: str) -> dict[str, Any]:
    areas = {area: {key: list(pair) for key, pair in facts.items()} for area, facts in seen.items()}
    return {"reach": reach, "areas": areas}
