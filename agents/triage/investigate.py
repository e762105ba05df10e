"""Looking into an incident unasked: reads alone, through the gate, as `system:triage`, with what the policy grants that account. No model."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from agents.gate.called import Called
from agents.gate.gate import Gate
from agents.gate.turn import Turn
from agents.people import Place, Request
from agents.redaction import TurnMemory
from agents.triage.correlate import Incident
from agents.triage.principal import ACTOR
from agents.triage.question import CHANGES, Question, at_the_cause, culprit, questions
from agents.triage.weigh import advice, hypotheses, measured, plan
from storage.clock import Clock
from tools.services.model import Service

SECONDS: Final = 60.0
CALLS: Final = 5
DIAGNOSIS: Final = "k8s_diagnose"
TOLD = {
    "refused": "not allowed to system:triage",
    "not_allowed": "the other side refused it",
    "ask": "it is not clear which one is meant",
}


@dataclass
class Investigator:
    """`actions` are the changes that may be suggested; `cloud` says whether Oracle Cloud is set up."""

    gate: Gate
    clock: Clock
    actions: frozenset[str]
    cloud: bool

    def turn(self, incident: Incident, place: Place, correlation: str) -> Turn:
        request = Request(f"{incident.id}:triage", correlation, ACTOR, place, "", self.clock.now())
        now = asyncio.get_running_loop().time()
        turn = Turn.start(request, now=now, memory=TurnMemory(), seconds=SECONDS)
        turn.budget.calls = CALLS
        return turn

    async def look(self, turn: Turn, incident: Incident, services: Iterable[Service]) -> dict[str, Any]:
        """JSON: `asked`, `about`, `measured`, `hypotheses`, `ruled_out`, `gaps`, `plan`. One call after the other; never raises for what a call meets."""
        services = tuple(services)
        asked = questions(incident, services, cloud=self.cloud)
        called: dict[str, Called] = {}
        for one in asked:
            near = at_the_cause(one, _data(called.get(DIAGNOSIS)), incident, services)
            called[one.tool] = await self.gate.call(turn, near.tool, near.args)
        failing = culprit(_data(called.get(DIAGNOSIS)), services)
        return self._found(incident, asked, called) | {"about": _about(incident, failing, services)}

    def _found(
        self, incident: Incident, asked: list[Question], called: Mapping[str, Called]
    ) -> dict[str, Any]:
        diagnosis, suspects = _data(called.get(DIAGNOSIS)), _data(called.get(CHANGES))
        results = [one.result for one in called.values() if one.result is not None]
        gaps = [f"{name}: {TOLD.get(one.kind, one.error)}" for name, one in called.items() if not one.ok]
        gaps += [text for result in results for text in result.could_not_see]
        alarms = _data(called.get("oci_alarms")).get("alarms", ())
        return {
            "asked": [one.tool for one in asked],
            "read": [name for name, one in called.items() if one.ok],
            "hypotheses": hypotheses(diagnosis, suspects, incident.since),
            "alarms": [str(one.get("name", ""))[:120] for one in alarms][:5],
            "ruled_out": [text[:200] for result in results for text in result.ruled_out][:5],
            "healthy": bool(diagnosis.get("healthy")),
            "gaps": [text[:200] for text in gaps][:6],
            "measured": measured(diagnosis),
            "plan": plan(diagnosis, self.actions),
            "advice": advice(diagnosis),
        }


def _about(incident: Incident, failing: Service | None, services: Iterable[Service]) -> dict[str, str]:
    """Whose it is: `failing` where a fault was found, else the first service of the map that alerts, which need not be what fails."""
    names = [name for one in incident.seen.values() for name in sorted(one.services)]
    known = {service.name.lower(): service for service in services}
    service = failing or next((known[name] for name in names if name in known), None)
    if service is None:
        return {}
    failed = failing.name if failing else ""
    return {"service": service.name, "failing": failed, "owner": service.owner, "on_call": service.on_call}


def _data(called: Called | None) -> Mapping[str, Any]:
    return called.result.data if called is not None and called.result is not None else {}
