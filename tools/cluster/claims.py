"""Volume claims with what uses them, what holds them, and what is wrong with them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tools.cluster.objects import condition, created, event_time, finished, meta, name, spec, status
from tools.cluster.several import Several
from tools.spec import Json

SLOW = timedelta(minutes=5)
KINDS = ("persistentvolumeclaims", "pods", "persistentvolumes", "storageclasses", "statefulsets", "events")


@dataclass(slots=True)
class Claim:
    """`users` are pods that mount it; `problems` the worst first. `waits` is a claim that only its first pod will bind."""

    item: Json
    volume: Json | None = None
    users: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    waits: bool = False
    full: float | None = None  # share of its bytes that is used

    @property
    def namespace(self) -> str:
        return str(meta(self.item).get("namespace", ""))

    @property
    def title(self) -> str:
        return f"{self.namespace}/{name(self.item)}"

    @property
    def size(self) -> str:
        have = (status(self.item).get("capacity") or {}).get("storage")
        return str(
            have or ((spec(self.item).get("resources") or {}).get("requests") or {}).get("storage", "?")
        )


def claims(seen: Several, now: datetime) -> list[Claim]:
    users: dict[tuple[str, str], list[str]] = defaultdict(list)
    for pod in seen.of("pods"):
        for volume in spec(pod).get("volumes") or []:
            claim = (volume.get("persistentVolumeClaim") or {}).get("claimName")
            if claim and not finished(pod):
                users[str(meta(pod).get("namespace", "")), str(claim)].append(name(pod))
    volumes = {name(v): v for v in seen.of("persistentvolumes")}
    found = []
    for item in seen.of("persistentvolumeclaims"):
        one = Claim(item, volumes.get(str(spec(item).get("volumeName", ""))))
        one.users = users.get((one.namespace, name(item)), [])
        _judge(one, seen, now)
        found.append(one)
    return found


def _judge(one: Claim, seen: Several, now: datetime) -> None:
    phase = status(one.item).get("phase")
    if phase == "Lost":
        one.problems.append("its volume is gone")
    if phase == "Pending":
        one.problems += _pending(one, seen)
    if meta(one.item).get("deletionTimestamp"):
        held = f": {', '.join(one.users[:3])} still use it" if one.users else ""
        one.problems.append(f"is being deleted{held}")
    for kind in ("Resizing", "FileSystemResizePending"):
        if condition(one.item, kind).get("status") == "True":
            one.problems.append(
                "grows, and its pod must start anew for it" if kind != "Resizing" else "grows"
            )
    if phase == "Bound" and not one.users and seen.knows("pods") and now - created(one.item) > SLOW:
        one.problems.append("no pod uses it")


def _pending(one: Claim, seen: Several) -> list[str]:
    """Why it is not bound, by its class and its events."""
    wanted = spec(one.item).get("storageClassName")
    classes = {name(c): c for c in seen.of("storageclasses")}
    if wanted and seen.knows("storageclasses") and wanted not in classes:
        return [f"pending: storage class {wanted} does not exist"]
    if (
        not wanted
        and wanted != ""
        and seen.knows("storageclasses")
        and not any(map(_default, classes.values()))
    ):
        return ["pending: it names no storage class, and the cluster has no default"]
    said = [
        e for e in seen.of("events")
        if (e.get("involvedObject") or {}).get("name") == name(one.item) and e.get("reason") in {"ProvisioningFailed", "FailedBinding"}
    ]  # fmt: skip
    if said:
        return [f"pending: {' '.join(str(max(said, key=event_time).get('message', '')).split())[:200]}"]
    if (classes.get(str(wanted)) or {}).get("volumeBindingMode") == "WaitForFirstConsumer" and not one.users:
        one.waits = True
        return []
    return ["pending"]


def _default(item: Json) -> bool:
    notes = meta(item).get("annotations") or {}
    return notes.get("storageclass.kubernetes.io/is-default-class") == "true"


def stray(seen: Several) -> list[Json]:
    """Volumes that no claim holds any more: paid for, and used by nobody."""
    return [v for v in seen.of("persistentvolumes") if status(v).get("phase") in {"Released", "Failed"}]
