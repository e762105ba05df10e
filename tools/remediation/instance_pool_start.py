"""Start all instances of a pool that is stopped."""

from __future__ import annotations

from tools.remediation.instance_pool import RUNNING, STOPPED
from tools.remediation.instance_pool_power import Power, pool_power
from tools.spec import Risk

POWER = Power(
    "instance_pool_start", "Start", "start_instance_pool", STOPPED, RUNNING, Risk.LOW,
    "its instances cost again while they run",
    undo="stop it again", back="softstop_instance_pool", back_risk=Risk.MEDIUM,  # raised, as any other stop
)  # fmt: skip
INSTANCE_POOL_START = pool_power(
    POWER,
    summary="Start all instances of a stopped Oracle Cloud instance pool.",
    examples=("start instance pool workers",),
    says=("(start|boot) [the] [oci|oracle] (instance pool|pool) {resource}",),
)
