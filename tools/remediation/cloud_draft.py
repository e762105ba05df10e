"""The plan of a change of one resource: what all of them say alike, from what one of them says for itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tools.plan import Blast, Check, Draft, Ownership
from tools.remediation.cloud_resource import Subject, resolved, target_of
from tools.remediation.cloud_turn import NO_DRY_RUN, Turn
from tools.spec import Call, Json, Risk


@dataclass(frozen=True, slots=True)
class Write:
    """One operation of the SDK, less its precondition and token."""

    service: str
    operation: str
    arguments: Json

    def as_json(self) -> Json:
        return {"service": self.service, "operation": self.operation, "arguments": self.arguments}


@dataclass(frozen=True, slots=True)
class Way:
    """`wanted` are the values that differ afterwards, `back` what puts the former ones back; None: nothing does.

    `args` are those of the action beside the place, `part` what of the resource is meant.
    """

    title: str
    wanted: dict[str, str]
    write: Write
    back: Write | None
    undo: str
    blast: Blast
    criterion: str
    deadline_s: float
    risk: Risk
    warnings: tuple[str, ...] = ()
    args: dict[str, Any] = field(default_factory=dict)
    part: str = ""
    hold_s: float = 3.0
    ownership: Ownership = Ownership(detail="not managed by a pool")
    before: dict[str, str] = field(default_factory=dict)


def draft(call: Call, action: str, found: Subject, turn: Turn, way: Way) -> Draft:
    """Raises NotAllowed without a principal for changes, before anybody is asked to approve."""
    call.clients.cloud.changing(call.deadline_s)
    params = turn.params(call, found, way.wanted)
    return Draft(
        action=action,
        args=resolved(found, **way.args),
        target=target_of(found, turn.sort, way.part),
        title=way.title,
        shown=turn.shown(found),
        changes=turn.changes(found, way.wanted),
        dry_run=NO_DRY_RUN,
        blast=way.blast,
        reversible=way.back is not None,
        undo=way.undo,
        rollback={"was": params["was"], "write": way.back.as_json()} if way.back else None,
        write=way.write.as_json(),
        check=Check(criterion=way.criterion, deadline_s=way.deadline_s, hold_s=way.hold_s, params=params),
        before=way.before or params["was"],
        ownership=way.ownership,
        warnings=way.warnings,
        risk=way.risk,
    )
