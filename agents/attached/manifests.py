"""What is wrong with manifests by their text alone: no cluster is asked, so nothing is said of what runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.attached.pods import of_pods
from agents.attached.spots import Finding, Spot, mapping
from agents.outcomes import Answer
from tools.services.lines import Document
from tools.spec import Evidence

SHOWN = 25
GONE = {
    "extensions/v1beta1": "apps/v1, for an Ingress networking.k8s.io/v1",
    "apps/v1beta1": "apps/v1",
    "apps/v1beta2": "apps/v1",
    "batch/v1beta1": "batch/v1",
    "policy/v1beta1": "policy/v1",
    "networking.k8s.io/v1beta1": "networking.k8s.io/v1",
    "autoscaling/v2beta1": "autoscaling/v2",
    "autoscaling/v2beta2": "autoscaling/v2",
    "rbac.authorization.k8s.io/v1beta1": "rbac.authorization.k8s.io/v1",
    "apiextensions.k8s.io/v1beta1": "apiextensions.k8s.io/v1",
}
SELECTING = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})
TEMPLATES = {"Pod": (), "CronJob": ("spec", "jobTemplate", "spec", "template"), "Job": ("spec", "template")}


@dataclass(frozen=True, slots=True)
class Item:
    """One object of a file."""

    spot: Spot
    kind: str
    name: str

    @property
    def template(self) -> Spot:
        return self.spot.at(*TEMPLATES.get(self.kind, ("spec", "template")))


def of_documents(name: str, documents: Sequence[tuple[Document, int]]) -> Answer:
    items = [item for document, before in documents for item in _items(document, before)]
    if not items:
        return Answer(
            f"{name} is YAML that can be read, {len(documents)} document{'s' if len(documents) != 1 else ''}, "
            "and no Kubernetes object: nothing in it has apiVersion and kind, so I know nothing that it would have to be."
        )
    found = sorted(
        {finding for item in items for finding in _findings(item, items)}, key=lambda f: (not f.fails, f.line)
    )
    fails = sum(finding.fails for finding in found)
    said = f"{name}: {', '.join(f'{item.kind} {item.name}' for item in items[:6])}"
    said += f" and {len(items) - 6} more" if len(items) > 6 else ""
    said += f". {_verdict(fails, len(found) - fails)} By the text alone; no cluster was asked."
    evidence = tuple(
        Evidence(
            f"file:{name}#L{one.line}",
            f"Line {one.line}{', breaks it' if one.fails else ''}",
            one.words,
            untrusted=True,
        )
        for one in found[:SHOWN]
    )
    left = len(found) - SHOWN
    return Answer(
        said, evidence=evidence, notes=(f"{left} more findings are not shown.",) if left > 0 else ()
    )


def _verdict(fails: int, smells: int) -> str:
    if not fails and not smells:
        return "I found nothing wrong with what I look at: versions, names, selectors, ports, images, resources, probes, rights of the container."
    parts = [f"{fails} that a cluster refuses or that cannot work"] if fails else []
    parts += [f"{smells} that work and are risky"] if smells else []
    return f"Found: {', '.join(parts)}."


def _items(document: Document, before: int) -> Iterator[Item]:
    root = Spot(document, before)
    listed = root.at("items").value if mapping(root.value).get("kind") == "List" else None
    spots = [root.at("items", n) for n in range(len(listed))] if isinstance(listed, list) else [root]
    for spot in spots:
        value = mapping(spot.value)
        if isinstance(value.get("kind"), str) and isinstance(value.get("apiVersion"), str):
            named = mapping(value.get("metadata")).get("name")
            yield Item(spot, value["kind"], str(named or "(without a name)"))


def _findings(item: Item, items: Sequence[Item]) -> Iterator[Finding]:
    spot, value = item.spot, mapping(item.spot.value)
    if value["apiVersion"] in GONE:
        yield spot.at("apiVersion").wrong(
            f"{value['apiVersion']} is gone from Kubernetes; now {GONE[value['apiVersion']]}"
        )
    metadata = mapping(value.get("metadata"))
    if not metadata.get("name") and not metadata.get("generateName"):
        yield spot.at("metadata").wrong(f"the {item.kind} has no metadata.name")
    if item.kind in SELECTING:
        yield from _selector(item)
    if item.kind in SELECTING or item.kind in TEMPLATES:
        yield from of_pods(item.template, item.kind)
    if item.kind == "Service":
        yield from _service(item, items)
    if item.kind == "ConfigMap":
        for key, data in mapping(value.get("data")).items():
            if not isinstance(data, str):
                yield spot.at("data", key).wrong(f"data.{key} is no string; put it in quotes")
    if item.kind == "Secret" and (value.get("data") or value.get("stringData")):
        yield spot.risky(
            "the file holds the values of a Secret, and was shown in a conversation: change them; I do not repeat them"
        )


def _selector(item: Item) -> Iterator[Finding]:
    replicas = item.spot.at("spec", "replicas")
    if replicas.value is not None and (
        not isinstance(replicas.value, int) or isinstance(replicas.value, bool)
    ):
        yield replicas.wrong("spec.replicas is no whole number")
    selector = item.spot.at("spec", "selector", "matchLabels")
    wanted, labels = mapping(selector.value), mapping(item.template.at("metadata", "labels").value)
    if not mapping(item.spot.at("spec", "selector").value):
        yield item.spot.at("spec").wrong("spec.selector is missing")
    for key, value in wanted.items():
        if labels.get(key) != value:
            has = f"has {labels[key]}" if key in labels else "has no such label"
            yield selector.at(key).wrong(f"the selector wants {key}: {value}, and the pod template {has}")


def _service(item: Item, items: Sequence[Item]) -> Iterator[Finding]:
    """Against the workloads of the same file; what selects nothing in it may select something elsewhere."""
    selector = mapping(item.spot.at("spec", "selector").value)
    if not selector:
        return
    pods = [one.template for one in items if one.kind in SELECTING and _selects(selector, one)]
    ports = item.spot.at("spec", "ports")
    for n, port in enumerate(ports.value if isinstance(ports.value, list) else []):
        target = mapping(port).get("targetPort")
        if pods and isinstance(target, str) and target not in _named_ports(pods):
            yield ports.at(n, "targetPort").wrong(
                f"targetPort {target} is the name of no port of the pods that it selects"
            )
    others = [one for one in items if one.kind in SELECTING]
    if others and not pods:
        yield item.spot.at("spec", "selector").risky("the selector fits no workload of this file")


def _selects(selector: Mapping[str, Any], one: Item) -> bool:
    return selector.items() <= mapping(one.template.at("metadata", "labels").value).items()


def _named_ports(pods: Sequence[Spot]) -> set[str]:
    found: set[str] = set()
    for pod in pods:
        containers = pod.at("spec", "containers").value
        for container in containers if isinstance(containers, list) else []:
            ports = mapping(container).get("ports")
            found |= {str(mapping(port).get("name")) for port in (ports if isinstance(ports, list) else [])}
    return found
