"""Numbers of a workload before and after a change: pods ready, restarts, and the service's own metrics.

A rate looks back, and right after a change it would mostly tell of the time before. So it looks back no further than the
pods that serve now have served; where that is too short for a value, the number says that it is mixed.
"""

from __future__ import annotations

import asyncio
import math

from tools.cluster.objects import condition, pod_ready, restarts, when
from tools.errors import ToolError
from tools.metrics.charts import number
from tools.metrics.prometheus import Prometheus
from tools.metrics.window import since
from tools.remediation.workload import Subject
from tools.services.model import MetricSpec
from tools.spec import Call

METRICS = 3  # of a service; more make no better card
WITHIN_S = 3.0
MIXED = "(still counts the time before)"


async def measure(call: Call, found: Subject) -> dict[str, str]:
    """Plain words to plain values, e.g. `{"pods ready": "6/6", "error_rate": "31.2 %"}`."""
    ready = sum(pod_ready(pod) for pod in found.pods)
    numbers = {
        "pods ready": f"{ready}/{found.replicas}",
        "restarts": str(sum(restarts(p) for p in found.pods)),
    }
    return numbers | await _metrics(call, found)


def served_s(call: Call, found: Subject) -> float:
    """For how long the pods have been the ones that serve now; endless while one is not ready."""
    if not found.pods or not all(pod_ready(pod) for pod in found.pods):
        return math.inf
    newest = max(when(condition(pod, "Ready").get("lastTransitionTime")) for pod in found.pods)
    return max(0.0, (call.now - newest).total_seconds())


async def _metrics(call: Call, found: Subject) -> dict[str, str]:
    wanted = list((found.service.metrics if found.service else {}).items())[:METRICS]
    metrics = call.clients.metrics
    if metrics is None or not wanted:
        return {}
    served = served_s(call, found)
    values = await asyncio.gather(*(_value(call, metrics, spec, served) for _, spec in wanted))
    return {name: value for (name, _), value in zip(wanted, values, strict=True) if value}


async def _value(call: Call, metrics: Prometheus, spec: MetricSpec, served: float) -> str:
    fresh = spec.query if math.isinf(served) else since(spec.query, served)
    try:
        value = await _asked(call, metrics, fresh)
        if value or fresh == spec.query:
            return _worded(value, spec)
        return f"{_worded(await _asked(call, metrics, spec.query), spec)} {MIXED}"
    except ToolError:
        return "unknown"


async def _asked(call: Call, metrics: Prometheus, query: str) -> str:
    """The highest of its series, empty when there is none."""
    samples = await metrics.instant(query, call.now, min(WITHIN_S, call.deadline_s))
    values = [sample.last for sample in samples if math.isfinite(sample.last)]
    return number(max(values)) if values else ""


def _worded(value: str, spec: MetricSpec) -> str:
    return f"{value} {spec.unit}".strip() if value else "no data"
