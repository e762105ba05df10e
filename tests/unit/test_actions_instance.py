"""The power of instances against the local OCI with the real SDK: plan, write, judge, take back, tell after a crash."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from agents.changes.risk import too_big
from agents.policy.store import load_policy
from tests.unit.oci_running import Running, running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import Desk, Reaches, desk
from tools.approved import Approved
from tools.errors import AskBack, GiveUp, NotAllowed, TryLater
from tools.oracle.failures import Changed, WrongState
from tools.plan import Draft, Effect, Observation, Observed
from tools.registry import ACTIONS
from tools.spec import Call, Risk

ACTION = {action.name: action for action in ACTIONS}
PLAN = "plan_01TEST"


@pytest.fixture
def local(tmp_path) -> Iterator[Running]:
    up = instances(3, freeformTags={"team": "shop"})
    down = [one | {"name": "asleep-1", "state": "STOPPED"} for one in instances(1)]
    held = [
        one | {"name": "bastion-1", "fields": one["fields"] | {"freeformTags": {"protected": "true"}}}
        for one in instances(1)
    ]
    file = tenancy(resources={"core": {"Instance": [*up, *down, *held]}})
    with running(file, tmp_path, speed=20) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


def call_of(at: Desk, request: str = PLAN, *paths: str) -> Call:
    return Call(at.clients, datetime.now(UTC), 60, Reaches(*paths), request)


async def planned(at: Desk, action: str, name: str) -> Draft:
    return await ACTION[action].plan(call_of(at), ACTION[action].args(resource=name))


def approved(draft: Draft, step: str = "apply") -> Approved:
    return Approved(PLAN, "hash", draft, "alice", ("bob",), f"{PLAN}:{step}")


async def until(at: Desk, draft: Draft, what: str = "observe") -> Observation:
    """The first verdict."""
    look = getattr(ACTION[draft.action], what)
    for _ in range(200):
        seen: Observation = await look(call_of(at), draft)
        if seen.state is not Observed.NOT_YET:
            return seen
        await asyncio.sleep(0.05)
    raise AssertionError("no verdict")


def state(local: Running, name: str) -> str:
    records = local.server.tenancy.records
    records.settle()
    return str(records.get(local.ocid("instance", name), "Instance").body["lifecycleState"])


async def test_a_stop_is_planned_sent_verified_and_taken_back(at, local):
    draft = await planned(at, "instance_stop", "node-1")
    assert draft.title == "Stop instance node-1"
    assert (draft.target.provider, draft.target.compartment, draft.target.region) == (
        "oci",
        "prod",
        "eu-frankfurt-1",
    )
    assert draft.changes[0].model_dump() == {
        "path": "lifecycleState",
        "before": "RUNNING",
        "after": "STOPPED",
    }
    assert (draft.risk, draft.reversible, draft.undo) == (Risk.HIGH, True, "start it again")
    again = await ACTION["instance_stop"].reread(call_of(at), draft)
    assert again.drift == ()
    done = await ACTION["instance_stop"].apply(call_of(at), approved(draft), again.precondition)
    assert done.upstream_id.startswith(f"cloudops-{PLAN}")
    assert (await until(at, draft)).state is Observed.HOLDS
    assert state(local, "node-1") == "STOPPED"
    await ACTION["instance_stop"].roll_back(call_of(at), approved(draft, "rollback"))
    assert (await until(at, draft, "observe_rollback")).state is Observed.HOLDS
    assert state(local, "node-1") == "RUNNING"


async def test_a_start_is_the_way_back_of_a_stop(at, local):
    draft = await planned(at, "instance_start", "asleep-1")
    assert draft.rollback == {"action": "SOFTSTOP", "state": "STOPPED"}
    precondition = (await ACTION["instance_start"].reread(call_of(at), draft)).precondition
    await ACTION["instance_start"].apply(call_of(at), approved(draft), precondition)
    assert (await until(at, draft)).state is Observed.HOLDS


async def test_a_reset_holds_when_its_work_request_says_so_and_not_because_the_instance_runs(at, local):
    draft = await planned(at, "instance_reset", "node-2")
    assert (draft.reversible, draft.rollback) == (False, None)
    before = await ACTION["instance_reset"].observe(call_of(at), draft)
    assert before.state is Observed.UNREADABLE
    precondition = (await ACTION["instance_reset"].reread(call_of(at), draft)).precondition
    await ACTION["instance_reset"].apply(call_of(at), approved(draft), precondition)
    assert (await until(at, draft)).state is Observed.HOLDS
    with pytest.raises(GiveUp, match="cannot be undone"):
        await ACTION["instance_reset"].roll_back(call_of(at), approved(draft, "rollback"))


@pytest.mark.parametrize(
    ("action", "name"),
    [("instance_stop", "asleep-1"), ("instance_start", "node-1"), ("instance_reset", "asleep-1")],
)
async def test_what_is_not_in_the_right_state_gets_no_card(at, action, name):
    with pytest.raises(GiveUp, match="not possible"):
        await planned(at, action, name)


@pytest.mark.parametrize(
    ("action", "name", "seen_as"),
    [
        ("instance_stop", "node-1", Observed.FAILED),
        ("instance_start", "asleep-1", Observed.FAILED),
        ("instance_reset", "node-1", Observed.UNREADABLE),  # running, as before: nothing tells
    ],
)
async def test_what_answers_200_and_does_not_change_is_no_success(at, action, name, seen_as):
    draft = await planned(at, action, name)
    seen = await ACTION[action].observe(call_of(at), draft)  # nothing was sent
    assert seen.state is seen_as


@pytest.mark.parametrize(
    ("action", "name", "back"),
    [
        ("instance_stop", "node-1", "START"),
        ("instance_start", "asleep-1", "STOP"),
    ],
)
async def test_what_changes_and_reverts_has_failed(at, local, action, name, back):
    draft = await planned(at, action, name)
    precondition = (await ACTION[action].reread(call_of(at), draft)).precondition
    await ACTION[action].apply(call_of(at), approved(draft), precondition)
    assert (await until(at, draft)).state is Observed.HOLDS
    local.client("core", "ComputeClient", "ADMIN").instance_action(local.ocid("instance", name), back)
    await asyncio.sleep(1)
    seen = await until(at, draft)
    assert seen.state is Observed.FAILED
    assert "did not change, or changed again" in seen.progress


async def test_a_reset_of_what_somebody_stops_after_it_never_holds(at, local):
    draft = await planned(at, "instance_reset", "node-1")
    precondition = (await ACTION["instance_reset"].reread(call_of(at), draft)).precondition
    await ACTION["instance_reset"].apply(call_of(at), approved(draft), precondition)
    assert (await until(at, draft)).state is Observed.HOLDS
    local.client("core", "ComputeClient", "ADMIN").instance_action(local.ocid("instance", "node-1"), "STOP")
    looks = [(await ACTION["instance_reset"].observe(call_of(at), draft)).state for _ in range(10)]
    assert Observed.HOLDS not in looks  # a stopped one may be on its way up: the deadline of the plan decides


async def test_a_work_request_that_fails_is_no_success(at, local):
    local.local("/local/faults", {"operation": "instance_action", "fails": True, "times": 1})
    draft = await planned(at, "instance_stop", "node-3")
    precondition = (await ACTION["instance_stop"].reread(call_of(at), draft)).precondition
    await ACTION["instance_stop"].apply(call_of(at), approved(draft), precondition)
    assert (await until(at, draft)).state is Observed.FAILED


async def test_a_tag_or_a_name_that_changed_since_is_drift_and_a_stale_etag_is_refused(at, local):
    draft = await planned(at, "instance_stop", "node-1")
    precondition = (await ACTION["instance_stop"].reread(call_of(at), draft)).precondition
    admin = local.client("core", "ComputeClient", "ADMIN")
    admin.update_instance(
        local.ocid("instance", "node-1"), {"freeformTags": {"team": "shop", "protected": "true"}}
    )
    again = await ACTION["instance_stop"].reread(call_of(at), draft)
    assert [(c.path, c.before, c.after) for c in again.drift] == [("tag protected", "(unset)", "true")]
    with pytest.raises(Changed):
        await ACTION["instance_stop"].apply(call_of(at), approved(draft), precondition)
    assert state(local, "node-1") == "RUNNING"


async def test_the_same_step_that_arrives_twice_has_one_effect(at, local):
    draft = await planned(at, "instance_stop", "node-1")
    precondition = (await ACTION["instance_stop"].reread(call_of(at), draft)).precondition
    for _ in range(2):
        await ACTION["instance_stop"].apply(call_of(at), approved(draft), precondition)
    works = local.client("work_requests", "WorkRequestClient").list_work_requests(
        local.ocid("compartment", "prod"), resource_id=local.ocid("instance", "node-1")
    )
    assert len(works.data) == 1
    with pytest.raises((WrongState, Changed)):
        await ACTION["instance_stop"].apply(call_of(at), approved(draft, "another"), precondition)


async def test_after_a_crash_oracles_own_records_tell_whether_the_write_arrived(at, local):
    stop = ACTION["instance_stop"]
    draft = await planned(at, "instance_stop", "node-1")
    assert await stop.effect(call_of(at), draft, PLAN) is Effect.NONE
    precondition = (await stop.reread(call_of(at), draft)).precondition
    await stop.apply(call_of(at), approved(draft), precondition)
    assert await stop.effect(call_of(at), draft, PLAN) is Effect.DONE
    other = await planned(at, "instance_stop", "node-2")
    local.client("core", "ComputeClient", "ADMIN").instance_action(local.ocid("instance", "node-2"), "STOP")
    await asyncio.sleep(1)
    assert await stop.effect(call_of(at, "plan_other"), other, "plan_other") is Effect.CANNOT_TELL
    reset = await planned(at, "instance_reset", "node-3")
    assert await ACTION["instance_reset"].effect(call_of(at), reset, PLAN) is Effect.NONE


async def test_a_lost_answer_is_not_sent_again_by_us(at, local):
    draft = await planned(at, "instance_stop", "node-1")
    precondition = (await ACTION["instance_stop"].reread(call_of(at), draft)).precondition
    local.local("/local/faults", {"operation": "instance_action", "drop": "after", "times": 1})
    with pytest.raises(TryLater):
        await ACTION["instance_stop"].apply(call_of(at), approved(draft), precondition)
    assert await ACTION["instance_stop"].effect(call_of(at), draft, PLAN) is Effect.DONE
    asked = [row for row in local.local("/local/calls")["calls"] if row["operation"] == "instance_action"]
    assert len(asked) == 1


async def test_without_rights_to_change_no_card_appears(local):
    with desk(local, change=None) as at, pytest.raises(NotAllowed, match="OCI_CHANGE_PROFILE"):
        await planned(at, "instance_stop", "node-1")


async def test_protected_compartments_and_tags_are_refused_whoever_approves(at, tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text('version: 1\nrisk: {protected: {tags: ["protected=true"], compartments: ["lab"]}}\n')
    policy = load_policy(file)
    assert too_big(await planned(at, "instance_stop", "node-1"), policy) == ""
    assert "is protected by the policy" in too_big(await planned(at, "instance_stop", "bastion-1"), policy)
    moved = (await planned(at, "instance_stop", "node-1")).model_copy(
        update={
            "target": (await planned(at, "instance_stop", "node-1")).target.model_copy(
                update={"compartment": "lab/deep"}
            )
        }
    )
    assert "is protected" in too_big(moved, policy)


async def test_who_may_not_see_the_compartment_cannot_plan_there(at):
    with pytest.raises(AskBack) as seen:
        await ACTION["instance_stop"].plan(
            call_of(at, PLAN, "lab"), ACTION["instance_stop"].args(resource="node-1")
        )
    assert seen.value.options == ()


async def test_not_to_see_it_is_no_verdict(at, local):
    draft = await planned(at, "instance_stop", "node-1")
    local.local("/local/faults", {"operation": "get_instance", "status": 404, "times": 1})
    assert (await ACTION["instance_stop"].observe(call_of(at), draft)).state is Observed.UNREADABLE


def test_every_step_has_a_token_of_its_own_that_oracle_takes() -> None:
    from tools.remediation.instance import token

    tokens = {token(f"{PLAN}:{step}") for step in ("apply", "rollback")}
    assert len(tokens) == 2
    assert all(len(one) <= 64 for one in tokens)
