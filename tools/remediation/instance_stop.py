"""Stop a compute instance: its system is asked to shut down, and after a quarter of an hour made to."""

from __future__ import annotations

from tools.oracle.where import text_of
from tools.remediation.instance import RUNNING, STOPPED, Power, Subject
from tools.remediation.instance_action import power_action
from tools.spec import Risk

POWER = Power(
    "instance_stop", "SOFTSTOP", "Stop", RUNNING, frozenset({"STOPPING"}), STOPPED, Risk.HIGH, 1_200.0,
    back="START", undo="start it again",
)  # fmt: skip


def _warnings(found: Subject) -> list[str]:
    said = ["what runs on it is off until it is started again; its disks cost on"]
    if "Dense" in text_of(found.item, "shape"):
        said.append("its shape has disks of its own: Oracle bills it while it is stopped")
    return said


INSTANCE_STOP = power_action(
    POWER,
    summary="Stop a running Oracle Cloud compute instance, shutting its system down.",
    examples=("stop instance train-recsys-1",),
    warnings=_warnings,
)
