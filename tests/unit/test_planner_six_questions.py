"""The six questions of an operations day, in the words in which people put them, without a model."""

import pytest

from agents.planner import Context, route
from tests.unit.planner_corpus_reader import CATALOG, NOW

ADDED = ("Allow group Platform to manage buckets in tenancy",)
CONDITION = "Allow group Platform to manage instances in compartment shop where request.user.name = 'bob'"
ASKED = [
    ("oci_health", {}, [
        "what do we run in Oracle Cloud and is any of it broken?", "what is running where in oci, and what is unhealthy?",
        "which of our oci resources are unhealthy?", "is anything in the tenancy in trouble?", "what is not healthy in oracle cloud?",
    ]),
    ("oci_trend", {"metric": "cpu", "resource": "train-recsys-1"}, [
        "why is the cpu of instance train-recsys-1 so high and since when?", "why is CPU high on instance train-recsys-1?",
        "since when is cpu high on instance train-recsys-1", "instance train-recsys-1 has high cpu, why?",
        "what drives the cpu up on instance train-recsys-1?", "when did cpu go up on vm train-recsys-1",
    ]),
    ("oci_who_changed", {"resource": "train-recsys-1"}, [
        "who changed instance train-recsys-1?", "who touched instance train-recsys-1 last?",
        "who has modified instance train-recsys-1 this week?", "who launched instance train-recsys-1?",
        "who has edited vm train-recsys-1", "who last changed the instance train-recsys-1 in oci",
    ]),
    ("cost_why", {"day": "monday"}, [
        "why did the cost jump on Monday?", "what made our oracle bill go up on monday?", "why was monday so expensive?",
        "why did spending rise on monday in oci?", "what caused the cost spike on monday",
    ]),
    ("cost_idle", {}, [
        "what would save money?", "where can we save money in oracle cloud?", "how can we cut our oci costs?",
        "how do we spend less on oracle cloud?", "what are we wasting money on?",
    ]),
    ("iam_who_can", {"verb": "terminate", "compartment": "shop-prod"}, [
        "who can terminate instances in shop-prod and why?", "who is allowed to terminate instances in shop-prod?",
        "which users can terminate vms in shop-prod?", "who could terminate an instance in shop-prod, and through which policy?",
        "who has the right to terminate instances in shop-prod?",
    ]),
    ("iam_diff", {"add": ADDED}, [
        f"what would '{ADDED[0]}' newly allow?", f"what does adding {ADDED[0]} change?",
        f'if we add "{ADDED[0]}", what can they do then?', f"what new access would {ADDED[0]} give?",
        f"what would this policy newly allow: {ADDED[0]}", f"{ADDED[0]} - what would that allow that is not allowed now?",
    ]),
    ("iam_diff", {"add": (CONDITION,)}, [f"what would this newly allow: {CONDITION}"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("tool", "args", "text"), [(tool, args, text) for tool, args, texts in ASKED for text in texts]
)
def test_however_it_is_put_it_leads_to_its_tool(tool, args, text):
    found = route(text, Context(CATALOG, NOW))
    assert (found.tool, {key: found.args.get(key) for key in args}) == (tool, args)


@pytest.mark.parametrize(
    ("text", "tool", "args"),
    [
        ("why is CPU high on train-recsys-1?", "oci_trend", {"metric": "cpu"}),
        ("train-recsys-1 cpu is at 100%, why?", "oci_trend", {"metric": "cpu"}),
        ("since when is memory high on train-recsys-1", "oci_trend", {"metric": "memory"}),
        ("cpu of train-recsys-1 over the last 3 hours", "oci_metric", {"metric": "cpu", "since": "3h"}),
        ("who changed train-recsys-1?", "oci_who_changed", {}),
        ("who launched train-recsys-1?", "oci_who_changed", {"since": "30d"}),
        ("since when is gpu idle on train-recsys-1", "oci_trend", {"metric": "gpu"}),
    ],
)  # fmt: skip
def test_a_name_that_no_service_has_may_be_an_instance(text, tool, args):
    found = route(text, Context(CATALOG, NOW))
    other = found.otherwise or found
    wanted = {"resource": "train-recsys-1", **args}
    assert (other.tool, {key: other.args.get(key) for key in wanted}) == (tool, wanted)


@pytest.mark.parametrize(
    "text", ["why is cpu high on checkout?", "restart train-recsys-1", "what is a state-machine?", "why is the cpu high?"]
)  # fmt: skip
def test_what_is_known_or_an_order_or_has_no_name_asks_nothing_of_instances(text):
    found = route(text, Context(CATALOG, NOW))
    assert found.otherwise is None
    assert not found.tool.startswith("oci_")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("what happened to our bill on monday?", "monday"), ("why did costs go up yesterday?", "2026-11-23"),
        ("why is today so expensive in oci", "2026-11-24"),
    ],
)  # fmt: skip
def test_the_day_that_was_asked_about_is_the_day_that_is_looked_at(text, day):
    found = route(text, Context(CATALOG, NOW))
    assert (found.tool, found.args["day"]) == ("cost_why", day)


@pytest.mark.parametrize(
    ("text", "tool"),
    [("what is unhealthy?", "k8s_unhealthy"), ("cpu of instance oke-pool1-a over the last 3 hours", "oci_metric")],
)  # fmt: skip
def test_what_sounds_alike_and_is_not_goes_where_it_went(text, tool):
    assert route(text, Context(CATALOG, NOW)).tool == tool
