"""What fixed an incident of the past, by the order of things; which line of a runbook; what is offered about a stopped instance."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from agents.conversation.cloud import _offers
from agents.gate.called import Called
from bot.incidentpast import _before_the_end, _line_of
from storage.plans import PlanRow
from storage.states import PlanState
from tests.unit.test_triage_findings import NOW, firing, incident
from tools.spec import Result


def plan(minutes, state=PlanState.SUCCEEDED):
    outcome = {"ended_at": (NOW + timedelta(minutes=minutes)).isoformat()}
    words = dict.fromkeys(("workspace", "body", "hash", "action", "target_key", "requester", "channel", "thread", "environment", "risk", "inbox_id", "proposal_key"), "x")  # fmt: skip
    return PlanRow(id="plan_1", state=state, created_at=NOW, expires_at=NOW, outcome=outcome, **words)


@pytest.mark.parametrize(
    "ended, state, fixed",
    [(5, PlanState.SUCCEEDED, True), (15, PlanState.SUCCEEDED, False), (5, PlanState.ROLLED_BACK, False)],
)
def test_what_ended_when_nothing_fired_any_more_fixed_nothing(ended, state, fixed):
    one = incident(firing(service="cart"))
    for seen in one.seen.values():
        seen.firing, seen.last = False, NOW + timedelta(minutes=10)
    assert _before_the_end(plan(ended, state), one) is fixed


def test_a_plan_without_an_end_fixed_nothing():
    assert not _before_the_end(replace(plan(1), outcome=None), incident(firing(service="cart")))


def test_the_line_is_of_this_action_and_of_no_longer_name(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("steps:\n  - {id: a, action: scale_pool}\n  - action: 'scale'\n  - {action: scale, id: b}\n")  # fmt: skip
    assert _line_of(file, "scale") == 3
    assert _line_of(file, "scale_pool") == 2
    assert _line_of(tmp_path / "gone.yaml", "scale") == 0


@pytest.mark.parametrize(("state", "fault", "offered"), [("STOPPED", "is STOPPED", True), ("STOPPING", "is STOPPING", False), ("STOPPED", "", False)])  # fmt: skip
def test_only_what_is_stopped_and_missed_is_offered_to_be_started(state, fault, offered):
    part = {"kind": "instance", "name": "web-1", "state": state, "fault": fault}
    called = Called(True, "ok", "oci_service", result=Result(data=json.loads(json.dumps({"parts": [part]})), digest=""))  # fmt: skip
    assert ("start instance web-1" in _offers(called)) is offered
