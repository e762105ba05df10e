"""Which resources a 1.36 server has, with their short names, scopes and subresources."""

from sandbox.cluster.resources import ALL_VERBS, Registry, Resource, Subresource

NO_COLLECTION = tuple(verb for verb in ALL_VERBS if verb != "deletecollection")
READ = ("get", "list")
PROXY = ("create", "delete", "get", "patch", "update")
STREAM = ("create", "get")


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())


def _resource(
    group_version: str,
    plural: str,
    kind: str,
    *,
    cluster: bool = False,
    short: str = "",
    categories: str = "",
    subs: str = "",
    verbs: tuple[str, ...] = ALL_VERBS,
    storage: str = "",
    singular: str = "",
) -> Resource:
    group, _, version = group_version.rpartition("/")
    return Resource(
        group=group,
        version=version,
        plural=plural,
        kind=kind,
        namespaced=not cluster,
        singular=singular,
        short_names=_split(short),
        categories=_split(categories),
        verbs=verbs,
        subresources=tuple(_subresource(name, kind) for name in subs.split()),
        storage=storage,
    )


def _subresource(name: str, kind: str) -> Subresource:
    special = {
        "scale": Subresource("scale", "Scale", group="autoscaling", version="v1"),
        "eviction": Subresource("eviction", "Eviction", ("create",), "policy", "v1"),
        "binding": Subresource("binding", "Binding", ("create",)),
        "log": Subresource("log", "Pod", ("get",)),
        "exec": Subresource("exec", "PodExecOptions", STREAM),
        "attach": Subresource("attach", "PodAttachOptions", STREAM),
        "portforward": Subresource("portforward", "PodPortForwardOptions", STREAM),
        "proxy": Subresource("proxy", f"{kind}ProxyOptions", PROXY),
        "token": Subresource("token", "TokenRequest", ("create",), "authentication.k8s.io", "v1"),
        "finalize": Subresource("finalize", "Namespace", ("update",)),
    }
    return special.get(name) or Subresource(name, kind)


POD_SUBS = "attach binding ephemeralcontainers eviction exec log portforward proxy resize status"


def _core() -> list[Resource]:
    v1 = "v1"
    return [
        _resource(v1, "bindings", "Binding", verbs=("create",)),
        _resource(v1, "componentstatuses", "ComponentStatus", cluster=True, short="cs", verbs=READ),
        _resource(v1, "configmaps", "ConfigMap", short="cm"),
        _resource(v1, "endpoints", "Endpoints", short="ep", singular="endpoints"),
        _resource(v1, "events", "Event", short="ev"),
        _resource(v1, "limitranges", "LimitRange", short="limits"),
        _resource(
            v1,
            "namespaces",
            "Namespace",
            cluster=True,
            short="ns",
            subs="finalize status",
            verbs=NO_COLLECTION,
        ),
        _resource(v1, "nodes", "Node", cluster=True, short="no", subs="proxy status"),
        _resource(v1, "persistentvolumeclaims", "PersistentVolumeClaim", short="pvc", subs="status"),
        _resource(v1, "persistentvolumes", "PersistentVolume", cluster=True, short="pv", subs="status"),
        _resource(v1, "pods", "Pod", short="po", categories="all", subs=POD_SUBS),
        _resource(v1, "podtemplates", "PodTemplate"),
        _resource(
            v1,
            "replicationcontrollers",
            "ReplicationController",
            short="rc",
            categories="all",
            subs="scale status",
        ),
        _resource(v1, "resourcequotas", "ResourceQuota", short="quota", subs="status"),
        _resource(v1, "secrets", "Secret"),
        _resource(v1, "serviceaccounts", "ServiceAccount", short="sa", subs="token"),
        _resource(v1, "services", "Service", short="svc", categories="all", subs="proxy status"),
    ]


def _workloads() -> list[Resource]:
    apps, hpa = "apps/v1", "HorizontalPodAutoscaler"
    scaled = "scale status"
    return [
        _resource(apps, "controllerrevisions", "ControllerRevision"),
        _resource(apps, "daemonsets", "DaemonSet", short="ds", categories="all", subs="status"),
        _resource(apps, "deployments", "Deployment", short="deploy", categories="all", subs=scaled),
        _resource(apps, "replicasets", "ReplicaSet", short="rs", categories="all", subs=scaled),
        _resource(apps, "statefulsets", "StatefulSet", short="sts", categories="all", subs=scaled),
        _resource("events.k8s.io/v1", "events", "Event", short="ev", storage="v1/events"),
        _resource(
            "autoscaling/v2", "horizontalpodautoscalers", hpa, short="hpa", categories="all", subs="status"
        ),
        _resource("batch/v1", "cronjobs", "CronJob", short="cj", categories="all", subs="status"),
        _resource("batch/v1", "jobs", "Job", categories="all", subs="status"),
        _resource("policy/v1", "poddisruptionbudgets", "PodDisruptionBudget", short="pdb", subs="status"),
    ]


