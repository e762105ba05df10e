"""Defaults of a pod's spec, in a pod or in a template."""

from typing import Any, Final

from sandbox.cluster.metadata import Obj

MODE: Final = 0o644
PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")


def pod_spec(spec: Obj) -> None:
    for volume in spec.get("volumes") or []:
        _volume(volume)
    for which in ("initContainers", "containers", "ephemeralContainers"):
        for container in spec.get(which) or []:
            _container(container)
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("terminationGracePeriodSeconds", 30)
    spec.setdefault("dnsPolicy", "ClusterFirst")
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec["serviceAccountName"] = spec["serviceAccount"] = account
    if spec.get("securityContext") is None:
        spec["securityContext"] = {}
    spec.setdefault("schedulerName", "default-scheduler")


def template(owner: Obj) -> None:
    """The pod template of a workload's spec."""
    body = owner.setdefault("template", {})
    body.setdefault("metadata", {})
    pod_spec(body.setdefault("spec", {}))


def _volume(volume: Obj) -> None:
    if set(volume) == {"name"}:
        volume["emptyDir"] = {}
    for source in ("configMap", "secret", "projected", "downwardAPI"):
        if isinstance(volume.get(source), dict):
            volume[source].setdefault("defaultMode", MODE)
    if isinstance(volume.get("hostPath"), dict):
        volume["hostPath"].setdefault("type", "")


def _container(container: Obj) -> None:
    for port in container.get("ports") or []:
        port.setdefault("protocol", "TCP")
    for variable in container.get("env") or []:
        _variable(variable)
    if container.get("resources") is None:
        container["resources"] = {}
    for name in PROBES:
        if isinstance(container.get(name), dict):
            _probe(container[name])
    for hook in (container.get("lifecycle") or {}).values():
        _http(hook)
    container.setdefault("terminationMessagePath", "/dev/termination-log")
    container.setdefault("terminationMessagePolicy", "File")
    if not container.get("imagePullPolicy"):
        container["imagePullPolicy"] = _pull_policy(str(container.get("image", "")))


def _variable(variable: Obj) -> None:
    reference = (variable.get("valueFrom") or {}).get("fieldRef")
    if reference:
        reference.setdefault("apiVersion", "v1")


def _probe(probe: Obj) -> None:
    _http(probe)
    for key, value in (
        ("timeoutSeconds", 1),
        ("periodSeconds", 10),
        ("successThreshold", 1),
        ("failureThreshold", 3),
    ):
        if not probe.get(key):
            probe[key] = value


def _http(action: Any) -> None:
    if isinstance(action, dict) and isinstance(action.get("httpGet"), dict):
        action["httpGet"].setdefault("path", "/")
        action["httpGet"].setdefault("scheme", "HTTP")


def _pull_policy(image: str) -> str:
    """`Always` for a moving tag."""
    if "@" in image:
        return "IfNotPresent"
    tag = image.rpartition("/")[2].partition(":")[2]
    return "Always" if tag in ("", "latest") else "IfNotPresent"
