"""HorizontalPodAutoscalers over cpu and memory: what they see, what they decide, what keeps them from it."""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sandbox.cluster.selectors import matches
from sandbox.world.clock import stamp
from sandbox.world.context import Context
from sandbox.world.events import Source
from sandbox.world.objects import (
    Obj,
    containers,
    labels,
    name,
    namespace,
    pod_active,
    pod_ready,
    spec,
    status,
    uid,
    with_condition,
)
from sandbox.world.quantity import amount

HPAS: Final = "autoscaling/v2/horizontalpodautoscalers"
PODS: Final = "v1/pods"
KIND: Final = ("autoscaling/v2", "HorizontalPodAutoscaler")
SOURCE: Final = Source("horizontal-pod-autoscaler")
_PERIOD: Final = 15.0
_DOWN: Final = 300.0
_TOLERANCE: Final = 0.1
_TARGETS: Final = {"Deployment": "apps/v1/deployments", "StatefulSet": "apps/v1/statefulsets"}
_NO_METRICS: Final = (
    "unable to fetch metrics from resource metrics API: the server could not find the requested resource "
    "(get pods.metrics.k8s.io)"
)

Usage = Callable[[Obj, Obj], tuple[float, float]]  # (pod, container) -> cores, bytes


class Missing(Exception):
    """A metric that cannot be computed; the text says why, as the controller does."""


@dataclass(frozen=True)
class Reading:
    resource: str
    percent: int
    average: float
    wanted: int


