"""The revisions of a Deployment in the order in which they ran, read from its ReplicaSets.

A Deployment that goes back takes the old ReplicaSet up again and gives it a new number; the numbers it had before
stay in an annotation. So one ReplicaSet may have run several times, and each of its runs is a revision here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tools.cluster.objects import annotated, count, created, meta, owned_by, spec, template, when
from tools.cluster.templates import RESTARTED, Change, differences
from tools.spec import Json

NUMBER = "deployment.kubernetes.io/revision"
FORMER = "deployment.kubernetes.io/revision-history"
CAUSE = "kubernetes.io/change-cause"
MOST_FORMER = 10  # of one ReplicaSet; what is older explains nothing today


@dataclass(frozen=True, slots=True)
class Revision:
    """One run of a template. `changes` are against what ran before it; empty for the first that is kept.

    `former` are the numbers under which the same ReplicaSet ran earlier, `now` is the one it has today.
    `exact` is False where only a lower bound of the start is known.
    """

    number: int
    replicaset: Json
    at: datetime
    cause: str
    manager: str
    changes: tuple[Change, ...]
    former: tuple[int, ...] = ()
    now: int = 0
    exact: bool = True

    @property
    def template(self) -> Json:
        return template(self.replicaset)

    @property
    def latest(self) -> bool:
        """The last run of its ReplicaSet: what the ReplicaSet says today is about this one."""
        return self.number == self.now

    @property
    def pods(self) -> int:
        return int(spec(self.replicaset).get("replicas") or 0) if self.latest else 0

    @property
    def ready(self) -> int:
        return count(self.replicaset, "readyReplicas") if self.latest else 0

    @property
    def images(self) -> str:
        inner = (self.template.get("spec") or {}).get("containers") or []
        return ", ".join(c.get("image", "") for c in inner)

    @property
    def title(self) -> str:
        """`7 (was 5)`."""
        return f"{self.number} (was {self.former[-1]})" if self.former else str(self.number)


def revision_of(item: Json) -> int:
    text = annotated(item).get(NUMBER, "")
    return int(text) if text.isdigit() else 0


def revisions(deployment: Json, replicasets: list[Json]) -> tuple[Revision, ...]:
    """Oldest first; the last one is what the Deployment wants now."""
    mine = [rs for rs in replicasets if owned_by(rs, deployment)]
    runs = sorted(
        ((number, rs) for rs in mine for number in (*_former(rs), revision_of(rs))), key=lambda run: run[0]
    )
    found: list[Revision] = []
    for number, rs in runs:
        found.append(_run(deployment, number, rs, found, last=number == runs[-1][0]))
    return tuple(found)


def _former(replicaset: Json) -> tuple[int, ...]:
    words = [word.strip() for word in annotated(replicaset).get(FORMER, "").split(",")]
    numbers = {int(word) for word in words if word.isdigit() and len(word) < len("1000000000")}
    return tuple(sorted(n for n in numbers if n < revision_of(replicaset)))[-MOST_FORMER:]


def _run(deployment: Json, number: int, rs: Json, before: list[Revision], *, last: bool) -> Revision:
    now = revision_of(rs)
    latest = number == now
    written, manager = _last_write(deployment) if last and number > 1 else (when(None), "")
    at, exact = _start(rs, number, before, written)
    return Revision(
        number=number,
        replicaset=rs,
        at=at,
        # Its annotations are of its last run: what was noted for an earlier one is overwritten.
        cause=annotated(rs).get(CAUSE, "") if latest else "",
        manager=manager,
        changes=differences(before[-1].template, template(rs)) if before else (),
        former=tuple(n for n in _former(rs) if n < number),
        now=now,
        exact=exact,
    )


def _start(rs: Json, number: int, before: list[Revision], written: datetime) -> tuple[datetime, bool]:
    """A ReplicaSet that was taken up again is older than this run: then the write of the template dates it."""
    again = any(n < number for n in _former(rs)) or any(earlier.at > created(rs) for earlier in before)
    if not again:
        return created(rs), True
    lower = max([created(rs), *(earlier.at for earlier in before)])
    return (written, True) if written > created(rs) else (lower, False)


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


def alike(one: Json, other: Json) -> bool:
    """Two templates are the same software: nothing but a restart mark differs."""
    changes = differences(one, other)
    return not changes or is_restart(changes)
