"""What holds where the policy file is silent: three roles, approval rules by risk. No binding: nobody may do anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from agents.policy.models import ApprovalPart
from tools.spec import Risk

PRODUCTION = "production"  # what no environment of the file claims
BASE_ROLES: Mapping[str, tuple[str, ...]] = {
    "viewer": ("monitoring:read", "genai:use"),
    "operator": (
        "viewer",
        "monitoring:write",
        "remediation:read",
        "remediation:execute",
        "notifications:send",
    ),
    "admin": ("monitoring:*", "remediation:*", "genai:*", "users:*", "system:*"),
}
FINER: Mapping[str, tuple[str, ...]] = {
    "viewer": ("kubernetes:read", "cost:read"),
    "operator": ("kubernetes:logs", "iam:read", "audit:read"),
    "approver": ("operator", "approve:low", "approve:medium", "approve:high"),
    "admin": ("kubernetes:*", "cost:*", "iam:*", "audit:*", "notifications:*", "approve:*"),
}
DEFAULT_ROLES: Mapping[str, tuple[str, ...]] = {
    name: BASE_ROLES.get(name, ()) + FINER.get(name, ())
    for name in ("viewer", "operator", "approver", "admin")
}


def _rule(count: int, minutes: int, *, role: str | None = None) -> ApprovalPart:
    return ApprovalPart(
        count=count, not_requester=role is not None, role=role, expires=timedelta(minutes=minutes)
    )


DEFAULT_APPROVALS: Mapping[Risk, ApprovalPart] = {
    Risk.LOW: _rule(1, 15),
    Risk.MEDIUM: _rule(1, 30),
    Risk.HIGH: _rule(1, 60, role="approve:high"),
    Risk.CRITICAL: _rule(2, 60, role="approve:critical"),
}
