"""Oracle Cloud slow, gone, failing and back, behind the whole bot: each failure has its own sentence, and none is an empty list."""

import asyncio
import time

import pytest
import pytest_asyncio

from sandbox.faults.proxy import FaultProxy
from sandbox.faults.trouble import CLEAN, GONE
from tests.journeys.bot_house import POLICY, house, texts_of
from tests.unit.oci_running import ShiftedClock, running
from tests.unit.oci_tenancy import instances, tenancy
from tools.errors import TryLater

pytestmark = pytest.mark.asyncio(loop_scope="module")
REACH = POLICY.replace('namespaces: ["shop', 'compartments: ["*"], namespaces: ["shop')
ASKED = "oci list instances"
AMSTERDAM, FRANKFURT = "eu-amsterdam-1", "eu-frankfurt-1"
COUNT = 3
DETAILS = {"type": "Structured", "query": "query instance resources", "matchingContextType": "NONE"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_place(tmp_path_factory):
    """A house with a tenancy behind a bad network."""
    root, clock = tmp_path_factory.mktemp("house"), ShiftedClock()
    (root / "oci").mkdir()
    with running(
        tenancy(resources={"core": {"Instance": instances(COUNT)}}), root / "oci", speed=20, clock=clock
    ) as local:
        port = int(local.server.url.rpartition(":")[2])
        async with FaultProxy(port) as line, house(root, policy=REACH) as found:
            found.oci, found.line, found.clock = local, line, clock
            endpoints = f"*=http://127.0.0.1:{line.port}/{{region}}"
            async with found.open(oci_config_file=local.server.config_file, oci_endpoints=endpoints):
                await found.command("oci list databases")  # regions and compartments are known from here on
                yield found


@pytest_asyncio.fixture(loop_scope="module")
async def place(module_place):
    """Nothing is kept of what the test before did to it."""
    yield module_place
    module_place.oci.local("/local/faults", method="DELETE")
    module_place.clock.ahead = 0.0
    await module_place.line.be(CLEAN)
    forget(module_place)


def forget(place) -> None:
    reader = place.bot.core.clients.oracle.read_by
    reader._lanes.clear()


def order(place, **fault) -> None:
    place.oci.local("/local/faults", {"operation": "search_resources", "times": 100, **fault})


async def asked(place, words: str = ASKED) -> str:
    """Everything that is shown in answer to a command."""
    found = await place.command(words)
    return f"{found['text']} {texts_of(found.get('blocks', []))}"


SENTENCES = {
    "400": ({"status": 400, "message": "limit is too large"}, "refused search_resources (400 InvalidParameter): limit is too large"),
    "401": ({"status": 401}, "does not accept my signature: wrong key, user, fingerprint or tenancy"),
    "403": ({"status": 403, "code": "NotAllowed"}, "does not allow search_resources"),
    "404": ({"status": 404}, "it does not exist, or I may not see it"),
    "409": ({"status": 409, "message": "it is being deleted"}, "cannot do that now: it is being deleted"),
    "412": ({"status": 412}, "changed on Resource Search in eu-frankfurt-1 after it was read"),
    "429": ({"status": 429, "retry_after": 30}, "asks to slow down for 30 s"),
    "500": ({"status": 500}, "answered with an error (500)"),
    "503": ({"status": 503}, "answered with an error (503)"),
    "connection lost": ({"drop": "after"}, "it cannot be reached"),
}  # fmt: skip
TODO = {
    "401": "doctor",
    "403": "Ask whoever administers Oracle Cloud",
    "404": "Check the name with `oci list`",
}


async def test_each_failure_has_its_own_sentence_and_is_no_empty_list(place):
    for what, (fault, _) in SENTENCES.items():
        order(place, **fault)
        said = await asked(place)
        assert [name for name, (_, other) in SENTENCES.items() if other in said] == [what], said
        assert "Nothing was changed" in said
        assert TODO.get(what, "") in said
        assert "0 resources" not in said
        place.oci.local("/local/faults", method="DELETE")
        forget(place)


async def test_a_wrong_clock_is_told_from_a_wrong_key(place):
    place.clock.ahead = 900
    assert "clock of this machine is 15 min behind Oracle's" in await asked(place)


async def test_a_region_that_fails_is_named_and_the_rest_is_shown(place):
    for status, number in ((500, 1), (429, 2), (404, 3)):
        order(place, region=FRANKFURT, status=status, retry_after=30)
        said = await asked(place, f"oci list --name {number}")
        assert f"{FRANKFURT}: Oracle Resource Search" in said
        assert "resources" in said
        place.oci.local("/local/faults", method="DELETE")
        forget(place)


async def test_a_slow_region_is_named_and_nobody_else_waits_for_it(place):
    """And the cluster answers meanwhile as fast as ever."""

    async def took() -> float:
        begun = time.perf_counter()
        assert "checkout" in (await place.ask("what is wrong with checkout?"))["text"].lower()
        return time.perf_counter() - begun

    alone = max([await took() for _ in range(5)])
    order(place, region=AMSTERDAM, delay_ms=30_000)
    begun = time.perf_counter()
    waiting = asyncio.create_task(asked(place, "oci list instances --name node"))
    beside = max([await took() for _ in range(5)])
    said = await waiting
    assert f"{COUNT} resources" in said
    assert f"{AMSTERDAM}: it did not answer within" in said
    assert time.perf_counter() - begun < 10
    assert beside < max(1.5 * alone, 1.0)


async def test_gone_is_said_the_cluster_goes_on_and_what_is_back_answers_at_once(place):
    await place.line.be(GONE)
    said = await asked(place)
    assert "it cannot be reached" in said
    assert "0 resources" not in said
    assert "checkout" in (await place.ask("what is wrong with checkout?"))["text"].lower()
    await place.line.be(CLEAN)
    assert f"{COUNT} resources" in await asked(place, "oci list instances --name node-")


async def test_what_keeps_failing_is_left_alone_and_tried_once_when_it_may_be_back(place):
    """A breaker a service and region: after five failures nothing is sent, then one probe of fifty goes out."""
    oracle = place.bot.core.clients.oracle

    async def one(region: str) -> str:
        """Sent once: a read that is repeated waits for the probe and goes through after it."""
        try:
            api = oracle.reading(5)
            await api.write("search", "search_resources", region=region, search_details=DETAILS)
        except TryLater as error:
            return error.reason
        return "answered"

    order(place, region=FRANKFURT, status=500)
    for _ in range(5):
        await one(FRANKFURT)
    sent = calls(place)
    assert "left alone" in await one(FRANKFURT)
    assert (calls(place), await one(AMSTERDAM)) == (sent, "answered")
    breaker = oracle.read_by.lane("search", FRANKFURT).breaker
    breaker._clock = lambda: time.monotonic() + 11  # as if the ten seconds were over
    place.oci.local("/local/faults", method="DELETE")
    order(place, region=FRANKFURT, delay_ms=300, times=1)
    sent = calls(place)
    first = await asyncio.gather(*(one(FRANKFURT) for _ in range(50)))
    assert (first.count("answered"), calls(place) - sent) == (1, 1)
    assert await one(FRANKFURT) == "answered"


def calls(place) -> int:
    found = place.oci.local("/local/calls")["calls"]
    return sum(row["operation"] == "search_resources" for row in found)


async def test_a_slow_cluster_keeps_nobody_from_oracle_cloud(place, request):
    """Also when it is time to look anew for what runs in the cluster."""

    async def took(number: int) -> float:
        begun = time.perf_counter()
        assert "resources" in await asked(place, f"oci list instances --name n{number}")
        return time.perf_counter() - begun

    alone = max([await took(number) for number in range(5)])
    slow_s = 20 if request.config.getoption("--full") else 4
    place.cluster.faults.add({"delay_ms": slow_s * 1000, "times": 1_000})
    place.bot.core.clients._discovered = 0.0
    slow = [asyncio.create_task(place.ask(f"k8s events cart-{n}", "UBOB")) for n in range(12)]
    await asyncio.sleep(0.3)
    beside = max([await took(number) for number in range(10, 15)])
    place.cluster.faults.clear()
    await asyncio.gather(*slow)
    assert beside < max(1.5 * alone, 1.0)
