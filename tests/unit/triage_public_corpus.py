"""Alerts as the documentation of each format and the public rules (Kubernetes, node and blackbox exporters) spell them, with known incidents.

By another hand than the code's, which had read it. Incidents of services that need each other are kept two hours apart: who would know that they are two?
"""

import random
from datetime import UTC, datetime, timedelta

from tools.services.model import Service, WorkloadRef

NAMES = ["billing", "ledger", "gateway", "profile", "stock", "mailer", "reports", "auth"]
NEEDS = {"gateway": ("billing", "profile"), "billing": ("ledger",), "profile": ("auth",)}


def services():
    return [
        Service(
            name=n,
            workloads=(WorkloadRef(cluster="prod-1", namespace=n, kind="deployment", name=n),),
            depends_on=NEEDS.get(n, ()),
        )
        for n in NAMES
    ]


def pod(r, n):
    return f"{n}-{''.join(r.choices('bcdf2456789', k=9))}-{''.join(r.choices('bcdfghjklm', k=5))}"


def am(name, sev, labels, text, *, t, status="firing"):
    return "alertmanager", {
        "receiver": "chat",
        "status": status,
        "version": "4",
        "groupKey": "{}",
        "alerts": [
            {
                "status": status,
                "labels": {"alertname": name, "severity": sev, "prometheus": "monitoring/k8s", **labels},
                "annotations": {"summary": text, "description": text},
                "startsAt": t.isoformat(),
                "endsAt": "0001-01-01T00:00:00Z",
            }
        ],
    }


def gr(name, labels, text, status="firing", t=None):
    return "grafana", {
        "receiver": "chat",
        "status": status,
        "orgId": 1,
        "title": f"[{status.upper()}:1] {name}",
        "state": "alerting",
        "alerts": [
            {
                "status": status,
                "labels": {"alertname": name, **labels},
                "annotations": {"summary": text},
                "startsAt": t.isoformat(),
                "endsAt": "0001-01-01T00:00:00Z",
                "fingerprint": "c6eadffa33fcdf37",
            }
        ],
    }


def oci(title, sev, dims, key, *, t, kind="OK_TO_FIRING", ns="oci_computeagent"):
    return "oci", {
        "dedupeKey": key,
        "title": title,
        "body": f"{title}: see the runbook",
        "type": kind,
        "severity": sev,
        "timestampEpochMillis": int(t.timestamp() * 1000),
        "timestamp": t.isoformat(),
        "alarmMetaData": [
            {
                "id": f"ocid1.alarm.oc1..{key}",
                "status": "OK" if kind.endswith("OK") else "FIRING",
                "severity": sev,
                "namespace": ns,
                "query": "CpuUtilization[1m].mean() > 90",
                "totalMetricsFiring": 1,
                "dimensions": [dims],
            }
        ],
        "version": 1.5,
    }


def crash(r, n):
    base = {"namespace": n, "cluster": "prod-1", "job": "kube-state-metrics"}
    for k in range(r.randint(3, 7)):
        yield (
            k * 40,
            lambda t, k=k: am(
                "KubePodCrashLooping",
                "warning",
                {**base, "pod": pod(r, n), "container": n},
                f"Pod {n} is restarting",
                t=t,
            ),
        )
    yield (
        120,
        lambda t: am(
            "KubeDeploymentReplicasMismatch",
            "warning",
            {**base, "deployment": n},
            "Deployment has not matched the expected number of replicas",
            t=t,
        ),
    )
    yield 200, lambda t: gr("High error rate", {"service": n, "team": "blue"}, f"{n} answers 5xx", t=t)
    yield (
        900,
        lambda t: am(
            "KubeDeploymentReplicasMismatch",
            "warning",
            {**base, "deployment": n},
            "over",
            status="resolved",
            t=t,
        ),
    )


def slow(r, n):
    for k in range(r.randint(2, 5)):
        yield (
            60 * k,
            lambda t: gr("p99 latency", {"service": n, "namespace": n}, f"p99 of {n} above 2 s", t=t),
        )
    yield (
        1500,
        lambda t: (
            "generic",
            {"title": f"{n} is slow", "severity": "warning", "status": "resolved", "service": n},
        ),
    )
    yield (
        300,
        lambda t: (
            "generic",
            {"title": f"{n} is slow", "severity": "warning", "status": "firing", "service": n},
        ),
    )


def node(r, n):
    h = f"10.0.{r.randint(1, 9)}.{r.randint(2, 250)}"
    yield (
        0,
        lambda t: am(
            "KubeNodeNotReady",
            "warning",
            {"node": h, "cluster": "prod-1", "job": "kube-state-metrics"},
            f"{h} has been unready",
            t=t,
        ),
    )
    yield (
        60,
        lambda t: am(
            "KubeNodeUnreachable",
            "warning",
            {"node": h, "cluster": "prod-1", "job": "kube-state-metrics"},
            f"{h} is unreachable",
            t=t,
        ),
    )
    yield (
        90,
        lambda t: am(
            "NodeFilesystemSpaceFillingUp",
            "critical",
            {
                "instance": f"{h}:9100",
                "job": "node-exporter",
                "cluster": "prod-1",
                "device": "/dev/sda1",
                "mountpoint": "/",
            },
            "Filesystem is predicted to run out of space",
            t=t,
        ),
    )
    yield (
        400,
        lambda t: am(
            "KubeNodeNotReady",
            "warning",
            {"node": h, "cluster": "prod-1", "job": "kube-state-metrics"},
            f"{h} has been unready",
            t=t,
        ),
    )


