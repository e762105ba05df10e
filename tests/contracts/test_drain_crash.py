"""A process that dies between two evictions of a drain: the next one looks, and evicts nothing a second time."""

import dataclasses

import pytest

from tests.contracts.actions.bench import Killed, bench
from tests.contracts.actions.catalogue import BY_NAME
from tests.contracts.actions.place import cluster
from tools.remediation import evicting
from tools.remediation.writing import apply_marked

pytestmark = pytest.mark.timeout(60)
RIG = BY_NAME["node_drain"]


async def half(call, approved, precondition):
    """The cordon and the first eviction arrive, and with that the process ends."""
    await apply_marked(call, approved, precondition)
    await evicting.send(call, approved, approved.draft.write["each"][:1])
    raise Killed


async def test_a_drain_that_died_half_way_is_taken_back_and_evicts_nothing_twice(tmp_path):
    async with cluster(tmp_path / "cluster") as place, bench(tmp_path / "bot", place) as at:
        case = RIG.make(place, 1)
        at.deadline_s = 0.5
        whole = at.world.actions
        at.world.actions = tuple(
            dataclasses.replace(a, apply=half) if a.name == RIG.action else a for a in whole
        )
        at.engine()
        plan = await at.approved(RIG, case)
        with pytest.raises(Killed):
            await at.run(plan, case)
        at.world.actions = whole
        assert await at.taken_up(plan, case) == "rolled_back"
        assert "1 pods are still there" in (await at.world.changes.view(plan.id)).detail
        sent = [one.path for one in place.writes(case) if one.path.endswith("/eviction")]
        assert len(sent) == 1
        assert case.state() is False
