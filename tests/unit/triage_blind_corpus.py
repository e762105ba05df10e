"""Two weeks of a travel company's alerts, each with the incident that an on-call engineer files it under.

Written and labelled from the formats and from experience alone, before anything had judged it. How the labels are meant:
- an incident is one cause in one place; what breaks because of it (the callers by the service map, the pods of a lost
  node) is part of it, and so are repeats, recoveries and a relapse within some minutes;
- the same alert after it had been quiet for a day is a new incident: people were done with the first;
- what never stops firing is one thing for as long as it does not stop;
- equal names in another cluster or namespace are other things, and so is what merely happens at the same time.
What people would themselves dispute (again after one to four hours) is left out.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.unit.triage_blind_wire import Delivery, Labels, Wire, day, digest, stamp, tail

FRA, AMS = "prod-fra", "prod-ams"

# service: cluster, namespace, what it calls, more of the map
MAP: dict[str, tuple[str, str, list[str], dict[str, Any]]] = {
    "edge-web": (FRA, "travel", ["booking-api", "search-api", "login"], {"load_balancer": "fly-public"}),
    "booking-api": (FRA, "travel", ["pricing", "seats", "bookings-db"], {"database": "bookings-adb"}),
    "search-api": (FRA, "travel", ["search-index", "pricing"], {}),
    "pricing": (FRA, "travel", ["rates-cache"], {}),
    "seats": (FRA, "travel", ["bookings-db"], {}),
    "bookings-db": (FRA, "travel", [], {"database": "bookings-adb"}),
    "rates-cache": (FRA, "travel", [], {}),
    "search-index": (FRA, "travel", [], {}),
    "login": (FRA, "identity", [], {}),
    "card-gateway": (FRA, "money", ["ledger-db"], {"database": "ledger-dbs"}),
    "ledger-db": (FRA, "money", [], {"database": "ledger-dbs"}),
    "refunds": (FRA, "money", ["card-gateway"], {}),
    "mailer": (FRA, "messaging", ["mail-queue"], {}),
    "mail-queue": (FRA, "messaging", [], {}),
    "miles": (AMS, "loyalty", ["miles-db"], {}),
    "miles-db": (AMS, "loyalty", [], {}),
    "reports": (AMS, "insight", ["warehouse"], {"database": "warehouse-adw"}),
    "warehouse": (AMS, "insight", [], {"database": "warehouse-adw"}),
    "media": (AMS, "content", [], {}),
    "partner-feed": (AMS, "partners", [], {}),
}


def services() -> dict[str, Any]:
    """The team's services.yaml."""
    found = {}
    for name, (cluster, namespace, calls, more) in MAP.items():
        kind = "statefulset" if name.endswith(("-db", "-queue", "-index", "-cache")) else "deployment"
        work = {"cluster": cluster, "namespace": namespace, "kind": kind, "name": name}
        found[name] = {"workloads": [work], "owner": f"team-{namespace}", **more}
        if calls:
            found[name]["depends_on"] = calls
    return {"version": 1, "services": found}


@dataclass(frozen=True, slots=True)
class Corpus:
    deliveries: list[Delivery]

    def lines(self) -> str:
        rows = [
            {"id": f"d{at:04}", "at": stamp(one.at), "source": one.source, "payload": one.payload}
            for at, one in enumerate(self.deliveries)
        ]
        return "".join(json.dumps(row) + "\n" for row in rows)

    def labels(self) -> dict[str, str]:
        """Alert -> incident. A delivery of several alerts counts them: d0007, d0007#2, ..."""
        found = {}
        for at, one in enumerate(self.deliveries):
            for number, label in enumerate(one.labels, 1):
                found[f"d{at:04}" + (f"#{number}" if number > 1 else "")] = label
        return found


def corpus(seed: int = 20260907) -> Corpus:
    wire = Wire(random.Random(seed))
    for part in PARTS:
        part(wire)
    return Corpus(sorted(wire.sent, key=lambda one: one.at))


def of(alert: str, service: str, severity: str = "critical", **more: str) -> Labels:
    """An alert of a service's own rules."""
    cluster, namespace, _, _ = MAP[service]
    base = {"alertname": alert, "severity": severity, "service": service, "namespace": namespace}
    return base | {"cluster": cluster, "job": service} | more


