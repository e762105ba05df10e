"""Oracle Cloud in words: what people ask of it, and what sounds like it and is not."""

from typing import Any

import pytest

from agents.conversation.mandate import mandate_of
from agents.planner import Context, Focus, Kind, LastRead, Route, ThreadFacts, route
from agents.planner.facts import Thing
from tests.unit.planner_corpus_reader import CATALOG, NOW


@pytest.mark.parametrize(
    ("text", "tool", "args"),
    [
        ("why did monday cost more?", "cost_why", {"day": "monday"}),
        ("what made the bill jump?", "cost_why", {}),
        ("why is our oracle bill so high since Monday", "cost_why", {"day": "monday"}),
        ("cost spike on 2026-11-23?", "cost_why", {"day": "2026-11-23"}),
        ("what did we spend last week?", "cost_summary", {"period": "last_week"}),
        ("what did we spend over the last week?", "cost_summary", {"days": 7}),
        ("cost this week against last", "cost_summary", {"period": "this_week"}),
        ("cost week over week by compartment", "cost_summary", {"by": "compartment", "period": "last_week"}),
        ("what did we pay last month? how much did it cost", "cost_summary", {"period": "last_month"}),
        ("cost by compartment over 30 days", "cost_summary", {"by": "compartment", "days": 30}),
        ("how much does Oracle Cloud cost per service this month", "cost_summary", {"by": "service", "period": "this_month"}),
        ("what did our Oracle Cloud cost last week?", "cost_summary", {"period": "last_week"}),
        ("which oci alarms are firing?", "oci_alarms", {}),
        ("any alarms in compartment shop?", "oci_alarms", {"compartment": "shop"}),
        ("list the instances in compartment shop/shop-prod", "oci_resources", {"kind": "instances", "compartment": "shop/shop-prod"}),
        ("which oci instances are stopped?", "oci_resources", {"kind": "instances", "state": "stopped"}),
        ("how many load balancers do we have in oracle cloud", "oci_resources", {"kind": "load balancers"}),
        ("what is in the network compartment?", "oci_resources", {"compartment": "network"}),
        ("describe instance train-recsys-1", "oci_instance", {"resource": "train-recsys-1"}),
        ("how is the compute instance bastion-1 doing", "oci_instance", {"resource": "bastion-1"}),
        ("cpu of instance oke-pool1-a over the last 3 hours", "oci_metric", {"metric": "cpu", "resource": "oke-pool1-a", "since": "3h"}),
        ("who changed what in oci since yesterday?", "oci_who_changed", {"since": "2026-11-23T00:00:00Z"}),
        ("who launched instance train-recsys-1?", "oci_who_changed", {"resource": "train-recsys-1", "since": "30d"}),
        ("who stopped instance web-2?", "oci_who_changed", {"resource": "web-2", "since": "7d"}),
        ("who changed the alarm reports-storage?", "oci_who_changed", {"resource": "reports-storage", "since": "7d"}),
        ("who changed the reports-storage alarm since yesterday", "oci_who_changed", {"resource": "reports-storage", "since": "2026-11-23T00:00:00Z"}),
        ("who can stop instances in prod?", "iam_who_can", {"verb": "stop", "resource": "instances", "compartment": "prod"}),
        ("who may terminate instances in compartment shop?", "iam_who_can", {"verb": "terminate", "resource": "instances", "compartment": "shop"}),
        ("Who is allowed to delete load balancers in the network compartment?", "iam_who_can", {"verb": "delete", "resource": "load balancers", "compartment": "network"}),
        ("which groups can manage virtual-network-family in shop:shop-prod", "iam_who_can", {"verb": "manage", "resource": "virtual-network-family", "compartment": "shop:shop-prod"}),
        ("who can manage everything in the tenancy?", "iam_who_can", {"verb": "manage", "resource": "everything"}),
        ("who can shut down VMs in compartment data-science?", "iam_who_can", {"verb": "stop", "resource": "vms", "compartment": "data-science"}),
        ("who has INSTANCE_DELETE in shop-prod?", "iam_who_can", {"verb": "INSTANCE_DELETE", "compartment": "shop-prod"}),
        ("who can read secrets in compartment shop", "iam_who_can", {"verb": "read", "resource": "secrets", "compartment": "shop"}),
        ("who can stop instance train-recsys-1?", "iam_who_can", {"verb": "stop", "resource": "instance"}),
        ("stop instance train-recsys-1", "instance_stop", {"resource": "train-recsys-1"}),
        ("please start the instance loadtest-1", "instance_start", {"resource": "loadtest-1"}),
        ("reboot vm bastion-1", "instance_reset", {"resource": "bastion-1"}),
    ],
)  # fmt: skip
def test_what_is_plainly_about_oracle_cloud_leads_to_its_tool(text: str, tool: str, args: Any) -> None:
    found = route(text, Context(CATALOG, NOW))
    assert (found.tool, dict(found.args)) == (tool, args)


@pytest.mark.parametrize(
    "text",
    [
        "restart checkout",
        "how many instances of checkout are running?",
        "do not stop instance train-recsys-1",
        "what is our error budget?",
        "fix it at any cost",
        "why is checkout failing?",
        "who changed checkout?",
        "list the pods in shop",
        "stop all changes",
        "who can delete pods",
        "who can delete pods in shop?",
        "who can delete pods in compartment shop?",
        "who can see secrets in shop",
        "who can scale deployments in production?",
        "who can restart checkout?",
        "who can stop instances of checkout?",
        "who can approve changes?",
    ],
)
def test_what_only_sounds_like_it_goes_elsewhere(text: str) -> None:
    assert not route(text, Context(CATALOG, NOW)).tool.startswith(("oci_", "cost_", "instance_", "iam_"))


