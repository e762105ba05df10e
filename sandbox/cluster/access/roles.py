"""The roles of a fresh cluster, and those of the bot and its people.

`view`, `edit` and `admin` hold what they hold on a real server, gaps included: no Secrets, nodes, volumes,
storage classes, RBAC objects or metrics in `view`.
"""

from typing import Any, Final

Rule = dict[str, Any]

READ: Final = ["get", "list", "watch"]
CHANGE: Final = ["create", "delete", "deletecollection", "patch", "update"]
EVERYTHING: Final = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]


def rule(group: str, resources: str, verbs: list[str], names: list[str] | None = None) -> Rule:
    body: Rule = {"apiGroups": [group], "resources": resources.split(), "verbs": verbs}
    return body | ({"resourceNames": names} if names else {})


def _apps(verbs: list[str], *, status: bool) -> Rule:
    scaled = "deployments deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale"
    seen = "controllerrevisions daemonsets/status deployments/status replicasets/status statefulsets/status"
    return rule("apps", f"daemonsets {scaled} {seen if status else 'deployments/rollback'}", verbs)


VIEW: Final = [
    rule(
        "",
        "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers "
        "replicationcontrollers/scale serviceaccounts services services/status",
        READ,
    ),
    rule(
        "",
        "bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status "
        "resourcequotas resourcequotas/status",
        READ,
    ),
    rule("", "namespaces", READ),
    rule("discovery.k8s.io", "endpointslices", READ),
    _apps(READ, status=True),
    rule("autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status", READ),
    rule("batch", "cronjobs cronjobs/status jobs jobs/status", READ),
    rule("policy", "poddisruptionbudgets poddisruptionbudgets/status", READ),
    rule("networking.k8s.io", "ingresses ingresses/status networkpolicies", READ),
]
EDIT: Final = [
    rule("", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy", READ),
    rule("", "serviceaccounts", ["impersonate"]),
    rule("", "pods pods/attach pods/exec pods/portforward pods/proxy", CHANGE),
    rule("", "pods/eviction", ["create"]),
    rule(
        "",
        "configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets "
        "serviceaccounts services services/proxy",
        CHANGE,
    ),
    rule("", "serviceaccounts/token", ["create"]),
    _apps(CHANGE, status=False),
    rule("autoscaling", "horizontalpodautoscalers", CHANGE),
    rule("batch", "cronjobs jobs", CHANGE),
    rule("policy", "poddisruptionbudgets", CHANGE),
    rule("networking.k8s.io", "ingresses networkpolicies", CHANGE),
    rule("coordination.k8s.io", "leases", EVERYTHING),
]
ADMIN: Final = [
    rule("authorization.k8s.io", "localsubjectaccessreviews", ["create"]),
    rule("rbac.authorization.k8s.io", "roles rolebindings", EVERYTHING),
]
PUBLIC: Final = ["/healthz", "/livez", "/readyz", "/version", "/version/"]
DISCOVERED: Final = ["/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*", *PUBLIC]
PLAIN: Final[dict[str, list[Rule]]] = {
    "cluster-admin": [
        {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
        {"nonResourceURLs": ["*"], "verbs": ["*"]},
    ],
    "system:basic-user": [
        rule("authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews", ["create"]),
        rule("authentication.k8s.io", "selfsubjectreviews", ["create"]),
    ],
    "system:discovery": [{"nonResourceURLs": DISCOVERED, "verbs": ["get"]}],
    "system:public-info-viewer": [{"nonResourceURLs": PUBLIC, "verbs": ["get"]}],
}

TEAM: Final = "TLOCAL"
PEOPLE: Final = ("UALICE", "UBOB", "UCAROL", "UDAN")
CHAT_ROLES: Final = ("viewer", "operator", "approver", "admin")
WORKLOADS: Final = "deployments deployments/scale statefulsets statefulsets/scale daemonsets"
MORE_READING: Final = [  # what diagnosis needs beyond `view`
    rule("", "nodes persistentvolumes", READ),
    rule("metrics.k8s.io", "pods nodes", ["get", "list"]),
    rule("rbac.authorization.k8s.io", "roles rolebindings clusterroles clusterrolebindings", READ),
    rule("storage.k8s.io", "storageclasses volumeattachments", READ),
    rule("networking.k8s.io", "ingressclasses", READ),
    rule("scheduling.k8s.io", "priorityclasses", READ),
    rule(
        "admissionregistration.k8s.io", "validatingwebhookconfigurations mutatingwebhookconfigurations", READ
    ),
    rule("apiextensions.k8s.io", "customresourcedefinitions", READ),
    rule("apiregistration.k8s.io", "apiservices", READ),
    rule("coordination.k8s.io", "leases", READ),
    rule("certificates.k8s.io", "certificatesigningrequests", READ),
    rule("gateway.networking.k8s.io", "gatewayclasses gateways httproutes", READ),
    rule("cert-manager.io", "certificates", READ),
    rule("chaos-mesh.org", "*", READ),
    rule("litmuschaos.io", "chaosengines", READ),
]
OPERATING: Final = [
    rule("apps", WORKLOADS, ["patch"]),
    rule("autoscaling", "horizontalpodautoscalers", ["patch"]),
    rule("", "pods", ["delete"]),
    rule("", "pods/eviction", ["create"]),
    rule("batch", "cronjobs", ["patch"]),
]
OURS: Final[dict[str, list[Rule]]] = {
    "cloudops-diagnosis": MORE_READING,
    "cloudops-bot": [
        rule("apps", WORKLOADS, ["patch"]),
        rule("autoscaling", "horizontalpodautoscalers", ["patch"]),
        rule("", "pods", ["delete"]),
        rule("", "pods/eviction", ["create"]),
        rule("", "nodes", ["patch"]),
        rule("batch", "cronjobs", ["patch"]),
        rule("batch", "jobs", ["create", "delete"]),
        rule("argoproj.io", "applications", ["get", "patch"]),
        rule("kustomize.toolkit.fluxcd.io", "kustomizations", ["get", "patch"]),
        rule("helm.toolkit.fluxcd.io", "helmreleases", ["get", "patch"]),
        rule("authorization.k8s.io", "subjectaccessreviews localsubjectaccessreviews", ["create"]),
        rule("", "users", ["impersonate"], [f"slack:{TEAM}:{person}" for person in PEOPLE]),
        rule("", "groups", ["impersonate"], [f"chatops:{role}" for role in CHAT_ROLES]),
    ],
    "cloudops-operator": OPERATING,
}
AGGREGATE: Final = "rbac.authorization.k8s.io/aggregate-to-{}"