def _reviews() -> list[Resource]:
    authn, authz = "authentication.k8s.io/v1", "authorization.k8s.io/v1"
    once = ("create",)
    return [
        _resource(authn, "selfsubjectreviews", "SelfSubjectReview", cluster=True, verbs=once),
        _resource(authn, "tokenreviews", "TokenReview", cluster=True, verbs=once),
        _resource(authz, "localsubjectaccessreviews", "LocalSubjectAccessReview", verbs=once),
        _resource(authz, "selfsubjectaccessreviews", "SelfSubjectAccessReview", cluster=True, verbs=once),
        _resource(authz, "selfsubjectrulesreviews", "SelfSubjectRulesReview", cluster=True, verbs=once),
        _resource(authz, "subjectaccessreviews", "SubjectAccessReview", cluster=True, verbs=once),
    ]


def _network_and_access() -> list[Resource]:
    net, rbac = "networking.k8s.io/v1", "rbac.authorization.k8s.io/v1"
    return [
        _resource(
            "certificates.k8s.io/v1",
            "certificatesigningrequests",
            "CertificateSigningRequest",
            cluster=True,
            short="csr",
            subs="approval status",
        ),
        _resource(net, "ingressclasses", "IngressClass", cluster=True),
        _resource(net, "ingresses", "Ingress", short="ing", subs="status"),
        _resource(net, "ipaddresses", "IPAddress", cluster=True, short="ip"),
        _resource(net, "networkpolicies", "NetworkPolicy", short="netpol"),
        _resource(net, "servicecidrs", "ServiceCIDR", cluster=True, subs="status"),
        _resource(rbac, "clusterrolebindings", "ClusterRoleBinding", cluster=True),
        _resource(rbac, "clusterroles", "ClusterRole", cluster=True),
        _resource(rbac, "rolebindings", "RoleBinding"),
        _resource(rbac, "roles", "Role"),
    ]


def _storage_and_extension() -> list[Resource]:
    storage, admission = "storage.k8s.io/v1", "admissionregistration.k8s.io/v1"
    extension = "api-extensions"
    return [
        _resource(storage, "csidrivers", "CSIDriver", cluster=True),
        _resource(storage, "csinodes", "CSINode", cluster=True),
        _resource(storage, "storageclasses", "StorageClass", cluster=True, short="sc"),
        _resource(storage, "volumeattachments", "VolumeAttachment", cluster=True, subs="status"),
        _resource(
            admission,
            "mutatingwebhookconfigurations",
            "MutatingWebhookConfiguration",
            cluster=True,
            categories=extension,
        ),
        _resource(
            admission,
            "validatingadmissionpolicies",
            "ValidatingAdmissionPolicy",
            subs="status",
            cluster=True,
            categories=extension,
        ),
        _resource(
            admission,
            "validatingadmissionpolicybindings",
            "ValidatingAdmissionPolicyBinding",
            cluster=True,
            categories=extension,
        ),
        _resource(
            admission,
            "validatingwebhookconfigurations",
            "ValidatingWebhookConfiguration",
            cluster=True,
            categories=extension,
        ),
        _resource(
            "apiextensions.k8s.io/v1",
            "customresourcedefinitions",
            "CustomResourceDefinition",
            short="crd crds",
            subs="status",
            cluster=True,
            categories=extension,
        ),
        _resource(
            "apiregistration.k8s.io/v1",
            "apiservices",
            "APIService",
            subs="status",
            cluster=True,
            categories=extension,
        ),
        _resource("scheduling.k8s.io/v1", "priorityclasses", "PriorityClass", cluster=True, short="pc"),
        _resource("coordination.k8s.io/v1", "leases", "Lease"),
        _resource("node.k8s.io/v1", "runtimeclasses", "RuntimeClass", cluster=True),
        _resource("discovery.k8s.io/v1", "endpointslices", "EndpointSlice"),
        _resource(
            "flowcontrol.apiserver.k8s.io/v1", "flowschemas", "FlowSchema", cluster=True, subs="status"
        ),
        _resource(
            "flowcontrol.apiserver.k8s.io/v1",
            "prioritylevelconfigurations",
            "PriorityLevelConfiguration",
            cluster=True,
            subs="status",
        ),
    ]


METRICS = (
    _resource("metrics.k8s.io/v1beta1", "nodes", "NodeMetrics", cluster=True, verbs=READ),
    _resource("metrics.k8s.io/v1beta1", "pods", "PodMetrics", verbs=READ),
)


def served(*, metrics: bool = False) -> Registry:
    """The resources of a fresh server; metrics.k8s.io only where something measures."""
    built_in = [*_core(), *_workloads(), *_reviews(), *_network_and_access(), *_storage_and_extension()]
    return Registry([*built_in, *METRICS] if metrics else built_in)