def pod(alert: str, service: str, number: int = 1, severity: str = "warning", **more: str) -> Labels:
    """An alert of kube-state-metrics: a pod and its place, and nothing that says which service that is."""
    cluster, namespace, _, _ = MAP[service]
    end = f"{tail(service, size=9)}-{tail(service, str(number), size=5)}"
    base = {"alertname": alert, "severity": severity, "namespace": namespace, "cluster": cluster}
    return base | {"pod": f"{service}-{end}", "container": service, "job": "kube-state-metrics"} | more


def at_work(alert: str, service: str, **more: str) -> Labels:
    cluster, namespace, _, _ = MAP[service]
    base = {"alertname": alert, "severity": "warning", "namespace": namespace, "cluster": cluster}
    return base | {"deployment": service, "job": "kube-state-metrics"} | more


def after(at: datetime, minutes: float) -> datetime:
    return at + timedelta(minutes=minutes)


def bookings_database(wire: Wire) -> None:
    """The database is out of sessions; its callers fail, then what customers see. Twice in two weeks."""
    for name, at in (("bookings-db-1", day(0, 9, 12)), ("bookings-db-2", day(8, 14, 3))):
        database = {
            "resourceId": f"OCID1.AUTONOMOUSDATABASE.OC1.EU-FRANKFURT-1.{digest('b', size=30).upper()}",
            "resourceDisplayName": "bookings-adb",
        }
        wire.oci(name, at, "Bookings database sessions", "Sessions[1m].max() > 280", database, lasts=34,
                 space="oci_autonomous_database", repeat=10)  # fmt: skip
        wire.prom(name, after(at, 1), [of("PostgresConnectionsExhausted", "bookings-db")], lasts=31)
        wire.prom(name, after(at, 2), [of("HighErrorRate", "booking-api")], lasts=30, again=10)
        wire.prom(name, after(at, 3), [of("HighErrorRate", "seats")], lasts=28)
        wire.grafana(name, after(at, 4), of("Front page errors above 5%", "edge-web"), lasts=27)
        wire.slack(name, after(at, 5), "Uptime", "Down: edge-web checkout journey", "Up: edge-web checkout journey",
                   lasts=26, text="service: edge-web, probe frankfurt: 503 for 3 checks")  # fmt: skip


def ledger_database(wire: Wire) -> None:
    at = day(2, 3, 40)
    disk = {
        "resourceId": f"ocid1.dbsystem.oc1.eu-frankfurt-1.{digest('l')}",
        "resourceDisplayName": "ledger-dbs",
    }
    wire.oci("ledger-disk", at, "Ledger storage used", "StorageUtilization[5m].max() > 95", disk, lasts=55,
             space="oci_database", repeat=15)  # fmt: skip
    wire.prom("ledger-disk", after(at, 4), [of("PostgresReadOnly", "ledger-db")], lasts=48)
    wire.prom("ledger-disk", after(at, 5), [of("CardPaymentsFailing", "card-gateway")], lasts=46, again=15)
    wire.prom("ledger-disk", after(at, 7), [of("RefundBacklog", "refunds", "warning")], lasts=50)
    wire.generic("ledger-disk", after(at, 8), {"title": "Acquirer sees declined authorisations",
                 "severity": "critical", "service": "card-gateway", "source": "acquirer-monitor"}, lasts=44)  # fmt: skip


