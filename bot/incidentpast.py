"""What is known from before: past incidents, what fixed them, lines of runbooks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from agents.changes.outcome import outcome_of
from agents.triage.correlate import Incident
from agents.triage.history import PLANNED, History
from agents.triage.kept import incident_from
from agents.triage.topology import Topology
from bot.core import Core
from bot.replies.incident import services_of
from storage.plans import PlanRow
from storage.states import PlanState
from storage.triage import KEEP, TriageRow

MOST: Final = 3
READ: Final = 500  # of the newest: what is older is like enough to one of them


async def past(core: Core, row: TriageRow, topology: Topology) -> list[Incident]:
    """Those of this channel: who reads the card could read theirs."""
    since = core.clock.now() - KEEP
    rows = await core.db.read_whole(
        lambda tx: core.db.triage.of_channel(tx, row.workspace, row.channel, since, READ)
    )
    return [incident_from(one, topology) for one in rows if one.id != row.id]


async def fixed_by(core: Core, incident: Incident) -> str:
    """A change that ended well before the alerts did, else who resolved it, else that it went by itself as far as we know."""
    notes = await core.db.read_whole(lambda tx: core.db.triage_notes.of(tx, (incident.id,)))
    for note in (one for one in notes if one.kind == PLANNED):
        plan = await core.db.read_whole(lambda tx, n=note: core.db.plans.get(tx, str(n.detail["plan"])))  # type: ignore[misc] # bound now
        if plan is not None and _before_the_end(plan, incident):
            return f"Fixed by {note.detail['what']} ({plan.id})"
    done = History.of(notes).resolved(incident)
    if done is None:
        return "Its alerts ended; what fixed it is not recorded"
    words = str(done.detail.get("words", ""))
    return f"Resolved by hand: {words}" if words else "Resolved by hand; how is not recorded"


def _before_the_end(plan: PlanRow, incident: Incident) -> bool:
    """What ended well when nothing fired any more explains no end."""
    ended = outcome_of(plan).ended_at
    if plan.state != PlanState.SUCCEEDED or not ended:
        return False
    return incident.firing or datetime.fromisoformat(ended) <= incident.last


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
        number = _line_of(books.folder / f"{book.name}.yaml", action)
        lines.append(f"{book.name}.yaml{f' line {number}' if number else ''}: {book.file.summary}")
    return lines


def _line_of(file: Path, action: str) -> int:
    """0: it cannot be told; the file may have gone since it was checked."""
    step = re.compile(rf"\baction:\s*['\"]?{re.escape(action)}['\"]?\s*(?:[,}}#]|$)")
    try:
        text = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return 0
    return next((at for at, line in enumerate(text, 1) if step.search(line)), 0)
