"""Take a backend out of its load balancer at once."""

from __future__ import annotations

from tools.remediation.backend_set_to import Setting, backend_action
from tools.spec import Risk

BACKEND_OFFLINE = backend_action(
    Setting(
        "backend_offline", "Take out", drain=False, offline=True, risk=Risk.HIGH, back_risk=Risk.LOW,
        warning="it gets no traffic from then on, open connections included; backend_drain lets them end first",
    ),
    summary="Take a backend out of an Oracle Cloud load balancer at once.",
    examples=("take backend 10.0.10.11:30080 out of load balancer shop-public",),
    says=(
        "(take|pull) [the] [backend|server] {backend} (out of|off) [the] [oci|oracle] (load balancer|lb) {load_balancer}",
        "(take|pull) [the] [backend|server] {backend} out of rotation [on|in|of] [the] [load balancer|lb] {load_balancer}",
        "(set|mark) [the] backend {backend} (of|on|in) [the] (load balancer|lb) {load_balancer} offline",
    ),
)  # fmt: skip
