"""Times, numbers and names as the planner reads them, and routes that lean on the thread."""

from datetime import UTC, datetime

import pytest

from agents.planner import Catalog, Context, Finding, Focus, LastPlan, LastRead, ThreadFacts, route
from agents.planner import quantities as q
from agents.planner.entities import find
from agents.planner.memory import after, after_outcome, after_proposal
from agents.planner.normalise import normalise
from agents.planner.services import with_environments
from agents.planner.times import window
from tests.unit.planner_corpus_reader import CATALOG, NOW

ROLLOUT = datetime(2026, 11, 24, 9, 38, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("last 15 minutes", "15m", ""),
        ("in the past hour", "1h", ""),
        ("over the last 2h", "2h", ""),
        ("for the last half an hour", "30m", ""),
        ("from the last couple of hours", "2h", ""),
        ("90 minutes ago", "90m", ""),
        ("two days ago", "2d", ""),
        ("last week", "1w", ""),
        ("since 9:40", "2026-11-24T09:40:00Z", ""),
        ("since 09:40 utc", "2026-11-24T09:40:00Z", ""),
        ("since 2pm", "2026-11-23T14:00:00Z", ""),
        ("since yesterday 18:30", "2026-11-23T18:30:00Z", ""),
        ("between 9 and 9:30", "2026-11-24T09:00:00Z", "2026-11-24T09:30:00Z"),
        ("from 9:00 to 9:30", "2026-11-24T09:00:00Z", "2026-11-24T09:30:00Z"),
        ("yesterday", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"),
        ("since yesterday", "2026-11-23T00:00:00Z", ""),
        ("today", "2026-11-24T00:00:00Z", ""),
        ("last night", "2026-11-23T18:00:00Z", ""),
        ("since 2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z", ""),
        ("since the rollout", "2026-11-24T09:38:00Z", ""),
        ("the last errors", "", ""),
        ("scale to 3 replicas", "", ""),
        ("revision 6", "", ""),
    ],
)
def test_time_ranges(text: str, since: str, until: str) -> None:
    found = window(text, NOW, ROLLOUT)
    assert (found.since.replace("7d", "1w"), found.until) == (since, until)


def test_a_rollout_that_nobody_knows_gives_no_time() -> None:
    found = window("since the deploy", NOW)
    assert found.event
    assert found.since == ""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("scale checkout to 3", 3),
        ("to three replicas", 3),
        ("replicas=4", 4),
        ("run 5 pods", 5),
        ("to zero", 0),
        ("scale it to 0 pods", 0),
        ("by 2", None),
        ("two more pods", None),
        ("double it", None),
        ("to 64mi", None),
        ("at 9:40", None),
    ],
)
def test_replicas(text: str, wanted: int | None) -> None:
    assert q.replicas(text) == wanted


@pytest.mark.parametrize(
    ("text", "memory", "cpu"),
    [
        ("memory to 64mi", "64Mi", ""),
        ("64 mb of memory", "64Mi", ""),
        ("1.5 gb", "1.5Gi", ""),
        ("memory to 512m", "512Mi", ""),
        ("cpu to 500m", "", "500m"),
        ("cpu to 0.5", "", "0.5"),
        ("2 cores", "", "2"),
        ("cpu to 250m and memory to 128mi", "128Mi", "250m"),
        ("for 5m", "", "5m"),
    ],
)
def test_amounts(text: str, memory: str, cpu: str) -> None:
    assert q.memory(text) == memory
    if "for" not in text:
        assert q.cpu(text) == cpu


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("logs of checkout in shop", {"service": "checkout", "namespace": "shop"}),
        ("pods in namespace prod", {"namespace": "prod"}),
        ("shop/checkout is down", {"service": "checkout", "namespace": "shop"}),
        ("deployment orders-api in ns web", {"kind": "deployment", "name": "orders-api", "namespace": "web"}),
        ("why is checkout-6d4cf56db6-x2x7p crashing", {"kind": "pod", "name": "checkout-6d4cf56db6-x2x7p"}),
        ("the orders database", {"service": "orders-db"}),
        ("checkout on cluster local", {"service": "checkout", "cluster": "local"}),
        ("is everything fine?", {}),
    ],
)
def test_names(text: str, where: dict[str, str]) -> None:
    assert find(text, CATALOG).where() == where


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("resart", "restart"),
        ("rolback", "rollback"),
        ("latecy", "latency"),
        ("namspace", "namespace"),
        ("cart", "cart"),
        ("orders", "orders"),
        ("whats", "what is"),
        ("can't", "can not"),
    ],
)
def test_slips_of_our_words_are_mended_and_names_are_not(typed: str, meant: str) -> None:
    assert normalise(typed, CATALOG.words) == meant


def at(text: str, facts: ThreadFacts):
    return route(text, Context(CATALOG, NOW, facts))


FACTS = ThreadFacts(
    focus=Focus(service="checkout"),
    read=LastRead(kind="tool", name="k8s_logs", args={"service": "checkout", "level": "error"}),
    finding=Finding(service="checkout", rolled_out_at=ROLLOUT, suggested="roll back checkout"),
    suggested="roll back checkout",
)


def test_since_the_rollout_uses_what_the_thread_found() -> None:
    assert at("logs since the rollout", FACTS).args == {
        "service": "checkout",
        "since": "2026-11-24T09:38:00Z",
    }


