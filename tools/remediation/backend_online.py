"""Bring a backend back into its load balancer: neither drained nor offline."""

from __future__ import annotations

from tools.remediation.backend_set_to import Setting, backend_action
from tools.spec import Risk

BACKEND_ONLINE = backend_action(
    Setting("backend_online", "Bring back", drain=False, offline=False, risk=Risk.LOW, back_risk=Risk.MEDIUM),
    summary="Let a backend of an Oracle Cloud load balancer take connections again.",
    examples=("put backend 10.0.10.11:30080 back into load balancer shop-public",),
    says=(
        "(put|bring|take) [the] [backend|server] {backend} back (into|in|to|on) [the] [oci|oracle] (load balancer|lb) {load_balancer}",
        "(put|bring|take) [the] [backend|server] {backend} back (into|in) rotation [on|in|of] [the] [load balancer|lb] {load_balancer}",
        "(set|mark) [the] backend {backend} (of|on|in) [the] (load balancer|lb) {load_balancer} online",
    ),
)
