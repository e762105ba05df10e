"""Who wrote an object last, and which part of it: read from `managedFields`, which outlive events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tools.cluster.objects import created, meta, when
from tools.spec import Json

STEADY = frozenset({"kube-controller-manager", "kube-scheduler", "kubelet", "kube-apiserver", "cloud-controller-manager"})  # fmt: skip
_QUIET = frozenset({"f:metadata", "f:status"})


@dataclass(frozen=True, slots=True)
class Write:
    """The newest write of one manager. `fields` are what it owns, as short paths; `created` when it made the object."""

    at: datetime
    manager: str
    operation: str
    subresource: str
    fields: tuple[str, ...]
    created: bool


def writes(item: Json) -> Iterator[Write]:
    """What people and their tools wrote; not what the cluster's own parts keep up to date."""
    entries = [entry for entry in meta(item).get("managedFields") or [] if _told(entry)]
    first = _first(item, entries)
    for entry in entries:
        yield Write(
            when(entry["time"]),
            str(entry["manager"]),
            str(entry.get("operation", "")),
            str(entry.get("subresource") or ""),
            _fields(entry.get("fieldsV1") or {}),
            created=entry is first,
        )


def _told(entry: Json) -> bool:
    steady = entry.get("manager") in STEADY or entry.get("subresource") == "status"
    return bool(entry.get("manager") and entry.get("time")) and not steady


def _first(item: Json, entries: list[Json]) -> Json | None:
    """The write that made it: of those at that moment the one that owns most."""
    born = [e for e in entries if abs((when(e["time"]) - created(item)).total_seconds()) <= 1]
    return max(born, key=lambda entry: len(str(entry.get("fieldsV1"))), default=None)


def _fields(owned: Json) -> tuple[str, ...]:
    """`spec.replicas`, `data`: two levels say enough."""
    found = []
    for top, inner in owned.items():
        if top in _QUIET or not top.startswith("f:"):
            continue
        below = [key.removeprefix("f:") for key in inner if key.startswith("f:")] if top == "f:spec" else []
        found += [f"{top.removeprefix('f:')}.{key}" for key in below] or [top.removeprefix("f:")]
    return tuple(sorted(found))
