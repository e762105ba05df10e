"""A workload in words: what its template says, and what in the namespace points at it."""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import (
    annotated,
    condition,
    containers,
    count,
    init_containers,
    labels,
    meta,
    name,
    selects,
    selects_plainly,
    spec,
    status,
    template,
)  # fmt: skip
from tools.cluster.several import Several
from tools.spec import Json

KINDS = (
    "replicasets",
    "services",
    "ingresses",
    "horizontalpodautoscalers",
    "poddisruptionbudgets",
    "networkpolicies",
    "events",
)
_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")


def body(plural: str, item: Json) -> Json:
    """The pod template."""
    if plural == "cronjobs":
        return template(spec(item).get("jobTemplate") or {})
    return template(item)


def strategy(plural: str, item: Json) -> str:
    if plural == "cronjobs":
        stop = ", suspended" if spec(item).get("suspend") else ""
        return f"schedule {spec(item).get('schedule')}{stop}, last run {status(item).get('lastScheduleTime') or 'never'}"
    kind = spec(item).get("strategy") or spec(item).get("updateStrategy") or {}
    rolling = kind.get("rollingUpdate") or {}
    more = ", ".join(f"{key} {value}" for key, value in rolling.items())
    return f"strategy {kind.get('type', 'default')}" + (f" ({more})" if more else "")


def state(plural: str, item: Json) -> str:
    """`2/3 ready, 3 updated`, and what its conditions complain about."""
    if plural == "daemonsets":
        return f"{count(item, 'numberReady')}/{count(item, 'desiredNumberScheduled')} ready, {count(item, 'updatedNumberScheduled')} updated"
    if plural in {"jobs", "cronjobs"}:
        return (
            f"{count(item, 'succeeded')} succeeded, {count(item, 'failed')} failed, {count(item, 'active')} active"
            if plural == "jobs"
            else f"{len(status(item).get('active') or [])} active"
        )
    wanted = int(spec(item).get("replicas", 1))
    words = f"{count(item, 'readyReplicas')}/{wanted} ready, {count(item, 'updatedReplicas')} updated"
    failed = [
        f"{c['type']} {c.get('reason', '')}"
        for c in status(item).get("conditions") or []
        if (c["type"], c.get("status"))
        in {("Progressing", "False"), ("Available", "False"), ("ReplicaFailure", "True")}
    ]
    return (
        words
        + (f"; {', '.join(failed)}" if failed else "")
        + (", paused" if spec(item).get("paused") else "")
    )


def container_lines(pod: Json) -> Iterator[str]:
    for kind, each in (("init container", init_containers(pod)), ("container", containers(pod))):
        for one in each:
            asks, most = ((one.get("resources") or {}).get(key) or {} for key in ("requests", "limits"))
            room = "; ".join(
                f"{word} {', '.join(f'{k} {v}' for k, v in values.items())}"
                for word, values in (("requests", asks), ("limits", most))
                if values
            )
            probes = [probe.removesuffix("Probe") for probe in _PROBES if one.get(probe)]
            ports = [str(port.get("containerPort")) for port in one.get("ports") or []]
            words = [
                room or "no requests or limits",
                f"probes {', '.join(probes)}" if probes else "no probes",
            ]
            words += [f"ports {', '.join(ports)}"] if ports else []
            yield f"{kind} {one.get('name')}: {one.get('image')}; {'; '.join(words)}"


def references(pod: Json) -> list[str]:
    """Names of the ConfigMaps, Secrets and claims that it needs; never what is in them."""
    found: list[str] = []
    for one in [*init_containers(pod), *containers(pod)]:
        sources = [*(e.get("valueFrom") or {} for e in one.get("env") or []), *(one.get("envFrom") or [])]
        for source in sources:
            for key, word in (
                ("configMapKeyRef", "configmap"),
                ("secretKeyRef", "secret"),
                ("configMapRef", "configmap"),
                ("secretRef", "secret"),
            ):
                if source.get(key):
                    found.append(f"{word} {source[key].get('name')}")
    for volume in spec(pod).get("volumes") or []:
        for key, word, field in (
            ("configMap", "configmap", "name"),
            ("secret", "secret", "secretName"),
            ("persistentVolumeClaim", "claim", "claimName"),
        ):
            if volume.get(key):
                found.append(f"{word} {volume[key].get(field)}")
    return list(dict.fromkeys(found))


def pointing(plural: str, item: Json, seen: Several) -> Iterator[str]:
    """Services, ingresses, autoscalers, budgets and policies that are about its pods."""
    have = labels(body(plural, item))
    services = [s for s in seen.of("services") if selects_plainly(spec(s).get("selector"), have)]
    for one in services:
        ports = ", ".join(str(p.get("port")) for p in spec(one).get("ports") or [])
        yield f"service {name(one)} ({spec(one).get('type', 'ClusterIP')}, ports {ports})"
    behind = {name(one) for one in services}
    for one in seen.of("ingresses"):
        hosts = sorted(
            {
                str(r.get("host") or "*")
                for r in spec(one).get("rules") or []
                for p in (r.get("http") or {}).get("paths") or []
                if ((p.get("backend") or {}).get("service") or {}).get("name") in behind
            }
        )
        if hosts:
            yield f"ingress {name(one)} ({', '.join(hosts[:3])})"
    for one in seen.of("horizontalpodautoscalers"):
        ref = spec(one).get("scaleTargetRef") or {}
        if (ref.get("kind"), ref.get("name")) == (BY_PLURAL[plural].kind, name(item)):
            yield f"autoscaler {name(one)} ({spec(one).get('minReplicas', 1)}-{spec(one).get('maxReplicas')}, now {count(one, 'currentReplicas')})"
    for one in seen.of("poddisruptionbudgets"):
        if selects(spec(one).get("selector"), have):
            yield f"disruption budget {name(one)} ({count(one, 'disruptionsAllowed')} allowed now)"
    for one in seen.of("networkpolicies"):
        if selects(spec(one).get("podSelector") or {}, have):
            yield f"network policy {name(one)}"


def managed(item: Json) -> str:
    """Whatever says that it keeps the workload as it is."""
    notes, marks = annotated(item), labels(item)
    if "argocd.argoproj.io/tracking-id" in notes:
        return f"Argo CD ({str(notes['argocd.argoproj.io/tracking-id']).partition(':')[0]})"
    for kind in ("kustomize", "helm"):
        if f"{kind}.toolkit.fluxcd.io/name" in marks:
            return f"Flux ({marks[f'{kind}.toolkit.fluxcd.io/name']})"
    if marks.get("app.kubernetes.io/managed-by"):
        return str(marks["app.kubernetes.io/managed-by"])
    return (
        "kubectl apply"
        if any("apply" in str(e.get("manager", "")) for e in meta(item).get("managedFields") or [])
        else ""
    )


def complaint(item: Json) -> str:
    return str(condition(item, "ReplicaFailure").get("message") or "")
