"""Alerts and silences told together, against the local Alertmanager and Prometheus with the real clients."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.prometheus.alertmanager import Alertmanager as AlertmanagerServer
from sandbox.prometheus.memory import Memory
from sandbox.prometheus.server import PrometheusServer
from tests.unit.cluster_desk import Desk
from tools.clients import Clients
from tools.cluster.clusters import Clusters
from tools.errors import GiveUp, TryLater
from tools.metrics.alertmanager import Alertmanager
from tools.metrics.prometheus import Prometheus
from tools.reads.prom_alerts import PROM_ALERTS
from tools.services.directory import Services
from tools.services.model import Service

NOW = datetime.now(UTC).replace(microsecond=0)


def stamp(minutes):
    return (NOW - timedelta(minutes=minutes)).isoformat()


def alert(name, severity="warning", minutes=5, summary="", **labels):
    return {"labels": {"alertname": name, "severity": severity, **labels}, "annotations": {"summary": summary}, "startsAt": stamp(minutes)}  # fmt: skip


FIRING = [
    alert("Slow", namespace="shop", pod="checkout-1"), alert("Slow", namespace="shop", pod="checkout-2", minutes=9),
    alert("Errors", "critical", namespace="shop", service="checkout", summary="checkout answers with errors"),
    alert("Full", namespace="ops"), alert("NodeDown", "critical"),
]  # fmt: skip


def rule(one, state="firing", value="1.5e+01"):
    return {"labels": one["labels"], "annotations": one["annotations"], "state": state, "activeAt": one["startsAt"], "value": value}  # fmt: skip


RULES = [rule(FIRING[2]), rule(alert("Soon", namespace="shop", minutes=1), "pending")]


class Servers:
    def __init__(self):
        self.alertmanager = AlertmanagerServer(lambda: FIRING)
        self.prometheus = PrometheusServer(Memory(), alerts=lambda: RULES)


@pytest.fixture
async def servers():
    both = Servers()
    await both.alertmanager.start()
    await both.prometheus.start()
    yield both
    await both.alertmanager.stop()
    await both.prometheus.stop()


@pytest.fixture
async def at(servers):
    services = Services(confirmed={"checkout": Service(name="checkout")})
    clients = Clients(Clusters(()), services, Prometheus(servers.prometheus.url), alerts=Alertmanager(servers.alertmanager.url))  # fmt: skip
    yield Desk(clients)
    await clients.metrics.close()
    await clients.alerts.close()


async def hush(at, **labels):
    matchers = [{"name": k, "value": v, "isRegex": False, "isEqual": True} for k, v in labels.items()]
    ends = datetime.now(UTC) + timedelta(hours=1)
    return await at.clients.alerts.create({"matchers": matchers, "startsAt": datetime.now(UTC).isoformat(), "endsAt": ends.isoformat(), "createdBy": "alice", "comment": "known"})  # fmt: skip


def names(found):
    return [(one["name"], one["state"], one["count"]) for one in found.data["alerts"]]


async def test_the_worst_comes_first_and_like_alerts_are_one_line(at):
    found = await at.run(PROM_ALERTS, now=NOW)
    assert names(found) == [("Errors", "firing", 1), ("NodeDown", "firing", 1), ("Slow", "firing", 2), ("Full", "firing", 1), ("Soon", "pending", 1)]  # fmt: skip
    assert "firing critical Errors for 5m, value 15 (namespace=shop, service=checkout): checkout answers with errors" in found.digest  # fmt: skip
    assert "firing 2x warning Slow for 9m (namespace=shop, pod=checkout-1, checkout-2)" in found.digest
    assert found.evidence[0].ref.startswith('metric:ALERTS{alertname="Errors"')
    assert found.untrusted


async def test_what_is_hushed_says_by_whom(at):
    ident = await hush(at, alertname="Errors", namespace="shop")
    found = await at.run(PROM_ALERTS, state="silenced")
    assert names(found) == [("Errors", "silenced", 1)]
    assert f"silence {ident} until" in found.digest
    assert "alertname=Errors, namespace=shop, by alice: known" in found.digest


@pytest.mark.parametrize(
    ("args", "wanted"),
    [
        ({"namespace": "ops"}, {"Full"}), ({"service": "checkout"}, {"Errors", "Slow"}), ({"severity": "critical"}, {"Errors", "NodeDown"}),
        ({"name": "slow"}, {"Slow"}), ({"state": "pending"}, {"Soon"}), ({"name": "nothing"}, set()),
    ],
)  # fmt: skip
async def test_only_what_was_asked_about(at, args, wanted):
    found = await at.run(PROM_ALERTS, **args)
    assert {one["name"] for one in found.data["alerts"]} == wanted
    assert bool(wanted) or found.digest.startswith("No alert like that fires or is about to (6 others do).")


async def test_alerts_and_silences_of_other_namespaces_are_not_told(at):
    await hush(at, alertname="Full", namespace="ops")
    found = await at.run(PROM_ALERTS, sees=("shop",))
    assert {one["name"] for one in found.data["alerts"]} == {"Errors", "Slow", "Soon"}
    assert found.data["silences"] == []


async def test_one_of_the_two_is_enough_and_the_other_is_named(at, servers):
    await servers.prometheus.stop()
    found = await at.run(PROM_ALERTS)
    assert {one["state"] for one in found.data["alerts"]} == {"firing"}
    assert found.could_not_see == ("Prometheus: Prometheus cannot be reached",)
    await servers.alertmanager.stop()
    with pytest.raises(TryLater):
        await at.run(PROM_ALERTS)


async def test_without_any_it_says_what_to_set():
    with pytest.raises(GiveUp, match="ALERTMANAGER_URL"):
        await Desk(Clients(Clusters(()), Services.load(None))).run(PROM_ALERTS)