class Autoscalers:
    """`usage` is None where nothing measures."""

    def __init__(self, usage: Usage | None) -> None:
        self._usage = usage

    def reconcile(self, ctx: Context) -> None:
        for hpa in ctx.access.list(HPAS) if ctx.live else ():
            key = f"hpa/{uid(hpa)}"
            if not status(hpa).get("conditions") or key not in ctx.reminders or ctx.due(ctx.reminders[key]):
                self._one(ctx, hpa)
                ctx.remind(key, _PERIOD)

    def _one(self, ctx: Context, hpa: Obj) -> None:
        reference = spec(hpa)["scaleTargetRef"]
        resource = _TARGETS.get(reference["kind"], "apps/v1/deployments")
        target = ctx.access.get(resource, namespace(hpa), reference["name"])
        if target is None:
            text = f'{resource.rsplit("/", 1)[1]}.apps "{reference["name"]}" not found'
            why = f"the HPA controller was unable to get the target's current scale: {text}"
            self._say(ctx, hpa, {}, [("AbleToScale", "False", "FailedGetScale", why)])
            ctx.recorder.record(SOURCE, hpa, KIND, ("Warning", "FailedGetScale", text))
            return
        able = (
            "AbleToScale",
            "True",
            "SucceededGetScale",
            "the HPA controller was able to get the target's current scale",
        )
        replicas = spec(target).get("replicas", 1)
        if replicas == 0:
            why = "scaling is disabled since the replica count of the target is zero"
            numbers = {"currentReplicas": 0, "desiredReplicas": 0}
            self._say(ctx, hpa, numbers, [able, ("ScalingActive", "False", "ScalingDisabled", why)])
            return
        try:
            readings = [
                self._read(ctx, target, metric, replicas) for metric in spec(hpa).get("metrics") or []
            ]
        except Missing as problem:
            self._failed(ctx, hpa, replicas, able, str(problem))
            return
        self._decide(ctx, hpa, (resource, target), readings, replicas)

    def _failed(
        self, ctx: Context, hpa: Obj, replicas: int, able: tuple[str, str, str, str], text: str
    ) -> None:
        why = f"the HPA was unable to compute the replica count: {text}"
        numbers = {"currentReplicas": replicas, "desiredReplicas": 0, "currentMetrics": [{"type": ""}]}
        active = ("ScalingActive", "False", "FailedGetResourceMetric", why)
        self._say(ctx, hpa, numbers, [able, active])
        ctx.recorder.record(SOURCE, hpa, KIND, ("Warning", "FailedGetResourceMetric", text))
        word = text.split()[3]
        whole = (
            f"invalid metrics (1 invalid out of 1), first error is: failed to get {word} resource metric "
            f"value: {text}"
        )
        ctx.recorder.record(SOURCE, hpa, KIND, ("Warning", "FailedComputeMetricsReplicas", whole))

    def _read(self, ctx: Context, target: Obj, metric: Obj, replicas: int) -> Reading:
        inner = metric.get("resource") or {}
        kind = inner.get("name", "cpu")
        head = f"failed to get {kind} utilization: "
        if self._usage is None:
            raise Missing(f"{head}unable to get metrics for resource {kind}: {_NO_METRICS}")
        pods = [
            pod
            for pod in ctx.access.list(PODS, namespace(target))
            if pod_active(pod) and matches(spec(target).get("selector"), labels(pod))
        ]
        asked = sum(_request(pod, kind, head) for pod in pods)
        ready = [pod for pod in pods if pod_ready(pod)]
        if not ready:
            raise Missing(
                f"{head}unable to get metrics for resource {kind}: no metrics returned from resource metrics API"
            )
        index = 0 if kind == "cpu" else 1
        used = sum(self._usage(pod, c)[index] for pod in ready for c in containers(pod))
        goal = (inner.get("target") or {}).get("averageUtilization") or 80
        percent = round(100 * used / (asked * len(ready) / len(pods)))
        ratio = percent / goal
        wanted = replicas if abs(ratio - 1) <= _TOLERANCE else math.ceil(ratio * len(ready))
        return Reading(kind, percent, used / len(ready), wanted)

    def _decide(
        self, ctx: Context, hpa: Obj, at: tuple[str, Obj], readings: list[Reading], replicas: int
    ) -> None:
        low, high = spec(hpa).get("minReplicas", 1), spec(hpa).get("maxReplicas", 1)
        wish = max((reading.wanted for reading in readings), default=replicas)
        wanted = min(max(wish, low), high)
        calm = f"down/{uid(hpa)}"
        able = ("ReadyForNewScale", "recommended size matches current size")
        if wanted >= replicas:
            ctx.reminders.pop(calm, None)
        elif not ctx.rings(calm, _DOWN):
            wanted = replicas
            able = ("ScaleDownStabilized", "recent recommendations were higher than current one, applying the highest recent recommendation")  # fmt: skip
        if wanted != replicas:
            able = ("SucceededRescale", f"the HPA controller was able to update the target scale to {wanted}")
            changed = copy.deepcopy(at[1])
            changed["spec"]["replicas"] = wanted
            ctx.access.update(at[0], changed)
            word = readings[0].resource if readings else "cpu"
            cause = f"{word} resource utilization (percentage of request) {'above' if wanted > replicas else 'below'} target"
            text = f"New size: {wanted}; reason: {cause}"
            ctx.recorder.record(SOURCE, hpa, KIND, ("Normal", "SuccessfulRescale", text))
        self._report(ctx, hpa, readings, (replicas, wanted, wish), able)

    def _report(
        self,
        ctx: Context,
        hpa: Obj,
        readings: list[Reading],
        sizes: tuple[int, int, int],
        able: tuple[str, str],
    ) -> None:
        replicas, wanted, wish = sizes
        low, high = spec(hpa).get("minReplicas", 1), spec(hpa).get("maxReplicas", 1)
        limited = ("False", "DesiredWithinRange", "the desired count is within the acceptable range")
        if wish > high:
            limited = ("True", "TooManyReplicas", "the desired replica count is more than the maximum replica count")  # fmt: skip
        elif wish < low:
            limited = ("True", "TooFewReplicas", "the desired replica count is less than the minimum replica count")  # fmt: skip
        first = readings[0].resource if readings else "cpu"
        active = f"the HPA was able to successfully calculate a replica count from {first} resource utilization (percentage of request)"
        numbers = {
            "currentReplicas": replicas,
            "desiredReplicas": wanted,
            "currentMetrics": [_metric(reading) for reading in readings],
        }
        entries = [
            ("AbleToScale", "True", *able),
            ("ScalingActive", "True", "ValidMetricFound", active),
            ("ScalingLimited", *limited),
        ]
        self._say(ctx, hpa, numbers, entries)

    def _say(self, ctx: Context, hpa: Obj, numbers: Obj, entries: list[tuple[str, str, str, str]]) -> None:
        conditions = status(hpa).get("conditions") or []
        for kind, value, reason, message in entries:
            new = {"type": kind, "status": value, "reason": reason, "message": message}
            conditions = with_condition(conditions, new, ctx.now, updates=False)
        before = status(hpa)
        body = {"currentReplicas": 0, "desiredReplicas": 0, **numbers, "conditions": conditions}
        if numbers.get("currentReplicas") != numbers.get("desiredReplicas") and numbers.get(
            "desiredReplicas"
        ):
            body["lastScaleTime"] = stamp(ctx.now)
        elif before.get("lastScaleTime"):
            body["lastScaleTime"] = before["lastScaleTime"]
        ctx.access.set_status(HPAS, hpa, body)


def _request(pod: Obj, kind: str, head: str) -> float:
    total = 0.0
    for container in containers(pod):
        text = ((container.get("resources") or {}).get("requests") or {}).get(kind)
        if text is None:
            raise Missing(
                f"{head}missing request for {kind} in container {container['name']} of Pod {name(pod)}"
            )
        total += amount(text)
    return total


def _metric(reading: Reading) -> Obj:
    text = f"{int(reading.average * 1000)}m" if reading.resource == "cpu" else str(int(reading.average))
    current = {"averageUtilization": reading.percent, "averageValue": text}
    return {"type": "Resource", "resource": {"name": reading.resource, "current": current}}
