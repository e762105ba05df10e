"""Start a compute instance that is stopped."""

from __future__ import annotations

from tools.remediation.instance import RUNNING, STOPPED, Power, Subject
from tools.remediation.instance_action import power_action
from tools.spec import Risk

POWER = Power(
    "instance_start", "START", "Start", STOPPED, frozenset({"STARTING"}), RUNNING, Risk.LOW, 600.0,
    back="SOFTSTOP", undo="stop it again",
)  # fmt: skip


def _warnings(found: Subject) -> list[str]:
    del found
    return ["it costs again while it runs"]


INSTANCE_START = power_action(
    POWER,
    summary="Start a stopped Oracle Cloud compute instance.",
    examples=("start instance loadtest-1",),
    warnings=_warnings,
    back=Risk.MEDIUM,  # raised, as dangerous as any other stop
)