def test_same_for_another_service_keeps_the_question() -> None:
    assert at("same for payments", FACTS).args == {"service": "payments", "level": "error"}


def test_yes_is_the_suggestion_once_and_typed_approval_while_a_plan_waits() -> None:
    assert at("yes please", FACTS).tool == "rollout_undo"
    pending = FACTS.knows(plan=LastPlan(id="plan_1", action="rollout_undo"))
    assert at("yes please", pending).topic == "approval"
    assert at("yes please", ThreadFacts()).kind == "clarify"


def test_do_it_again_is_a_new_proposal_of_the_same() -> None:
    first = at("scale checkout to 3", ThreadFacts())
    facts = after_outcome(
        after_proposal(after(first, ThreadFacts()), "plan_1", first, "Scale"), "plan_1", "succeeded", "done"
    )
    again = at("do it again", facts)
    assert (again.kind, again.tool, again.args["replicas"]) == ("change", "scale", 3)


def test_a_channel_scope_answers_reads_but_never_targets_changes() -> None:
    from tools.spec import Scope

    context = Context(CATALOG, NOW, ThreadFacts(), Scope(service="checkout", namespace="shop"))
    assert route("show me the logs", context).args["service"] == "checkout"
    assert route("restart it", context).kind == "clarify"


def test_facts_of_an_older_form_are_forgotten_not_fatal() -> None:
    assert (
        ThreadFacts.model_validate({"focus": {"service": "x", "colour": "red"}, "mood": 1}).focus.service
        == "x"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "🙂",
        "a" * 100_000,
        "restart " * 9_000,
        "\u202e\u200b",
        "'; DROP TABLE plans; --",
        "{{7*7}}",
        "<script>alert(1)</script>",
        "[1](http://evil.invalid)",
        "-n -n -n",
        "service service service",
        "to to to 3 3 3",
    ],
)
def test_anything_at_all_gets_a_route(text: str) -> None:
    found = route(text, Context(Catalog(), NOW))
    assert 0 <= found.confidence <= 1


def test_a_route_is_the_same_every_time() -> None:
    texts = ["why is checkout failing?", "restart chekcout", "what changed?"]
    assert [at(t, FACTS) for t in texts] == [at(t, FACTS) for t in texts]


@pytest.mark.parametrize(
    ("text", "kind", "tool", "args"),
    [
        ("can alice delete pods", "tool", "k8s_who_can", {"who": "alice", "verb": "delete", "resource": "pods"}),
        ("can jdoe@example.com delete pods", "tool", "k8s_who_can", {"who": "jdoe@example.com", "verb": "delete"}),
        ("can anyone delete pods", "tool", "k8s_who_can", {"who": None, "verb": "delete"}),
        ("which pods restart", "tool", "k8s_unhealthy", {}),
        ("which pods restarted", "tool", "k8s_unhealthy", {}),
        ("Why is my pod OOMKilled?", "playbook", "k8s_unhealthy", {"name": None}),
    ],
)  # fmt: skip
def test_who_is_asked_about_and_what_is_a_state(text, kind, tool, args):
    found = at(text, ThreadFacts())
    assert (str(found.kind), found.tool) == (kind, tool)
    assert {key: found.args.get(key) for key in args} == args


STAGED = with_environments(CATALOG, lambda _cluster, namespace: "staging" if namespace == "shop-stg" else "")


@pytest.mark.parametrize(
    ("text", "catalog", "namespace", "left"),
    [
        ("why is staging slow", STAGED, "shop-stg", ()),
        ("pods in staging", STAGED, "shop-stg", ()),
        ("pods in the staging namespace", STAGED, "shop-stg", ()),
        ("why is staging slow", CATALOG, None, ("“staging”, as I know no service or place of that name",)),
    ],
)
def test_the_name_of_an_environment_is_a_place_or_said_to_be_unknown(text, catalog, namespace, left):
    found = route(text, Context(catalog, NOW))
    assert (found.args.get("namespace"), found.left) == (namespace, left)


@pytest.mark.parametrize(
    "text",
    [
        "What is wrong in namespace shop?",
        "what's wrong in shop",
        "what is the problem in the shop-stg namespace?",
        "what went wrong in namespace team-7",
    ],
)
@pytest.mark.parametrize("facts", [ThreadFacts(), ThreadFacts(focus=Focus(service="cart", namespace="shop"))])
def test_what_is_wrong_in_a_namespace_is_a_question_for_the_diagnosis_of_all_of_it(text, facts):
    found = route(text, Context(CATALOG, NOW, facts))
    assert (found.kind, found.tool) == ("tool", "k8s_diagnose")
    assert set(found.args) <= {"namespace", "cluster"} and found.args["namespace"]


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("why is pod cart failing in namespace team-1?", {"kind": "pod", "name": "cart", "namespace": "team-1"}),
        ("why is deployment cart failing in namespace shop-stg?", {"kind": "deployment", "name": "cart", "namespace": "shop-stg"}),
        ("why is deployment cart failing in namespace shop?", {"service": "cart", "namespace": "shop"}),
        ("why is deployment cart failing?", {"service": "cart"}),
    ],
)  # fmt: skip
def test_the_kind_and_the_namespace_that_are_named_decide_over_a_service_elsewhere(text, args):
    found = route(text, Context(CATALOG, NOW))
    assert (found.kind, found.tool) == ("playbook", "k8s_diagnose")
    assert {key: found.args[key] for key in found.args if key != "cluster"} == args
