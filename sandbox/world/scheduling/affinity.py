"""What a pod says about the nodes that it wants and the pods that it wants to be far from."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.cluster.selectors import matches
from sandbox.world.objects import Obj, labels, name, namespace, spec

_RULE = "requiredDuringSchedulingIgnoredDuringExecution"


def wanted_node(pod: Obj, node: Obj) -> bool:
    """Do the node selector and the required node affinity match?"""
    have = labels(node)
    if any(have.get(key) != value for key, value in (spec(pod).get("nodeSelector") or {}).items()):
        return False
    rule = ((spec(pod).get("affinity") or {}).get("nodeAffinity") or {}).get(_RULE)
    return rule is None or any(_term(term, node) for term in rule.get("nodeSelectorTerms") or [])


def _term(term: Mapping[str, Any], node: Obj) -> bool:
    by_label, by_field = term.get("matchExpressions") or [], term.get("matchFields") or []
    if not by_label and not by_field:
        return False
    fields = {"metadata.name": name(node)}
    return matches({"matchExpressions": by_label}, labels(node)) and matches(
        {"matchExpressions": by_field}, fields
    )


def tolerates(pod: Obj, taint: Obj) -> bool:
    return any(_tolerated(entry, taint) for entry in spec(pod).get("tolerations") or [])


def _tolerated(toleration: Obj, taint: Obj) -> bool:
    if toleration.get("effect") and toleration["effect"] != taint.get("effect"):
        return False
    if not toleration.get("key"):
        return toleration.get("operator") == "Exists"
    if toleration["key"] != taint["key"]:
        return False
    return toleration.get("operator") == "Exists" or toleration.get("value", "") == taint.get("value", "")


def untolerated(pod: Obj, node: Obj, effects: tuple[str, ...] = ("NoSchedule", "NoExecute")) -> list[Obj]:
    found = [taint for taint in spec(node).get("taints") or [] if taint.get("effect") in effects]
    return [taint for taint in found if not tolerates(pod, taint)]


Placed = list[tuple[Obj, Obj]]  # (pod, its node)


def too_close(pod: Obj, node: Obj, placed: Placed) -> bool:
    """Would the pod break its own required anti-affinity on this node?"""
    rules = ((spec(pod).get("affinity") or {}).get("podAntiAffinity") or {}).get(_RULE) or []
    return any(_near(pod, node, rule, placed) for rule in rules)


def too_far(pod: Obj, node: Obj, placed: Placed) -> bool:
    """Is a pod missing that it must be near to? The first of its own kind may go anywhere."""
    rules = ((spec(pod).get("affinity") or {}).get("podAffinity") or {}).get(_RULE) or []
    for rule in rules:
        itself = matches(rule.get("labelSelector"), labels(pod))
        if not _near(pod, node, rule, placed) and not (itself and not _anywhere(pod, rule, placed)):
            return True
    return False


def _same_home(pod: Obj, rule: Obj) -> Callable[[Obj], bool]:
    homes = rule.get("namespaces") or [namespace(pod)]
    return lambda other: namespace(other) in homes and matches(rule.get("labelSelector"), labels(other))


def _near(pod: Obj, node: Obj, rule: Obj, placed: Placed) -> bool:
    key, matches = rule["topologyKey"], _same_home(pod, rule)
    here = labels(node).get(key)
    return here is not None and any(labels(at).get(key) == here and matches(other) for other, at in placed)


def _anywhere(pod: Obj, rule: Obj, placed: Placed) -> bool:
    matches = _same_home(pod, rule)
    return any(matches(other) for other, _ in placed)


def skewed(pod: Obj, node: Obj, nodes: list[Obj], placed: Placed) -> bool:
    """Would the pod break a topology spread that must hold?"""
    for rule in spec(pod).get("topologySpreadConstraints") or []:
        if rule.get("whenUnsatisfiable", "DoNotSchedule") != "DoNotSchedule":
            continue
        key = rule["topologyKey"]
        if labels(node).get(key) is None:
            return True
        counts = {labels(entry)[key]: 0 for entry in nodes if key in labels(entry)}
        for other, at in placed:
            same = namespace(other) == namespace(pod) and matches(rule.get("labelSelector"), labels(other))
            if same and labels(at).get(key) in counts:
                counts[labels(at)[key]] += 1
        if counts[labels(node)[key]] + 1 - min(counts.values()) > rule.get("maxSkew", 1):
            return True
    return False
