"""What a watch compares: few facts of a tool's result, by name. Numbers stay numbers, since they always differ a little."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

Fact = str | float
Facts = dict[str, Fact]
KEPT: Final = 40
LONGEST: Final = 80
OF_AN_INSTANCE: Final = ("state", "shape", "public address", "tags")
Data = Mapping[str, Any]


def facts_of(tool: str, data: Data) -> Facts:
    """At most 40, in the order of the result; of a tool that nobody can watch there are none."""
    read = READERS.get(tool)
    found = read(data) if read else {}
    return {
        _short(key): _short(one) if isinstance(one, str) else one for key, one in list(found.items())[:KEPT]
    }


def _service(data: Data) -> Facts:
    """Whether a metric is over its limit, not how it moves below it."""
    found: Facts = {"health": str(data.get("health", ""))}
    for one in data.get("workloads") or ():
        note = f", {one['note']}" if one.get("note") else ""
        found[f"{one.get('ref', '')}"] = f"{one.get('ready')}/{one.get('wanted')} pods ready{note}"
    for one in data.get("metrics") or ():
        limit = "over its limit" if one.get("over") else "within its limit"
        found[f"{one.get('service', '')} {one.get('metric', '')}".strip()] = limit
    for one in data.get("parts") or ():
        if (state := one.get("state") or one.get("health")) and isinstance(state, str):
            found[f"{one.get('kind', '')} {one.get('name', '')}".strip()] = state
    return found


def _workload(data: Data) -> Facts:
    one = data.get("workload") or {}
    found: Facts = {"state": str(one.get("state", ""))}
    for box in one.get("containers") or ():
        found[f"image of {box.get('name', '')}"] = str(box.get("image", ""))
    return found


def _instance(data: Data) -> Facts:
    held = data.get("facts") or {}
    return {key: str(held[key]) for key in OF_AN_INSTANCE if held.get(key)}


def _alarms(data: Data) -> Facts:
    """By name and region: two rules may be called the same."""
    alarms = data.get("alarms") or ()
    names = [str(one.get("name", "")) for one in alarms]
    return {
        (name if names.count(name) == 1 else f"{name} ({one.get('id', '')})"): str(one.get("state", ""))
        for name, one in zip(names, alarms, strict=True)
    }


def _alerts(data: Data) -> Facts:
    return {
        str(one.get("name", "")): f"{one.get('state', '')}, {one.get('count', 1)} of them"
        for one in data.get("alerts") or ()
    }


def _series(data: Data) -> Facts:
    return {_name(one): float(one["last"]) for one in data.get("series") or () if _is_number(one.get("last"))}


def _streams(data: Data) -> Facts:
    found: Facts = {
        str(one.get("name") or one.get("resource") or "it"): float(one["last"])
        for one in data.get("streams") or ()
        if _is_number(one.get("last"))
    }
    return {key: "true" if one else "false" for key, one in found.items()} if data.get("decides") else found


READERS: Final[Mapping[str, Callable[[Data], Facts]]] = {
    "ops_service": _service,
    "k8s_workload": _workload,
    "oci_instance": _instance,
    "oci_alarms": _alarms,
    "prom_alerts": _alerts,
    "oci_metric": _series,
    "prom_query": _series,
    "oci_query": _streams,
}
QUIET: Final = frozenset({"prom_alerts"})  # nothing found is a state of it: nothing fires


def _name(one: Data) -> str:
    labels = {key: str(value) for key, value in (one.get("labels") or {}).items()}
    said = labels.pop("__name__", "") or str(one.get("name", ""))
    rest = ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))
    return " ".join(filter(None, (said, rest))) or "it"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
