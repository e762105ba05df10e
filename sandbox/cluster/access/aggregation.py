"""Aggregated ClusterRoles: their rules are those of the roles that their selectors choose."""

from typing import TYPE_CHECKING, Final

from sandbox.cluster.metadata import Obj, copied
from sandbox.cluster.selectors import matches

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

CLUSTER_ROLES: Final = "rbac.authorization.k8s.io/v1/clusterroles"
MANAGER: Final = "clusterrole-aggregation-controller"


def aggregate(store: "Store") -> None:
    """Brings every aggregated role up to date; a role may feed one that feeds another."""
    changed = True
    while changed:
        changed = False
        roles = [kept.obj for kept in store.view(CLUSTER_ROLES)]
        for role in roles:
            rules = _rules(role, roles)
            if rules is not None and rules != (role.get("rules") or []):
                store.replace(CLUSTER_ROLES, {**copied(role), "rules": rules}, manager=MANAGER)
                changed = True


def _rules(role: Obj, roles: list[Obj]) -> list[Obj] | None:
    """None for a role that is not aggregated."""
    if not role.get("aggregationRule"):
        return None
    found: list[Obj] = []
    for selector in role["aggregationRule"].get("clusterRoleSelectors") or []:
        for other in roles:
            if other is not role and matches(selector, other["metadata"].get("labels") or {}):
                found += [rule for rule in other.get("rules") or [] if rule not in found]
    return copied(found)
