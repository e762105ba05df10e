"""A change that is still on its way when its time is up: it is put back when it has come to rest, and nothing is said before."""

import pytest

from tests.contracts.actions import cloud as cloud_place
from tests.contracts.actions.bench import bench, once
from tests.contracts.actions.catalogue import BY_NAME

pytestmark = pytest.mark.timeout(60)


def held(place, case, seconds):
    """Its pool goes on scaling for so long."""
    record = place.records.get(case.path, "InstancePool")

    def hold():
        now = place.local.clock()
        place.records.due = [one for one in place.records.due if one.id != record.id]
        place.records.change(record, {"lifecycleState": "SCALING"}, now)
        place.records.later(now + seconds, record, {"lifecycleState": "RUNNING"})

    return hold


async def run(folder, seconds):
    with cloud_place.cloud(folder / "cloud") as place:
        async with bench(folder / "bot", place) as on:
            rig = BY_NAME["instance_pool_size"]
            case = rig.make(place, 1)
            before = case.state()
            on.deadline_s = 1.5
            plan = await on.approved(rig, case)
            on.engine(once("during_verify", held(place, case, seconds)))
            state = await on.run(plan, case)
            told = (await on.world.changes.view(plan.id)).detail
            return state, case.state() == before, len(place.writes(case)), told


async def test_it_is_put_back_once_when_it_has_come_to_rest(tmp_path):
    (tmp_path / "bot").mkdir()
    assert (await run(tmp_path, 2.2))[:3] == ("rolled_back", True, 2)


async def test_what_never_comes_to_rest_is_not_called_back(tmp_path):
    (tmp_path / "bot").mkdir()
    state, _, writes, told = await run(tmp_path, 30.0)
    assert (state, writes) == ("rollback_failed", 1)
    assert "cannot be put back yet" in told
