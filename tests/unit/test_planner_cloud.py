"""Oracle Cloud in words: what people ask of it, and what sounds like it and is not."""

from typing import Any

import pytest

from agents.planner import Context, route
from tests.unit.planner_corpus_reader import CATALOG, NOW


@pytest.mark.parametrize(
    ("text", "tool", "args"),
    [
        ("why did monday cost more?", "cost_why", {"day": "monday"}),
        ("what made the bill jump?", "cost_why", {}),
        ("why is our oracle bill so high since Monday", "cost_why", {"day": "monday"}),
        ("cost spike on 2026-11-23?", "cost_why", {"day": "2026-11-23"}),
        ("what did we spend last week?", "cost_summary", {"days": 7}),
        ("cost by compartment over 30 days", "cost_summary", {"by": "compartment", "days": 30}),
        ("how much does Oracle Cloud cost per service this month", "cost_summary", {"by": "service", "days": 30}),
        ("what did our Oracle Cloud cost last week?", "cost_summary", {"days": 7}),
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
        ("who launched instance train-recsys-1?", "oci_who_changed", {"resource": "train-recsys-1"}),
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
    ],
)
def test_what_only_sounds_like_it_goes_elsewhere(text: str) -> None:
    assert not route(text, Context(CATALOG, NOW)).tool.startswith(("oci_", "cost_", "instance_"))
