"""LimitRanges: defaults for containers, and bounds."""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sandbox.cluster import errors
from sandbox.cluster.metadata import Obj, name_of, namespace_of
from sandbox.cluster.quantity import parse
from sandbox.cluster.resources import Resource

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

Resources = dict[str, Any]


def _items(store: "Store", obj: Obj) -> Iterator[Obj]:
    for kept in store.view("v1/limitranges", namespace_of(obj)):
        yield from kept.obj["spec"].get("limits") or []


def _containers(pod: Obj) -> list[Obj]:
    return [*(pod["spec"].get("initContainers") or []), *(pod["spec"].get("containers") or [])]


def default(store: "Store", pod: Obj) -> None:
    for item in _items(store, pod):
        if item["type"] == "Container":
            for container in _containers(pod):
                _fill(container, "limits", item.get("default"))
                _fill(container, "requests", item.get("defaultRequest"))


def _fill(container: Obj, part: str, values: Resources | None) -> None:
    if not values:
        return
    resources = container.setdefault("resources", {})
    resources[part] = {**values, **(resources.get(part) or {})}


def check(store: "Store", kind: Resource, new: Obj) -> None:
    problems: list[str] = []
    for item in _items(store, new):
        match (item["type"], kind.kind):
            case ("Container", "Pod"):
                for container in _containers(new):
                    problems += _problems(item, container.get("resources") or {})
            case ("Pod", "Pod"):
                problems += _problems(item, _total(new))
            case ("PersistentVolumeClaim", "PersistentVolumeClaim"):
                asked = new["spec"].get("resources") or {}
                problems += _problems(item, {**asked, "limits": asked.get("requests")})
            case _:
                continue
    if problems:
        text = problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]"
        raise errors.forbidden(kind, name_of(new), text)


def _total(pod: Obj) -> Resources:
    total: dict[str, dict[str, Fraction]] = {"limits": {}, "requests": {}}
    for container in pod["spec"].get("containers") or []:
        for part, sums in total.items():
            for name, value in ((container.get("resources") or {}).get(part) or {}).items():
                sums[name] = sums.get(name, Fraction(0)) + parse(value)
    return total


def _problems(item: Obj, resources: Resources) -> Iterator[str]:
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for name, bound in (item.get("min") or {}).items():
        yield from _least(
            f"minimum {name} usage per {item['type']} is {bound}", bound, limits.get(name), requests.get(name)
        )
    for name, bound in (item.get("max") or {}).items():
        yield from _most(
            f"maximum {name} usage per {item['type']} is {bound}", bound, limits.get(name), requests.get(name)
        )


def _number(value: Any) -> Fraction:
    return value if isinstance(value, Fraction) else parse(value)


def _least(words: str, bound: Any, limit: Any, request: Any) -> Iterator[str]:
    if request is None:
        yield f"{words}.  No request is specified"
    elif _number(request) < parse(bound):
        yield f"{words}, but request is {request}"
    elif limit is not None and _number(limit) < parse(bound):
        yield f"{words}, but limit is {limit}"


def _most(words: str, bound: Any, limit: Any, request: Any) -> Iterator[str]:
    if limit is None:
        yield f"{words}.  No limit is specified"
    elif _number(limit) > parse(bound):
        yield f"{words}, but limit is {limit}"
    elif request is not None and _number(request) > parse(bound):
        yield f"{words}, but request is {request}"
