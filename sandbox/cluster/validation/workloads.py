"""Workloads: replicas, selectors, templates."""

import json
from typing import Any

from cronsim import CronSim, CronSimError

from sandbox.cluster.errors import Cause, cause
from sandbox.cluster.metadata import Obj
from sandbox.cluster.selectors import matches
from sandbox.cluster.validation.names import label_causes
from sandbox.cluster.validation.pods import spec_causes
from sandbox.cluster.validation.zones import known_zone


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def count(spec: Obj, field: str, at: str = "spec") -> list[Cause]:
    """A number that may not be negative."""
    value = spec.get(field)
    if isinstance(value, int) and value < 0:
        text = f"Invalid value: {value}: must be greater than or equal to 0"
        return [cause(f"{at}.{field}", text)]
    return []


def _templated(obj: Obj, policies: tuple[str, ...] = ("Always",), at: str = "spec") -> list[Cause]:
    spec = obj["spec"] if at == "spec" else obj["spec"]["jobTemplate"]["spec"]
    template = spec["template"]
    causes = label_causes(f"{at}.template.labels", (template.get("metadata") or {}).get("labels"))
    causes += spec_causes(template["spec"], f"{at}.template.spec")
    policy = template["spec"].get("restartPolicy")
    if policy not in policies and policy in ("Always", "OnFailure", "Never"):
        listed = ", ".join(f'"{item}"' for item in policies)
        if policies == ("Always",):
            text = f'Unsupported value: "{policy}": supported values: {listed}'
        else:
            text = f"Required value: valid values: {listed}"
        causes.append(cause(f"{at}.template.spec.restartPolicy", text))
    return causes


def _selected(obj: Obj) -> list[Cause]:
    selector = obj["spec"].get("selector")
    labels = (obj["spec"]["template"].get("metadata") or {}).get("labels") or {}
    if not selector:
        missing = [cause("spec.selector", "Required value")]
        text = f"Invalid value: {compact(labels)}: `selector` does not match template `labels`"
        return [*missing, cause("spec.template.metadata.labels", text)] if selector is None else missing
    if not matches(selector, labels):
        text = f"Invalid value: {compact(labels)}: `selector` does not match template `labels`"
        return [cause("spec.template.metadata.labels", text)]
    return []


def deployment(obj: Obj) -> list[Cause]:
    causes = count(obj["spec"], "replicas") + _selected(obj) + _templated(obj)
    causes += count(obj["spec"], "minReadySeconds") + count(obj["spec"], "revisionHistoryLimit")
    rolling = (obj["spec"].get("strategy") or {}).get("rollingUpdate") or {}
    if str(rolling.get("maxUnavailable")) in ("0", "0%") and str(rolling.get("maxSurge")) in ("0", "0%"):
        text = "Invalid value: 0: may not be 0 when `maxSurge` is 0"
        causes.append(cause("spec.strategy.rollingUpdate.maxUnavailable", text))
    deadline = obj["spec"].get("progressDeadlineSeconds")
    if isinstance(deadline, int) and deadline <= obj["spec"].get("minReadySeconds", 0):
        text = f"Invalid value: {deadline}: must be greater than minReadySeconds"
        causes.append(cause("spec.progressDeadlineSeconds", text))
    return causes


def replica_set(obj: Obj) -> list[Cause]:
    return count(obj["spec"], "replicas") + _selected(obj) + _templated(obj)


def stateful_set(obj: Obj) -> list[Cause]:
    claims = {item["metadata"]["name"] for item in obj["spec"].get("volumeClaimTemplates") or []}
    causes = count(obj["spec"], "replicas") + _selected(obj) + _templated(obj)
    return [item for item in causes if not _from_claim(item, claims)]


def _from_claim(item: Cause, claims: set[str]) -> bool:
    """Mounts may name the volumes that a StatefulSet's claims will be."""
    return item["reason"] == "FieldValueNotFound" and item["message"].split('"')[1] in claims


def daemon_set(obj: Obj) -> list[Cause]:
    return _selected(obj) + _templated(obj)


def job(obj: Obj) -> list[Cause]:
    spec = obj["spec"]
    counts = [item for field in ("parallelism", "completions", "backoffLimit") for item in count(spec, field)]
    return counts + _templated(obj, ("OnFailure", "Never"))


def cron_job(obj: Obj) -> list[Cause]:
    spec = obj["spec"]
    causes = _schedule(str(spec.get("schedule") or ""))
    zone = spec.get("timeZone")
    if zone is not None and not known_zone(zone):
        causes.append(cause("spec.timeZone", f'Invalid value: "{zone}": unknown time zone {zone}'))
    if spec.get("concurrencyPolicy") not in ("Allow", "Forbid", "Replace"):
        text = f'Unsupported value: "{spec.get("concurrencyPolicy")}": supported values: "Allow", "Forbid", "Replace"'
        causes.append(cause("spec.concurrencyPolicy", text))
    return causes + _templated(obj, ("OnFailure", "Never"), "spec.jobTemplate.spec")


def _schedule(schedule: str) -> list[Cause]:
    if not schedule:
        return [cause("spec.schedule", "Required value")]
    if schedule.startswith("@"):
        return []
    from datetime import UTC, datetime

    try:
        CronSim(schedule, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as problem:
        return [cause("spec.schedule", f'Invalid value: "{schedule}": {problem}')]
    return []
