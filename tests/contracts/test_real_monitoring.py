"""The real Prometheus and Alertmanager: our clients, tools and silences against them, and the local ones answer as they do."""

import asyncio
import math
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.prometheus import Memory, PrometheusServer
from tests.servers.monitoring import Monitoring
from tests.unit.cluster_desk import Desk
from tools.approved import Approved
from tools.clients import Clients
from tools.cluster.clusters import Clusters
from tools.errors import AskBack, GiveUp, TryLater
from tools.metrics.alertmanager import Alertmanager
from tools.metrics.prometheus import Prometheus
from tools.plan import Effect, Observed
from tools.reads.prom_alerts import PROM_ALERTS
from tools.reads.prom_query import PROM_QUERY
from tools.remediation.silence_create import SILENCE_CREATE
from tools.services.directory import Services
from tools.spec import Call

pytestmark = pytest.mark.servers
BACK = timedelta(hours=4)  # what lies behind the part that Prometheus still writes

OFF_S = 7  # no sample lies on the end of a window: there Prometheus 2, which counts it, and 3, which does not, differ


def filled(end):
    """Two pods that count requests, one of which begins anew; a histogram; levels, one of which ends early."""
    memory, t = Memory(), end.timestamp() - OFF_S
    for n in range(121):
        at = t - 1800 + 15 * n
        memory.record("requests_total", at, 90.0 * n, pod="a", code="200")
        memory.record("requests_total", at, 10.0 * n, pod="a", code="500")
        memory.record("requests_total", at, 200.0 * (n % 31), pod="b", code="200")
        for bound, share in (("0.1", 0.5), ("0.5", 0.9), ("1", 1.0), ("+Inf", 1.0)):
            memory.record("latency_bucket", at, 100.0 * n * share, le=bound)
        memory.record("used", at, 50 + 40 * math.sin(n / 9), pod="a", node="n1")
        memory.record("limit", at, 100.0, pod="a", node="n1")
        if n < 60:
            memory.record("gone", at, float(n), pod="a")
    return memory


def lines(memory):
    for name in memory.names():
        for one in memory.named(name):
            labels = ",".join(f'{k}="{v}"' for k, v in one.labels.items() if k != "__name__")
            for at, value in zip(one.times, one.values, strict=True):
                yield f"{name}{{{labels}}} {value!r} {at:.3f}"


@pytest.fixture(scope="module")
def end():
    return datetime.now(UTC).replace(microsecond=0) - BACK


@pytest.fixture(scope="module")
def real(tmp_path_factory, end):
    one = Monitoring(tmp_path_factory.mktemp("monitoring"), lines(filled(end)))
    try:
        one.start()
        yield one
    finally:
        one.stop()


@pytest.fixture
async def clients(real):
    clients = Clients(Clusters(()), Services.load(None), Prometheus(real.prometheus_url), alerts=Alertmanager(real.alertmanager_url))  # fmt: skip
    yield clients
    await clients.metrics.close()
    await clients.alerts.close()


QUERIES = (
    "used",
    "gone",
    'sum(rate(requests_total{pod="a"}[5m]))',
    "sum by (pod) (increase(requests_total[10m]))",
    'sum(rate(requests_total{code=~"5.."}[5m])) / sum(rate(requests_total[5m])) * 100',
    "histogram_quantile(0.95, sum by (le) (rate(latency_bucket[5m])))",
    "used / on (pod) limit",
    "max_over_time(used[10m]) - min_over_time(used[10m])",
    "avg_over_time(used[7m]) > 50",
    "irate(requests_total[2m])",
    "topk(1, requests_total)",
    "count by (code) (requests_total)",
    "absent(nothing_of_the_kind)",
    "used offset 10m",
    "clamp_max(used, 60) + 1",
    "resets(requests_total[20m])",
    "delta(used[5m])",
    "deriv(used[5m])",
    "used > bool 50",
    "quantile(0.5, requests_total)",
)


def plain(samples):
    def kept(one):
        return [(round(at, 3), f"{value:.8g}") for at, value in one.points]

    return sorted((sorted(one.labels.items()), kept(one)) for one in samples)


