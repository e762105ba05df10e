"""Pod specs: containers, their resources, ports, mounts."""

from collections.abc import Iterator
from typing import Any

from sandbox.cluster import errors
from sandbox.cluster.errors import Cause, cause
from sandbox.cluster.metadata import Obj
from sandbox.cluster.quantity import parse
from sandbox.cluster.validation.names import label_name


def pod_causes(obj: Obj) -> list[Cause]:
    return spec_causes(obj["spec"], "spec")


def spec_causes(spec: Obj, at: str) -> list[Cause]:
    """`at` is the path of the pod spec, as messages name it."""
    causes: list[Cause] = []
    volumes = {volume.get("name") for volume in spec.get("volumes") or []}
    if not spec.get("containers"):
        causes.append(cause(f"{at}.containers", "Required value"))
    for which in ("initContainers", "containers"):
        seen: set[str] = set()
        for index, container in enumerate(spec.get(which) or []):
            where = f"{at}.{which}[{index}]"
            causes += _container(container, where, volumes)
            name = container.get("name", "")
            if name in seen:
                causes.append(cause(f"{where}.name", f'Duplicate value: "{name}"'))
            seen.add(name)
    policy = spec.get("restartPolicy")
    if policy not in ("Always", "OnFailure", "Never"):
        text = f'Unsupported value: "{policy}": supported values: "Always", "Never", "OnFailure"'
        causes.append(cause(f"{at}.restartPolicy", text))
    return causes


def _container(container: Obj, at: str, volumes: set[Any]) -> Iterator[Cause]:
    yield from label_name(f"{at}.name", container.get("name", ""))
    if not container.get("image"):
        yield cause(f"{at}.image", "Required value")
    for index, port in enumerate(container.get("ports") or []):
        number = port.get("containerPort")
        if not isinstance(number, int) or not 0 < number < 65536:
            text = f"Invalid value: {number}: must be between 1 and 65535, inclusive"
            yield (
                cause(f"{at}.ports[{index}].containerPort", text)
                if number
                else cause(f"{at}.ports[{index}].containerPort", "Required value")
            )
    for index, mount in enumerate(container.get("volumeMounts") or []):
        if mount.get("name") not in volumes:
            yield {
                "reason": "FieldValueNotFound",
                "message": f'Not found: "{mount.get("name")}"',
                "field": f"{at}.volumeMounts[{index}].name",
            }
    policy = container.get("imagePullPolicy")
    if policy not in ("Always", "IfNotPresent", "Never"):
        text = f'Unsupported value: "{policy}": supported values: "Always", "IfNotPresent", "Never"'
        yield cause(f"{at}.imagePullPolicy", text)
    yield from _resources(container.get("resources") or {}, f"{at}.resources")


def _resources(resources: Obj, at: str) -> Iterator[Cause]:
    limits = resources.get("limits") or {}
    for part in ("limits", "requests"):
        for name, value in (resources.get(part) or {}).items():
            if parse(value) < 0:
                yield cause(
                    f"{at}.{part}[{name}]", f'Invalid value: "{value}": must be greater than or equal to 0'
                )
    for name, value in (resources.get("requests") or {}).items():
        if name in limits and parse(value) > parse(limits[name]):
            text = f'Invalid value: "{value}": must be less than or equal to {name} limit of {limits[name]}'
            yield cause(f"{at}.requests", text)


def check_quantities(kind: str, spec: Obj) -> None:
    """400 for what is no quantity, before anything else is looked at."""
    for which in ("initContainers", "containers"):
        for container in spec.get(which) or []:
            for part in ("limits", "requests"):
                for value in ((container.get("resources") or {}).get(part) or {}).values():
                    _readable(kind, value)


def _readable(kind: str, value: Any) -> None:
    try:
        parse(value)
    except ValueError as problem:
        raise errors.bad_request(
            f'{kind} in version "v1" cannot be handled as a {kind}: {problem}'
        ) from problem
