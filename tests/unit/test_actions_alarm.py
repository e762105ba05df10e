"""Alarms as changes, against the local OCI with the real SDK: suppressed, resumed, edited, made of the metric just shown."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from agents.planner import Context, route
from agents.planner.facts import LastRead, Thing, ThreadFacts
from tests.unit.oci_running import Running, running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import Desk, Reaches, desk
from tests.unit.planner_corpus_reader import CATALOG, NOW
from tools.approved import Approved
from tools.errors import GiveUp, NotAllowed
from tools.oracle.failures import Changed, NotVisible
from tools.plan import Draft, Effect, Observed
from tools.registry import ACTIONS
from tools.spec import Call, Risk

ACTION = {action.name: action for action in ACTIONS}
PLAN = "plan_01TEST"
RULE = {
    "metricCompartmentId": "@compartment/prod", "namespace": "oci_computeagent", "severity": "CRITICAL",
    "query": "CpuUtilization[5m].mean() > 90", "pendingDuration": "PT5M", "isEnabled": True,
    "destinations": ["@onstopic/ops"],
}  # fmt: skip
BOTH = "CpuUtilization[5m].mean() > 90 && MemoryUtilization[5m].mean() > 50"


def alarm(name: str, **more) -> dict:
    return {"name": name, "in": more.pop("place", "prod"), "fields": RULE | more}


@pytest.fixture
def local(tmp_path) -> Iterator[Running]:
    alarms = [
        alarm("busy"),
        alarm("both", query=BOTH, destinations=["@onstopic/other"]),
        alarm("second"),
        alarm("off", isEnabled=False),
        alarm("silent-1", place="lab", destinations=[]),
    ]
    manages = {"description": "o", "statements": ["Allow group Operators to manage alarms in tenancy"]}
    policies = [
        {"name": "readers", "fields": {"description": "r", "statements": ["Allow group Readers to read all-resources in tenancy"]}},
        {"name": "admins", "fields": {"description": "a", "statements": ["Allow group Administrators to manage all-resources in tenancy"]}},
        {"name": "operators", "fields": manages},
    ]  # fmt: skip
    lab = [instances(1)[0] | {"name": "lab-1", "in": "lab"}]
    resources = {
        "core": {"Instance": [*instances(2), *lab]},
        "monitoring": {"Alarm": alarms},
        "identity": {"Policy": policies},
    }
    metric = {"namespace": "oci_computeagent", "resource": "@instance/node-1", "metrics": {"CpuUtilization": {"base": 70, "day": 20, "unit": "percent", "high": 100}}}  # fmt: skip
    with running(tenancy(resources=resources, metrics=[metric]), tmp_path) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


def call_of(at: Desk, later: timedelta = timedelta(0)) -> Call:
    return Call(at.clients, datetime.now(UTC) + later, 60, Reaches(), PLAN)


async def planned(at: Desk, action: str, **args) -> Draft:
    return await ACTION[action].plan(call_of(at), ACTION[action].args(**args))


def approved(draft: Draft, step: str = "apply") -> Approved:
    return Approved(PLAN, "hash", draft, "alice", ("bob",), f"{PLAN}:{step}")


async def carried_out(at: Desk, draft: Draft) -> None:
    action = ACTION[draft.action]
    again = await action.reread(call_of(at), draft)
    assert again.drift == ()
    await action.apply(call_of(at), approved(draft), again.precondition)
    assert (await action.observe(call_of(at), draft)).state is Observed.HOLDS


def body(local: Running, name: str) -> dict:
    return local.server.tenancy.records.get(local.ocid("alarm", name), "Alarm").body


async def test_a_suppressed_alarm_watches_on_and_is_resumed_before_its_time(at, local):
    draft = await planned(at, "alarm_suppress", resource="busy", hours=2)
    assert draft.before["state"] in {"OK", "FIRING"}
    assert (draft.risk, draft.blast.summary) == (Risk.MEDIUM, "1 alarm; 1 destination hear nothing of it")
    await carried_out(at, draft)
    seen = local.client("monitoring", "MonitoringClient").list_alarms_status(
        local.ocid("compartment", "prod")
    )
    assert {one.display_name: one.status for one in seen.data}["busy"] == "SUSPENDED"
    resumed = await planned(at, "alarm_resume", resource="busy")
    assert resumed.undo.startswith("suppress it again until ")
    assert ACTION["alarm_resume"].undone(resumed).risk is Risk.MEDIUM
    await carried_out(at, resumed)
    assert body(local, "busy")["suppression"] is None
    await ACTION["alarm_resume"].roll_back(call_of(at), approved(resumed, "rollback"))
    assert (await ACTION["alarm_resume"].observe_rollback(call_of(at), resumed)).state is Observed.HOLDS


@pytest.mark.parametrize(
    "args", [{}, {"hours": 2, "minutes": 5}, {"lasts": "8d"}, {"lasts": "0m"}, {"lasts": "ever"}]
)
def test_for_how_long_is_said_once_and_is_no_more_than_a_week(args):
    with pytest.raises(ValueError, match=r"for how long|7 days|pattern"):
        ACTION["alarm_suppress"].args(resource="busy", **args)


async def test_a_suppression_whose_time_is_over_before_anybody_approved_is_not_sent(at):
    draft = await planned(at, "alarm_suppress", resource="busy", lasts="5m")
    late = call_of(at, timedelta(minutes=6))
    with pytest.raises(GiveUp, match="is over"):
        await ACTION["alarm_suppress"].dry_run(late, draft, "")


async def test_what_tells_nobody_or_is_not_suppressed_gets_no_card(at):
    with pytest.raises(GiveUp, match="not enabled"):
        await planned(at, "alarm_suppress", resource="off", hours=1)
    with pytest.raises(GiveUp, match="not suppressed"):
        await planned(at, "alarm_resume", resource="busy")


async def test_an_earlier_suppression_comes_back_with_the_roll_back(at, local):
    await carried_out(at, await planned(at, "alarm_suppress", resource="busy", hours=1))
    first = dict(body(local, "busy")["suppression"])
    second = await planned(at, "alarm_suppress", resource="busy", hours=5)
    assert "takes the place" in " ".join(second.warnings)
    await carried_out(at, second)
    await ACTION["alarm_suppress"].roll_back(call_of(at), approved(second, "rollback"))
    assert body(local, "busy")["suppression"] == first


async def test_an_edit_says_how_often_the_new_rule_was_true_and_goes_back_whole(at, local):
    draft = await planned(at, "alarm_edit", resource="busy", threshold=60, minutes=10, severity="warning")
    assert [(c.path, c.before, c.after) for c in draft.changes] == [
        ("query", "CpuUtilization[5m].mean() > 90", "CpuUtilization[5m].mean() > 60"),
        ("pendingDuration", "PT5M", "PT10M"),
        ("severity", "CRITICAL", "WARNING"),
    ]
    assert draft.dry_run.startswith("Oracle reads the rule; it was true in ")
    await carried_out(at, draft)
    await ACTION["alarm_edit"].roll_back(call_of(at), approved(draft, "rollback"))
    assert {key: body(local, "busy")[key] for key in ("query", "severity", "pendingDuration")} == {
        key: RULE[key] for key in ("query", "severity", "pendingDuration")
    }


async def test_a_rule_of_several_comparisons_takes_no_bare_number_and_one_that_is_wrong_is_refused(at):
    with pytest.raises(GiveUp, match="compares several things"):
        await planned(at, "alarm_edit", resource="both", threshold=60)
    with pytest.raises(GiveUp, match="not valid"):
        await planned(at, "alarm_edit", resource="busy", query="CpuUtilization[5m.mean() > 1")
    with pytest.raises(GiveUp, match="so already"):
        await planned(at, "alarm_edit", resource="busy", threshold=90)


async def test_what_somebody_else_made_of_it_meanwhile_is_left_alone(at, local):
    draft = await planned(at, "alarm_edit", resource="busy", threshold=60)
    await carried_out(at, draft)
    theirs = {"query": "CpuUtilization[5m].mean() > 75"}
    local.client("monitoring", "MonitoringClient", "ADMIN").update_alarm(local.ocid("alarm", "busy"), theirs)
    assert (await ACTION["alarm_edit"].observe(call_of(at), draft)).state is Observed.FAILED
    assert await ACTION["alarm_edit"].effect(call_of(at), draft, PLAN) is Effect.CANNOT_TELL
    with pytest.raises(GiveUp, match="that is theirs"):
        await ACTION["alarm_edit"].roll_back(call_of(at), approved(draft, "rollback"))
    assert body(local, "busy")["query"] == theirs["query"]


async def test_the_write_demands_the_etag_that_was_read_and_a_refused_way_back_is_no_way_back(at, local):
    draft = await planned(at, "alarm_edit", resource="busy", threshold=60)
    stale = (await ACTION["alarm_edit"].reread(call_of(at), draft)).precondition
    admin = local.client("monitoring", "MonitoringClient", "ADMIN")
    admin.update_alarm(local.ocid("alarm", "busy"), {"body": "look"})
    with pytest.raises(Changed):
        await ACTION["alarm_edit"].apply(call_of(at), approved(draft), stale)
    await carried_out(at, draft)
    local.local("/local/faults", {"profile": "CHANGE", "status": 404, "times": 5})
    with pytest.raises(NotVisible):
        await ACTION["alarm_edit"].roll_back(call_of(at), approved(draft, "rollback"))
    assert (await ACTION["alarm_edit"].observe_rollback(call_of(at), draft)).state is Observed.NOT_YET


async def test_an_alarm_is_made_of_the_metric_that_the_thread_looked_at(at, local):
    shown = LastRead(
        kind="tool", name="oci_metric", args={"metric": "cpu", "resource": "node-1", "since": "7d"}
    )
    words = "alarm me when this is above 80% for 10 minutes"
    order = route(words, Context(CATALOG, NOW, ThreadFacts(read=shown)))
    assert (order.tool, order.args["resource"], order.args["above"]) == ("alarm_create", "node-1", 80)
    assert route(words, Context(CATALOG, NOW)).ask.startswith("One thing is missing: metric")
    draft = await planned(at, "alarm_create", **order.args)
    rule = draft.write["arguments"]["create_alarm_details"]
    assert (
        rule["query"]
        == f'CpuUtilization[5m]{{resourceId = "{local.ocid("instance", "node-1")}"}}.mean() > 80'
    )
    assert rule["destinations"] == [local.ocid("onstopic", "ops")]  # as most alarms there
    assert "of the last 24 hours" in draft.dry_run
    await carried_out(at, draft)
    with pytest.raises(GiveUp, match="has this rule already"):
        await planned(at, "alarm_create", **order.args)
    await ACTION["alarm_create"].roll_back(call_of(at), approved(draft, "rollback"))
    assert (await ACTION["alarm_create"].observe_rollback(call_of(at), draft)).state is Observed.HOLDS
    assert await ACTION["alarm_create"].effect(call_of(at), draft, PLAN) is Effect.NONE


@pytest.mark.parametrize(
    ("text", "action", "resource"),
    [
        ("suppress it for 2 hours", "alarm_suppress", "node-cpu"),
        ("unsuppress that", "alarm_resume", "node-cpu"),
        ("suppress the alarm for 30m", "alarm_suppress", None),  # which one is asked, never guessed
    ],
)
def test_what_the_thread_named_is_meant_by_it(text, action, resource):
    facts = ThreadFacts(
        read=LastRead(kind="tool", name="oci_alarms"),
        things=(Thing(kind="alarm", name="node-cpu", id="ocid1.a"),),
    )
    found = route(text, Context(CATALOG, NOW, facts))
    assert (found.tool, found.args.get("resource")) == (action, resource)


async def test_the_same_step_that_arrives_twice_makes_one_alarm(at, local):
    draft = await planned(at, "alarm_create", metric="cpu", resource="node-2", below=5)
    for _ in range(2):
        await ACTION["alarm_create"].apply(call_of(at), approved(draft), "")
    alarms = local.server.tenancy.records.of("monitoring", "Alarm")
    assert sum(one.name == draft.target.name for one in alarms) == 1


async def test_an_alarm_that_would_tell_nobody_is_not_made(at):
    with pytest.raises(GiveUp, match="name the topic"):
        await planned(at, "alarm_create", metric="cpu", resource="lab-1", above=80)
    with pytest.raises(ValueError, match="above or below"):
        ACTION["alarm_create"].args(metric="cpu")


async def test_without_rights_to_change_no_card_appears(local):
    with desk(local, change=None) as at:
        for action, args in (
            ("alarm_suppress", {"hours": 1}),
            ("alarm_edit", {"threshold": 1}),
            ("alarm_create", {"metric": "cpu", "above": 1}),
        ):
            with pytest.raises(NotAllowed, match="OCI_CHANGE_PROFILE"):
                name = {"resource": "node-1" if action == "alarm_create" else "busy"}
                await planned(at, action, **name, **args)
