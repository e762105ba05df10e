"""Kinds that run nothing themselves."""

from sandbox.cluster.errors import Cause, cause
from sandbox.cluster.metadata import Obj


def service(obj: Obj) -> list[Cause]:
    spec = obj["spec"]
    if spec.get("type") == "ExternalName":
        return [] if spec.get("externalName") else [cause("spec.externalName", "Required value")]
    if not spec.get("ports") and spec.get("clusterIP") != "None":
        return [cause("spec.ports", "Required value")]
    several = len(spec.get("ports") or []) > 1
    causes = []
    for index, port in enumerate(spec.get("ports") or []):
        at = f"spec.ports[{index}]"
        if several and not port.get("name"):
            causes.append(cause(f"{at}.name", "Required value"))
        if not isinstance(port.get("port"), int) or not 0 < port["port"] < 65536:
            text = f"Invalid value: {port.get('port')}: must be between 1 and 65535, inclusive"
            causes.append(cause(f"{at}.port", text))
    return causes


def claim(obj: Obj) -> list[Cause]:
    causes = []
    if not obj["spec"].get("accessModes"):
        causes.append(cause("spec.accessModes", "Required value: at least 1 access mode is required"))
    if "storage" not in ((obj["spec"].get("resources") or {}).get("requests") or {}):
        causes.append(cause("spec.resources[storage]", "Required value"))
    return causes


def autoscaler(obj: Obj) -> list[Cause]:
    spec = obj["spec"]
    causes = []
    least, most = spec.get("minReplicas", 1), spec.get("maxReplicas", 0)
    if most < 1:
        causes.append(cause("spec.maxReplicas", f"Invalid value: {most}: must be greater than 0"))
    elif most < least:
        text = f"Invalid value: {most}: must be greater than or equal to `minReplicas`"
        causes.append(cause("spec.maxReplicas", text))
    reference = spec.get("scaleTargetRef") or {}
    causes += [
        cause(f"spec.scaleTargetRef.{key}", "Required value")
        for key in ("kind", "name")
        if not reference.get(key)
    ]
    return causes


def budget(obj: Obj) -> list[Cause]:
    spec = obj.get("spec") or {}
    if "minAvailable" in spec and "maxUnavailable" in spec:
        text = "Invalid value: minAvailable and maxUnavailable cannot be both set"
        return [cause("spec", text)]
    return []


def binding(obj: Obj) -> list[Cause]:
    causes = []
    reference = obj.get("roleRef") or {}
    if reference.get("kind") not in ("Role", "ClusterRole"):
        text = f'Unsupported value: "{reference.get("kind", "")}": supported values: "ClusterRole", "Role"'
        causes.append(cause("roleRef.kind", text))
    if not reference.get("name"):
        causes.append(cause("roleRef.name", "Required value"))
    for index, subject in enumerate(obj.get("subjects") or []):
        if not subject.get("name"):
            causes.append(cause(f"subjects[{index}].name", "Required value"))
        if subject.get("kind") == "ServiceAccount" and not subject.get("namespace"):
            causes.append(cause(f"subjects[{index}].namespace", "Required value"))
    return causes


def role(obj: Obj) -> list[Cause]:
    causes = []
    for index, rule in enumerate(obj.get("rules") or []):
        at = f"rules[{index}]"
        if not rule.get("verbs"):
            causes.append(cause(f"{at}.verbs", "Required value: verbs must contain at least one value"))
        if rule.get("nonResourceURLs"):
            continue
        if not rule.get("apiGroups"):
            causes.append(
                cause(f"{at}.apiGroups", "Required value: resource rules must supply at least one api group")
            )
        if not rule.get("resources"):
            text = "Required value: resource rules must supply at least one resource"
            causes.append(cause(f"{at}.resources", text))
    return causes


def ingress(obj: Obj) -> list[Cause]:
    spec = obj["spec"]
    if not spec.get("rules") and not spec.get("defaultBackend"):
        text = "Invalid value: null: either `defaultBackend` or `rules` must be specified"
        return [cause("spec", text)]
    causes = []
    for index, rule in enumerate(spec.get("rules") or []):
        for number, path in enumerate((rule.get("http") or {}).get("paths") or []):
            if path.get("pathType") not in ("Exact", "Prefix", "ImplementationSpecific"):
                at = f"spec.rules[{index}].http.paths[{number}].pathType"
                causes.append(cause(at, "Required value: pathType must be specified"))
    return causes
