"""Power-cycle a compute instance: at once, without asking its system to shut down."""

from __future__ import annotations

from tools.remediation.instance import RUNNING, Power, Subject
from tools.remediation.instance_action import power_action
from tools.spec import Risk

POWER = Power(
    "instance_hard_reset", "RESET", "Power-cycle", RUNNING, frozenset({"STOPPING", "STOPPED", "STARTING"}), RUNNING, Risk.HIGH, 900.0,
    undo="a power cycle cannot be undone", work="reset",
)  # fmt: skip


def _warnings(found: Subject) -> list[str]:
    del found
    return [
        "as if its power were cut: what was not written to its disks is lost; instance_reset asks its system first",
        "what runs on it is away for minutes",
    ]


INSTANCE_HARD_RESET = power_action(
    POWER,
    summary="Power-cycle a running Oracle Cloud compute instance that answers to nothing else.",
    examples=("hard reset instance bastion-1", "power-cycle instance loadtest-1"),
    warnings=_warnings,
    says=(
        "(hard reset|hard-reset|force reset|power-cycle|power cycle) [the] [instance|vm] {resource}",
        "(reset|reboot) [the] [instance|vm] {resource} (hard|by force)",
    ),
)
