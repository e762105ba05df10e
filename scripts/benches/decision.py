"""One decision about a permission, by the policy of the example: who, where, what, on which target."""

from __future__ import annotations

import time
from itertools import product
from pathlib import Path

from agents.people import Actor, Place
from agents.policy import load_policy
from tools.spec import Scope

POLICY = Path(__file__).parents[2] / "policy.example.yaml"
PEOPLE = ("UALICE", "UBOB", "UCAROL", "UDAN", "UNOBODY")
CHANNELS = ("COPS", "CINCIDENTS", "CSHARED", "COTHER")
PERMISSIONS = ("monitoring:read", "kubernetes:logs", "remediation:execute", "system:write")
TARGETS = (Scope(), Scope(cluster="local", namespace="shop"), Scope(cluster="local", namespace="kube-system"))


def measure(scale: float) -> dict[str, float]:
    policy, taken = load_policy(POLICY), list[float]()
    for _ in range(max(1, round(100 * scale))):
        for user, channel, permission, target in product(PEOPLE, CHANNELS, PERMISSIONS, TARGETS):
            who, place = Actor("TLOCAL", user, standing="member"), Place("TLOCAL", channel, "1")
            began = time.perf_counter()
            policy.decide(who, place, permission, target)
            taken.append(time.perf_counter() - began)
    return {"decision_p99_ms": round(sorted(taken)[int(len(taken) * 0.99)] * 1000, 4)}
