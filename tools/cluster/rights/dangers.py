"""Rules of a role that let somebody take more than they were given, and why. Our own list.

A danger is a table row: verbs on resources of an API group. A rule that grants everything is one danger, not forty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from tools.spec import Json

Level = Literal["critical", "high", "medium", "low"]
LEVELS: Final[tuple[Level, ...]] = ("critical", "high", "medium", "low")
RBAC: Final = "rbac.authorization.k8s.io"
ADMISSION: Final = "admissionregistration.k8s.io"
AUTHN: Final = "authentication.k8s.io"
WRITE: Final = "create update patch"


@dataclass(frozen=True, slots=True)
class Danger:
    """`verbs` and `resources` are alternatives. `slug` names it for people and exceptions."""

    slug: str
    level: Level
    group: str
    resources: frozenset[str]
    verbs: frozenset[str]
    why: str

    def fits(self, rule: Json) -> bool:
        return (
            _any(rule.get("apiGroups"), frozenset({self.group}))
            and _any(rule.get("verbs"), self.verbs)
            and any(_covers(rule.get("resources") or [], resource) for resource in self.resources)
        )


def _any(have: list[str] | None, wanted: frozenset[str]) -> bool:
    return bool(({"*"} | wanted) & set(have or []))


def _covers(have: list[str], resource: str) -> bool:
    _, slash, sub = resource.partition("/")
    return bool({"*", resource, f"*/{sub}" if slash else resource} & set(have))


def _danger(slug: str, level: Level, verbs: str, resources: str, why: str, *, group: str = "") -> Danger:
    return Danger(slug, level, group, frozenset(resources.split()), frozenset(verbs.split()), why)


TABLE: Final[tuple[Danger, ...]] = (
    _danger("impersonate", "critical", "impersonate", "users groups serviceaccounts", "acts as anybody, cluster administrators included"),
    _danger("impersonate_extra", "critical", "impersonate", "userextras uids userextras/scopes", "adds to an identity what other systems trust", group=AUTHN),
    _danger("grant_more", "critical", "bind escalate", "roles clusterroles", "gives itself rights that it does not have", group=RBAC),
    _danger("write_bindings", "critical", WRITE, "rolebindings clusterrolebindings", "binds itself to other roles", group=RBAC),
    _danger("write_roles", "critical", "update patch create", "roles clusterroles", "changes what a role grants", group=RBAC),
    _danger("write_webhooks", "critical", f"{WRITE} delete", "validatingwebhookconfigurations mutatingwebhookconfigurations", "sees and changes every object that is written", group=ADMISSION),
    _danger("write_admission", "critical", f"{WRITE} delete", "validatingadmissionpolicies validatingadmissionpolicybindings mutatingadmissionpolicies mutatingadmissionpolicybindings", "takes admission control away or turns it on others", group=ADMISSION),
    _danger("node_proxy", "critical", "get create", "nodes/proxy", "runs commands in every pod of a node, past admission and audit"),
    _danger("approve_certificates", "critical", "approve", "signers", "has certificates signed for any name", group="certificates.k8s.io"),
    _danger("certificate_approval", "high", "update patch", "certificatesigningrequests/approval", "has certificates signed, where it may approve for a signer too", group="certificates.k8s.io"),
    _danger("make_tokens", "high", "create", "serviceaccounts/token", "makes a token of any service account there and acts as it"),
    _danger("read_secrets", "high", "get list watch", "secrets", "reads secrets; a list or a watch shows their contents too"),
    _danger("write_secrets", "high", WRITE, "secrets", "makes a token secret of any service account, or changes what others rely on"),
    _danger("make_pods", "high", WRITE, "pods replicationcontrollers podtemplates", "a pod reaches every service account and every secret of its namespace"),
    _danger("make_workloads", "high", WRITE, "deployments daemonsets statefulsets replicasets", "a pod reaches every service account and every secret of its namespace", group="apps"),
    _danger("make_jobs", "high", WRITE, "jobs cronjobs", "a pod reaches every service account and every secret of its namespace", group="batch"),
    _danger("enter_pods", "high", "create get", "pods/exec pods/attach pods/portforward pods/proxy services/proxy", "enters running pods with what they hold"),
    _danger("debug_pods", "high", "update patch", "pods/ephemeralcontainers", "adds a container to a running pod"),
    _danger("bind_pods", "high", "create", "pods/binding bindings", "places pods on nodes past the scheduler"),
    _danger("write_volumes", "high", WRITE, "persistentvolumes", "mounts any path of a node"),
    _danger("write_storage", "high", f"{WRITE} delete", "storageclasses csidrivers volumeattachments", "decides where data is kept", group="storage.k8s.io"),
    _danger("write_nodes", "high", "update patch create delete", "nodes nodes/status", "lures pods to a node, or keeps them off it"),
    _danger("write_namespaces", "high", "update patch", "namespaces namespaces/finalize", "takes away the labels that pod security and network policies go by"),
    _danger("redirect_services", "high", WRITE, "services endpoints services/status", "leads the traffic of others elsewhere"),
    _danger("redirect_slices", "high", WRITE, "endpointslices", "leads the traffic of others elsewhere", group="discovery.k8s.io"),
    _danger("redirect_ingress", "high", f"{WRITE} delete", "ingresses networkpolicies ingressclasses", "opens or redirects traffic", group="networking.k8s.io"),
    _danger("redirect_gateways", "high", f"{WRITE} delete", "gateways httproutes tlsroutes tcproutes grpcroutes referencegrants", "opens or redirects traffic", group="gateway.networking.k8s.io"),
    _danger("write_definitions", "high", f"{WRITE} delete", "customresourcedefinitions", "changes, or deletes with all that exists, kinds that others rely on", group="apiextensions.k8s.io"),
    _danger("write_apis", "high", f"{WRITE} delete", "apiservices", "answers for a part of the API itself", group="apiregistration.k8s.io"),
    _danger("impersonate_narrowly", "high", "impersonate:user-info impersonate:serviceaccount impersonate:arbitrary-node impersonate:associated-node", "users groups serviceaccounts nodes uids userextras", "acts as others within what its impersonate-on rights allow", group=AUTHN),
    _danger("delete_all", "medium", "deletecollection", "pods services configmaps secrets persistentvolumeclaims namespaces", "deletes everything of a kind in one call"),
    _danger("read_logs", "medium", "get list", "pods/log", "reads what programs log, which is where secrets leak"),
    _danger("write_leases", "medium", f"{WRITE} delete", "leases", "takes the lead from controllers, or lets nodes look dead", group="coordination.k8s.io"),
    _danger("evict_pods", "medium", "create", "pods/eviction", "stops running pods"),
)  # fmt: skip
KUBE_SYSTEM: Final = _danger("write_system_configuration", "high", f"{WRITE} delete", "configmaps", "changes the configuration of the cluster itself: its DNS, its proxies, who is let in")  # fmt: skip
EVERYTHING: Final = Danger(
    "everything", "critical", "*", frozenset({"*"}), frozenset({"*"}), "may do everything"
)
SENSITIVE: Final = frozenset(["secrets", "pods", "deployments", "daemonsets", "statefulsets", "jobs", "cronjobs", "roles", "clusterroles", "rolebindings", "clusterrolebindings", "users", "groups", "serviceaccounts", "nodes"])  # fmt: skip
ALL_VERBS: Final = Danger("all_verbs", "critical", "", SENSITIVE, frozenset({"*"}), "every verb, those that nobody thinks of included, on something that leads further")  # fmt: skip
WIDE_VERBS: Final = frozenset({"*", "get", "list", "create", "update", "patch", "delete", "deletecollection", "impersonate"})  # fmt: skip
ANY_RESOURCE: Final = Danger("any_resource", "critical", "*", frozenset({"*"}), WIDE_VERBS, "the same verb on every kind there is or will be, secrets and roles included")  # fmt: skip
NARROW_ON: Final = "impersonate-on:"
PLAIN: Final[dict[str, frozenset[str]]] = {  # what the built-in groups serve: a rule on anything else grants nothing
    "": frozenset(["bindings", "componentstatuses", "configmaps", "endpoints", "events", "limitranges", "namespaces", "nodes", "persistentvolumeclaims", "persistentvolumes", "pods", "podtemplates", "replicationcontrollers", "resourcequotas", "secrets", "serviceaccounts", "services", "users", "groups", "uids", "userextras"]),
    "apps": frozenset(["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"]),
    "batch": frozenset(["cronjobs", "jobs"]),
    RBAC: frozenset(["roles", "rolebindings", "clusterroles", "clusterrolebindings"]),
}  # fmt: skip


def dangers(rule: Json, namespace: str) -> Iterator[Danger]:
    """What is dangerous about one rule of a role that is bound in that namespace, or everywhere (empty)."""
    if rule.get("nonResourceURLs"):
        return
    if _star(rule, "resources"):
        if _star(rule, "verbs") and _star(rule, "apiGroups"):
            yield EVERYTHING
            return
        if WIDE_VERBS & set(rule.get("verbs") or []) and {"*", ""} & set(rule.get("apiGroups") or []):
            yield ANY_RESOURCE
            return
    elif _star(rule, "verbs") and SENSITIVE & set(rule.get("resources") or []):
        yield ALL_VERBS
        return
    yield from (danger for danger in TABLE if danger.fits(rule))
    if namespace in {"", "kube-system"} and KUBE_SYSTEM.fits(rule):
        yield KUBE_SYSTEM


def misspelt(rule: Json) -> list[str]:
    """Resources that no built-in group of the rule serves: singular, upper case, or of another group."""
    groups = set(rule.get("apiGroups") or [])
    if not groups or not groups <= PLAIN.keys():
        return []
    known = frozenset().union(*(PLAIN[group] for group in groups))
    named = [str(resource).partition("/")[0] for resource in rule.get("resources") or []]
    return [each for each in named if each != "*" and each not in known]


def _star(rule: Json, field: str) -> bool:
    return "*" in (rule.get(field) or [])


def worse(level: Level, than: Level) -> bool:
    """At least as bad."""
    return LEVELS.index(level) <= LEVELS.index(than)
