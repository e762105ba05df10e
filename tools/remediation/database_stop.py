"""Stop an autonomous database."""

from __future__ import annotations

from tools.remediation.database import AVAILABLE, STOPPED
from tools.remediation.database_power import Power, database_power
from tools.spec import Risk

POWER = Power(
    "database_stop", "Stop", "stop_autonomous_database", AVAILABLE, STOPPED, Risk.HIGH,
    "its sessions end, and whatever needs it fails until it is started again; its storage costs on",
    undo="start it again", back="start_autonomous_database", back_risk=Risk.LOW,
)  # fmt: skip
_VERB = "(stop|shut down|halt) [the] [oci|oracle]"
DATABASE_STOP = database_power(
    POWER,
    summary="Stop an Oracle Cloud autonomous database.",
    examples=("stop database shop-reports",),
    says=(f"{_VERB} [autonomous] database {{resource}}", f"{_VERB} {{resource}} [autonomous] database"),
)
