"""The scrape: what monitoring reads from every program and from the cluster, tick by tick."""

import math
from dataclasses import dataclass, field
from typing import Final

from sandbox.prometheus.memory import Memory
from sandbox.scenarios.programs.flow import Flow, Service
from sandbox.scenarios.programs.units import Key, Unit
from sandbox.world.metering import wobble
from sandbox.world.objects import Obj, controller_of, name, namespace, spec, status
from sandbox.world.quantity import amount

BUCKETS: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SETTLE: Final = 20.0
_PER_CONNECTION: Final = 0.15 * 2**20


@dataclass
class Counters:
    """What only grows. By container for requests and cpu, by service for latencies."""

    good: dict[tuple[str, str], float] = field(default_factory=dict)
    bad: dict[tuple[str, str], float] = field(default_factory=dict)
    cpu: dict[tuple[str, str], float] = field(default_factory=dict)
    slow: dict[Key, list[float]] = field(default_factory=dict)
    total: dict[Key, float] = field(default_factory=dict)


class Telemetry:
    """`memory` is what a Prometheus server serves."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self._counters = Counters()

    def scrape(self, flow: Flow, objects: dict[str, list[Obj]], step: float) -> None:
        at = flow.now
        for unit in flow.units:
            self._unit(flow, unit, at, step)
        for key, service in flow.services.items():
            if service.rate and flow.pods(key):
                self._latency(key, service, at, step)
        for key, lender in flow.lending.items():
            labels = {"namespace": key[0], "service": key[1], "datname": key[1].removesuffix("-db")}
            self.memory.record("pg_up", at, float(lender.up), **labels)
            self.memory.record("pg_stat_activity_count", at, lender.sessions, **labels)
            self.memory.record("pg_settings_max_connections", at, lender.limit, **labels)
        self._cluster(objects, at)

    def _unit(self, flow: Flow, unit: Unit, at: float, step: float) -> None:
        labels = unit.labels()
        if unit.began:
            self._container(flow, unit, labels, at, step)
        where = {"namespace": labels["namespace"], "pod": labels["pod"], "service": unit.title}
        self.memory.record("up", at, float(unit.ready), job=unit.title, **where)
        service = flow.service(unit.key)
        if unit.program.traffic is not None and unit.ready and service.rate:
            share = service.rate / service.ready * step
            good, bad = self._counters.good, self._counters.bad
            good[unit.id] = good.get(unit.id, 0.0) + share * (1 - service.failing)
            bad[unit.id] = bad.get(unit.id, 0.0) + share * service.failing
            self.memory.record("http_requests_total", at, round(good[unit.id], 3), code="200", **where)
            self.memory.record("http_requests_total", at, round(bad[unit.id], 3), code="500", **where)
        pool = unit.program.pool
        if pool is not None and unit.ready:
            self.memory.record("db_pool_connections", at, round(flow.held(unit)), state="open", **where)
            self.memory.record("db_pool_connections", at, round(flow.demand(unit)), state="wanted", **where)

    def _container(self, flow: Flow, unit: Unit, labels: dict[str, str], at: float, step: float) -> None:
        whole = labels | {"image": str(unit.container.get("image", ""))}
        cpu = self._counters.cpu
        cpu[unit.id] = cpu.get(unit.id, 0.0) + cores(flow, unit) * step
        self.memory.record("container_cpu_usage_seconds_total", at, round(cpu[unit.id], 4), **whole)
        self.memory.record("container_memory_working_set_bytes", at, round(size(flow, unit)), **whole)

    def _latency(self, key: Key, service: Service, at: float, step: float) -> None:
        counts = self._counters.slow.setdefault(key, [0.0] * (len(BUCKETS) + 1))
        requests = service.rate * step
        for index, bound in enumerate((*BUCKETS, math.inf)):
            counts[index] += requests * within(bound, service)
        labels = {"namespace": key[0], "service": key[1]}
        base = "http_request_duration_seconds"
        for bound, count in zip((*BUCKETS, math.inf), counts, strict=True):
            text = "+Inf" if math.isinf(bound) else f"{bound:g}"
            self.memory.record(f"{base}_bucket", at, round(count, 3), le=text, **labels)
        self._counters.total[key] = self._counters.total.get(key, 0.0) + requests * service.p50 * 1.3
        self.memory.record(f"{base}_sum", at, round(self._counters.total[key], 3), **labels)
        self.memory.record(f"{base}_count", at, round(counts[-1], 3), **labels)

    def _cluster(self, objects: dict[str, list[Obj]], at: float) -> None:
        for item in objects["deployments"]:
            labels = {"namespace": namespace(item), "deployment": name(item)}
            for metric, value in (
                ("kube_deployment_spec_replicas", spec(item).get("replicas", 1)),
                ("kube_deployment_status_replicas", status(item).get("replicas", 0)),
                ("kube_deployment_status_replicas_available", status(item).get("availableReplicas", 0)),
                ("kube_deployment_status_replicas_unavailable", status(item).get("unavailableReplicas", 0)),
            ):
                self.memory.record(metric, at, value, **labels)
        for pod in objects["pods"]:
            self._pod(pod, at)

    def _pod(self, pod: Obj, at: float) -> None:
        where = {"namespace": namespace(pod), "pod": name(pod)}
        if (controller_of(pod) or {}).get("kind") == "Job":
            return
        for seen in status(pod).get("containerStatuses") or []:
            labels = where | {"container": seen["name"]}
            self.memory.record(
                "kube_pod_container_status_restarts_total", at, seen.get("restartCount", 0), **labels
            )
            self.memory.record("kube_pod_container_status_ready", at, float(seen["ready"]), **labels)
        for container in spec(pod).get("containers") or []:
            limits = (container.get("resources") or {}).get("limits") or {}
            for resource, unit in (("memory", "byte"), ("cpu", "core")):
                if resource in limits:
                    labels = where | {"container": container["name"], "resource": resource, "unit": unit}
                    value = amount(limits[resource])
                    self.memory.record("kube_pod_container_resource_limits", at, value, **labels)


def cores(flow: Flow, unit: Unit) -> float:
    """At the present load, against the usual one of the program's namespace."""
    usual = amount(unit.program.cpu)
    drift = 1 + wobble(f"{unit.id}cpu", flow.now)
    service = flow.service(unit.key)
    traffic = unit.program.traffic
    if traffic is None or not unit.ready or not service.ready:
        return usual * drift * (0.3 if traffic is not None else 1.0)
    share = min(2.5, service.rate / service.ready / max(traffic.capacity * 0.5, 0.1))
    return usual * (0.35 + 0.65 * share) * drift


def size(flow: Flow, unit: Unit) -> float:
    """Bytes; a process needs some seconds to reach its working set."""
    age = max(0.0, flow.now - unit.began)
    grown = 0.7 + 0.3 * min(1.0, age / _SETTLE)
    usual = amount(unit.program.memory) * (1 + wobble(f"{unit.id}memory", flow.now) / 3)
    return usual * grown + flow.held(unit) * _PER_CONNECTION


def within(bound: float, service: Service) -> float:
    """The share of requests that took at most `bound`: log-normal through the median and the 95th percentile."""
    if math.isinf(bound) or service.p50 <= 0:
        return 1.0
    spread = math.log(max(service.p95 / service.p50, 1.01)) / 1.6449
    return 0.5 * (1 + math.erf(math.log(bound / service.p50) / (spread * math.sqrt(2))))