@pytest.fixture
async def local(end):
    server = PrometheusServer(filled(end), now=end.timestamp)
    await server.start()
    yield server
    await server.stop()


async def test_the_local_prometheus_answers_every_query_as_the_real_one_does(real, local, end):
    truth, ours = Prometheus(real.prometheus_url), Prometheus(local.url)
    try:
        for query in QUERIES:
            assert plain(await ours.instant(query, end)) == plain(await truth.instant(query, end)), query
            span = (end - timedelta(minutes=20), end)
            assert plain(await ours.range(query, *span)) == plain(await truth.range(query, *span)), query
        for wrong in ("rate(used)", "used{", "nofunction(used)"):
            for one in (truth, ours):
                with pytest.raises(GiveUp):
                    await one.instant(wrong, end)
    finally:
        await truth.close()
        await ours.close()


async def test_a_query_is_a_chart_of_what_the_real_one_holds(clients, end):
    found = await Desk(clients).run(PROM_QUERY, now=end, query="sum by (pod) (rate(requests_total[5m]))", since="20m")  # fmt: skip
    assert found.data["total_series"] == 2
    assert {one.name for chart in found.charts for one in chart.series} == {"pod=a", "pod=b"}


async def firing(clients):
    for _ in range(200):
        if len(await clients.alerts.alerts()) == 2:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("its rules do not fire")


async def test_alerts_of_both_are_told_together(clients):
    await firing(clients)
    found = await Desk(clients).run(PROM_ALERTS, sees=("shop",))
    told = [(one["name"], one["state"]) for one in found.data["alerts"]]
    assert told == [("CheckoutErrors", "firing"), ("Soon", "pending")], found.digest
    assert "value 15" in found.digest
    assert "checkout answers with errors" in found.digest


class Reaches:
    def namespace(self, cluster, namespace):
        return namespace == "shop"

    def compartment(self, name):
        return False


async def test_a_silence_holds_is_known_again_and_is_taken_back(clients):
    await firing(clients)
    call = Call(clients, datetime.now(UTC), 5, Reaches(), "plan_01REAL")
    draft = await SILENCE_CREATE.plan(call, SILENCE_CREATE.args(alert="checkouterrors", namespace="shop", minutes=30))  # fmt: skip
    assert await SILENCE_CREATE.effect(call, draft, "plan_01REAL") is Effect.NONE
    await SILENCE_CREATE.apply(call, _approved(draft, "apply"), "")
    assert (await _until_holds(call, draft)) is Observed.HOLDS
    assert await SILENCE_CREATE.effect(call, draft, "plan_01REAL") is Effect.DONE
    states = {one["labels"]["namespace"]: one["status"]["state"] for one in await clients.alerts.alerts()}
    assert states == {"shop": "suppressed", "other": "active"}
    hushed = await Desk(clients).run(PROM_ALERTS, state="silenced")
    assert [one["name"] for one in hushed.data["alerts"]] == ["CheckoutErrors"]
    await SILENCE_CREATE.roll_back(call, _approved(draft, "rollback"))
    assert (await SILENCE_CREATE.observe_rollback(call, draft)).state is Observed.HOLDS
    with pytest.raises(AskBack, match="fires there"):
        await SILENCE_CREATE.plan(call, SILENCE_CREATE.args(alert="Nope", namespace="shop", minutes=30))


def _approved(draft, step):
    return Approved("plan_01REAL", "hash", draft, "alice", ("bob",), f"plan_01REAL:{step}")


async def _until_holds(call, draft):
    for _ in range(50):
        if (seen := (await SILENCE_CREATE.observe(call, draft)).state) is Observed.HOLDS:
            return seen
        await asyncio.sleep(0.1)
    return seen


async def test_what_the_real_alertmanager_refuses_and_who_is_not_there_are_told_apart(clients):
    with pytest.raises(GiveUp, match="refused"):
        await clients.alerts.create({"matchers": [], "comment": "x", "createdBy": "x"})
    gone = Alertmanager("http://127.0.0.1:9")
    with pytest.raises(TryLater, match="cannot be reached"):
        await gone.alerts(1)
    await gone.close()
