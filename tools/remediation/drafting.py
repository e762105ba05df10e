"""Parts that the drafts of all workload actions share."""

from __future__ import annotations

from typing import Any

from tools.cluster.objects import stamp, template
from tools.cluster.templates import Change
from tools.plan import Check, FieldChange
from tools.remediation.arguments import WorkloadArgs
from tools.remediation.workload import Subject
from tools.spec import Call, Json

MAX_SHOWN = 30


def resolved(found: Subject, args: WorkloadArgs, **more: object) -> dict[str, Any]:
    """The arguments with every name filled in: what the plan is about, whatever the map says later."""
    place = {
        "cluster": found.api.name,
        "namespace": found.namespace,
        "kind": found.kind.singular,
        "name": found.name,
    }
    service = {"service": found.service.name} if found.service else {}
    given = args.model_dump(exclude_none=True, exclude={"service", "cluster", "namespace", "kind", "name"})
    return {**service, **place, **given, **{key: value for key, value in more.items() if value is not None}}


def check(call: Call, found: Subject, criterion: str, *, hold_s: float = 5.0, **params: object) -> Check:
    """Time grows with the number of pods, between one and ten minutes."""
    deadline = min(600.0, 60.0 + 10.0 * found.replicas)
    return Check(
        criterion=criterion, deadline_s=deadline, hold_s=hold_s, params={"since": stamp(call.now), **params}
    )


def lines(changes: tuple[Change, ...]) -> tuple[FieldChange, ...]:
    """The diff for the card; what does not fit is counted, never dropped silently."""
    shown = [
        FieldChange(path=c.path, before=c.before or "(unset)", after=c.after or "(unset)") for c in changes
    ]
    if len(shown) > MAX_SHOWN:
        rest = len(shown) - MAX_SHOWN
        shown = [*shown[:MAX_SHOWN], FieldChange(path="...", before="", after=f"{rest} more fields")]
    return tuple(shown)


def kept_template(found: Subject) -> Json:
    """Data to put the pod template back exactly."""
    return {"template": template(found.item)}
