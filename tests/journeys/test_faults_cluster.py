"""A cluster slow, gone, refusing or moved on: named, alone in its trouble, and back as soon as it is back."""

import asyncio
import time
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from sandbox.cluster.server import ClusterServer
from sandbox.cluster.store import Store
from sandbox.faults.proxy import FaultProxy
from sandbox.faults.trouble import CLEAN, GONE, Trouble
from tests.journeys.bot_house import DEPLOYMENTS, deployment, house, node, texts_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
SLOW_S = 20.0
EACH = ("clusters", "users", "contexts")
FORBIDDEN = {
    "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 403, "reason": "Forbidden",
    "message": 'pods is forbidden: User "u" cannot list resource "pods" in API group "" in the namespace "shop"',
}  # fmt: skip
CONFLICT = {
    "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 409, "reason": "Conflict",
    "message": 'Operation cannot be fulfilled on deployments.apps "cart": the object has been modified',
}  # fmt: skip


@asynccontextmanager
async def another(folder: Path):
    """A cluster with the same shop in it, and nobody who runs its pods."""
    server = ClusterServer(Store(), folder)
    await server.start()
    server.store.create("v1/namespaces", {"metadata": {"name": "shop"}})
    server.store.create("v1/nodes", node("f1"))
    server.store.create(DEPLOYMENTS, deployment("ledger"))
    try:
        yield server
    finally:
        await server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_place(tmp_path_factory):
    """Two clusters: `local`, and `far` behind a bad network."""
    root = tmp_path_factory.mktemp("house")
    async with house(root) as found, another(root / "far") as far, FaultProxy(far._port) as line:
        found.line, found.far = line, far
        file = both(root, found.cluster.kubeconfigs["bot"], far.kubeconfigs["bot"], line.port)
        async with found.open(kubeconfig=file):
            yield found


def both(root: Path, near: Path, far: Path, port: int) -> Path:
    """One kubeconfig of two; the second cluster is reached through the proxy."""
    whole, other = (yaml.safe_load(file.read_text()) for file in (near, far))
    other["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{port}"
    other["contexts"][0]["context"] = {"cluster": "far", "user": "far"}
    for part in EACH:
        whole[part] += [other[part][0] | {"name": "far"}]
    (root / "both.kubeconfig").write_text(yaml.safe_dump(whole))
    return root / "both.kubeconfig"


@pytest_asyncio.fixture(loop_scope="module")
async def place(module_place):
    """Nothing is kept of what the test before did to the two."""
    yield module_place
    await module_place.line.be(CLEAN)
    for server in (module_place.cluster, module_place.far):
        server.faults.clear()
    for breaker in breakers(module_place):
        breaker._clock = time.monotonic
        breaker._worked()


def breakers(place):
    clusters = place.bot.core.clients.clusters
    return [clusters.cluster(name).breaker for name in clusters.names]


async def asked(place, words: str) -> str:
    found = await place.command(words)
    return f"{found['text']} {texts_of(found.get('blocks', []))}"


async def near(place) -> float:
    """How long the cluster that is well takes for an answer that nobody has kept."""
    begun = time.perf_counter()
    assert "checkout" in (await place.ask("what is wrong with checkout?"))["text"].lower()
    return time.perf_counter() - begun


async def test_gone_is_said_and_spoils_nothing_else_and_what_is_back_is_tried_once_its_time_is_over(place):
    assert "ledger" in await asked(place, "k8s rollouts ledger --cluster far")
    await place.line.be(GONE)
    said = await asked(place, "k8s why ledger --cluster far")
    assert "cluster far cannot be reached" in said.lower()
    assert "All well" not in said
    await near(place)
    await place.line.be(CLEAN)
    breakers(place)[1]._clock = lambda: time.monotonic() + 11  # as if the ten seconds were over
    assert "ledger" in await asked(place, "k8s why ledger --cluster far")
    assert [breaker.state for breaker in breakers(place)] == ["closed", "closed"]


async def test_cut_off_in_mid_answer_is_no_answer(place):
    await place.line.be(Trouble(cut_after=300))
    said = await asked(place, "k8s events --cluster far")
    assert "cluster far cannot be reached" in said.lower()
    assert "0 events" not in said


@pytest.mark.alone
async def test_a_slow_cluster_is_named_in_its_time_and_the_other_is_as_fast_as_ever(place):
    """Twelve questions to the slow one take all its eight places; nobody else waits for them."""
    alone = max([await near(place) for _ in range(5)])
    place.far.faults.add({"delay_ms": SLOW_S * 1000, "times": 1_000})
    begun = time.perf_counter()
    slow = [asyncio.create_task(far(place, number)) for number in range(12)]
    beside = max([await near(place) for _ in range(5)])
    said = await asyncio.gather(*slow)
    assert all("far" in text for text in said)
    assert all("did not answer" in text or "is busy" in text or "left alone" in text for text in said), said
    assert time.perf_counter() - begun < SLOW_S + 2
    assert beside < max(1.5 * alone, 1.0)


async def far(place, number: int) -> str:
    said = await place.ask(f"k8s events ledger-{number} --cluster far", user="UBOB" if number % 2 else "UDAN")
    return said["text"]


async def test_what_it_does_not_allow_is_named_by_verb_and_is_not_nothing_there(place):
    place.far.faults.add({"path": "/pods", "status": 403, "times": 50, "body": FORBIDDEN})
    said = await asked(place, "k8s logs ledger --cluster far")
    assert "I may not list pods in namespace shop on far" in said
    place.far.faults.clear()
    place.far.faults.add({"path": "/", "status": 403, "times": 50})
    said = await asked(place, "k8s logs ledger --cluster far")
    assert "something before cluster far does not let me through (403)" in said.lower()


async def test_moved_on_between_approval_and_write_is_void_and_asked_for_again(place):
    card = await place.card("k8s restart cart --cluster local")
    place.cluster.faults.add(
        {"method": "PATCH", "path": "/deployments/", "status": 409, "times": 1, "body": CONFLICT}
    )
    await place.click(card, "plan_approve", "UBOB")
    said = (await place.until(card, "Void"))["text"]
    assert "the object changed meanwhile on local" in said
    assert "Nothing was changed. Ask for it again." in said
    again = await place.card("k8s restart cart --cluster local")
    await place.click(again, "plan_approve", "UBOB")
    await place.until(again, "Succeeded in")
