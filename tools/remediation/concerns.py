"""What a person should know before approving: budgets, pauses, quotas, real use of memory."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tools.cluster.diagnosis.scheduling import requests
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import count, name, spec, status, template
from tools.cluster.quantity import amount, shown, size
from tools.cluster.usage import pod_usage
from tools.errors import ToolError
from tools.metrics.charts import number
from tools.plan import Blast
from tools.remediation.workload import Subject
from tools.spec import Call

ONLY = "its only pod is replaced; it may be away meanwhile"


def general(found: Subject) -> list[str]:
    """Concerns of every change that replaces pods."""
    said = list(found.unseen)
    if spec(found.item).get("paused"):
        said.append("the Deployment is paused: nothing rolls out until somebody resumes it")
    said += [
        f"disruption budget {name(b)} allows no disruption now"
        for b in found.covering()
        if not count(b, "disruptionsAllowed") and count(b, "expectedPods")
    ]
    if (spec(found.item).get("updateStrategy") or {}).get("type") == "OnDelete":
        said.append("its update strategy is OnDelete: pods keep the old template until somebody deletes them")
    if (spec(found.item).get("strategy") or {}).get("type") == "Recreate":
        said.append("its strategy is Recreate: all pods stop before new ones start")
    return said


def replaced(found: Subject) -> Blast:
    """The blast of a change of the template: every pod is replaced, some at a time."""
    pods = found.replicas
    rolling = (spec(found.item).get("strategy") or {}).get("rollingUpdate") or {}
    pace = f", at most {rolling['maxUnavailable']} away at a time" if "maxUnavailable" in rolling else ""
    said = f"all {pods} pods are replaced{pace}" if pods != 1 else ONLY
    return Blast(objects=1, pods=pods, percent=100 if pods else 0, summary=said)


async def room_for(found: Subject, more: int) -> list[str]:
    """Quota left for `more` pods. A dry run does not see this: quotas count pods, and it sends none."""
    if more <= 0:
        return []
    try:
        quotas = await found.api.listing(BY_PLURAL["resourcequotas"], found.namespace)
    except ToolError as error:
        return [f"quotas could not be read: {error.reason}"]
    pod = {"spec": template(found.item).get("spec") or {}}
    asked = {f"requests.{key}": value for key, value in requests(pod).items()} | {"pods": Decimal(1)}
    said = []
    for quota in quotas:
        hard, used = status(quota).get("hard") or {}, status(quota).get("used") or {}
        for key, each in asked.items():
            left = amount(hard.get(key)) - amount(used.get(key))
            if key in hard and each and left < each * more:
                said.append(
                    f"quota {name(quota)} has {shown(key, left)} {key} left, {shown(key, each * more)} are needed"
                )
    return said


async def memory_use(call: Call, found: Subject, container: str, limit: str | None) -> list[str]:
    """A warning when the new limit is below what the container really uses: p95 of an hour, or now."""
    if limit is None:
        return []
    wanted = amount(limit)
    over, what = await _p95(call, found, container)
    if over is None:
        over, what = await _now(found, container)
    if over is None:
        return ["its memory use could not be read: the new limit is not compared with it"]
    if over > wanted:
        return [f"memory limit {limit} is below its {what} of {size(over)}: its pods would be OOM-killed"]
    if over > wanted * Decimal("0.9"):
        return [f"memory limit {limit} is close to its {what} of {size(over)}"]
    return []


async def _p95(call: Call, found: Subject, container: str) -> tuple[Decimal | None, str]:
    if call.clients.metrics is None:
        return None, ""
    pods = f'namespace="{found.namespace}",pod=~"{found.name}-.*",container="{container}"'
    query = f"max(quantile_over_time(0.95, container_memory_working_set_bytes{{{pods}}}[1h]))"
    try:
        samples = await call.clients.metrics.instant(query, call.now, min(3.0, call.deadline_s))
    except ToolError:
        return None, ""
    return (Decimal(number_of(s.last for s in samples)), "p95 use over an hour") if samples else (None, "")


def number_of(values: Iterable[float]) -> str:
    return f"{max(values):.0f}"


async def _now(found: Subject, container: str) -> tuple[Decimal | None, str]:
    try:
        usage = await pod_usage(found.api, found.namespace)
    except ToolError:
        return None, ""
    mine = {name(pod) for pod in found.pods}
    used = [u.memory for u in usage if u.pod in mine and u.container == container]
    return (max(used), "use now") if used else (None, "")


def percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def both(before: object, after: object) -> str:
    return f"{number(float(str(before)))} -> {number(float(str(after)))}"