def probe(r, n):
    url = f"https://{n}.example.org/health"
    for k in range(3):
        yield (
            200 * k,
            lambda t: am(
                "ProbeFailure",
                "critical",
                {"instance": url, "job": "http_checks", "monitor": "master"},
                f"Instance {url} has been down for over 5m",
                t=t,
            ),
        )
    yield (
        700,
        lambda t: am(
            "ProbeFailure",
            "critical",
            {"instance": url, "job": "http_checks", "monitor": "master"},
            "up",
            status="resolved",
            t=t,
        ),
    )


def vm(r, n):
    key = "".join(r.choices("abcdef0123", k=12))
    d = {
        "resourceId": f"ocid1.instance.oc1.phx.{key}{r.randint(1, 9**9)}",
        "resourceDisplayName": f"vm-{key[:4]}",
        "availabilityDomain": "AD-1",
        "region": "phx",
    }
    yield 0, lambda t: oci("High CPU Utilization", "CRITICAL", d, key, t=t)
    yield 300, lambda t: oci("High CPU Utilization", "CRITICAL", d, key, t=t, kind="REPEAT")
    yield 100, lambda t: oci("High Memory Utilization", "WARNING", d, key + "m", t=t)
    yield 900, lambda t: oci("High CPU Utilization", "CRITICAL", d, key, t=t, kind="FIRING_TO_OK")


def cascade(r, _):
    yield (
        0,
        lambda t: am(
            "PostgresTooManyConnections",
            "critical",
            {"service": "ledger", "namespace": "ledger", "cluster": "prod-1"},
            "ledger has no connection left",
            t=t,
        ),
    )
    for k, n in enumerate(("billing", "gateway")):
        for m in range(r.randint(1, 3)):
            yield (
                60 + 45 * k + 20 * m,
                lambda t, n=n: am(
                    "HighErrorRate",
                    "critical",
                    {"service": n, "namespace": n, "cluster": "prod-1"},
                    f"{n} fails",
                    t=t,
                ),
            )
    yield (
        240,
        lambda t: (
            "slack",
            {
                "type": "message",
                "subtype": "bot_message",
                "bot_id": "B1",
                "ts": "1.1",
                "text": "[FIRING] GatewayErrors (critical) service=gateway errors above 5%",
            },
        ),
    )
    yield (
        1800,
        lambda t: (
            "slack",
            {
                "type": "message",
                "subtype": "bot_message",
                "bot_id": "B1",
                "ts": "1.1",
                "text": "[RESOLVED] GatewayErrors (critical) service=gateway errors are back to normal",
            },
        ),
    )


def cert(_, n):
    began = []
    labels = {"service": n, "namespace": n, "host_name": f"{n}.example.org"}

    def told(t):
        began.append(t)
        return am("CertificateExpiringSoon", "warning", labels, "expires in 7 days", t=began[0])

    yield 0, told
    yield 3000, told


def disk(r, n):
    h = f"10.{r.randint(10, 200)}.{r.randint(0, 9)}.{r.randint(2, 250)}"
    for k in range(3):
        yield (
            100 * k,
            lambda t: am(
                "KubePersistentVolumeFillingUp",
                "critical",
                {
                    "namespace": n,
                    "persistentvolumeclaim": f"data-{n}-0",
                    "cluster": "prod-1",
                    "job": "kubelet",
                    "node": h,
                    "instance": f"{h}:10250",
                },
                "PersistentVolume is filling up",
                t=t,
            ),
        )


def job(r, n):
    yield (
        0,
        lambda t: am(
            "KubeJobFailed",
            "warning",
            {
                "namespace": n,
                "job_name": f"{n}-nightly-2890{r.randint(1000, 9999)}",
                "cluster": "prod-1",
                "job": "kube-state-metrics",
            },
            "Job failed to complete",
            t=t,
        ),
    )


GROUPS = ({"gateway", "billing", "ledger", "profile", "auth"},)


def related(a, b):
    return a == b or any(a in g and b in g for g in GROUPS)


def corpus(seed):
    r, out, used, t = random.Random(seed), [], [], datetime(2026, 3, 1, tzinfo=UTC)
    kinds = [crash, slow, node, probe, vm, cascade, cert, disk, job]
    for number in range(230):
        kind = r.choice(kinds)
        free = [
            x
            for x in NAMES
            if not any(t - when < timedelta(hours=2) and related(x, other) for when, other in used)
        ]
        n = r.choice(free) if free else ""
        if kind is cascade:
            n = (
                "ledger"
                if all(t - when >= timedelta(hours=2) or not related(o, "ledger") for when, o in used)
                else ""
            )
        if not n:
            t += timedelta(minutes=95)
            continue
        used.append((t, n))
        for after, make in kind(r, n):
            at = t + timedelta(seconds=after + r.randint(0, 15))
            out.append((at, f"{number}:{kind.__name__}:{n}", make(at)))
        t += timedelta(minutes=r.choice([3, 20, 95, 240]))
    return sorted(out, key=lambda x: x[0])
