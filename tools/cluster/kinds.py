"""The kinds that are read or changed: where they live in the API and what people call them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from tools.errors import GiveUp


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource of the API. `plural` is its key everywhere here; `kind` is the word people see."""

    plural: str
    kind: str
    group: str = ""
    version: str = "v1"
    namespaced: bool = True
    short: tuple[str, ...] = ()

    @property
    def singular(self) -> str:
        return self.kind.lower()

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """URL path, every part quoted. An empty namespace means all of them."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        place = f"/namespaces/{quote(namespace, safe='')}" if self.namespaced and namespace else ""
        tail = (f"/{quote(name, safe='')}" if name else "") + (f"/{subresource}" if subresource else "")
        return f"{root}{place}/{self.plural}{tail}"


RBAC = "rbac.authorization.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"
GATEWAY = "gateway.networking.k8s.io"
ISSUING = "cert-manager.io"
CHAOS_MESH = "chaos-mesh.org"
LITMUS = "litmuschaos.io"
ADDED = (
    GATEWAY,
    ISSUING,
    CHAOS_MESH,
    LITMUS,
)  # groups that a cluster serves only where somebody installed them

KINDS: tuple[Kind, ...] = (
    Kind("pods", "Pod", short=("po",)),
    Kind("services", "Service", short=("svc",)),
    Kind("events", "Event", short=("ev",)),
    Kind("configmaps", "ConfigMap", short=("cm",)),
    Kind("serviceaccounts", "ServiceAccount", short=("sa",)),
    Kind("resourcequotas", "ResourceQuota", short=("quota",)),
    Kind("limitranges", "LimitRange", short=("limits",)),
    Kind("persistentvolumeclaims", "PersistentVolumeClaim", short=("pvc",)),
    Kind("persistentvolumes", "PersistentVolume", namespaced=False, short=("pv",)),
    Kind("namespaces", "Namespace", namespaced=False, short=("ns",)),
    Kind("nodes", "Node", namespaced=False, short=("no",)),
    Kind("deployments", "Deployment", "apps", short=("deploy",)),
    Kind("replicasets", "ReplicaSet", "apps", short=("rs",)),
    Kind("statefulsets", "StatefulSet", "apps", short=("sts",)),
    Kind("daemonsets", "DaemonSet", "apps", short=("ds",)),
    Kind("controllerrevisions", "ControllerRevision", "apps"),
    Kind("jobs", "Job", "batch"),
    Kind("cronjobs", "CronJob", "batch", short=("cj",)),
    Kind("horizontalpodautoscalers", "HorizontalPodAutoscaler", "autoscaling", "v2", short=("hpa",)),
    Kind("poddisruptionbudgets", "PodDisruptionBudget", "policy", short=("pdb",)),
    Kind("ingresses", "Ingress", "networking.k8s.io", short=("ing",)),
    Kind("ingressclasses", "IngressClass", "networking.k8s.io", namespaced=False),
    Kind("networkpolicies", "NetworkPolicy", "networking.k8s.io", short=("netpol",)),
    Kind("endpointslices", "EndpointSlice", "discovery.k8s.io"),
    Kind("storageclasses", "StorageClass", "storage.k8s.io", namespaced=False, short=("sc",)),
    Kind("roles", "Role", RBAC),
    Kind("rolebindings", "RoleBinding", RBAC),
    Kind("clusterroles", "ClusterRole", RBAC, namespaced=False),
    Kind("clusterrolebindings", "ClusterRoleBinding", RBAC, namespaced=False),
    Kind("validatingwebhookconfigurations", "ValidatingWebhookConfiguration", _ADMISSION, namespaced=False),
    Kind("mutatingwebhookconfigurations", "MutatingWebhookConfiguration", _ADMISSION, namespaced=False),
    Kind("apiservices", "APIService", "apiregistration.k8s.io", namespaced=False),
    Kind("certificatesigningrequests", "CertificateSigningRequest", "certificates.k8s.io", namespaced=False, short=("csr",)),
    Kind("gatewayclasses", "GatewayClass", GATEWAY, namespaced=False, short=("gc",)),
    Kind("gateways", "Gateway", GATEWAY, short=("gtw",)),
    Kind("httproutes", "HTTPRoute", GATEWAY),
    Kind("certificates", "Certificate", ISSUING, short=("cert", "certs")),
    *(Kind(word.lower(), word, CHAOS_MESH, "v1alpha1") for word in ("PodChaos", "NetworkChaos", "StressChaos", "IOChaos", "DNSChaos", "HTTPChaos", "TimeChaos", "JVMChaos", "KernelChaos", "BlockChaos")),
    Kind("chaosengines", "ChaosEngine", LITMUS, "v1alpha1"),
)  # fmt: skip
BY_PLURAL = {kind.plural: kind for kind in KINDS}
BY_KIND = {kind.kind: kind for kind in KINDS}
_WORDS = {word: kind for kind in KINDS for word in (kind.plural, kind.singular, *kind.short)}
WORKLOADS = ("deployments", "statefulsets", "daemonsets")


def kind_of(word: str) -> Kind:
    """The kind that a person means by `Deployment`, `deployments` or `deploy`.

    Raises:
        GiveUp: no such kind is known here. Secrets are not: their values are never read.
    """
    found = _WORDS.get(word.strip().lower())
    if found is None:
        from rapidfuzz import process

        near = [match[0] for match in process.extract(word.lower(), list(_WORDS), limit=2, score_cutoff=70)]
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise GiveUp(f"I do not read objects of kind {word!r}{hint}", not_found=True)
    return found
