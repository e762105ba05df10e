"""Stop all instances of a pool: their systems are asked to shut down, and after a quarter of an hour made to."""

from __future__ import annotations

from tools.remediation.instance_pool import RUNNING, STOPPED
from tools.remediation.instance_pool_power import Power, pool_power
from tools.spec import Risk

# The SDK's text on softstop speaks of a restart, its name and its waiters of a stop: verification tells which it was.
POWER = Power(
    "instance_pool_stop", "Stop", "softstop_instance_pool", RUNNING, STOPPED, Risk.HIGH,
    "what runs on its instances is off until the pool is started again; their disks cost on",
    undo="start it again", back="start_instance_pool", back_risk=Risk.LOW,
)  # fmt: skip
INSTANCE_POOL_STOP = pool_power(
    POWER,
    summary="Stop all instances of an Oracle Cloud instance pool, shutting their systems down.",
    examples=("stop instance pool workers",),
    says=("(stop|shut down|halt) [the] [oci|oracle] (instance pool|pool) {resource}",),
)