def chains(wire: Wire) -> None:
    """A part breaks, and what calls it follows: cache, index, queue, other cluster's database, login."""
    at = day(1, 11, 20)
    wire.prom("rates-cache", at, [pod("KubePodCrashLooping", "rates-cache")], lasts=20)
    wire.prom("rates-cache", after(at, 1), [of("RedisDown", "rates-cache")], lasts=18)
    wire.prom("rates-cache", after(at, 2), [of("HighLatency", "pricing", "warning")], lasts=18)
    wire.prom("rates-cache", after(at, 3), [of("HighLatency", "search-api", "warning"),
                                           of("HighLatency", "booking-api", "warning")], lasts=16)  # fmt: skip
    at = day(3, 8, 5)
    wire.prom("search-index", at, [of("ElasticsearchClusterRed", "search-index")], lasts=40, again=15)
    wire.prom("search-index", after(at, 2), [of("HighErrorRate", "search-api")], lasts=37, again=15)
    wire.grafana("search-index", after(at, 3), of("Search results empty", "edge-web", "warning"), lasts=36)
    at = day(4, 16, 30)
    wire.prom("mail-queue", at, [of("RabbitMQMemoryAlarm", "mail-queue")], lasts=45)
    wire.prom("mail-queue", after(at, 4), [of("MailsNotLeaving", "mailer")], lasts=43, again=20)
    wire.slack("mail-queue", after(at, 6), "Datadog", "Triggered: [P2] mailer outbound throughput is zero",
               "Recovered: [P2] mailer outbound throughput is zero", lasts=41, text="service:mailer env:prod")  # fmt: skip
    at = day(5, 22, 10)
    wire.prom("miles-db", at, [of("PostgresReplicationBroken", "miles-db")], lasts=60)
    wire.prom("miles-db", after(at, 3), [of("HighErrorRate", "miles")], lasts=55, again=20)
    wire.generic("miles-db", after(at, 5), {"title": "Miles balance page fails", "severity": "error",
                 "service": "miles", "source": "synthetic"}, lasts=52)  # fmt: skip
    at = day(9, 7, 50)
    wire.prom("login-down", at, [of("HighErrorRate", "login")], lasts=22)
    wire.prom("login-down", after(at, 1), [pod("KubePodNotReady", "login", n) for n in (1, 2, 3)], lasts=20)
    wire.prom("login-down", after(at, 2), [of("SignInsDropped", "edge-web")], lasts=20)
    at = day(12, 5, 15)
    adw = {
        "resourceId": f"ocid1.autonomousdatabase.oc1..{digest('w')}",
        "resourceDisplayName": "warehouse-adw",
    }
    wire.oci("warehouse-cpu", at, "Warehouse CPU", "CpuUtilization[5m].mean() > 95", adw, lasts=70,
             space="oci_autonomous_database", severity="WARNING", repeat=30)  # fmt: skip
    wire.prom("warehouse-cpu", after(at, 6), [of("ReportsLate", "reports", "warning")], lasts=66)


def rollouts(wire: Wire) -> None:
    """A bad version: pods crash, the deployment does not come up, errors, callers."""
    at = day(2, 13, 2)
    wire.prom("pricing-rollout", at, [pod("KubePodCrashLooping", "pricing", n) for n in (1, 2, 3)], lasts=25)
    wire.prom(
        "pricing-rollout", after(at, 1), [at_work("KubeDeploymentReplicasMismatch", "pricing")], lasts=24
    )
    wire.prom("pricing-rollout", after(at, 1), [of("HighErrorRate", "pricing")], lasts=23)
    wire.prom("pricing-rollout", after(at, 2), [of("HighErrorRate", "booking-api")], lasts=22)
    at = day(6, 10, 45)
    wire.prom("media-rollout", at, [pod("KubePodImagePull", "media", n) for n in (1, 2)], lasts=35, again=15)
    wire.prom("media-rollout", after(at, 10), [at_work("KubeDeploymentRolloutStuck", "media")], lasts=25)
    at = day(10, 15, 25)
    wire.prom(
        "partner-rollout", at, [pod("KubeContainerOOMKilled", "partner-feed", n) for n in (1, 2)], lasts=30
    )
    wire.grafana("partner-rollout", after(at, 2), of("Feed import stopped", "partner-feed"), lasts=29)
    wire.slack("partner-rollout", after(at, 3), "Argo CD", "Application partner-feed is Degraded",
               "Application partner-feed is Healthy", lasts=28, text="partner-feed in prod-ams: Degraded")  # fmt: skip


