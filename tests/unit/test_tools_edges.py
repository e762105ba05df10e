"""The edges: bounded pools, breakers, retries, and what an API server's answers mean."""

import asyncio
import json
import threading

import pytest

from tools.breaker import Breaker
from tools.cluster.answers import Conflict, Expired, NotServed, Refused, failure
from tools.cluster.connection import Response
from tools.errors import GiveUp, NotAllowed, TryLater
from tools.retry import retry_read
from tools.threads import Pool, run_blocking


async def away():
    raise TryLater("away")


async def fine():
    return 1


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


async def broken(clock, **more):
    breaker = Breaker("x", clock=clock, **more)
    for _ in range(5):
        with pytest.raises(TryLater):
            await breaker.call(away)
    return breaker


async def test_opens_after_five_and_calls_nothing_while_open():
    breaker = await broken(Clock())
    assert breaker.state == "open"
    called = []
    with pytest.raises(TryLater, match="left alone") as caught:
        await breaker.call(lambda: called.append(1))
    assert called == []
    assert 0 < caught.value.retry_after <= 10


async def test_one_probe_of_fifty_when_half_open():
    clock = Clock()
    breaker = await broken(clock)
    clock.now = 11.0
    assert breaker.state == "half_open"
    probes, gate = [], asyncio.Event()

    async def probe():
        probes.append(1)
        await gate.wait()
        return "ok"

    tasks = [asyncio.create_task(breaker.call(probe)) for _ in range(50)]
    await asyncio.sleep(0.01)
    gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert len(probes) == 1
    assert answers.count("ok") == 1
    assert breaker.state == "closed"


async def test_a_failed_probe_opens_again():
    clock = Clock()
    breaker = await broken(clock)
    clock.now = 11.0
    with pytest.raises(TryLater):
        await breaker.call(away)
    assert breaker.state == "open"


async def test_cancelled_and_refused_calls_do_not_count():
    breaker = Breaker("x")

    async def refused():
        raise NotAllowed("no")

    for _ in range(10):
        task = asyncio.create_task(breaker.call(lambda: asyncio.sleep(60)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(NotAllowed):
            await breaker.call(refused)
    assert breaker.state == "closed"


async def test_a_cancelled_probe_lets_the_next_one_try():
    clock = Clock()
    breaker = await broken(clock)
    clock.now = 11.0
    task = asyncio.create_task(breaker.call(lambda: asyncio.sleep(60)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await breaker.call(fine) == 1


async def test_five_failures_far_apart_do_not_open():
    clock = Clock()
    breaker = Breaker("x", clock=clock)
    for _ in range(9):
        clock.now += 20
        with pytest.raises(TryLater):
            await breaker.call(away)
    assert breaker.state == "closed"


async def test_a_pool_never_runs_more_than_its_size():
    pool, lock, now, most = Pool("x", 3), threading.Lock(), [0], [0]
    release = threading.Event()

    def work():
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        release.wait(5)
        with lock:
            now[0] -= 1

    tasks = [asyncio.create_task(run_blocking(pool, work, 5)) for _ in range(10)]
    await asyncio.sleep(0.1)
    release.set()
    await asyncio.gather(*tasks)
    assert most[0] == 3
    pool.close()


async def test_a_full_pool_says_busy_and_a_slow_call_is_left():
    pool, release = Pool("k8s:x", 1), threading.Event()
    slow = asyncio.create_task(pool.run(lambda: release.wait(5), 0.1))
    await asyncio.sleep(0)
    with pytest.raises(TryLater, match="busy"):
        await pool.run(lambda: 1, 0.05)
    with pytest.raises(TryLater, match="did not answer"):
        await slow
    release.set()
    await asyncio.sleep(0.05)
    assert await pool.run(lambda: 7, 1) == 7
    pool.close()


async def test_reads_are_tried_three_times_and_not_beyond_the_deadline():
    calls = []

    async def failing():
        calls.append(1)
        raise TryLater("away")

    loop = asyncio.get_running_loop()
    with pytest.raises(TryLater):
        await retry_read(failing, loop.time() + 30)
    assert len(calls) == 3
    with pytest.raises(TryLater):
        await retry_read(failing, loop.time() + 0.01)
    assert len(calls) == 4

    async def refused():
        calls.append(1)
        raise GiveUp("no")

    with pytest.raises(GiveUp):
        await retry_read(refused, loop.time() + 30)
    assert len(calls) == 5


def body(message, code, reason="", details=None):
    status = {
        "kind": "Status",
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
        "details": details or {},
    }
    return json.dumps(status).encode()


PATH = "/apis/apps/v1/namespaces/shop/deployments/checkout"
RBAC = 'deployments.apps "checkout" is forbidden: User "u" cannot patch resource "deployments/scale" in API group "apps" in the namespace "shop"'
CLUSTER = 'nodes is forbidden: User "u" cannot list resource "nodes" in API group "" at the cluster scope'
ANSWERS = [
    (403, body(RBAC, 403), NotAllowed, "I may not patch deployments/scale of group apps in namespace shop on prod"),
    (403, body(CLUSTER, 403), NotAllowed, "I may not list nodes at cluster scope on prod"),
    (403, body('users "x" is forbidden: User "b" cannot impersonate resource "users" in API group ""', 403), NotAllowed, "may not act for this person"),
    (403, body('pods "x" is forbidden: exceeded quota: q, requested: pods=1', 403), Refused, "admission on prod refused"),
    (403, body('pods "x" is forbidden: violates PodSecurity "restricted:latest"', 403), Refused, "PodSecurity"),
    (404, body('deployments.apps "checkout" not found', 404, details={"name": "checkout", "group": "apps", "kind": "deployments"}), GiveUp, "deployments 'checkout' does not exist in namespace shop on prod"),
    (404, b"404 page not found\n", NotServed, "does not serve apps/v1"),
    (401, body("Unauthorized", 401), NotAllowed, "credentials"),
    (409, body("the object has been modified", 409, "Conflict"), Conflict, "changed meanwhile"),
    (410, body("too old", 410, "Expired"), Expired, "too old"),
    (422, body("metadata.uid: field is immutable", 422, "Invalid"), Refused, "immutable"),
    (429, body("Cannot evict pod. The disruption budget web needs 4 healthy pods and has 4 currently", 429), TryLater, "web needs 4 healthy pods and has 4"),
    (500, body('failed calling webhook "w": service "gate" not found', 500), Refused, "webhook"),
    (503, b"upstream down", TryLater, "503"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "data", "kind", "words"), ANSWERS, ids=lambda v: str(v)[:30])
def test_what_an_answer_means(status, data, kind, words):
    error = failure("prod", PATH, Response(status, data, {"audit-id": "a1"}))
    assert type(error) is kind
    assert words in error.reason
    assert error.upstream_id == "a1"


def test_not_there_and_not_allowed_are_never_mixed_up():
    missing = failure("prod", PATH, Response(404, ANSWERS[5][1]))
    refused = failure("prod", PATH, Response(403, ANSWERS[0][1]))
    assert missing.not_found
    assert "exist" not in refused.reason
    assert refused.needs == "patch deployments/scale in namespace shop"


def test_slow_down_is_told_with_its_time():
    error = failure("prod", PATH, Response(429, b"{}", {"retry-after": "7"}))
    assert error.retry_after == 7
