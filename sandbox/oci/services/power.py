"""Starting, stopping and resetting an instance: states that move by themselves, and the work request that tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sandbox.oci.api.call import Answer, Call
from sandbox.oci.errors import bad_parameter, incorrect_state
from sandbox.oci.services.listing import shown
from sandbox.oci.services.works import Work
from sandbox.oci.tenancy.records import Record

LASTS_S: Final = {"STARTING": 14.0, "STOPPING": 9.0}
SOFTLY_S: Final = 7.0  # what the operating system takes to shut down first


@dataclass(frozen=True)
class Action:
    needs: str
    passes: tuple[str, ...]
    ends: str
    title: str
    softly: bool = False


ACTIONS: Final[dict[str, Action]] = {
    "START": Action("STOPPED", ("STARTING",), "RUNNING", "Start instance"),
    "STOP": Action("RUNNING", ("STOPPING",), "STOPPED", "Stop instance"),
    "SOFTSTOP": Action("RUNNING", ("STOPPING",), "STOPPED", "Stop instance", softly=True),
    "RESET": Action("RUNNING", ("STOPPING", "STARTING"), "RUNNING", "Reset instance"),
    "SOFTRESET": Action("RUNNING", ("STOPPING", "STARTING"), "RUNNING", "Reset instance", softly=True),
}


def act(call: Call) -> Answer:
    """One action on one instance. Refused(409) in any state but the one that it starts from.

    The answer names no work request, as recordings and the SDK's own waiters have it: who waits reads the state.
    One is listed with the resource all the same, to be looked up.
    """
    word = call.text("action").upper()
    action = ACTIONS.get(word)
    if action is None:
        raise bad_parameter(f"action is one of {', '.join(ACTIONS)}, not {word}")
    instance = call.record("Instance", call.path["instanceId"])
    if instance.state != action.needs:
        message = f"Instance {instance.id} is {instance.state}; {word} takes one that is {action.needs}"
        raise incorrect_state(message)
    before = {"lifecycleState": instance.state}
    _begin(call, instance, action)
    return Answer(shown("core", "Instance", instance), instance, before=before)


def _begin(call: Call, instance: Record, action: Action) -> None:
    """Into the first state now; the others, and the end, come due."""
    records, at, was = call.tenancy.records, call.now, instance.state
    records.change(instance, {"lifecycleState": action.passes[0]}, at)
    for state in action.passes[1:]:
        at += _lasts(call, action)
        records.later(at, instance, {"lifecycleState": state})
    at += _lasts(call, action) if len(action.passes) == 1 else LASTS_S[action.passes[-1]] / call.speed
    records.later(at, instance, {"lifecycleState": was if call.fails else action.ends})
    Work(action.title, "instance", instance).follow(call, at)


def _lasts(call: Call, action: Action) -> float:
    return (LASTS_S[action.passes[0]] + (SOFTLY_S if action.softly else 0)) / call.speed
