"""Instance pools: what sets their size by itself, what a smaller one costs, and instances that never come."""

from collections.abc import Iterator

import pytest

from tests.contracts.actions.pools import of_pool, pool
from tests.unit.oci_running import Running, running
from tests.unit.oci_tenancy import tenancy
from tests.unit.oracle_calls import Desk, desk
from tests.unit.oracle_changes import ACTION, PLAN, approved, call_of, ordered, planned, put_back, sent, until
from tools.errors import GiveUp
from tools.plan import Effect, Observed
from tools.spec import Risk

SCALED = {
    "resource": {"type": "instancePool", "id": "@instancepool/busy"},
    "isEnabled": True,
    "policies": [{"policyType": "threshold", "capacity": {"initial": 3, "min": 2, "max": 6}, "rules": []}],
}


@pytest.fixture
def local(tmp_path) -> Iterator[Running]:
    core = {
        "InstancePool": [
            pool("workers", size=3),
            pool("busy", size=3),
            pool("quiet", size=2) | {"state": "STOPPED"},
        ],
        "Instance": [*of_pool("workers", 3), *of_pool("busy", 3), *of_pool("quiet", 2, state="STOPPED")],
    }
    scaling = {"AutoScalingConfiguration": [{"name": "by-cpu", "in": "prod", "fields": SCALED}]}
    with running(tenancy(resources={"core": core, "autoscaling": scaling}), tmp_path, speed=50) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


def states(local: Running, name: str) -> list[str]:
    client = local.client("core", "ComputeManagementClient")
    listed = client.list_instance_pool_instances(
        local.ocid("compartment", "prod"), local.ocid("instancepool", name)
    )
    return sorted(one.state for one in listed.data)


async def test_a_smaller_pool_says_what_is_lost_ends_instances_and_gets_new_ones_back(at, local):
    draft = await planned(at, "instance_pool_size", resource="workers", size=1)
    assert (draft.risk, draft.blast.objects, draft.blast.percent) == (Risk.HIGH, 2, 67)
    assert "boot volumes is gone" in draft.warnings[0]
    assert "not with those that are gone" in draft.undo
    await sent(at, draft)
    assert (await until(at, draft)).state is Observed.HOLDS
    assert states(local, "workers") == ["Running"]
    await put_back(at, draft)
    assert (await until(at, draft, "observe_rollback")).state is Observed.HOLDS
    assert states(local, "workers") == ["Running"] * 3


async def test_the_way_back_of_a_larger_pool_is_as_dangerous_as_a_smaller_one(at):
    draft = await planned(at, "instance_pool_size", resource="workers", size=5)
    assert (draft.risk, draft.blast.summary) == (Risk.MEDIUM, "2 instances are added to 3")
    back = ACTION["instance_pool_size"].undone(draft)
    assert (back.risk, back.blast.objects) == (Risk.HIGH, 2)
    assert "boot volumes is gone" in back.warnings[0]


async def test_a_size_without_its_instances_is_no_success(at, local):
    draft = await planned(at, "instance_pool_size", resource="workers", size=4)
    local.local("/local/faults", {"operation": "update_instance_pool", "fails": True, "times": 1})
    await sent(at, draft)
    seen = await until(at, draft, looks=20)
    assert (seen.state, seen.progress) == (Observed.NOT_YET, "3 of 4 instances are running, 3 are there")


async def test_autoscaling_that_would_change_it_again_is_on_the_card(at, local):
    draft = await planned(at, "instance_pool_size", resource="busy", size=4)
    assert draft.ownership.reverts
    assert draft.ownership.detail == "autoscaling configuration by-cpu sets its size between 2 and 6"
    assert any("switch it off" in said for said in draft.warnings)
    other = await planned(at, "instance_pool_size", resource="workers", size=4)
    assert (other.ownership.reverts, other.ownership.detail) == (False, "no autoscaling sets its size")
    local.local("/local/faults", {"service": "autoscaling", "status": 404, "times": 1})
    unread = await planned(at, "instance_pool_size", resource="workers", size=4)
    assert any("could not be read" in said for said in unread.warnings)


async def test_all_instances_stop_and_start_with_their_pool(at, local):
    draft = await planned(at, "instance_pool_stop", resource="workers")
    assert (draft.risk, draft.blast.percent, draft.blast.summary) == (
        Risk.HIGH,
        100,
        "all 3 instances of the pool",
    )
    assert await ACTION["instance_pool_stop"].effect(call_of(at), draft, PLAN) is Effect.NONE
    await sent(at, draft)
    assert await ACTION["instance_pool_stop"].effect(call_of(at), draft, PLAN) is Effect.DONE
    assert (await until(at, draft)).state is Observed.HOLDS
    assert states(local, "workers") == ["Stopped"] * 3
    started = await planned(at, "instance_pool_start", resource="quiet")
    await sent(at, started)
    assert (await until(at, started)).state is Observed.HOLDS
    assert states(local, "quiet") == ["Running"] * 2


@pytest.mark.parametrize(
    ("action", "args"),
    [
        ("instance_pool_size", {"resource": "workers", "size": 3}),
        ("instance_pool_size", {"resource": "quiet", "size": 3}),
        ("instance_pool_stop", {"resource": "quiet"}),
        ("instance_pool_start", {"resource": "workers"}),
    ],
)
async def test_what_is_so_already_or_cannot_be_done_now_gets_no_card(at, action, args):
    with pytest.raises(GiveUp):
        await planned(at, action, **args)


async def test_the_same_step_twice_ends_no_instance_twice(at, local):
    draft = await planned(at, "instance_pool_size", resource="workers", size=2)
    action = ACTION["instance_pool_size"]
    precondition = (await action.reread(call_of(at), draft)).precondition
    for _ in range(2):
        await action.apply(call_of(at), approved(draft), precondition)
    assert (await until(at, draft)).state is Observed.HOLDS
    assert states(local, "workers") == ["Running"] * 2


def test_a_pool_is_no_instance_called_pool() -> None:
    assert ordered("stop instance pool workers").tool == "instance_pool_stop"
    assert ordered("start the instance pool workers").args == {"resource": "workers"}
    assert ordered("set the size of instance pool workers to five").args == {"resource": "workers", "size": 5}