IDLE = Thing(
    kind="instance", name="train-recsys-1", id="ocid1.instance.oc1..a", marks=("idle", "gpu", "dear")
)
BUSY = Thing(kind="instance", name="oke-pool1-a", id="ocid1.instance.oc1..b", marks=("running",))
ALARM = Thing(kind="alarm", name="reports-storage", id="ocid1.alarm.oc1..c", marks=("firing",))


def leaning(text: str, *things: Thing, read: str = "cost_why") -> Route:
    facts = ThreadFacts(things=things, read=LastRead(kind="tool", name=read))
    return route(text, Context(CATALOG, NOW, facts))


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("stop it", "instance_stop"),
        ("please stop it", "instance_stop"),
        ("stop the idle one", "instance_stop"),
        ("Stop that instance now!", "instance_stop"),
        ("ok, shut it down", "instance_stop"),
        ("turn that instance off", "instance_stop"),
        ("then stop train-recsys-1", "instance_stop"),
        ("start it again", "instance_start"),
        ("turn it on", "instance_start"),
        ("reboot the gpu instance", "instance_reset"),
        ("restart this one", "instance_reset"),
    ],
)
def test_an_order_means_the_one_instance_that_the_last_answer_named(text: str, tool: str) -> None:
    found = leaning(text, IDLE)
    assert (found.kind, found.tool, dict(found.args)) == (Kind.CHANGE, tool, {"resource": "train-recsys-1"})


@pytest.mark.parametrize("text", ["stop it", "stop that instance", "stop this one"])
def test_of_several_instances_one_must_be_chosen(text: str) -> None:
    found = leaning(text, IDLE, BUSY)
    assert found.kind is Kind.CLARIFY
    assert found.options == ("stop instance train-recsys-1", "stop instance oke-pool1-a")


def test_a_word_that_tells_them_apart_chooses() -> None:
    assert leaning("stop the idle one", BUSY, IDLE).args == {"resource": "train-recsys-1"}
    assert leaning("reboot the running instance", BUSY, IDLE).args == {"resource": "oke-pool1-a"}


@pytest.mark.parametrize(
    "text", ["do not stop it", "why did you stop it?", "stop all changes", "who may stop it?"]
)
def test_what_is_no_order_proposes_nothing(text: str) -> None:
    assert leaning(text, IDLE).kind is not Kind.CHANGE


def test_it_means_what_was_talked_of_last() -> None:
    facts = ThreadFacts(
        things=(IDLE,), read=LastRead(kind="tool", name="k8s_logs"), focus=Focus(service="checkout")
    )
    assert route("restart it", Context(CATALOG, NOW, facts)).tool == "rollout_restart"
    assert route("restart the idle one", Context(CATALOG, NOW, facts)).tool == "instance_reset"


def test_an_order_without_anything_that_it_could_mean_is_asked_back() -> None:
    found = route("stop it", Context(CATALOG, NOW))
    assert found.kind is Kind.CLARIFY
    assert "stop instance" in found.ask


@pytest.mark.parametrize(
    ("text", "tool", "args"),
    [
        ("who created it?", "oci_who_changed", {"resource": "train-recsys-1", "since": "30d"}),
        ("who stopped that instance?", "oci_who_changed", {"resource": "train-recsys-1", "since": "7d"}),
        (
            "show me its gpu over 7d",
            "oci_metric",
            {"metric": "gpu", "resource": "train-recsys-1", "since": "7d"},
        ),
        ("and its cpu?", "oci_metric", {"metric": "cpu", "resource": "train-recsys-1"}),
        ("is it still running?", "oci_instance", {"resource": "train-recsys-1"}),
    ],
)
def test_a_question_means_it_too(text: str, tool: str, args: Any) -> None:
    found = leaning(text, IDLE)
    assert (found.tool, dict(found.args)) == (tool, args)


def test_who_changed_it_after_an_alarm_means_the_alarm() -> None:
    found = leaning("who changed it?", ALARM, read="oci_alarms")
    assert (found.tool, dict(found.args)) == (
        "oci_who_changed",
        {"resource": "reports-storage", "since": "7d"},
    )


@pytest.mark.parametrize("words", ["stop it", "stop the idle one", "stop that instance"])
def test_a_model_may_propose_for_it_what_was_named_by_name_or_ocid(words: str) -> None:
    facts = ThreadFacts(things=(IDLE,), read=LastRead(kind="tool", name="cost_why"))
    context = Context(CATALOG, NOW, facts)
    mandate = mandate_of(route(words, context), context, words)
    assert mandate.refuses("instance_stop", {"resource": "train-recsys-1"}) == ""
    assert mandate.refuses("instance_stop", {"resource": IDLE.id}) == ""
    assert mandate.refuses("instance_stop", {"resource": "oke-pool1-a"})
    assert mandate.refuses("instance_start", {"resource": "train-recsys-1"})


def test_a_model_may_propose_nothing_while_one_of_several_must_be_chosen() -> None:
    facts = ThreadFacts(things=(IDLE, BUSY), read=LastRead(kind="tool", name="oci_resources"))
    context = Context(CATALOG, NOW, facts)
    mandate = mandate_of(route("stop that one", context), context, "stop that one")
    assert mandate.refuses("instance_stop", {"resource": "train-recsys-1"})
