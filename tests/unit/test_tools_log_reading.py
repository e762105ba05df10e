"""Logs of many containers at once: both runs, a window, patterns, what is new, and memory that does not grow with them."""

import random
import resource
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.cluster_desk import desk
from tests.unit.cluster_running import pod, running, workload
from tools.cluster.snapshot import Text
from tools.errors import AskBack, GiveUp
from tools.logs.clusters import OTHER, Grouping
from tools.logs.entries import Entry
from tools.logs.patterns import matcher
from tools.reads.k8s_logs import K8S_LOGS
from tools.reads.log_reading import RAW_MOST, Gathered, Wanted

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    now = int(time.time())  # not at the import, which may be many minutes before the tests

    def ago(minutes):
        return now - 60 * minutes

    with running(tmp_path_factory.mktemp("logs")) as one:
        one.store.create("v1/namespaces", {"metadata": {"name": "shop"}})
        one.store.create("apps/v1/deployments", workload("web"))
        for name in ("web-1", "web-2", "job-1"):
            item = pod(name, containers=[{"name": "web", "image": "web:1"}])
            item["metadata"]["labels"] = {"app": name.partition("-")[0]}
            made = one.store.create("v1/pods", item)
            if name == "web-1":
                ended = {"exitCode": 137, "reason": "OOMKilled", "startedAt": "2026-11-25T00:00:00Z", "finishedAt": "2026-11-25T00:00:00Z"}  # fmt: skip
                item["status"]["containerStatuses"][0] |= {
                    "restartCount": 1,
                    "lastState": {"terminated": ended},
                }
            one.store.patch_status("v1/pods", "shop", made["metadata"]["name"], item["status"])
        one.logs.written |= {
            ("web-1", "web", False): [(ago(50), "INFO start 1"), (ago(30), "ERROR order 17 failed: timeout"), (ago(5), "ERROR order 18 failed: timeout")],
            ("web-1", "web", True): [(ago(55), "FATAL out of memory")],
            ("web-2", "web", False): [(ago(20), "WARN slow query 31.5 ms"), (ago(4), "ERROR order 19 failed: timeout")],
            ("job-1", "web", False): [(ago(3), "ERROR batch broken")],
        }  # fmt: skip
        yield one


@pytest.fixture
def at(shop):
    with desk(shop) as one:
        yield one


async def asked(at, **args):
    found = await at.run(K8S_LOGS, **{"namespace": "shop", "name": "web"} | args)
    return {(g["template"], g["count"]) for g in found.data["groups"]}, found


async def test_many_pods_are_one_answer_with_counts_and_times(at):
    groups, found = await asked(at)
    assert groups == {
        ("ERROR order <*> failed: timeout", 3),
        ("INFO start <*>", 1),
        ("WARN slow query <*> ms", 1),
    }
    [errors] = [g for g in found.data["groups"] if g["level"] == "error"]
    assert errors["pods"] == ["web-1", "web-2"]
    assert datetime.fromisoformat(errors["last"]) - datetime.fromisoformat(errors["first"]) == timedelta(
        minutes=26
    )
    assert found.data["groups"][0] is not None
    assert "ERROR order 1" in errors["example"]


@pytest.mark.parametrize(
    ("args", "wanted"),
    [
        ({"level": "error"}, {("ERROR order <*> failed: timeout", 3)}),
        ({"since": "10m"}, {("ERROR order <*> failed: timeout", 2)}),
        ({"since": "1h", "until": "10m"}, {("ERROR order <*> failed: timeout", 1), ("INFO start <*>", 1), ("WARN slow query <*> ms", 1)}),
        ({"contains": "SLOW"}, {("WARN slow query <*> ms", 1)}),
        ({"contains": r"/order 1[89] .*timeout$/"}, {("ERROR order <*> failed: timeout", 2)}),
        ({"contains": "/no such line/"}, set()),
        ({"previous": True}, {("FATAL out of memory", 1)}),
        ({"more": ("both",), "level": "fatal"}, {("FATAL out of memory", 1)}),
        ({"name": None, "more": ("all",), "since": "4m"}, {("ERROR batch broken", 1)}),
        ({"more": ("deep",), "level": "warning"}, {("ERROR order <*> failed: timeout", 3), ("WARN slow query <*> ms", 1)}),
    ],
)  # fmt: skip
async def test_only_what_was_asked_for(at, args, wanted):
    assert (await asked(at, **args))[0] == wanted


async def test_what_is_no_pattern_and_what_is_not_there_is_said(at):
    with pytest.raises(GiveUp, match="no pattern"):
        await asked(at, contains="/(/")
    with pytest.raises(AskBack, match="no container 'nope'"):
        await asked(at, container="nope")
    with pytest.raises(AskBack, match="no workload or pod 'nope'"):
        await asked(at, name="nope")


def test_no_pattern_holds_a_line_up():
    """The usual trap: nested repeats over a line that does not match."""
    began = datetime.now(UTC)
    assert not matcher(r"(a+)+$")("a" * 5_000 + "b")
    assert matcher("ORDER \\d+")("an order 17")
    assert datetime.now(UTC) - began < timedelta(seconds=1)


def test_beyond_so_many_kinds_of_lines_the_rest_is_one_group():
    grouping = Grouping(most=3)
    for number in range(10):
        grouping.add(Entry("p", "c", None, "info", [f"line {'abcdefghij'[number]}"]))
    groups = {g.template: g.count for g in grouping.groups()}
    assert groups[OTHER] == 7
    assert len(groups) == 4


def megabytes(rng, number):
    """Log text of about that size."""
    line = "2026-11-24T09:00:00.123456789Z {} request {} of user {} took {:.2f} ms trace {:x}"
    words = ("INFO", "WARN", "ERROR")
    return "\n".join(line.format(rng.choice(words), rng.randrange(10**6), rng.randrange(1000), rng.random(), rng.getrandbits(64)) for _ in range(number * 10_400))  # fmt: skip


@pytest.mark.timeout(400)
def test_memory_does_not_grow_with_what_is_read(request):
    """100 MiB with --full, 3 MiB without: what stays is bounded, whatever came by."""
    total = 100 if request.config.getoption("--full") else 3
    epoch = datetime(2026, 1, 1, tzinfo=UTC)
    found = Gathered(Wanted(epoch, datetime(2027, 1, 1, tzinfo=UTC)))
    rng = random.Random(1)
    one = megabytes(rng, 1)
    found.take(Text("p0", "c", previous=False, text=one))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(1, total):
        found.take(Text(f"p{number}", "c", previous=False, text=one))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert found.size == len(one) * total > total * 0.8 * MIB
    assert sum(map(len, found.raw)) <= RAW_MOST + 100
    assert len(found.grouping.groups()) == 3
    assert grown < 40, f"{grown:.0f} MiB for {total} MiB of logs"
