"""Numbers of a workload before and after a change: pods ready, restarts, and the service's own metrics."""

from __future__ import annotations

import asyncio

from tools.cluster.objects import pod_ready, restarts
from tools.errors import ToolError
from tools.metrics.charts import number
from tools.remediation.workload import Subject
from tools.services.model import MetricSpec
from tools.spec import Call

METRICS = 3  # of a service; more make no better card
WITHIN_S = 3.0


async def measure(call: Call, found: Subject) -> dict[str, str]:
    """Plain words to plain values, e.g. `{"pods ready": "6/6", "error_rate": "31.2 %"}`."""
    ready = sum(pod_ready(pod) for pod in found.pods)
    numbers = {
        "pods ready": f"{ready}/{found.replicas}",
        "restarts": str(sum(restarts(p) for p in found.pods)),
    }
    return numbers | await _metrics(call, found)


async def _metrics(call: Call, found: Subject) -> dict[str, str]:
    wanted = list((found.service.metrics if found.service else {}).items())[:METRICS]
    if call.clients.metrics is None or not wanted:
        return {}
    values = await asyncio.gather(*(_value(call, metric) for _, metric in wanted))
    return {name: value for (name, _), value in zip(wanted, values, strict=True) if value}


async def _value(call: Call, metric: MetricSpec) -> str:
    if call.clients.metrics is None:
        return ""
    try:
        samples = await call.clients.metrics.instant(metric.query, call.now, min(WITHIN_S, call.deadline_s))
    except ToolError:
        return "unknown"
    if not samples:
        return "no data"
    return f"{number(max(s.last for s in samples))} {metric.unit}".strip()
