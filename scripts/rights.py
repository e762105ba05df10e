"""The bot's rights in a cluster as manifests, from the kinds that its tools read and from what its actions need."""

from __future__ import annotations

from tools.cluster.kinds import KINDS
from tools.registry import ACTIONS


def rbac() -> str:
    groups: dict[str, list[str]] = {}
    for kind in KINDS:
        groups.setdefault(kind.group, []).append(kind.plural)
    groups[""] = [*groups[""], "pods/log"]
    rules = [(group, names, "get, list") for group, names in groups.items()]
    rules += [
        ("metrics.k8s.io", ["pods", "nodes"], "get, list"),
        ("authorization.k8s.io", ["subjectaccessreviews"], "create"),
    ]
    text = "".join(
        f'  - {{apiGroups: ["{g}"], resources: [{", ".join(n)}], verbs: [{v}]}}\n' for g, n, v in rules
    )
    return RBAC_HEAD + text + RBAC_TAIL


def rbac_change() -> str:
    """What the actions need beside the reader's rights, summed up: in namespaces, of what syncs them, on nodes."""
    read = {kind.plural for kind in KINDS} | {"pods"}
    verbs: dict[tuple[str, str], set[str]] = {}
    for asked, kind in (
        (need.split()[0], kind)
        for action in ACTIONS
        for need in action.needs_kubernetes
        for kind in need.split()[1].split(",")
    ):
        plural, _, rest = kind.partition(".")
        group, slash, part = rest.partition("/")
        known = {"get", "list"} if plural in read and not slash else {"list"}
        verbs.setdefault((group, plural + slash + part), set()).update(set(asked.split(",")) - known)
    roles: dict[str, str] = {"changer": "", "sync": "", "nodes": ""}
    for (group, kind), wanted in sorted(verbs.items()):
        role = (
            "nodes" if kind == "nodes" else "sync" if "argoproj" in group or "fluxcd" in group else "changer"
        )
        if wanted:
            roles[role] += (
                f'  - {{apiGroups: ["{group}"], resources: [{kind}], verbs: [{", ".join(sorted(wanted))}]}}\n'
            )
    return RBAC_CHANGE.format(**roles)


RBAC_CHANGE = """# Rights for changes, in one namespace at a time and only once people trust the bot: repeat the binding for each namespace.
# Written by scripts/docs from what the actions need beside rbac.yaml; leave out what is not to be changed. No Secrets, no exec, no roles.
# Changes can be sent as the person who asked instead: docs/policy.md. kubectl apply -f deploy/kubernetes/rbac-change.yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {{name: cloudops-changer}}
rules:
{changer}---
# To read what Argo CD and Flux would take back, and to pause and resume them: bind it in the namespaces where their objects live.
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {{name: cloudops-sync}}
rules:
{sync}---
# To cordon and drain nodes: bind it, and cloudops-changer for the evictions, with a ClusterRoleBinding.
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {{name: cloudops-nodes}}
rules:
{nodes}---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: cloudops-changer, namespace: shop}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cloudops-changer}}
subjects: [{{kind: ServiceAccount, name: cloudops, namespace: cloudops}}]
"""
RBAC_HEAD = """# The rights of a bot that only reads. Written by scripts/docs from the kinds that its tools read.
# No Secrets, no exec, no port-forward, no writes. kubectl apply -f deploy/kubernetes/rbac.yaml
apiVersion: v1
kind: Namespace
metadata: {name: cloudops}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: cloudops, namespace: cloudops}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cloudops-reader}
rules:
"""
RBAC_TAIL = """---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: cloudops-reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cloudops-reader}
subjects: [{kind: ServiceAccount, name: cloudops, namespace: cloudops}]
"""