def nodes(wire: Wire) -> None:
    """A node goes and takes pods of services that otherwise have nothing to do with each other."""
    for name, at, node, hit in (
        ("node-fra-17", day(1, 2, 14), "10.0.3.17", ("seats", "card-gateway", "mailer")),
        ("node-fra-42", day(11, 19, 33), "10.0.3.42", ("login", "search-api", "refunds")),
    ):
        base = {"cluster": FRA, "node": node, "severity": "critical", "job": "kube-state-metrics"}
        machine = {"resourceId": f"ocid1.instance.oc1.eu-frankfurt-1.{digest(node)}",
                   "resourceDisplayName": f"oke-fra-{node.replace('.', '-')}"}  # fmt: skip
        wire.prom(name, at, [{"alertname": "KubeNodeNotReady", **base}], lasts=40, again=15)
        wire.prom(name, after(at, 1), [{"alertname": "NodeExporterDown", "instance": f"{node}:9100",
                                        "severity": "warning", "cluster": FRA, "node": node}], lasts=38)  # fmt: skip
        wire.oci(name, after(at, 2), "Instance does not answer", "instance_status[1m].max() > 0", machine, lasts=36,
                 space="oci_compute_infrastructure_health", end="RESET")  # fmt: skip
        wire.prom(name, after(at, 3), [pod("KubePodNotReady", one, node=node) for one in hit], lasts=33)
    at = day(7, 4, 48)
    base = {"cluster": AMS, "node": "10.4.1.9", "severity": "warning", "job": "node-exporter"}
    wire.prom(
        "node-ams-9", at, [{"alertname": "NodeFilesystemAlmostFull", "mountpoint": "/", **base}], lasts=50
    )
    wire.prom("node-ams-9", after(at, 6), [{"alertname": "KubeNodeDiskPressure", **base}], lasts=42)
    wire.prom("node-ams-9", after(at, 8), [pod("KubePodEvicted", one, node="10.4.1.9") for one in ("media", "reports")],
              lasts=38)  # fmt: skip


def at_once(wire: Wire) -> None:
    """Two things at the same time that have nothing to do with each other: two incidents."""
    for at, first, second in (
        (day(0, 15, 30), "card-gateway", "search-api"), (day(3, 20, 15), "mailer", "seats"),
        (day(5, 12, 40), "login", "card-gateway"), (day(9, 23, 5), "miles", "media"),
        (day(11, 9, 10), "pricing", "mailer"), (day(13, 17, 45), "partner-feed", "reports"),
    ):  # fmt: skip
        for late, service in enumerate((first, second)):
            name, began = f"once-{service}-{at:%d}", after(at, late)
            wire.prom(name, began, [of("HighErrorRate", service)], lasts=18 + late * 4)
            wire.prom(name, after(began, 2), [of("HighLatency", service, "warning")], lasts=15)
            wire.prom(name, after(began, 3), [pod("KubePodNotReady", service, n) for n in (1, 2)], lasts=13)


def again(wire: Wire) -> None:
    """The same alert on another day is a new incident; within minutes of its end it is the old one."""
    for number in (2, 3, 4, 7, 10):
        job = {"alertname": "KubeJobFailed", "severity": "warning", "cluster": AMS, "namespace": "insight",
               "job_name": "nightly-export", "job": "kube-state-metrics"}  # fmt: skip
        wire.prom(f"nightly-export-{number}", day(number, 1, 30), [job], lasts=25)
    for number in (0, 1, 6, 12):
        wire.generic(f"partner-sftp-{number}", day(number, 6, 20), {"title": "Partner SFTP login failed",
                     "severity": "warning", "service": "partner-feed", "source": "cron"}, lasts=12)  # fmt: skip
    vm = {
        "resourceId": f"ocid1.instance.oc1.eu-frankfurt-1.{digest('bastion')}",
        "resourceDisplayName": "bastion-1",
    }
    for number in (4, 5, 13):
        wire.oci(f"bastion-cpu-{number}", day(number, 18, 2), "Bastion CPU", "CpuUtilization[1m].mean() > 90", vm,
                 lasts=14, severity="WARNING")  # fmt: skip
    for name, at, alert, service in (
        ("relapse-miles", day(1, 17, 5), "HighErrorRate", "miles"),
        ("relapse-media", day(4, 9, 50), "HighLatency", "media"),
        ("relapse-refunds", day(8, 21, 12), "RefundBacklog", "refunds"),
        ("relapse-cards", day(12, 13, 37), "CardPaymentsFailing", "card-gateway"),
    ):
        wire.prom(name, at, [of(alert, service)], lasts=9)
        wire.prom(name, after(at, 14), [of(alert, service)], lasts=12)
    lag = {
        "resourceId": f"ocid1.stream.oc1.eu-frankfurt-1.{digest('clicks')}",
        "resourceDisplayName": "clicks",
    }
    for late in (0, 13):
        wire.oci("relapse-stream", day(6, 20, late), "Stream consumer lag", "GetMessagesLag[1m].max() > 5000", lag,
                 lasts=8, space="oci_streaming", severity="ERROR")  # fmt: skip


