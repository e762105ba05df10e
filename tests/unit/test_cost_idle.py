"""What is paid for and not used: each thing with its proof, its own money, and the change of ours that ends it."""

import pytest
from pydantic import ValidationError

from tests.unit.waste_tenancy import MEMORY, OCPU, at, local
from tools.errors import AskBack, NotAllowed, TryLater
from tools.reads.cost_idle import COST_IDLE
from tools.registry import ACTIONS

__all__ = ["at", "local"]
A_MONTH = 365 / 12
WHOLE = 24 * (4 * OCPU + 32 * MEMORY) * A_MONTH
ERROR = {"status": 500, "times": 80}


def things(found, kind):
    return {one["name"]: one for one in found.data["things"] if one["kind"] == kind}


@pytest.fixture(scope="module")
def known():
    return {}


@pytest.fixture
async def found(at, known):
    """The whole answer, asked for once."""
    if "found" not in known:
        known["found"] = await at.run(COST_IDLE, limit=100)
    return known["found"]


async def test_an_instance_is_idle_only_when_nothing_of_it_works_for_a_day(found):
    idle = things(found, "instance")
    assert set(idle) == {"idle", "kept", "pooled", "unpriced"}, found.digest
    assert "does nothing at least since" in idle["idle"]["why"], "it was quiet for as far back as was looked"
    assert "CPU 1.0% at most" in idle["idle"]["why"]
    assert "20,000 bytes in a minute at most" in idle["idle"]["why"]
    assert "not measured: NetworksBytesIn" in idle["kept"]["why"]
    assert found.data["too_young"]["instance"] == 2
    assert found.data["not_measured"]["instance"] == 2, "silent and dense say nothing"
    assert "Too young to tell" in found.digest


async def test_the_money_is_its_own_without_the_disk_that_stays(found):
    one = things(found, "instance")["idle"]
    assert float(one["saves_a_month"]) == pytest.approx(WHOLE, abs=0.05)
    assert (one["currency"], one["source"], one["action"]) == ("EUR", "costs", "instance_stop")
    assert "by its own costs, the median of 7 complete days" in one["price"]


async def test_without_a_unit_price_the_price_is_unknown_and_never_counted(found):
    one = things(found, "instance")["unpriced"]
    assert (one["saves_a_month"], one["source"]) == (None, "unknown")
    assert one["price"].startswith("price unknown")
    known = sum(float(each["saves_a_month"]) for each in found.data["things"] if each["saves_a_month"])
    assert float(found.data["total_a_month"]) == pytest.approx(known, abs=0.1)
    assert found.data["unknown"] == sum(each["saves_a_month"] is None for each in found.data["things"])
    assert f"{found.data['unknown']} of unknown price" in found.digest.splitlines()[0]


async def test_what_is_protected_or_of_a_pool_says_so(found):
    idle = things(found, "instance")
    assert any("tagged protected" in note for note in idle["kept"]["notes"])
    assert any("shrink the pool" in note for note in idle["pooled"]["notes"])
    assert not idle["idle"]["notes"]


async def test_a_volume_that_hangs_on_nothing_has_a_price_by_its_size(found):
    free = things(found, "volume")
    assert set(free) == {"free"}
    assert float(free["free"]["saves_a_month"]) == pytest.approx(100 * 0.03 + 1000 * 0.002, abs=0.01)
    assert (free["free"]["source"], free["free"]["action"]) == ("prices", "volume_delete")
    assert "attached to nothing, 100 GB, since when is not known, made 200d ago" in free["free"]["why"]
    boot = things(found, "boot volume")
    assert set(boot) == {"boot-free"}
    assert boot["boot-free"]["action"] is None
    assert float(boot["boot-free"]["saves_a_month"]) == pytest.approx(200 * 0.03 + 2000 * 0.002, abs=0.01)


async def test_a_backup_is_old_when_nothing_ends_it(found):
    old = things(found, "backup")
    assert set(old) == {"ancient"}
    assert old["ancient"]["saves_a_month"] is None, "no row of this tenancy has a price of backups"
    assert old["ancient"]["since"]


async def test_load_balancers_and_databases_that_nobody_uses(found):
    balancers = things(found, "load balancer")
    assert set(balancers) >= {"bare"}
    assert "no backend" in balancers["bare"]["why"]
    assert float(balancers["bare"]["saves_a_month"]) == pytest.approx(0.01 * 24 * A_MONTH, abs=0.01)
    databases = things(found, "database")
    assert set(databases) == {"forgotten"}
    assert databases["forgotten"]["action"] == "database_stop"
    assert float(databases["forgotten"]["saves_a_month"]) == pytest.approx(4 * 0.3 * 24 * A_MONTH, abs=0.05)
    assert "0.0 sessions at most" in databases["forgotten"]["why"]


async def test_the_dearest_comes_first_every_action_is_one_of_ours_and_each_line_has_its_proof(found):
    amounts = [float(one["saves_a_month"] or -1) for one in found.data["things"]]
    assert amounts == sorted(amounts, reverse=True)
    assert {one["action"] for one in found.data["things"]} - {None} <= {one.name for one in ACTIONS}
    assert len(found.evidence) == min(15, found.data["total"])
    assert all(one.ref.startswith(("oci:", "metric:")) for one in found.evidence)
    assert len(found.digest) < 6_000


async def test_only_one_kind_is_looked_at_where_that_is_asked(at):
    found = await at.run(COST_IDLE, kind="volume")
    assert {one["kind"] for one in found.data["things"]} == {"volume"}
    assert set(found.data["looked_at"]) == {"volume"}


async def test_who_sees_a_part_hears_of_nothing_else_and_that_it_is_a_part(at):
    found = await at.run(COST_IDLE, kind="volume", paths=("prod",))
    assert "nothing that I may see" in found.data["things"][0]["why"]
    hidden = await at.run(COST_IDLE, kind="boot volume", paths=("prod",))
    assert "boot-free" not in str(hidden)
    with pytest.raises(NotAllowed):
        await at.run(COST_IDLE, paths=("elsewhere",))


async def test_what_oracle_does_not_answer_is_never_nothing(at, local):
    local.local("/local/faults", {"service": "monitoring", **ERROR})
    with pytest.raises(TryLater):
        await at.run(COST_IDLE, kind="instance", seconds=3)
    found = await at.run(COST_IDLE, kind="volume")
    assert found.data["total"] == 1, "volumes need no metrics"


async def test_usage_that_is_away_is_an_error_and_no_free_estate(at, local):
    local.local("/local/faults", {"service": "usage_api", **ERROR})
    with pytest.raises(TryLater):
        await at.run(COST_IDLE, kind="volume", seconds=3)


async def test_arguments_that_do_not_fit_are_refused(at):
    for bad in ({"days": 1}, {"kind": "bucket"}, {"older": 3}):
        with pytest.raises(ValidationError):
            await at.run(COST_IDLE, **bad)
    with pytest.raises(AskBack):
        await at.run(COST_IDLE, compartment="no-such-place")
