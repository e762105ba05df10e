"""Since when does an instance do nothing? By the processor, and by the accelerator where it has one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tools.errors import ToolError
from tools.metrics.prometheus import Sample
from tools.oracle.metrics import Asked, query, series
from tools.oracle.where import Where, text_of
from tools.spec import Json

BUSY = 5.0  # percent; below it nothing is being worked on
LEAST = timedelta(hours=2)  # shorter quiet is a pause
STEP = "5m"
SIGNALS = (("oci_computeagent", "CpuUtilization"), ("gpu_infrastructure_health", "GpuUtilization"))


@dataclass(frozen=True, slots=True)
class Idle:
    """`since` None: it works, or nobody measured. `signals` say what was looked at, with its last value."""

    since: datetime | None
    signals: tuple[str, ...]
    queries: tuple[str, ...]
    unseen: tuple[str, ...] = ()


async def idle(where: Where, instance: Json, region: str, start: datetime, now: datetime) -> Idle:
    """Over the time from `start`; idle only when every signal that there is stays below five percent until now."""
    signals, queries, unseen, since = [], [], [], []
    for namespace, metric in SIGNALS:
        if metric == "GpuUtilization" and "GPU" not in text_of(instance, "shape").upper():
            continue
        asked = Asked(
            namespace, query(metric, STEP, "mean", [("resourceId", text_of(instance, "id"))]), start, now
        )
        try:
            found = await series(where, region, text_of(instance, "compartmentId"), asked)
        except ToolError as error:
            unseen.append(f"{metric}: {error.reason}")
            continue
        if not found:
            unseen.append(f"{metric}: nothing measures it")
            continue
        signals.append(f"{metric} {found[0].last:.1f}% now")
        queries.append(asked.query)
        since.append(quiet_since(found[0]))
    began = max((at for at in since if at is not None), default=None) if all(since) else None
    return Idle(
        began if began and now - began >= LEAST else None, tuple(signals), tuple(queries), tuple(unseen)
    )


def quiet_since(sample: Sample, busy: float = BUSY) -> datetime | None:
    """The time of the first point after the last one of at least `busy`; None when the last point is so."""
    began: float | None = None
    for at, value in sample.points:
        if value >= busy:
            began = None
        elif began is None:
            began = at
    return datetime.fromtimestamp(began, UTC) if began is not None else None
