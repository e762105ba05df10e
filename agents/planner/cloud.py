"""Questions about Oracle Cloud: money, alarms, instances, who changed what. Only where the words leave no doubt."""

from __future__ import annotations

import re
from typing import Any

from agents.planner.reading import Reading
from agents.planner.route import Kind, Route
from agents.planner.speech import Act

SURE = 0.9
_ORACLE = re.compile(r"\b(?:oci|oracle(?: cloud)?|compartments?|tenancy|compute instances?|vms?)\b|\bocid1\.")
_MONEY = re.compile(
    r"\b(?:bill|billing|invoice|spend|spending|spent|expensive|expenses?)\b"
    r"|\bcosts?\b(?! of (?:\w+ )?(?:restart|roll|scal|chang|delet|wait|do))|\bhow much (?:do|did|does|is|are) .{0,30}\b(?:cost|pay|paying)\b"
)
_NO_MONEY = re.compile(r"\b(?:error|latency) budget\b|\bat (?:any|all) costs?\b")
_WHY = re.compile(
    r"\bwhy\b|\bjump\w*\b|\bspik\w+\b|\b(?:went|go|gone) up\b|\bwhat (?:made|caused|drove|is behind)\b|\bincrease\w*\b|\bmore than (?:usual|before|normal)\b"
)
_DAY = re.compile(r"\b(monday|tuesday|wednesday|thursday|friday|saturday|sunday|20\d\d-\d\d-\d\d)\b")
_BY = re.compile(r"\b(?:by|per|each|every|which) (service|compartment|region|resource|sku)s?\b")
_DAYS = re.compile(r"\b(\d{1,2}) (day|week)s?\b")
_ALARMS = re.compile(r"\b(?:oci |oracle )?alarms?\b")
_CHANGES = re.compile(
    r"\bwho (?:has |have |last )*(?:changed|deleted|created|launched|stopped|started|terminated|updated|made|did)\b|\bwhat (?:has |have )?(?:changed|did \S+ do)\b|\bchanges\b|\baudit events?\b"
)
_LIST = re.compile(r"\b(?:list|show|which|what|how many|count|are there|find)\b")
_KINDS = re.compile(
    r"\b(instances?|vms?|load balancers?|(?:autonomous )?databases?|vcns?|subnets?|resources)\b"
)
_STATE = re.compile(r"\b(running|stopped|terminated|available)\b")
_METRIC = re.compile(r"\b(cpu|memory|gpu)\b")
_INSTANCE = re.compile(
    r"\b(?:compute |oci |oracle |gpu )?(?:instance|vm)\s+(?:called |named )?[\"'`]?(?P<name>[a-z0-9][\w.-]*[a-z0-9])",
    re.IGNORECASE,
)
_NO_NAME = frozenset(
    {"in", "of", "is", "are", "with", "that", "which", "do", "does", "on", "types", "shape", "count"}
)
_COMPARTMENT = re.compile(
    r"(?<!by )(?<!per )\bcompartment\s+[\"'`]?(?P<after>[\w./:-]+)|\b(?:in|of)\s+(?:the\s+)?(?P<before>[\w./:-]+)\s+compartment\b",
    re.IGNORECASE,
)
_POWER = re.compile(
    r"^(?:please |now |can you |could you |go ahead and )*(?P<verb>stop|shut ?down|start|boot|reset|reboot|restart)\b(?=.*\b(?:instance|vm)\b)"
)
_NOT = re.compile(
    r"\b(?:do not|dont|never|no need to)\b.{0,20}\b(?:stop|shut|start|boot|reset|reboot|restart)\b"
)
_ACTIONS = {"stop": "instance_stop", "shut down": "instance_stop", "shutdown": "instance_stop", "start": "instance_start", "boot": "instance_start",
            "reset": "instance_reset", "reboot": "instance_reset", "restart": "instance_reset"}  # fmt: skip


def about_cloud(reading: Reading) -> Route | None:
    """A question or an order that is plainly about Oracle Cloud; None leaves it to the other steps."""
    if reading.speech.act is Act.FORBID or _NOT.search(reading.norm):
        return None
    if (match := _POWER.search(reading.norm)) and (name := _instance(reading)):
        return _route(Kind.CHANGE, _ACTIONS[match["verb"]], {"resource": name} | _place(reading))
    if reading.speech.act is Act.ORDER:
        return None
    if _MONEY.search(reading.norm) and not _NO_MONEY.search(reading.norm):
        return _money(reading)
    if _ALARMS.search(reading.norm):
        return _read("oci_alarms", _place(reading))
    return _oracle(reading) if _ORACLE.search(reading.low) or _instance(reading) else None


def _money(reading: Reading) -> Route:
    place = _place(reading)
    day = _DAY.search(reading.norm)
    if _WHY.search(reading.norm):
        return _read("cost_why", place | ({"day": day[1]} if day else {}))
    args: dict[str, Any] = {"by": by[1]} if (by := _BY.search(reading.norm)) else {}
    return _read("cost_summary", args | _days(reading) | place)


def _days(reading: Reading) -> dict[str, Any]:
    if match := _DAYS.search(reading.norm):
        return {"days": max(2, min(90, int(match[1]) * (7 if match[2] == "week" else 1)))}
    words = {r"\bmonth\b": 30, r"\bweek\b": 7, r"\bquarter\b": 90}
    return next(({"days": days} for word, days in words.items() if re.search(word, reading.norm)), {})


def _oracle(reading: Reading) -> Route | None:
    norm, name, place = reading.norm, _instance(reading), _place(reading)
    if _CHANGES.search(norm):
        since = {"since": reading.window.since} if reading.window.since else {}
        return _read("oci_who_changed", ({"resource": name} if name else {}) | since | place)
    if name:
        metric = _METRIC.search(norm)
        since = {"since": reading.window.since} if reading.window.since else {}
        return (
            _read("oci_metric", {"metric": metric[1], "resource": name} | since | place)
            if metric
            else _read("oci_instance", {"resource": name} | place)
        )
    kind = _KINDS.search(norm)
    if kind or _LIST.search(norm):
        state = {"state": found[1]} if (found := _STATE.search(norm)) else {}
        wanted = (
            {"kind": kind[1].replace("vms", "instances").replace("vm", "instance")}
            if kind and kind[1] != "resources"
            else {}
        )
        return _read("oci_resources", wanted | state | place)
    return None


def _instance(reading: Reading) -> str:
    match = _INSTANCE.search(reading.raw)
    return match["name"] if match and match["name"].lower() not in _NO_NAME else ""


def _place(reading: Reading) -> dict[str, Any]:
    match = _COMPARTMENT.search(reading.raw)
    name = (match["after"] or match["before"]) if match else ""
    return {"compartment": name.rstrip(".:")} if name and name.lower() not in _NO_NAME | {"the", "a"} else {}


def _read(tool: str, args: dict[str, Any]) -> Route:
    return _route(Kind.TOOL, tool, args)


def _route(kind: Kind, tool: str, args: dict[str, Any]) -> Route:
    return Route(kind, tool=tool, args=args, tools=(tool,), confidence=SURE)