def flapping(wire: Wire) -> None:
    for name, at, alert, service in (
        ("flap-feed", day(3, 14, 0), "FeedLag", "partner-feed"),
        ("flap-cpu", day(7, 12, 0), "CPUThrottlingHigh", "search-api"),
    ):
        for turn in range(6):
            wire.prom(name, after(at, 8 * turn), [of(alert, service, "warning")], lasts=4)
    for turn in range(5):
        wire.slack("flap-probe", day(10, 3, 9 * turn), "Uptime", "Down: status.fly.example", "Up: status.fly.example",
                   lasts=3, text="probe ashburn: timeout after 10 s")  # fmt: skip


def steady(wire: Wire) -> None:
    """What fires on: the dead man's switch of each cluster, certificates, quotas; sent again and again."""
    for cluster in (FRA, AMS):
        watchdog = {
            "alertname": "Watchdog",
            "severity": "none",
            "cluster": cluster,
            "prometheus": "monitoring/k8s",
        }
        wire.group(day(0, 0, 5), [(f"watchdog-{cluster}", watchdog)], lasts=None, again=720)
    for name, at, host in (
        ("cert-www", day(2, 0, 10), "www.fly.example"),
        ("cert-api", day(2, 6, 0), "api.fly.example"),
    ):
        cert = {
            "alertname": "CertificateExpiresSoon",
            "severity": "warning",
            "instance": f"https://{host}",
            "job": "tls",
        }
        wire.prom(name, at, [cert], lasts=60 * 30, again=240)
    quota = {"alertname": "KubeQuotaAlmostFull", "severity": "info", "namespace": "content", "cluster": AMS}
    wire.prom("quota-content", day(8, 8, 0), [quota], lasts=60 * 20, again=240)


def equal_names(wire: Wire) -> None:
    """`worker` and `log-shipper` are in many places, and none of them is in the map."""

    def crash(cluster: str, namespace: str, name: str) -> Labels:
        place = {
            "cluster": cluster,
            "namespace": namespace,
            "pod": f"{name}-{tail(cluster, namespace, size=9)}-x7k2p",
        }
        return {"alertname": "KubePodCrashLooping", "severity": "warning", "container": name, **place}

    for late, namespace in enumerate(("travel", "money", "messaging")):
        wire.prom(
            f"worker-{namespace}",
            day(4, 12, 20 + late),
            [crash(FRA, namespace, "worker")],
            lasts=30,
            again=10,
        )
    for late, cluster in enumerate((FRA, AMS)):
        wire.prom(
            f"log-shipper-{cluster}",
            day(6, 3, 30 + late),
            [crash(cluster, "logging", "log-shipper")],
            lasts=25,
        )
        wire.prom(f"ingress-{cluster}", day(9, 16, 5 + late), [
            {"alertname": "IngressReloadFailed", "severity": "critical", "cluster": cluster, "namespace": "ingress",
             "controller": "nginx"}], lasts=20)  # fmt: skip
    both = [("job-cleanup", "content", "cleanup"), ("job-settle", "loyalty", "settle")]
    wire.group(day(10, 2, 0), [
        (name, {"alertname": "KubeJobFailed", "severity": "warning", "cluster": AMS, "namespace": space, "job_name": job})
        for name, space, job in both], lasts=45)  # fmt: skip


