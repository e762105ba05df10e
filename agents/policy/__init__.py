"""Who may do what, where: roles, bindings, environments, approval rules, freeze windows. Deny by default."""

from agents.policy.decision import ApprovalRule, Decision, Members, NoUserGroups, Person, UserGroups, Where
from agents.policy.permissions import Permission
from agents.policy.policy import Policy
from agents.policy.reach import Reach
from agents.policy.store import PolicyError, PolicyStore, Reloaded, load_policy

__all__ = [
    "ApprovalRule", "Decision", "Members", "NoUserGroups", "Permission", "Person", "Policy", "PolicyError",
    "PolicyStore", "Reach", "Reloaded", "UserGroups", "Where", "load_policy",
]  # fmt: skip
