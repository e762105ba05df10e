"""Stacks of Resource Manager as changes, against the local OCI with the real SDK: what was planned is what is applied, or nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.changes.risk import too_big
from agents.policy.store import load_policy
from sandbox.scenarios.loader import load
from tests.contracts.actions import cloud_tenancy, stacks
from tests.contracts.actions.cloud import Cloud
from tests.unit.oci_running import running
from tests.unit.oci_tenancy import tenancy
from tests.unit.oracle_calls import Desk, desk
from tests.unit.oracle_changes import ACTION, approved, call_of, ordered, planned, put_back, sent, until
from tests.unit.terraform_plans import row
from tools.errors import GiveUp
from tools.plan import Effect, Observed
from tools.spec import Risk

EXAMPLE = Path(__file__).resolve().parents[2] / "policy.example.yaml"


@pytest.fixture
def place(tmp_path) -> Iterator[Cloud]:
    file = tenancy(resources={"identity": {"Policy": cloud_tenancy.policies()}})
    with running(file, tmp_path, speed=400) as local, desk(local) as at:
        made = Cloud(local, at.clients)
        made.at = at
        yield made


@pytest.fixture
def at(place) -> Desk:
    return place.at


def body(*rows):
    return {"format_version": "1.2", "resource_changes": list(rows)}


def stack(place, *rows, name="net", **more):
    plan = body(*rows) if rows else stacks.PLAN
    record = stacks.stack_of(place, name, plan)
    return record, stacks.plan_job_of(place, record, planned=plan, **more)


async def test_the_card_shows_what_goes_first_and_is_critical(place, at):
    stack(
        place,
        row("oci_core_vcn.new", ["create"]),
        row("oci_core_volume.data", ["delete"], before={"display_name": "data"}),
    )
    draft = await planned(at, "stack_apply", stack="net")
    assert draft.title == "Apply stack net: 1 to destroy, 1 to add"
    assert [one.path for one in draft.changes] == ["oci_core_volume.data", "oci_core_vcn.new"]
    assert "cannot be undone" in draft.changes[0].after
    assert (draft.risk, draft.reversible, draft.blast.objects) == (Risk.CRITICAL, False, 2)
    assert "1 object will be destroyed: that cannot be undone" in draft.warnings
    assert len(draft.shown["plan (SHA-256)"]) == 64


async def test_no_value_of_a_variable_or_of_a_sensitive_field_is_in_the_plan(place, at):
    secret = row("a.b", ["update"], before={"p": "old-secret"}, after={"p": "new-secret", "q": "new-secret"}, after_sensitive={"p": True}, before_sensitive={"p": True})  # fmt: skip
    stack(place, secret)
    text = (await planned(at, "stack_apply", stack="net")).model_dump_json()
    assert "hunter2" not in text
    assert "-secret" not in text


async def test_what_is_sent_names_the_plan_job_and_the_end_is_in_sync(place, at):
    record, job = stack(place)
    draft = await planned(at, "stack_apply", stack="net")
    details = draft.write["arguments"]["create_job_details"]["jobOperationDetails"]
    assert (details["executionPlanStrategy"], details["executionPlanJobId"]) == ("FROM_PLAN_JOB_ID", job.id)
    assert await ACTION["stack_apply"].effect(call_of(at), draft, "p") is Effect.NONE
    await sent(at, draft)
    assert await ACTION["stack_apply"].effect(call_of(at), draft, "p") is Effect.DONE
    seen = await until(at, draft)
    assert (seen.state, dict(seen.facts)) == (
        Observed.HOLDS,
        {"apply job": "SUCCEEDED", "drift": "IN_SYNC"},
    )
    assert record.body["applied"] == job.id


async def test_a_job_that_fails_later_ends_with_its_log_as_foreign_text(place, at):
    stack(place)
    draft = await planned(at, "stack_apply", stack="net")
    place.ignore(None)
    await sent(at, draft)
    seen = await until(at, draft)
    assert seen.state is Observed.FAILED
    assert "text of Terraform, not mine" in seen.progress
    assert "LimitExceeded" in seen.progress
    with pytest.raises(GiveUp, match="cannot be undone"):
        await put_back(at, draft)


async def test_a_stack_that_drifted_is_no_success(place, at):
    record, _ = stack(place)
    draft = await planned(at, "stack_apply", stack="net")
    await sent(at, draft)
    assert (await until(at, draft)).state is Observed.HOLDS
    place.records.change(record, {"stackDriftStatus": "DRIFTED"}, place.local.clock())
    assert (await until(at, draft)).state is Observed.FAILED


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"ago": 3_700}, "older than 60 minutes"),
        ({"state": "FAILED"}, "is FAILED"),
        ({"state": "IN_PROGRESS"}, "is at work"),
        ({"planned": {"no": "plan"}}, "cannot be read"),
        ({"planned": {"format_version": "1.2", "resource_changes": []}}, "nothing to apply"),
    ],
)
async def test_only_a_fresh_whole_plan_of_something_is_offered(place, at, more, why):
    record = stacks.stack_of(place, "net")
    stacks.plan_job_of(place, record, **more)
    with pytest.raises(GiveUp, match=why):
        await planned(at, "stack_apply", stack="net")


async def test_without_a_plan_job_it_says_how_to_get_one(place, at):
    stacks.stack_of(place, "net")
    with pytest.raises(GiveUp, match="first “plan stack net”"):
        await planned(at, "stack_apply", stack="net")
    draft = await planned(at, "stack_plan", stack="net")
    await sent(at, draft)
    assert (await until(at, draft)).state is Observed.HOLDS
    assert (await planned(at, "stack_apply", stack="net")).blast.objects == 1


async def test_what_was_applied_since_makes_a_plan_stale(place, at):
    stack(place)
    first = await planned(at, "stack_apply", stack="net")
    second = await planned(at, "stack_apply", stack="net")
    await sent(at, first)
    await until(at, first)
    drift = (await ACTION["stack_apply"].reread(call_of(at), second)).drift
    assert {one.path for one in drift} >= {"newest apply", "version of the stack"}
    with pytest.raises(GiveUp, match="ran on stack net after its newest plan"):
        await planned(at, "stack_apply", stack="net")


async def test_another_plan_under_the_same_job_is_drift(place, at):
    _, job = stack(place)
    draft = await planned(at, "stack_apply", stack="net")
    job.hidden["plan"] = body(row("oci_core_volume.data", ["delete"]))
    drift = (await ACTION["stack_apply"].reread(call_of(at), draft)).drift
    assert [one.path for one in drift] == ["plan (SHA-256)"]


async def test_a_job_at_work_holds_the_write_back(place, at):
    record, _ = stack(place)
    draft = await planned(at, "stack_apply", stack="net")
    stacks.plan_job_of(place, record, "other", ago=0, state="IN_PROGRESS")
    with pytest.raises(GiveUp, match="is at work"):
        await ACTION["stack_apply"].dry_run(call_of(at), draft, "")


async def test_the_same_step_twice_is_one_job(place, at):
    record, _ = stack(place)
    draft = await planned(at, "stack_apply", stack="net")
    await sent(at, draft)
    await ACTION["stack_apply"].apply(call_of(at), approved(draft), "")
    jobs = [one for one in place.records.by_id.values() if one.body.get("operation") == "APPLY"]
    assert len(jobs) == 1
    assert jobs[0].body["stackId"] == record.id


async def test_too_many_objects_are_refused_by_the_policy(place, at):
    stack(place, *(row(f"oci_core_vcn.n{n}", ["create"]) for n in range(40)))
    draft = await planned(at, "stack_apply", stack="net")
    assert len(draft.changes) == 31
    assert "touches 40 objects" in too_big(draft, load_policy(EXAMPLE))


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("apply stack net", "stack_apply"),
        ("apply the terraform stack net", "stack_apply"),
        ("plan stack net", "stack_plan"),
        ("run a plan of the stack net", "stack_plan"),
    ],
)
def test_it_is_ordered_in_words(text, action):
    found = ordered(text)
    assert (found.tool, dict(found.args)) == (action, {"stack": "net"})


async def test_the_shop_has_a_stack_to_plan_and_to_apply(tmp_path):
    with running(load("shop").tenancy, tmp_path, speed=400) as local, desk(local) as at:
        first = await planned(at, "stack_plan", stack="shop-edge")
        await sent(at, first)
        assert (await until(at, first)).state is Observed.HOLDS
        draft = await planned(at, "stack_apply", stack="shop-edge")
        assert draft.changes[0].path == "oci_objectstorage_bucket.access_logs"
        assert draft.risk is Risk.CRITICAL
        await sent(at, draft)
        assert (await until(at, draft)).state is Observed.HOLDS
