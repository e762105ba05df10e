"""The revisions of a Deployment, read from its ReplicaSets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tools.cluster.objects import annotated, count, created, meta, owned_by, spec, template, when
from tools.cluster.templates import RESTARTED, Change, differences
from tools.spec import Json

NUMBER = "deployment.kubernetes.io/revision"
CAUSE = "kubernetes.io/change-cause"


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision. `changes` are against the revision before it; empty for the first that is kept."""

    number: int
    replicaset: Json
    at: datetime
    cause: str
    manager: str
    changes: tuple[Change, ...]

    @property
    def template(self) -> Json:
        return template(self.replicaset)

    @property
    def pods(self) -> int:
        return int(spec(self.replicaset).get("replicas") or 0)

    @property
    def ready(self) -> int:
        return count(self.replicaset, "readyReplicas")

    @property
    def images(self) -> str:
        inner = (self.template.get("spec") or {}).get("containers") or []
        return ", ".join(c.get("image", "") for c in inner)


def revision_of(item: Json) -> int:
    text = annotated(item).get(NUMBER, "")
    return int(text) if text.isdigit() else 0


def revisions(deployment: Json, replicasets: list[Json]) -> tuple[Revision, ...]:
    """Oldest first; the last one is what the Deployment wants now."""
    mine = sorted((rs for rs in replicasets if owned_by(rs, deployment)), key=revision_of)
    found: list[Revision] = []
    for rs in mine:
        changes = differences(found[-1].template, template(rs)) if found else ()
        cause = annotated(rs).get(CAUSE, "")
        last = rs is mine[-1]
        at, manager = _last_write(deployment) if last and revision_of(rs) > 1 else (created(rs), "")
        # An undo takes an old ReplicaSet up again: then its age says nothing about when it came back.
        at = at if last and _taken_up_again(rs, mine) and at > created(rs) else created(rs)
        found.append(Revision(revision_of(rs), rs, at, cause, manager if last else "", changes))
    return tuple(found)


def _taken_up_again(rs: Json, mine: list[Json]) -> bool:
    return any(created(other) > created(rs) for other in mine)


def _last_write(deployment: Json) -> tuple[datetime, str]:
    """When and by whom the template was last written, from managedFields; what they do not say stays empty."""
    writers = [
        entry
        for entry in meta(deployment).get("managedFields") or []
        if "f:template" in ((entry.get("fieldsV1") or {}).get("f:spec") or {})
        and not entry.get("subresource")
    ]
    latest = max(writers, key=lambda entry: when(entry.get("time")), default=None)
    return (when(latest.get("time")), str(latest.get("manager", ""))) if latest else (when(None), "")


def is_restart(changes: tuple[Change, ...]) -> bool:
    """Only the restart mark differs: same software, new pods."""
    return bool(changes) and all(RESTARTED in c.path or "cloudops/" in c.path for c in changes)
