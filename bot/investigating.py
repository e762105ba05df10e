"""Incidents are looked into once each, beside the cards: what was found goes onto the card, what fits is proposed and waits for people."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import structlog

from agents.gate.turn import Turn
from agents.incidents.facts import spoken_all
from agents.people import Place
from agents.policy import Permission
from agents.triage.alike import most_alike
from agents.triage.correlate import Incident
from agents.triage.history import BEGUN, FOUND, PLANNED
from agents.triage.investigate import SECONDS, Investigator
from agents.triage.kept import incident_from
from agents.triage.principal import ACTOR, PRINCIPAL
from bot.commands.memory import book_of
from bot.core import Core
from bot.incidentcards import IncidentCards
from bot.incidentpast import cited, fixed_by, past
from bot.intake import correlation_of
from bot.replies.incident import about, services_of, severity
from storage.database import Tx
from storage.errors import StoreUnavailable
from storage.plans import PlanRow
from storage.triage import TriageRow
from storage.triagenotes import NoteRow

log = structlog.get_logger(__name__)
LATELY: Final = timedelta(hours=1)
BUSY: Final = timedelta(seconds=SECONDS + 30)  # whoever began longer ago does not end any more
FACTS: Final = 4  # on a card
TRIES: Final = 2  # a process may die over it, or it may be what processes die of
GIVEN_UP: Final[Mapping[str, Any]] = {
    "asked": ["k8s_diagnose"], "read": [], "hypotheses": [], "ruled_out": [], "alarms": [], "healthy": False, "plan": {},
    "gaps": ["whoever looked into it ended before it was done, twice"],
}  # fmt: skip


Waiting = tuple[TriageRow, Incident]


def by_channel(found: Iterable[Waiting]) -> list[list[Waiting]]:
    """What fires, a list a channel, the worst first and of like ones the oldest."""
    lists: dict[str, list[Waiting]] = {}
    for row, incident in found:
        if incident.firing:
            lists.setdefault(row.channel, []).append((row, incident))
    return [sorted(each, key=lambda one: (severity(one[1]), one[0].began)) for each in lists.values()]


@dataclass
class Investigating:
    core: Core
    cards: IncidentCards
    workspace: str

    def __post_init__(self) -> None:
        known = frozenset(action.name for action in self.core.actions)
        cloud = self.core.clients.oracle is not None
        self.investigator = Investigator(self.core.gate, self.core.clock, known, cloud)

    async def look(self) -> None:
        """About once a second, in every process; each incident once, one at a time in a channel, channels beside each other."""
        db, since = self.core.db, self.core.clock.now() - LATELY
        try:
            rows = await db.read_whole(lambda tx: db.triage_notes.without(tx, self.workspace, FOUND, since))
        except StoreUnavailable as error:
            log.warning("investigation_put_off", reason=str(error))
            return
        topology = self.cards.topology()
        waiting = by_channel([(row, incident_from(row, topology)) for row in rows])
        await asyncio.gather(*map(self._next, waiting))

    async def _next(self, waiting: Sequence[Waiting]) -> None:
        """Of one channel the first that nobody is at; what comes meanwhile may be worse and goes before the rest."""
        try:
            for row, incident in waiting:
                if await self.core.db.write_whole(partial(self._claim, row=row)):
                    await self._investigate(row, incident)
                    return
        except StoreUnavailable as error:
            log.warning("investigation_put_off", reason=str(error))

    async def _claim(self, tx: Tx, row: TriageRow) -> bool:
        """Ours now. False: somebody is at it or at another one of the channel, or has been, or it was tried often enough."""
        db, now = self.core.db, self.core.clock.now()
        await db.triage.turn(tx)
        begun = await db.triage_notes.since(tx, self.workspace, BEGUN, now - BUSY)
        ended = await db.triage_notes.since(tx, self.workspace, FOUND, now - BUSY)
        busy = {
            n.incident for n in begun if n.channel == row.channel and n.at < now + BUSY
        }  # a clock was set back
        if busy - {n.incident for n in ended}:
            return False
        kinds = [note.kind for note in await db.triage_notes.of(tx, (row.id,))]
        if FOUND in kinds:
            return False
        if (tried := kinds.count(BEGUN)) >= TRIES:
            await self._keep(tx, row, GIVEN_UP, None)
            return False
        note = self._note(row, BEGUN, {})
        return await db.triage_notes.add(tx, replace(note, id=f"{note.id}:{tried}"))

    def _note(self, row: TriageRow, kind: str, detail: Mapping[str, Any]) -> NoteRow:
        at = self.core.clock.now()
        return NoteRow(f"{row.id}:{kind}", row.workspace, row.id, row.channel, at, kind, PRINCIPAL, detail)

    async def _investigate(self, row: TriageRow, incident: Incident) -> None:
        place = Place(row.workspace, row.channel, row.ts)
        turn = self.investigator.turn(incident, place, correlation_of(place))
        found = await self.investigator.look(turn, incident, self.core.services.all())
        found["alike"] = await self._alike(row, incident)
        found["runbooks"] = await cited(self.core, incident, found)
        found["facts"] = await self._known(place, incident)
        proposed = await self._propose(turn, row, found) if found["plan"] else None
        await self.core.db.write_whole(lambda tx: self._keep(tx, row, found, proposed))

    async def _keep(self, tx: Tx, row: TriageRow, found: Mapping[str, Any], proposed: NoteRow | None) -> None:
        clean = self.core.redactor.redact_json(dict(found))
        await self.core.db.triage_notes.add(tx, self._note(row, FOUND, clean))
        if proposed is not None:
            await self.core.db.triage_notes.add(tx, proposed)
        await self.core.db.triage.told(tx, row.id)

    async def _known(self, place: Place, incident: Incident) -> list[str]:
        """What people confirmed about its services, as far as triage may read of them; shown as their words."""
        book = book_of(self.core)
        return spoken_all(book, await book.known(ACTOR, place, services_of(incident), FACTS))

    async def _alike(self, row: TriageRow, incident: Incident) -> list[dict[str, str]]:
        ranked = most_alike(incident, await past(self.core, row, self.cards.topology()))
        return [
            {
                "id": one.incident.id,
                "began": one.incident.began.isoformat(),
                "about": about(one.incident),
                "fixed": await fixed_by(self.core, one.incident),
            }
            for one in ranked
        ]

    async def _propose(self, turn: Turn, row: TriageRow, found: dict[str, Any]) -> NoteRow | None:
        """Once an incident, since it is looked into once. Sealed as anybody's; never carried out by us."""
        plan = found["plan"]
        what = f"{plan['action'].replace('_', ' ')} {plan['args'].get('name', '')}".strip()
        reason = f"incident {row.id}: {plan['cause']}"
        if not self.core.policy.policy.decide(
            ACTOR, turn.request.place, Permission.REMEDIATION_EXECUTE
        ).allow:
            found["not_proposed"] = f"{what}. `{PRINCIPAL}` only reads here."
            return None
        made = await self.core.changes.propose(turn, plan["action"], plan["args"], reason)
        if isinstance(made, PlanRow):
            return self._note(row, PLANNED, {"plan": made.id, "what": what, "cause": plan["cause"]})
        why = getattr(made, "text", "") or getattr(made, "what", "")
        found["not_proposed"] = f"{what}. I did not propose it: {why}"
        return None
