"""Every right there is. Case-exact names; `x:*` is spelled out when the policy is read, never at a decision.

A permission that is added later is not part of `x:*` unless its line here says so: a star that somebody wrote last
year must not grant what did not exist then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

FORM = re.compile(r"[a-z]+:[a-z_]+")
STAR = re.compile(r"[a-z]+:\*")


class Permission(StrEnum):
    MONITORING_READ = "monitoring:read"
    MONITORING_WRITE = "monitoring:write"
    KUBERNETES_READ = "kubernetes:read"
    KUBERNETES_LOGS = "kubernetes:logs"
    COST_READ = "cost:read"
    IAM_READ = "iam:read"
    AUDIT_READ = "audit:read"
    AUDIT_EXPORT = "audit:export"
    REMEDIATION_READ = "remediation:read"
    REMEDIATION_EXECUTE = "remediation:execute"
    REMEDIATION_BREAK_GLASS = "remediation:break_glass"
    NOTIFICATIONS_SEND = "notifications:send"
    GENAI_USE = "genai:use"
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    SYSTEM_READ = "system:read"
    SYSTEM_WRITE = "system:write"
    APPROVE_LOW = "approve:low"
    APPROVE_MEDIUM = "approve:medium"
    APPROVE_HIGH = "approve:high"
    APPROVE_CRITICAL = "approve:critical"


GRANTS_STAR: Mapping[Permission, bool] = (
    dict.fromkeys(Permission, True)
    | {
        Permission.REMEDIATION_BREAK_GLASS: False  # A14: given by name alone; no star and no built-in role holds it
    }
)
MUTATING = frozenset(
    p
    for p in Permission
    if p.startswith("approve:")
    or p.endswith((":write", ":execute", ":break_glass"))
    or p == Permission.NOTIFICATIONS_SEND
)


class UnknownPermission(ValueError):
    """The text names no permission; the message suggests nothing, the caller knows the place."""


def expand(text: str, grants_star: Mapping[Permission, bool] = GRANTS_STAR) -> frozenset[Permission]:
    """The permissions that `text` stands for: itself, or all of its area for `area:*`.

    Raises UnknownPermission for anything else, among them a star on an area that does not exist.
    """
    if STAR.fullmatch(text):
        area = text.removesuffix("*")
        found = frozenset(p for p in Permission if p.startswith(area) and grants_star.get(p, False))
        if found:
            return found
    elif FORM.fullmatch(text) and text in Permission._value2member_map_:
        return frozenset({Permission(text)})
    raise UnknownPermission(text)
