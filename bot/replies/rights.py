"""Permissions in words."""

from __future__ import annotations

from collections.abc import Collection

from agents.policy import Permission

WORDS: tuple[tuple[Permission, str], ...] = (
    (Permission.GENAI_USE, "ask in words"),
    (Permission.MONITORING_READ, "see health, alarms and metrics"),
    (Permission.KUBERNETES_READ, "look into clusters"),
    (Permission.KUBERNETES_LOGS, "read logs"),
    (Permission.COST_READ, "see what it costs"),
    (Permission.IAM_READ, "see who may do what"),
    (Permission.AUDIT_READ, "read the record"),
    (Permission.AUDIT_EXPORT, "take the record along"),
    (Permission.REMEDIATION_READ, "see plans"),
    (Permission.REMEDIATION_EXECUTE, "propose changes"),
    (Permission.REMEDIATION_BREAK_GLASS, "break glass"),
    (Permission.MONITORING_WRITE, "change alarms"),
    (Permission.NOTIFICATIONS_SEND, "send notifications"),
    (Permission.USERS_READ, "see people and their rights"),
    (Permission.USERS_WRITE, "change rights of people"),
    (Permission.SYSTEM_READ, "see how the bot is set up"),
    (Permission.SYSTEM_WRITE, "run the bot: stop and resume all changes"),
)
APPROVES = (
    (Permission.APPROVE_LOW, "low"),
    (Permission.APPROVE_MEDIUM, "medium"),
    (Permission.APPROVE_HIGH, "high"),
    (Permission.APPROVE_CRITICAL, "critical"),
)


def in_words(held: Collection[str]) -> str:
    """`look into clusters, propose changes, approve changes of low and high risk`; empty for nobody's."""
    said = [words for permission, words in WORDS if permission in held]
    risks = [risk for permission, risk in APPROVES if permission in held]
    if risks:
        joined = ", ".join(risks[:-1]) + (" and " if len(risks) > 1 else "") + risks[-1]
        said.append(f"approve changes of {joined} risk")
    return ", ".join(said)
