"""What is wrong with the pods of a manifest: containers, images, resources, ports, probes, rights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agents.attached.spots import Finding, Spot, mapping
from tools.cluster.quantity import quantity

PROBED = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
LAST_PORT = 65_535
SMALL = 1024 * 1024  # bytes of memory that nobody means


def of_pods(template: Spot, kind: str) -> Iterator[Finding]:
    spec = template.at("spec")
    containers = spec.at("containers").items
    if not containers:
        yield spec.wrong(f"the {kind} has no containers")
    names = [mapping(spot.value).get("name") for spot in containers]
    for spot, name in zip(containers, names, strict=True):
        if name is not None and names.count(name) > 1:
            yield spot.wrong(f"two containers are called {name}")
        yield from _container(spot, str(name or "(without a name)"), kind)
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.at(key).value is True:
            yield spec.at(key).risky(f"{key}: the pod shares it with its node")
    for volume in spec.at("volumes").items:
        if mapping(volume.value).get("hostPath"):
            yield volume.risky("a hostPath volume: the pod reads or writes files of its node")


def _container(spot: Spot, name: str, kind: str) -> Iterator[Finding]:
    value = mapping(spot.value)
    if not value.get("name"):
        yield spot.wrong("a container has no name")
    yield from _image(spot, name)
    yield from _resources(spot.at("resources"), name)
    for port in spot.at("ports").items:
        number = port.at("containerPort")
        if not _port(number.value):
            yield number.wrong(f"containerPort of {name} is no number from 1 to {LAST_PORT}")
    for env in spot.at("env").items:
        said = mapping(env.value)
        if "value" in said and said["value"] is not None and not isinstance(said["value"], str):
            yield env.at("value").wrong(f"env {said.get('name')} of {name} is no string; put it in quotes")
    if kind in PROBED and not value.get("readinessProbe"):
        yield spot.risky(f"{name} has no readinessProbe: it gets traffic before it can answer")
    yield from _rights(spot.at("securityContext"), name)


def _image(spot: Spot, name: str) -> Iterator[Finding]:
    image = spot.at("image").value
    if not isinstance(image, str) or not image.strip():
        yield spot.wrong(f"{name} has no image")
        return
    tag = image.rpartition("/")[2].partition("@")
    if not tag[1] and (":" not in tag[0] or tag[0].endswith(":latest")):
        yield spot.at("image").risky(f"the image of {name} names no version: what runs changes by itself")


def _resources(spot: Spot, name: str) -> Iterator[Finding]:
    read: dict[tuple[str, str], Any] = {}
    for part in ("requests", "limits"):
        for what in ("memory", "cpu"):
            written = spot.at(part, what)
            if written.value is None:
                continue
            amount = _amount(written.value)
            if amount is None:
                yield written.wrong(f"{part}.{what} of {name} is no quantity: {str(written.value)[:40]}")
                continue
            read[part, what] = amount
            if what == "memory" and amount < SMALL:
                yield written.wrong(
                    f"{part}.memory of {name} is {written.value}, less than a mebibyte; is Mi meant?"
                )
    for what in ("memory", "cpu"):
        request, limit = read.get(("requests", what)), read.get(("limits", what))
        if request is not None and limit is not None and request > limit:
            yield spot.at("requests", what).wrong(f"{name} requests more {what} than its limit")
    if ("limits", "memory") not in read and spot.at("limits", "memory").value is None:
        yield spot.risky(f"{name} has no memory limit: a leak takes the node with it")
    if not mapping(spot.at("requests").value):
        yield spot.risky(f"{name} requests nothing: it is the first to be evicted, and nobody plans for it")


def _rights(spot: Spot, name: str) -> Iterator[Finding]:
    if spot.at("privileged").value is True:
        yield spot.at("privileged").risky(f"{name} is privileged: it may do anything on its node")
    if spot.at("runAsUser").value == 0 and spot.at("runAsUser").value is not False:
        yield spot.at("runAsUser").risky(f"{name} runs as root")


def _amount(value: Any) -> Any:
    try:
        return None if isinstance(value, bool) else quantity(value)
    except ValueError:
        return None


def _port(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LAST_PORT
