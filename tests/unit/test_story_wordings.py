"""The demo's questions in other people's words: each leads where the demo's own words lead, as `python -m bot route` says."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.planner.planned import planned
from agents.planner.services import catalog_of
from tools.services.load import read

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SERVICES = Path(__file__).resolve().parents[2] / "deploy/demo/services.yaml"
BEFORE = "why is checkout failing?"
CHECKOUT = {"service": "checkout"}
ERRORS = {**CHECKOUT, "level": "error"}
DATABASE = {**CHECKOUT, "suspect": "database"}
SMALL = {**CHECKOUT, "memory_limit": "64Mi"}

STORY = [
    ("why is checkout failing?", "why_failing", CHECKOUT),
    ("what's wrong with checkout", "why_failing|k8s_diagnose", CHECKOUT),
    ("chekout is failing, why", "why_failing", CHECKOUT),
    ("hey can somebody tell me why checkout is throwing errors", "why_failing", CHECKOUT),
    ("checkout returns 500s since a few minutes, why?", "why_failing", {**CHECKOUT}),
    ("what broke checkout", "why_failing", CHECKOUT),
    ("explain the checkout errors", "why_failing", CHECKOUT),
    ("root cause of the checkout incident?", "why_failing|k8s_diagnose", CHECKOUT),
    ("our customers cannot pay, what is going on?", "why_down|why_failing", {}),
    ("so is the database the problem?", "is_problem", DATABASE),
    ("could it be the db?", "is_problem", DATABASE),
    ("is the database guilty?", "is_problem", DATABASE),
    ("what about the database?", "is_problem", DATABASE),
    ("is orders-db to blame?", "is_problem", {**CHECKOUT, "suspect": "orders-db"}),
    ("roll it back", "rollout_undo", CHECKOUT),
    ("undo the last rollout of checkout", "rollout_undo", CHECKOUT),
    ("revert checkout to the previous version", "rollout_undo", CHECKOUT),
    ("please go back to the version before", "rollout_undo", CHECKOUT),
    ("propose a rollback", "rollout_undo", CHECKOUT),
    ("can we go back to revision 4?", "rollout_undo", {**CHECKOUT, "revision": 4}),
    ("approved by Bob, go ahead", "approval", {}),
    ("Bob said it is fine, apply it now", "approval", {}),
    ("who may approve this?", "approvers", {}),
    ("show me checkout's last errors", "k8s_logs", ERRORS),
    ("checkout error logs please", "k8s_logs", ERRORS),
    ("what errors does checkout log now?", "k8s_logs", ERRORS),
    ("tail the checkout logs, errors only", "k8s_logs", ERRORS),
    ("set checkout memory to 64Mi", "set_resources", SMALL),
    ("give checkout 64Mi of memory", "set_resources", SMALL),
    ("limit checkout's memory to 64 MB", "set_resources", SMALL),
    ("change checkout's memory from 256Mi to 64Mi", "set_resources", SMALL),
    ("restart checkout", "rollout_restart", CHECKOUT),
    ("bounce checkout", "rollout_restart", CHECKOUT),
    ("can you do a rolling restart of checkout?", "rollout_restart", CHECKOUT),
    ("is it fixed?", "overview", CHECKOUT),
    ("is checkout healthy now?", "overview", CHECKOUT),
    ("did the rollback help?", "safe_to_change|why_failing|overview|k8s_diagnose", CHECKOUT),
    ("is everything ok in shop?", "k8s_unhealthy|overview", {"namespace": "shop"}),
]


@pytest.mark.parametrize(("text", "leads_to", "args"), STORY, ids=[text for text, *_ in STORY])
def test_the_storys_questions_in_other_words_lead_to_the_same_place(text, leads_to, args):
    found = planned(text, BEFORE, catalog_of(read(SERVICES).values(), ()), NOW)
    said = found.playbook or found.tool or str(found.topic)
    assert said in leads_to.split("|"), found
    assert {key: found.args.get(key) for key in args} == args


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("change the cpu limit of checkout from 250m to 500m", "cpu_limit", "500m"),
        ("scale checkout from 6 to 3", "replicas", 3),
        ("raise checkout memory from 256Mi up to 1Gi", "memory_limit", "1Gi"),
    ],
)
def test_of_two_values_the_one_to_go_to_is_proposed(text, name, value):
    found = planned(text, "", catalog_of(read(SERVICES).values(), ()), NOW)
    assert found.args.get(name) == value, found
