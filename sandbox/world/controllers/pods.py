"""Making and removing pods on behalf of an owner, with the events that tell of it."""

import copy
from dataclasses import dataclass, field
from typing import Final

from sandbox.world.access import Refused
from sandbox.world.context import Context
from sandbox.world.events import Source
from sandbox.world.names import suffix
from sandbox.world.objects import (
    Obj,
    created,
    deleting,
    meta,
    name,
    namespace,
    owner_reference,
    spec,
    status,
    uid,
)

PODS: Final = "v1/pods"
_FIRST_RETRY: Final = 0.05
_LAST_RETRY: Final = 1000.0


@dataclass
class Retries:
    """When an owner whose pods were refused may try again; the pause doubles."""

    _next: dict[str, tuple[float, float]] = field(default_factory=dict)

    def blocked(self, ctx: Context, owner: Obj) -> bool:
        when, _ = self._next.get(self._key(owner), (0.0, 0.0))
        return not ctx.due(when)

    def failed(self, ctx: Context, owner: Obj) -> None:
        _, pause = self._next.get(self._key(owner), (0.0, _FIRST_RETRY))
        self._next[self._key(owner)] = (ctx.wait(pause * ctx.speed), min(pause * 2, _LAST_RETRY))

    def passed(self, owner: Obj) -> None:
        self._next.pop(self._key(owner), None)

    @staticmethod
    def _key(owner: Obj) -> str:
        return f"{uid(owner)}/{meta(owner).get('generation', 0)}"


def owned_pods(ctx: Context, owner: Obj) -> list[Obj]:
    return ctx.access.owned(PODS, owner)


def pod_from(
    template: Obj, owner: Obj, kind: tuple[str, str], pod_name: str, *, generated: bool = True
) -> Obj:
    """A pod as an owner posts it. `kind` is (apiVersion, kind) of the owner."""
    template = copy.deepcopy(template)
    metadata: Obj = {"name": pod_name, "namespace": namespace(owner)}
    if generated:
        metadata["generateName"] = f"{name(owner)}-"
    metadata |= {
        k: v for k, v in meta(template).items() if k in ("labels", "annotations", "finalizers") and v
    }
    metadata["ownerReferences"] = [owner_reference(owner, *kind)]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def generated_name(ctx: Context, owner: Obj) -> str:
    return f"{name(owner)[:57]}-{suffix(ctx.rng)}"


def make(ctx: Context, pod: Obj, owner: Obj, kind: tuple[str, str], source: Source) -> str | None:
    """Create the pod; None when it was made, else the server's refusal (an event tells it too)."""
    try:
        stored = ctx.access.create(PODS, pod)
    except Refused as refusal:
        text = f"Error creating: {refusal.message}"
        ctx.recorder.record(source, owner, kind, ("Warning", "FailedCreate", text))
        return refusal.message
    ctx.recorder.record(source, owner, kind, ("Normal", "SuccessfulCreate", f"Created pod: {name(stored)}"))
    return None


def drop(ctx: Context, pod: Obj, owner: Obj, kind: tuple[str, str], source: Source) -> None:
    """Begin the pod's graceful deletion."""
    ctx.access.delete(PODS, pod)
    ctx.recorder.record(source, owner, kind, ("Normal", "SuccessfulDelete", f"Deleted pod: {name(pod)}"))


def victims(pods: list[Obj], surplus: int, ready: set[str]) -> list[Obj]:
    """Which pods go first: not placed, pending, unready, then the most restarts, then the youngest."""

    def rank(pod: Obj) -> tuple[bool, bool, bool, int, float]:
        placed = bool(spec(pod).get("nodeName"))
        restarts = sum(c.get("restartCount", 0) for c in status(pod).get("containerStatuses") or [])
        running = status(pod).get("phase") == "Running"
        return (placed, running, name(pod) in ready, -restarts, -created(pod))

    return sorted(pods, key=rank)[:surplus]


def terminating(pods: list[Obj]) -> int:
    return sum(1 for pod in pods if deleting(pod))
