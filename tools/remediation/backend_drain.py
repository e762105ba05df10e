"""Drain a backend: connections that it has go on until they end, it gets no new ones."""

from __future__ import annotations

from tools.remediation.backend_set_to import Setting, backend_action
from tools.spec import Risk

BACKEND_DRAIN = backend_action(
    Setting(
        "backend_drain", "Drain", drain=True, offline=False, risk=Risk.MEDIUM, back_risk=Risk.LOW,
        warning="connections that are open go on; Oracle does not say when the last one has ended",
    ),
    summary="Let a backend of an Oracle Cloud load balancer finish what it has and give it nothing new.",
    examples=("drain backend 10.0.10.11:30080 of load balancer shop-public",),
    says=("drain [the] backend {backend} (of|on|in|from) [the] [oci|oracle] (load balancer|lb) {load_balancer}",),
)  # fmt: skip