def without_service(wire: Wire) -> None:
    """Alerts of things that no map knows: a VPN, a backup, a budget, a guard, a DNS name, two hosts."""
    tunnel = {"resourceId": f"ocid1.ipsectunnel.oc1..{digest('t1')}", "resourceDisplayName": "hq-tunnel-1"}
    wire.oci("vpn", day(5, 4, 0), "VPN tunnel down", "TunnelState[1m].max() < 1", tunnel, lasts=35, space="oci_vpn",
             repeat=10)  # fmt: skip
    wire.slack("backup", day(7, 2, 45), "Veeam", "Backup job 'fileserver-daily' failed", lasts=None,
               text="Not enough free space on repository nas-2")  # fmt: skip
    wire.generic("budget", day(8, 0, 30), {"title": "Budget development at 100%", "severity": "warning",
                 "source": "oci-budgets", "budget": "development"}, lasts=None)  # fmt: skip
    wire.generic("guard", day(8, 0, 33), {"title": "Bucket exports is public", "severity": "critical",
                 "source": "cloud-guard", "resource": "exports"}, lasts=95)  # fmt: skip
    for name, at, host in (("host-nas", day(11, 1, 0), "nas-2"), ("host-print", day(11, 1, 2), "print-1")):
        wire.generic(name, at, {"title": f"Disk almost full on {host}", "severity": "warning", "host": host,
                     "source": "checkmk"}, lasts=50)  # fmt: skip
    wire.grafana("dns", day(13, 8, 0), {"alertname": "External DNS answers slowly", "grafana_folder": "network",
                 "severity": "warning"}, lasts=15)  # fmt: skip


def storms(wire: Wire) -> None:
    """Hundreds of lines of one cause; something small and unrelated happens in the middle, and must not drown."""
    at = day(7, 18, 20)
    for wave in range(3):
        pods = [pod("KubePodNotReady", "edge-web", wave * 8 + n) for n in range(8)]
        wire.prom("storm-edge", after(at, wave), pods, lasts=30 - wave)
    wire.prom("storm-edge", after(at, 1), [of("HighErrorRate", "edge-web")], lasts=28, again=10)
    wire.prom("storm-aside", after(at, 4), [of("WarehouseLoadFailed", "warehouse", "warning")], lasts=40)
    at = day(12, 20, 5)
    lost = [{"alertname": "KubeNodeNotReady", "severity": "critical", "cluster": AMS, "node": f"10.4.2.{n}",
             "job": "kube-state-metrics"} for n in range(1, 7)]  # fmt: skip
    wire.prom("storm-ams", at, lost, lasts=35)
    hit = [pod("KubePodNotReady", one, n, node=f"10.4.2.{n}") for n, one in
           enumerate(("miles", "reports", "media", "partner-feed"), 1)]  # fmt: skip
    wire.prom("storm-ams", after(at, 2), hit, lasts=32)
    wire.prom(
        "storm-ams",
        after(at, 2),
        [{"alertname": "KubeAPIDown", "severity": "critical", "cluster": AMS}],
        lasts=30,
    )
    wire.prom("storm-aside-2", after(at, 5), [of("RefundBacklog", "refunds", "warning")], lasts=26, again=10)


def alone(wire: Wire) -> None:
    """One sender, one thing, nothing near it."""
    for name, at, alarm, query, space, shown in (
        ("balancer", day(13, 11, 0), "Backends unhealthy", "UnHealthyBackendServers[1m].max() > 0", "oci_lbaas", "fly-public"),
        ("volume", day(0, 20, 30), "Volume throttled", "VolumeThrottledIOs[5m].sum() > 100", "oci_blockstore", "nas-data"),
        ("function", day(5, 7, 25), "Resize errors", "FunctionResponseCount[1m].sum() > 20", "oci_faas", "thumbnailer"),
        ("nat", day(10, 22, 40), "NAT drops", "DropsToNATgw[5m].sum() > 500", "oci_nat_gateway", "nat-fra"),
    ):  # fmt: skip
        dimensions = {"resourceId": f"ocid1.{space[4:]}.oc1..{digest(shown)}", "resourceDisplayName": shown}
        wire.oci(name, at, alarm, query, dimensions, lasts=32, space=space, repeat=10, severity="ERROR")
    for name, at, alert, service in (
        ("miles-slow", day(2, 21, 0), "Miles balance slow", "miles"),
        ("seats-stale", day(13, 3, 15), "Seat maps are stale", "seats"),
    ):
        wire.grafana(name, at, of(alert, service, "warning"), lasts=21)
    wire.slack("edge-cdn", day(4, 6, 10), "Fastly", "Incident: elevated errors in FRA POP", "Resolved: elevated errors in FRA POP",
               lasts=48, text="Customers may see 503 from the FRA POP")  # fmt: skip


PARTS: tuple[Callable[[Wire], None], ...] = (
    bookings_database, ledger_database, chains, rollouts, nodes, at_once, again, flapping, steady, equal_names,
    without_service, alone, storms,
)  # fmt: skip
