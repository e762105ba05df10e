"""Restart a compute instance: its system is asked to shut down, then it starts again."""

from __future__ import annotations

from tools.remediation.instance import RUNNING, Power, Subject
from tools.remediation.instance_action import power_action
from tools.spec import Risk

POWER = Power(
    "instance_reset", "SOFTRESET", "Reset", RUNNING, frozenset({"STOPPING", "STOPPED", "STARTING"}), RUNNING, Risk.MEDIUM, 1_500.0,
    undo="a restart cannot be undone", work="reset",
)  # fmt: skip


def _warnings(found: Subject) -> list[str]:
    del found
    return ["what runs on it is away for minutes"]


INSTANCE_RESET = power_action(
    POWER,
    summary="Restart a running Oracle Cloud compute instance, shutting its system down first.",
    examples=("reset instance bastion-1",),
    warnings=_warnings,
)
