"""Start an autonomous database that is stopped."""

from __future__ import annotations

from tools.remediation.database import AVAILABLE, STOPPED
from tools.remediation.database_power import Power, database_power
from tools.spec import Risk

POWER = Power(
    "database_start", "Start", "start_autonomous_database", STOPPED, AVAILABLE, Risk.LOW,
    "its compute costs again while it runs",
    undo="stop it again", back="stop_autonomous_database", back_risk=Risk.MEDIUM,  # raised, as any other stop
)  # fmt: skip
_VERB = "(start|boot) [the] [oci|oracle]"
DATABASE_START = database_power(
    POWER,
    summary="Start a stopped Oracle Cloud autonomous database.",
    examples=("start database shop-reports",),
    says=(f"{_VERB} [autonomous] database {{resource}}", f"{_VERB} {{resource}} [autonomous] database"),
)
