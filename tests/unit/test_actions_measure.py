"""Numbers of a change are about the change: a rate does not reach back behind the pods that serve now."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.prometheus import Memory, PrometheusServer
from tools.clients import Clients
from tools.cluster.kinds import BY_PLURAL
from tools.metrics.prometheus import Prometheus
from tools.metrics.window import since
from tools.remediation.measure import MIXED, measure
from tools.remediation.workload import Subject
from tools.services.model import MetricSpec, Service
from tools.spec import Call

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
T = NOW.timestamp()
ERRORS = MetricSpec(query="sum(rate(failed_total[1m]))", unit="/s")


@pytest.mark.parametrize(
    ("query", "seconds", "wanted"),
    [
        ("rate(x[15s])", 4.7, "rate(x[4s])"),
        ("rate(x[1m30s]) / rate(y[2s])", 5, "rate(x[5s]) / rate(y[2s])"),
        ("rate(x[ 500ms ])", 0.2, "rate(x[ 500ms ])"),
        ('rate(x{path="a[5m]"}[5m])', 10, 'rate(x{path="a[5m]"}[10s])'),
        ("rate(x{path='it\\'s [5m]'}[5m])", 10, "rate(x{path='it\\'s [5m]'}[10s])"),
        ("max_over_time(rate(x[5m])[1h:1m])", 10, "max_over_time(rate(x[10s])[1h:1m])"),
        ("up", 3, "up"),
    ],
)
def test_a_query_looks_back_no_further_than_told(query, seconds, wanted):
    assert since(query, seconds) == wanted


@pytest.fixture
async def metrics() -> AsyncIterator[Prometheus]:
    """Ten failures a second until ten seconds ago, none since; scraped every two seconds."""
    memory = Memory()
    for n in range(61):
        memory.record("failed_total", T - 120 + 2 * n, 10.0 * min(2 * n, 110))
    server = PrometheusServer(memory, now=lambda: T)
    await server.start()
    client = Prometheus(server.url)
    yield client
    await client.close()
    await server.stop()


def pod(served_s: float, ready: str = "True") -> dict:
    at = (NOW - timedelta(seconds=served_s)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"status": {"conditions": [{"type": "Ready", "status": ready, "lastTransitionTime": at}]}}


async def measured(metrics: Prometheus, *pods: dict) -> str:
    found = Subject(
        None,
        BY_PLURAL["deployments"],
        "shop",
        {"spec": {"replicas": len(pods)}},
        Service(name="till", metrics={"errors": ERRORS}),
        list(pods),
    )
    call = Call(Clients(None, None, metrics), NOW, 5.0, None)
    return (await measure(call, found))["errors"]


async def test_a_rate_after_a_change_counts_only_what_the_new_pods_served(metrics):
    assert await measured(metrics, pod(300), pod(8)) == "0 /s"


async def test_pods_that_served_for_long_are_measured_as_the_service_map_says(metrics):
    assert await measured(metrics, pod(300)) == "8.28 /s"


async def test_a_rate_that_cannot_be_told_apart_yet_says_so(metrics):
    value = await measured(metrics, pod(1))
    assert value.endswith(MIXED)
    assert value.startswith("8.28 /s")


async def test_while_a_pod_is_not_ready_nothing_has_taken_over(metrics):
    assert await measured(metrics, pod(300), pod(8, "False")) == "8.28 /s"
