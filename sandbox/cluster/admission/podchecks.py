"""The checks of the Pod Security levels, in their words."""

from collections.abc import Callable, Iterable
from typing import Any, Final

Spec = dict[str, Any]
Test = Callable[[Spec], bool]
ALLOWED_CAPABILITIES: Final = frozenset(
    (
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    )
)
PLAIN_VOLUMES: Final = frozenset(
    (
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    )
)


def violations(level: str, spec: Spec) -> list[str]:
    """What a pod spec does that `baseline` or `restricted` forbids."""
    if level == "baseline":
        return _baseline(spec)
    if level == "restricted":
        return [*_baseline(spec), *_restricted(spec)]
    return []


def _containers(spec: Spec) -> list[Spec]:
    lists = ("initContainers", "containers", "ephemeralContainers")
    return [container for which in lists for container in spec.get(which) or []]


def _security(part: Spec) -> Spec:
    return part.get("securityContext") or {}


def _named(containers: Iterable[Spec]) -> str:
    """`container "a"` or `containers "a", "b"`; empty for none."""
    names = [f'"{container["name"]}"' for container in containers]
    if not names:
        return ""
    return f"container{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _having(spec: Spec, test: Test) -> str:
    return _named(container for container in _containers(spec) if test(container))


def _baseline(spec: Spec) -> list[str]:
    found: list[str] = []
    host = [f"{key}=true" for key in ("hostNetwork", "hostPID", "hostIPC") if spec.get(key)]
    if host:
        found.append(f"host namespaces ({', '.join(host)})")
    paths = [f'"{volume["name"]}"' for volume in spec.get("volumes") or [] if "hostPath" in volume]
    if paths:
        found.append(f"hostPath volumes (volume{'s' if len(paths) > 1 else ''} {', '.join(paths)})")
    if who := _having(spec, lambda c: bool(_host_ports(c))):
        ports = ", ".join(str(port) for container in _containers(spec) for port in _host_ports(container))
        found.append(f"hostPort ({who} {_verb(who, 'uses')} hostPort{'s' if ',' in ports else ''} {ports})")
    if who := _having(spec, lambda c: bool(_security(c).get("privileged"))):
        found.append(f"privileged ({who} must not set securityContext.privileged=true)")
    if who := _having(spec, lambda c: bool(_added(c))):
        names = sorted({name for container in _containers(spec) for name in _added(container)})
        listed = ", ".join(f'"{name}"' for name in names)
        found.append(
            f"non-default capabilities ({who} must not include {listed} in securityContext.capabilities.add)"
        )
    return found


def _verb(who: str, singular: str) -> str:
    return singular.removesuffix("s") if who.startswith("containers") else singular


def _host_ports(container: Spec) -> list[int]:
    return [port["hostPort"] for port in container.get("ports") or [] if port.get("hostPort")]


def _added(container: Spec) -> list[str]:
    added = (_security(container).get("capabilities") or {}).get("add") or []
    return [name for name in added if name not in ALLOWED_CAPABILITIES]


def _restricted(spec: Spec) -> list[str]:
    found: list[str] = []
    if who := _having(spec, lambda c: _security(c).get("allowPrivilegeEscalation") is not False):
        found.append(
            f"allowPrivilegeEscalation != false ({who} must set securityContext.allowPrivilegeEscalation=false)"
        )
    if who := _having(
        spec, lambda c: "ALL" not in ((_security(c).get("capabilities") or {}).get("drop") or [])
    ):
        found.append(f'unrestricted capabilities ({who} must set securityContext.capabilities.drop=["ALL"])')
    found += _volumes(spec)
    pod = _security(spec)
    if not pod.get("runAsNonRoot") and (who := _having(spec, lambda c: not _security(c).get("runAsNonRoot"))):
        found.append(f"runAsNonRoot != true (pod or {who} must set securityContext.runAsNonRoot=true)")
    if pod.get("runAsUser") == 0:
        found.append("runAsUser=0 (pod must not set runAsUser=0)")
    elif who := _having(spec, lambda c: _security(c).get("runAsUser") == 0):
        found.append(f"runAsUser=0 ({who} must not set runAsUser=0)")
    if not pod.get("seccompProfile") and (
        who := _having(spec, lambda c: not _security(c).get("seccompProfile"))
    ):
        found.append(
            f"seccompProfile (pod or {who} must set securityContext.seccompProfile.type to "
            '"RuntimeDefault" or "Localhost")'
        )
    return found


def _volumes(spec: Spec) -> list[str]:
    restricted = [
        f'volume "{volume["name"]}" uses restricted volume type "{kind}"'
        for volume in spec.get("volumes") or []
        for kind in volume
        if kind != "name" and kind not in PLAIN_VOLUMES
    ]
    return [f"restricted volume types ({', '.join(restricted)})"] if restricted else []
