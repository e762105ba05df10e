"""A workload against what was last applied: fields that somebody changed since, and who; secrets stay hidden."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tools.cluster.objects import EPOCH, annotated, labels, meta, name, spec
from tools.cluster.quantity import quantity
from tools.cluster.templates import RESTARTED, flat, shown
from tools.cluster.writes import writes
from tools.spec import Json

APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_NAMED_LISTS = (".env[", "containers[", "initContainers[", "volumes[", "volumeMounts[", "ports[")
OURS = "cloudops/"


@dataclass(frozen=True, slots=True)
class Changed:
    """One field: as applied and as it is. `by` is who wrote that part last, as the server recorded it."""

    path: str
    applied: str
    live: str
    by: str = ""
    at: datetime = EPOCH

    @property
    def words(self) -> str:
        who = f", by {self.by}" if self.by else ""
        return f"{self.path}: applied {self.applied or 'nothing'}, is {self.live or 'gone'}{who}"


@dataclass(slots=True)
class Drift:
    """`declared` is how it was applied: by a client (its annotation), the server, or not at all (empty)."""

    item: Json
    declared: str = ""
    changes: list[Changed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def drift(item: Json, scaled: bool) -> Drift:
    """`scaled`: an autoscaler sets its replicas. Nothing is compared where nothing was declared."""
    found = Drift(item)
    text = annotated(item).get(APPLIED)
    applied = _read(text) if text else None
    if applied is not None:
        found.declared = "client"
        _compare(found, applied, scaled=scaled)
    elif text:
        found.notes.append("its last-applied configuration cannot be read")
    elif appliers := [w.manager for w in writes(item) if w.operation == "Apply"]:
        found.declared = f"server, by {appliers[0]}"
        _others(found, scaled=scaled)
    else:
        found.notes.append(_undeclared(item))
    return found


def _read(text: str) -> Json | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("spec"), dict) else None


def _undeclared(item: Json) -> str:
    if labels(item).get("app.kubernetes.io/managed-by") == "Helm":
        release = annotated(item).get("meta.helm.sh/release-name", "a release")
        return f"managed by Helm ({release}): what it declares is in a secret that is not read"
    return "nothing was applied: there is nothing to compare with"


def _compare(found: Drift, applied: Json, *, scaled: bool) -> None:
    before, after = flat(applied["spec"], "spec"), flat(spec(found.item), "spec")
    for path, value in before.items():
        if not _same(value, after.get(path)):
            _keep(found, path, value, after.get(path), scaled=scaled)
    for path, value in after.items():
        if path not in before and _added(path, before):
            _keep(found, path, None, value, scaled=scaled)


def _added(path: str, before: dict[str, Any]) -> bool:
    """An entry of a list, or a label or note of the template, that nobody applied; defaults of the server are none."""
    if "template.metadata.labels" in path or "template.metadata.annotations" in path:
        return True
    entry = next((part for part in _NAMED_LISTS if part in path), None)
    if entry is None or not path.endswith("]"):
        return False
    return any(part in path for part in _NAMED_LISTS[:4]) or any(
        p.startswith(path.rpartition("[")[0]) for p in before
    )


def _same(one: Any, other: Any) -> bool:
    """`1` and `1000m` are the same amount; a port may be written as text."""
    if one == other or str(one) == str(other):
        return True
    try:
        return quantity(one) == quantity(other)
    except ValueError:
        return False


def _keep(found: Drift, path: str, before: Any, after: Any, *, scaled: bool) -> None:
    if RESTARTED in path:
        found.notes.append(f"restarted at {after}")
        return
    if OURS in path:
        return
    if path == "spec.replicas" and scaled:
        found.notes.append(f"replicas are set by an autoscaler: applied {before}, is {after}")
        return
    by, at = _writer(found.item, path)
    found.changes.append(Changed(path.removeprefix("spec."), shown(path, before), shown(path, after), by, at))


def _writer(item: Json, path: str) -> tuple[str, datetime]:
    """Who wrote that part last, other than by applying."""
    part = ".".join(path.replace("[", ".").split(".")[:2])
    mine = [w for w in writes(item) if part in w.fields and "client-side-apply" not in w.manager]
    latest = max(mine, key=lambda w: w.at, default=None)
    return (latest.manager, latest.at) if latest else ("", EPOCH)


def _others(found: Drift, *, scaled: bool) -> None:
    """With server-side apply the server itself keeps whose each field is: others own what they changed."""
    for write in writes(found.item):
        if write.operation == "Apply" or write.subresource == "status":
            continue
        for part in write.fields:
            if part == "spec.replicas" and scaled:
                continue
            value = spec(found.item).get(part.removeprefix("spec."))
            text = shown(part, value) if not isinstance(value, dict | list) else "set by it"
            found.changes.append(Changed(part.removeprefix("spec."), "", text, write.manager, write.at))


def target_names(autoscalers: list[Json]) -> set[tuple[str, str, str]]:
    """(namespace, kind, name) of everything that an autoscaler scales."""
    refs = [(str(meta(h).get("namespace", "")), spec(h).get("scaleTargetRef") or {}) for h in autoscalers]
    return {(space, str(ref.get("kind", "")), str(ref.get("name", ""))) for space, ref in refs}


def title(kind: str, item: Json) -> str:
    return f"{kind} {meta(item).get('namespace', '')}/{name(item)}"
