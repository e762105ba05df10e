"""ResourceQuotas: nothing more than the namespace may have."""

from typing import TYPE_CHECKING, Final

from sandbox.cluster import errors
from sandbox.cluster.admission import usage
from sandbox.cluster.admission.usage import Usage
from sandbox.cluster.metadata import Obj, name_of, namespace_of
from sandbox.cluster.quantity import is_binary, parse, text
from sandbox.cluster.resources import Resource

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

QUOTAS: Final = "v1/resourcequotas"
PER_CONTAINER: Final = ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory", "cpu", "memory")


def check(store: "Store", kind: Resource, new: Obj, old: Obj | None) -> None:
    if not usage.measured(kind):
        return
    asked = usage.of(kind, new)
    before = usage.of(kind, old) if old is not None else {}
    for kept in store.view(QUOTAS, namespace_of(new)):
        if usage.in_scope(kept.obj, kind, new):
            _against(store, kind, new, kept.obj, (asked, before))


def _against(store: "Store", kind: Resource, new: Obj, quota: Obj, change: tuple[Usage, Usage]) -> None:
    asked, before = change
    hard = quota["spec"].get("hard") or {}
    if kind.kept == "v1/pods" and not before:
        _complete(kind, new, quota, hard)
    more = {name: asked[name] - before.get(name, 0) for name in asked if name in hard}
    more = {name: value for name, value in more.items() if value > 0}
    if not more:
        return
    used = usage.in_namespace(store, namespace_of(new), set(more), quota)
    over = sorted(name for name in more if used[name] + more[name] > parse(hard[name]))
    if over:
        listed = (
            _listed({name: more[name] for name in over}, hard),
            _listed({name: used[name] for name in over}, hard),
            ",".join(f"{name}={hard[name]}" for name in over),
        )
        why = f"exceeded quota: {name_of(quota)}, requested: {listed[0]}, used: {listed[1]}, limited: {listed[2]}"
        raise errors.forbidden(kind, name_of(new), why)


def _complete(kind: Resource, pod: Obj, quota: Obj, hard: Obj) -> None:
    """A quota on cpu or memory wants every container to say how much."""
    missing = []
    for name in sorted(set(PER_CONTAINER) & set(hard)):
        part, _, resource = name.rpartition(".")
        silent = [
            str(container["name"])
            for container in [
                *(pod["spec"].get("containers") or []),
                *(pod["spec"].get("initContainers") or []),
            ]
            if resource not in ((container.get("resources") or {}).get(part or "requests") or {})
        ]
        if silent:
            missing.append(f"{name} for: {','.join(sorted(silent))}")
    if missing:
        why = f"failed quota: {name_of(quota)}: must specify {'; '.join(missing)}"
        raise errors.forbidden(kind, name_of(pod), why)


def _listed(values: Usage, hard: Obj) -> str:
    return ",".join(
        f"{name}={text(value, binary=is_binary(hard[name]))}" for name, value in sorted(values.items())
    )


def status(store: "Store", quota: Obj) -> Obj:
    """The quota's status as its controller writes it."""
    hard = quota["spec"].get("hard") or {}
    used = usage.in_namespace(store, namespace_of(quota), set(hard), quota)
    shown = {name: text(used[name], binary=is_binary(hard[name])) for name in hard}
    return {"hard": dict(hard), "used": shown}
