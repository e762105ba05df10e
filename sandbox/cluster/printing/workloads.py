"""Workloads as tables."""

from typing import Any, Final

from sandbox.cluster.metadata import Obj, epoch, name_of, owners
from sandbox.cluster.printing.columns import (
    NONE,
    Printer,
    age,
    ago,
    columns,
    containers,
    duration,
    pairs,
    selector,
)

SHOWN: Final = ("+Containers", "+Images", "+Selector")


def _parts(obj: Obj) -> tuple[Obj, Obj]:
    return obj.get("spec") or {}, obj.get("status") or {}


def _template(spec: Obj) -> list[Any]:
    return [*containers(spec.get("template") or {}), selector(spec.get("selector"))]


def _deployment(obj: Obj, now: float) -> list[Any]:
    spec, status = _parts(obj)
    ready = f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 1)}"
    counts = [status.get("updatedReplicas", 0), status.get("availableReplicas", 0)]
    return [name_of(obj), ready, *counts, age(obj, now), *_template(spec)]


def _replica_set(obj: Obj, now: float) -> list[Any]:
    spec, status = _parts(obj)
    counts = [spec.get("replicas", 1), status.get("replicas", 0), status.get("readyReplicas", 0)]
    if obj["kind"] == "ReplicationController":
        spec = {**spec, "selector": {"matchLabels": spec.get("selector") or {}}}
    return [name_of(obj), *counts, age(obj, now), *_template(spec)]


def _stateful_set(obj: Obj, now: float) -> list[Any]:
    spec, status = _parts(obj)
    ready = f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 1)}"
    return [name_of(obj), ready, age(obj, now), *containers(spec.get("template") or {})]


def _daemon_set(obj: Obj, now: float) -> list[Any]:
    spec, status = _parts(obj)
    names = (
        "desiredNumberScheduled",
        "currentNumberScheduled",
        "numberReady",
        "updatedNumberScheduled",
        "numberAvailable",
    )
    nodes = ((spec.get("template") or {}).get("spec") or {}).get("nodeSelector")
    counts = [status.get(name, 0) for name in names]
    return [name_of(obj), *counts, pairs(nodes), age(obj, now), *_template(spec)]


def _job(obj: Obj, now: float) -> list[Any]:
    spec, status = _parts(obj)
    done = f"{status.get('succeeded', 0)}/{_wanted(spec)}"
    return [name_of(obj), _job_word(status), done, _took(status, now), age(obj, now), *_template(spec)]


def _wanted(spec: Obj) -> str:
    if spec.get("completions") is not None:
        return str(spec["completions"])
    parallel = spec.get("parallelism", 1)
    return f"1 of {parallel}" if parallel > 1 else "1"


def _job_word(status: Obj) -> str:
    true = {c["type"] for c in status.get("conditions") or [] if c["status"] == "True"}
    words = ("Complete", "Failed", "Suspended", "FailureTarget", "SuccessCriteriaMet")
    return next((word for word in words if word in true), "Running")


def _took(status: Obj, now: float) -> str:
    if not status.get("startTime"):
        return ""
    end = epoch(status["completionTime"]) if status.get("completionTime") else now
    return duration(end - epoch(status["startTime"]))


def _cron_job(obj: Obj, now: float) -> list[Any]:
    spec, status = _parts(obj)
    last = ago(status["lastScheduleTime"], now) if status.get("lastScheduleTime") else NONE
    suspended = "True" if spec.get("suspend") else "False"
    job = (spec.get("jobTemplate") or {}).get("spec") or {}
    head = [name_of(obj), spec.get("schedule", ""), spec.get("timeZone") or NONE, suspended]
    return [*head, len(status.get("active") or []), last, age(obj, now), *_template(job)]


def _autoscaler(obj: Obj, now: float) -> list[Any]:
    spec, status = _parts(obj)
    target = spec.get("scaleTargetRef") or {}
    bounds = [str(spec.get("minReplicas", 1)), spec.get("maxReplicas", 0), status.get("currentReplicas", 0)]
    reference = f"{target.get('kind')}/{target.get('name')}"
    return [name_of(obj), reference, _targets(spec, status), *bounds, age(obj, now)]


def _targets(spec: Obj, status: Obj) -> str:
    current = {m["resource"]["name"]: m["resource"]["current"] for m in _resources(status, "currentMetrics")}
    shown = [_target(m["resource"], current) for m in _resources(spec, "metrics")]
    return ", ".join(shown[:2]) + (f" + {len(shown) - 2} more..." if len(shown) > 2 else "") or NONE


def _resources(part: Obj, field: str) -> list[Obj]:
    return [metric for metric in part.get(field) or [] if metric.get("type") == "Resource"]


def _target(resource: Obj, current: dict[str, Obj]) -> str:
    name, target = resource["name"], resource["target"]
    have = current.get(name) or {}
    if target.get("averageUtilization") is not None:
        used = have.get("averageUtilization")
        return f"{name}: {'<unknown>' if used is None else f'{used}%'}/{target['averageUtilization']}%"
    return f"{name}: {have.get('averageValue', '<unknown>')}/{target.get('averageValue')}"


def _revision(obj: Obj, now: float) -> list[Any]:
    owner = next((o for o in owners(obj) if o.get("controller")), None)
    group = owner["apiVersion"].partition("/")[0] if owner else ""
    shown = f"{owner['kind'].lower()}.{group}/{owner['name']}" if owner else NONE
    return [name_of(obj), shown, obj.get("revision", 0), age(obj, now)]


def _budget(obj: Obj, now: float) -> list[Any]:
    spec, status = _parts(obj)
    bounds = [str(spec.get(field, "N/A")) for field in ("minAvailable", "maxUnavailable")]
    return [name_of(obj), *bounds, status.get("disruptionsAllowed", 0), age(obj, now)]


_SETS: Final = Printer(columns("Name", "#Desired", "#Current", "#Ready", "Age", *SHOWN), _replica_set)
_DAEMONS: Final = ("#Desired", "#Current", "#Ready", "#Up-to-date", "#Available", "Node Selector")
PRINTERS: Final[dict[str, Printer]] = {
    "apps/v1/deployments": Printer(
        columns("Name", "Ready", "Up-to-date", "Available", "Age", *SHOWN), _deployment
    ),
    "apps/v1/replicasets": _SETS,
    "v1/replicationcontrollers": _SETS,
    "apps/v1/statefulsets": Printer(columns("Name", "Ready", "Age", *SHOWN[:2]), _stateful_set),
    "apps/v1/daemonsets": Printer(columns("Name", *_DAEMONS, "Age", *SHOWN), _daemon_set),
    "apps/v1/controllerrevisions": Printer(columns("Name", "Controller", "Revision", "Age"), _revision),
    "batch/v1/jobs": Printer(columns("Name", "Status", "Completions", "Duration", "Age", *SHOWN), _job),
    "batch/v1/cronjobs": Printer(
        columns("Name", "Schedule", "Timezone", "Suspend", "#Active", "Last Schedule", "Age", *SHOWN),
        _cron_job,
    ),
    "autoscaling/v2/horizontalpodautoscalers": Printer(
        columns("Name", "Reference", "Targets", "MinPods", "MaxPods", "Replicas", "Age"), _autoscaler
    ),
    "policy/v1/poddisruptionbudgets": Printer(
        columns("Name", "Min Available", "Max Unavailable", "#Allowed Disruptions", "Age"), _budget
    ),
}
