"""The shape of an instance: within what it takes, said to reboot, put back unless somebody else came first."""

from collections.abc import Iterator

import pytest

from tests.unit.oci_running import Running, running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import Desk, desk
from tests.unit.oracle_changes import ACTION, PLAN, call_of, ordered, planned, put_back, sent, until
from tools.errors import GiveUp, NotAllowed
from tools.plan import Effect, Observed
from tools.spec import Risk

FLEX = {
    "shape": "VM.Standard.E5.Flex",
    "isFlexible": True,
    "ocpuOptions": {"min": 1, "max": 94},
    "memoryOptions": {"minInGBs": 1, "maxInGBs": 1049, "minPerOcpuInGBs": 1, "maxPerOcpuInGBs": 64},
}
FIXED = {"shape": "VM.GPU.A10.2", "isFlexible": False}


@pytest.fixture
def local(tmp_path) -> Iterator[Running]:
    two = {"ocpus": 2.0, "memoryInGBs": 16.0}
    up = instances(2, shapeConfig=two)
    down = [one | {"name": "asleep-1", "state": "STOPPED"} for one in instances(1, shapeConfig=two)]
    gpu = [one | {"name": "gpu-1"} for one in instances(1, shape="VM.GPU.A10.2", shapeConfig=two)]
    bare = [one | {"name": "bare-1"} for one in instances(1)]
    shapes = [{"name": one["shape"], "fields": one} for one in (FLEX, FIXED)]
    core = {"Instance": [*up, *down, *gpu, *bare], "Shape": shapes}
    with running(tenancy(resources={"core": core}), tmp_path, speed=50) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


def config(local: Running, name: str) -> tuple[float, float, str]:
    records = local.server.tenancy.records
    records.settle()
    body = records.get(local.ocid("instance", name), "Instance").body
    return body["shapeConfig"]["ocpus"], body["shapeConfig"]["memoryInGBs"], body["lifecycleState"]


async def test_a_running_one_is_said_to_reboot_changed_verified_and_put_back(at, local):
    draft = await planned(at, "instance_shape", resource="node-1", ocpus=4, memory_gb=32)
    assert draft.title == "Give instance node-1 4 OCPUs and 32 GB"
    assert [(c.path, c.before, c.after) for c in draft.changes] == [
        ("ocpus", "2", "4"),
        ("memory (GB)", "16", "32"),
    ]
    assert draft.warnings[0].startswith("it is rebooted")
    assert (draft.risk, draft.blast.percent) == (Risk.MEDIUM, 100)
    assert draft.undo == "give it 2 OCPUs and 16 GB again, rebooting it"
    assert (await sent(at, draft)).upstream_id.startswith(f"cloudops-{PLAN}")
    assert (await until(at, draft)).state is Observed.HOLDS
    assert config(local, "node-1") == (4, 32, "RUNNING")
    await put_back(at, draft)
    assert (await until(at, draft, "observe_rollback")).state is Observed.HOLDS
    assert config(local, "node-1") == (2, 16, "RUNNING")


async def test_a_stopped_one_stays_stopped_and_what_is_left_out_stays_as_it_is(at, local):
    draft = await planned(at, "instance_shape", resource="asleep-1", ocpus=4)
    assert (draft.warnings, draft.blast.percent) == ((), 0)
    await sent(at, draft)
    assert (await until(at, draft)).state is Observed.HOLDS
    assert config(local, "asleep-1") == (4, 16, "STOPPED")


@pytest.mark.parametrize(
    ("name", "args", "words"),
    [
        ("node-1", {"ocpus": 200}, r"1 to 94 OCPUs, not 200"),
        ("node-1", {"memory_gb": 512}, r"1 to 64 GB for each OCPU, not 256"),
        ("node-1", {"ocpus": 2, "memory_gb": 16}, "already"),
        ("gpu-1", {"ocpus": 4}, "fixed shape"),
        ("bare-1", {"ocpus": 4}, "could not be put back"),
    ],
)
async def test_what_oracle_would_refuse_or_nobody_could_put_back_gets_no_card(at, name, args, words):
    with pytest.raises(GiveUp, match=words):
        await planned(at, "instance_shape", resource=name, **args)


async def test_bounds_that_cannot_be_read_are_a_warning(at, local):
    local.local("/local/faults", {"operation": "list_shapes", "status": 404, "times": 1})
    draft = await planned(at, "instance_shape", resource="asleep-1", ocpus=4)
    assert "could not be read" in draft.warnings[0]


async def test_what_somebody_else_set_meanwhile_is_not_put_back(at, local):
    draft = await planned(at, "instance_shape", resource="asleep-1", ocpus=4)
    await sent(at, draft)
    assert (await until(at, draft)).state is Observed.HOLDS
    records = local.server.tenancy.records
    records.change(
        records.get(local.ocid("instance", "asleep-1"), "Instance"),
        {"shapeConfig": {"ocpus": 8.0, "memoryInGBs": 16.0}},
        local.clock(),
    )
    assert (await until(at, draft)).state is Observed.FAILED
    with pytest.raises(GiveUp, match="somebody else"):
        await put_back(at, draft)


async def test_a_work_request_that_fails_says_so_before_the_time_is_up(at, local):
    draft = await planned(at, "instance_shape", resource="node-2", ocpus=4)
    local.local("/local/faults", {"operation": "update_instance", "fails": True, "times": 1})
    await sent(at, draft)
    seen = await until(at, draft)
    assert (seen.state, seen.progress) == (Observed.FAILED, "Oracle accepted it, and its work request failed")


async def test_before_anything_was_sent_there_is_no_effect_and_no_verdict(at):
    draft = await planned(at, "instance_shape", resource="node-2", ocpus=4)
    assert await ACTION["instance_shape"].effect(call_of(at), draft, PLAN) is Effect.NONE
    assert (await ACTION["instance_shape"].observe(call_of(at), draft)).state is Observed.NOT_YET


async def test_without_rights_to_change_no_card_appears(local):
    with desk(local, change=None) as at, pytest.raises(NotAllowed, match="OCI_CHANGE_PROFILE"):
        await planned(at, "instance_shape", resource="node-1", ocpus=4)


def test_neither_number_is_no_order() -> None:
    with pytest.raises(ValueError, match="how many OCPUs"):
        ACTION["instance_shape"].args(resource="node-1")


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("give instance web-1 4 ocpus and 32 gb", {"ocpus": 4, "memory_gb": 32}),
        ("resize the instance web-1 to 2 ocpus", {"ocpus": 2}),
        ("please set vm web-1 to 64 GB of memory", {"memory_gb": 64}),
        ("change oci instance web-1 to 1.5 ocpus with 12 gb ram", {"ocpus": 1.5, "memory_gb": 12}),
        ("scale instance web-1 to 4 ocpus", {"ocpus": 4}),
    ],
)
def test_words_that_order_it(text: str, args) -> None:
    found = ordered(text)
    assert (found.tool, found.args) == ("instance_shape", {"resource": "web-1", **args}), found
