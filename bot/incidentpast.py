"""What is known from before: past incidents, what fixed them, lines of runbooks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from agents.triage.correlate import Incident
from agents.triage.history import PLANNED, RESOLVED, SILENCED
from agents.triage.kept import incident_from
from agents.triage.topology import Topology
from bot.core import Core
from bot.replies.incident import services_of
from storage.states import PlanState
from storage.triage import KEEP, TriageRow

MOST: Final = 3
READ: Final = 500  # of the newest: what is older is like enough to one of them


async def past(core: Core, row: TriageRow, topology: Topology) -> list[Incident]:
    """Those of this channel: who reads the card could read theirs."""
    since = core.clock.now() - KEEP
    rows = await core.db.read_whole(lambda tx: core.db.triage.live(tx, row.workspace, since))
    mine = [one for one in rows if one.channel == row.channel and one.id != row.id]
    return [incident_from(one, topology) for one in mine[-READ:]]


async def fixed_by(core: Core, incident: Incident) -> str:
    """A change that ended well, else who resolved it, else that it went by itself as far as we know."""
    notes = await core.db.read_whole(lambda tx: core.db.triage_notes.of(tx, (incident.id,)))
    for note in (one for one in notes if one.kind in (PLANNED, SILENCED)):
        plan = await core.db.read_whole(lambda tx, n=note: core.db.plans.get(tx, str(n.detail["plan"])))  # type: ignore[misc] # bound now
        if plan is not None and plan.state == PlanState.SUCCEEDED and note.kind == PLANNED:
            return f"Fixed by {note.detail['what']} ({plan.id})"
    done = next((one for one in reversed(notes) if one.kind == RESOLVED), None)
    return (
        "Resolved by hand; how is not recorded" if done else "Its alerts ended; what fixed it is not recorded"
    )


async def cited(core: Core, incident: Incident, found: Mapping[str, Any]) -> list[str]:
    """Runbooks that hold the fitting change, with its line, and what the service map names."""
    own = [
        f"{name}: {service.runbook}"
        for name in services_of(incident)
        for service in core.services.called(name)
        if service.runbook
    ]
    action = str(found["plan"].get("action", ""))
    return [*own, *(await asyncio.to_thread(_steps, core, action) if action else ())][:MOST]


def _steps(core: Core, action: str) -> list[str]:
    books, (good, _) = core.changes.runbooks, core.changes.runbooks.checked()
    if books.folder is None:
        return []
    lines: list[str] = []
    for book in good:
        if not any(step.action == action for step in book.file.steps):
            continue
        text = (books.folder / f"{book.name}.yaml").read_text(encoding="utf-8").splitlines()
        number = next((at for at, line in enumerate(text, 1) if f"action: {action}" in line), 0)
        lines.append(f"{book.name}.yaml line {number}: {book.file.summary}")
    return lines
