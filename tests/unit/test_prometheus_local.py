"""The local Prometheus answers as the real one does: over HTTP, through our own client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from sandbox.prometheus import Memory, PrometheusServer
from tools.errors import GiveUp
from tools.metrics.prometheus import Prometheus

END = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
T = END.timestamp()


def world() -> Memory:
    """Two pods that serve 10 and 20 requests a second, a tenth of the first's failing; one restarts; a histogram."""
    memory = Memory()
    for n in range(61):
        at = T - 600 + 10 * n
        memory.record("up", at, 1.0, pod="a")
        memory.record("http_requests_total", at, 90.0 * n, pod="a", code="200")
        memory.record("http_requests_total", at, 10.0 * n, pod="a", code="500")
        memory.record("http_requests_total", at, 200.0 * (n % 31), pod="b", code="200")
        for bound, share in (("0.1", 0.5), ("0.5", 0.9), ("1", 1.0), ("+Inf", 1.0)):
            memory.record("latency_bucket", at, 100.0 * n * share, le=bound)
        memory.record("limit", at, 100.0, pod="a", node="n1")
        memory.record("used", at, float(n), pod="a")
    return memory


@pytest.fixture
async def server() -> AsyncIterator[PrometheusServer]:
    running = PrometheusServer(world(), now=lambda: T)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def client(server: PrometheusServer) -> AsyncIterator[Prometheus]:
    prometheus = Prometheus(server.url)
    yield prometheus
    await prometheus.close()


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("1 + 2 * 3 ^ 2", 19.0),
        ("up", 1.0),
        ('sum(rate(http_requests_total{pod="a"}[5m]))', 10.0),
        ('increase(http_requests_total{pod="a",code="500"}[5m])', 300.0),
        (
            'sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total{pod="a"}[5m])) * 100',
            10.0,
        ),
        ("histogram_quantile(0.95, sum by (le) (rate(latency_bucket[5m])))", 0.75),
        ("histogram_quantile(0.5, latency_bucket)", 0.1),
        ("used / on(pod) limit", 0.6),
        ("max_over_time(used[1m])", 60.0),
        ("min_over_time(used[1m])", 55.0),
        ("avg_over_time(used[1m])", 57.5),
        ("used offset 1m", 54.0),
        ("delta(used[1m])", 6.0),
        ("deriv(used[5m])", 0.1),
        ("predict_linear(used[5m], 100)", 70.0),
        ("resets(http_requests_total{pod='b'}[10m])", 1.0),
        ("count(http_requests_total)", 3.0),
        ("quantile(0.5, http_requests_total)", 5400.0),
        ("absent(nothing{pod='a'})", 1.0),
        ("scalar(used) > bool 59", 1.0),
        ("clamp_max(used, 7)", 7.0),
        ("max_over_time(sum(used)[1m:10s])", 60.0),
        ("topk(1, http_requests_total)", 5800.0),
        ("vector(3) or used", 3.0),
        ('label_replace(up, "app", "$1", "pod", "(.)")', 1.0),
        ("time() - timestamp(up)", 0.0),
        ("-used", -60.0),
    ],
)
async def test_an_instant_query_has_the_value_that_prometheus_gives(
    client: Prometheus, query: str, wanted: float
) -> None:
    (sample, *_) = await client.instant(query, END)
    assert sample.last == pytest.approx(wanted, rel=1e-6)


async def test_a_counter_that_starts_anew_still_grows(client: Prometheus) -> None:
    (sample,) = await client.instant('rate(http_requests_total{pod="b"}[9m])', END)
    assert 19.0 < sample.last < 21.0


async def test_grouping_keeps_the_named_labels_only(client: Prometheus) -> None:
    samples = await client.instant("sum by (pod) (http_requests_total)", END)
    assert sorted(s.labels["pod"] for s in samples) == ["a", "b"]
    samples = await client.instant("sum without (code) (http_requests_total)", END)
    assert all(set(s.labels) == {"pod"} for s in samples)


async def test_comparison_filters_and_keeps_the_name(client: Prometheus) -> None:
    samples = await client.instant("http_requests_total > 1000", END)
    assert {s.labels["__name__"] for s in samples} == {"http_requests_total"}
    assert not await client.instant("http_requests_total > 1e9", END)


async def test_group_left_brings_labels_over(client: Prometheus) -> None:
    samples = await client.instant("http_requests_total{pod='a'} * on(pod) group_left(node) limit", END)
    assert [s.labels["node"] for s in samples] == ["n1", "n1"]


async def test_a_range_has_a_point_a_step(client: Prometheus) -> None:
    (series,) = await client.range("used", END - timedelta(minutes=5), END, step_s=60)
    assert [value for _, value in series.points] == [30.0, 36.0, 42.0, 48.0, 54.0, 60.0]


async def test_old_samples_are_stale_after_five_minutes(client: Prometheus) -> None:
    assert await client.instant("up", END + timedelta(seconds=299))
    assert not await client.instant("up", END + timedelta(seconds=301))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("sum(rate(x[5m])", "unclosed"),
        ("nonsense(x)", "unknown function"),
        ('up{pod=~"("}', "regex"),
        ("http_requests_total / limit", ""),
        ("day_of_year()", "not known"),
    ],
)
async def test_what_cannot_be_run_is_refused_in_words(client: Prometheus, query: str, words: str) -> None:
    if not words:
        assert await client.instant(query, END) == ()
        return
    with pytest.raises(GiveUp, match=words):
        await client.instant(query, END)


async def test_many_to_many_is_an_error(client: Prometheus) -> None:
    with pytest.raises(GiveUp, match="many-to-many"):
        await client.instant("up / on(pod) http_requests_total", END)


async def test_ranges_that_make_no_sense_are_refused(server: PrometheusServer) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        for params, words in (
            ({"query": "up", "start": "5", "end": "1", "step": "1"}, "before start"),
            ({"query": "up", "start": "1", "end": "5", "step": "0"}, "step"),
            ({"query": "up", "start": "1", "end": "5", "step": "soon"}, "duration"),
            ({"query": "up", "start": "0", "end": "1000000", "step": "1"}, "11,000"),
            ({"query": "", "start": "1", "end": "5", "step": "1"}, "query"),
            ({"query": '"text"', "start": "1", "end": "5", "step": "1"}, "string"),
        ):
            answer = await http.get("/api/v1/query_range", params=params)
            assert answer.status_code == 400
            assert words in answer.json()["error"]


async def test_names_labels_and_series_can_be_listed(server: PrometheusServer) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        names = (await http.get("/api/v1/label/__name__/values")).json()["data"]
        assert names == ["http_requests_total", "latency_bucket", "limit", "up", "used"]
        assert (await http.get("/api/v1/label/pod/values")).json()["data"] == ["a", "b"]
        assert "code" in (await http.get("/api/v1/labels")).json()["data"]
        found = (
            await http.get("/api/v1/series", params={"match[]": 'http_requests_total{code="500"}'})
        ).json()
        assert found["data"] == [{"__name__": "http_requests_total", "pod": "a", "code": "500"}]
        assert (await http.get("/-/ready")).status_code == 200


def test_old_samples_are_forgotten() -> None:
    memory = Memory(keep_s=100)
    for n in range(2048):
        memory.record("x", float(n), 1.0)
    memory.record("x", 5.0, 1.0)  # the past is not written to
    (series,) = memory.named("x")
    assert len(series.times) < 400
    assert series.times[-1] == 2047
