"""Questions about Oracle Cloud: money, alarms, instances, who changed what. Only where the words leave no doubt."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from agents.planner import things
from agents.planner.cloud_access import access
from agents.planner.facts import Thing, ThreadFacts
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
_SAVED = re.compile(
    r"\bsavings\b(?! account)|\b(?:what|how much)(?: money)? (?:have|did|do|has|does) (?:we|you|i|it|that|they|this|the bot) saved?\b"
)
_WHY = re.compile(
    r"\bwhy\b|\bjump\w*\b|\bspik\w+\b|\b(?:went|go|gone) up\b|\bwhat (?:made|caused|drove|is behind)\b|\bincrease\w*\b|\bmore than (?:usual|before|normal)\b|\bwhat happened\b"
)
_DAY = re.compile(r"\b(monday|tuesday|wednesday|thursday|friday|saturday|sunday|20\d\d-\d\d-\d\d)\b")
_BY = re.compile(r"\b(?:by|per|each|every|which) (service|compartment|region|resource|sku)s?\b")
_DAYS = re.compile(r"\b(\d{1,2}) (day|week)s?\b")
_PERIOD = re.compile(
    r"(?<!the )\b(?P<which>this|last|previous) (?P<what>week|month)\b|\bweek (?:over|on|by) week\b"
)  # "over the last week" is seven days, "last week" one that began on a Monday
_ALARMS = re.compile(r"\b(?:oci |oracle )?alarms?\b")
_CHANGES = re.compile(
    r"\bwho (?:has |have |last )*(?:changed|deleted|created|launched|stopped|started|terminated|updated|made|did|modified|touched|altered|edited|resized)\b|\bwhat (?:has |have )?(?:changed|did \S+ do)\b|\bchanges\b|\baudit events?\b"
)
_LIST = re.compile(r"\b(?:list|show|which|what|how many|count|are there|find)\b")
_KINDS = re.compile(
    r"\b(instances?|vms?|load balancers?|(?:autonomous )?databases?|vcns?|subnets?|resources)\b"
)
_STATE = re.compile(r"\b(running|stopped|terminated|available)\b")
_SINCE_WHEN = re.compile(
    r"\bwhy\b|\bsince when\b|\bwhen did\b|\bhow long\b|\bwhat (?:drives?|drove|pushes|makes|made)\b|\breason\b"
)
_METRIC = re.compile(r"\b(cpu|memory|gpu)\b")
_INSTANCE = re.compile(
    r"\b(?:compute |oci |oracle |gpu )?(?:instance|vm)\s+(?:called |named )?[\"'`]?(?P<name>[a-z0-9][\w.-]*[a-z0-9])",
    re.IGNORECASE,
)
_NO_NAME = frozenset(
    {
        "in",
        "of",
        "is",
        "are",
        "with",
        "that",
        "which",
        "now",
        "please",
        "again",
        "do",
        "does",
        "on",
        "types",
        "shape",
        "count",
    }
)
_COMPARTMENT = re.compile(
    r"(?<!by )(?<!per )\bcompartment\s+[\"'`]?(?P<after>[\w./:-]+)|\b(?:in|of)\s+(?:the\s+)?(?P<before>[\w./:-]+)\s+compartment\b",
    re.IGNORECASE,
)
_KINDLY = r"^(?:(?:please|now|then|so|and|okay|just|can you|could you|go ahead and|let us)[\s,]+)*"
_VERB = r"(?P<verb>stop|shut ?down|start|boot|reset|reboot|restart)"
_POWER = re.compile(rf"{_KINDLY}{_VERB}\b(?=.*\b(?:instance|vm)\b)")
_POWER_IT = re.compile(
    rf"{_KINDLY}{_VERB} (?:{things.REFERS})(?: please| now| again| then| for me| too)*[\s?!.]*$"
)
_POWER_NAMED = re.compile(
    rf"{_KINDLY}{_VERB} (?:the )?(?P<name>[a-z0-9][\w.-]*[a-z0-9])(?: please| now)*[\s?!.]*$"
)
_OFF = re.compile(rf"\b(?:shut|turn|power|switch) (?P<what>{things.REFERS}) (?:down|off)\b")
_ON = re.compile(rf"\b(?:turn|power|switch|boot) (?P<what>{things.REFERS}) (?:on|up)\b")
_STATE_OF = re.compile(
    r"\b(?:how (?:is|are)|state|status|describe|details?|what (?:is|kind|shape)|is (?:it|that|the \S+(?: \S+)?) (?:still )?(?:running|up|on|off|down|idle|stopped))\b"
)
_MADE = re.compile(r"\b(?:created|launched|made|started)\b")
_ALARM_NAME = re.compile(
    r"\balarm (?:called |named )?[\"'`]?(?P<name>[a-z0-9][\w.-]*[a-z0-9])|\bthe (?P<before>[a-z0-9][\w.-]*[a-z0-9]) alarm\b",
    re.IGNORECASE,
)
RECENT, LONG = (
    "7d",
    "30d",
)  # how far back the audit is read for one resource: its changes, and how it came to be
_NOT = re.compile(
    r"\b(?:do not|dont|never|no need to)\b.{0,20}\b(?:stop|shut|start|boot|reset|reboot|restart)\b"
)
_ACTIONS = {"stop": "instance_stop", "shut down": "instance_stop", "shutdown": "instance_stop", "start": "instance_start", "boot": "instance_start",
            "reset": "instance_reset", "reboot": "instance_reset", "restart": "instance_reset"}  # fmt: skip


def about_cloud(reading: Reading) -> Route | None:
    """A question or an order that is plainly about Oracle Cloud; None leaves it to the other steps."""
    if reading.speech.act is Act.FORBID or _NOT.search(reading.norm):
        return None
    if (wanted := access(reading.raw)) is not None:
        return _read("iam_who_can", wanted)
    if (found := _ordered(reading) or _asked(reading)) is not None:
        return found
    if (match := _POWER.search(reading.norm)) and (name := _instance(reading)):
        return _route(Kind.CHANGE, _ACTIONS[match["verb"]], {"resource": name} | _place(reading))
    if reading.speech.act is Act.ORDER:
        return None
    if _SAVED.search(reading.norm) or (_MONEY.search(reading.norm) and not _NO_MONEY.search(reading.norm)):
        return _money(reading)
    if _ALARMS.search(reading.norm):
        return _alarms(reading)
    return _oracle(reading) if _ORACLE.search(reading.low) or _instance(reading) else None


def _money(reading: Reading) -> Route:
    if _SAVED.search(reading.norm):
        return _read("cost_savings", {})
    place = _place(reading)
    day = _day(reading)
    if _WHY.search(reading.norm):
        return _read("cost_why", place | ({"day": day} if day else {}))
    args: dict[str, Any] = {"by": by[1]} if (by := _BY.search(reading.norm)) else {}
    return _read("cost_summary", args | _days(reading) | place)


def _day(reading: Reading) -> str:
    """A weekday or a date; of yesterday and today the tool says itself that their costs are not known as a whole."""
    if match := _DAY.search(reading.norm):
        return match[1]
    back = next(
        (n for n, word in enumerate(("today", "yesterday")) if re.search(rf"\b{word}\b", reading.norm)), None
    )
    return "" if back is None else f"{reading.context.now - timedelta(days=back):%Y-%m-%d}"


def _days(reading: Reading) -> dict[str, Any]:
    if match := _PERIOD.search(reading.norm):
        return {"period": f"{'this' if match['which'] == 'this' else 'last'}_{match['what'] or 'week'}"}
    if match := _DAYS.search(reading.norm):
        return {"days": max(2, min(90, int(match[1]) * (7 if match[2] == "week" else 1)))}
    words = {r"\bmonth\b": 30, r"\bweek\b": 7, r"\bquarter\b": 90}
    return next(({"days": days} for word, days in words.items() if re.search(word, reading.norm)), {})


def _oracle(reading: Reading) -> Route | None:
    norm, name, place = reading.norm, _instance(reading), _place(reading)
    if _CHANGES.search(norm):
        since = _since(reading) or ({"since": _back(norm)} if name else {})
        return _read("oci_who_changed", ({"resource": name} if name else {}) | since | place)
    if name:
        metric = _METRIC.search(norm)
        if metric and _SINCE_WHEN.search(norm):
            return _read("oci_trend", {"metric": metric[1], "resource": name} | place)
        return (
            _read("oci_metric", {"metric": metric[1], "resource": name} | _since(reading) | place)
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


def _ordered(reading: Reading) -> Route | None:
    """An order about what the last answer named: one such instance is meant, of several one must be chosen."""
    facts = reading.context.facts
    norm = _ON.sub(r"start \g<what>", _OFF.sub(r"stop \g<what>", reading.norm))
    if match := _POWER_IT.search(norm):
        if not things.told(facts, bare=not match["kind"]):
            return _nameless(match["verb"], facts)
        return _power(match["verb"], things.chosen(facts.things, match, "instance"))
    named = _POWER_NAMED.search(norm)
    thing = things.of_name(named["name"], facts.things) if named else None
    return _power(named["verb"], (thing,)) if named and thing and thing.kind == "instance" else None


def _nameless(verb: str, facts: ThreadFacts) -> Route | None:
    """What only an instance can be told, with nothing that it could mean."""
    if verb in {"reset", "restart", "reboot"} or facts.focus or facts.plan or facts.things:
        return None
    ask = f"I do not know what you mean. Name it, for example “{verb} instance web-1”."
    return Route(Kind.CLARIFY, confidence=0.4, ask=ask)


def _power(verb: str, meant: tuple[Thing, ...]) -> Route | None:
    if len(meant) == 1:
        return _route(Kind.CHANGE, _ACTIONS[verb], {"resource": meant[0].name})
    if not meant:
        return None
    options = tuple(f"{verb} instance {thing.name}" for thing in meant[:8])
    return Route(
        Kind.CLARIFY,
        tool=_ACTIONS[verb],
        tools=(_ACTIONS[verb],),
        confidence=0.5,
        ask="Which instance do you mean?",
        options=options,
    )


def _asked(reading: Reading) -> Route | None:
    """A question about what the last answer named."""
    norm, facts = reading.norm, reading.context.facts
    if _instance(reading) or reading.found.specific:
        return None
    asks = bool(_CHANGES.search(norm)), _METRIC.search(norm), bool(_STATE_OF.search(norm))
    if not any(asks):
        return None
    meant = things.referred(norm, facts)
    if len(meant) > 1:
        options = tuple(f"{reading.raw.rstrip(' ?.!')}: {thing.kind} {thing.name}" for thing in meant[:8])
        return Route(Kind.CLARIFY, confidence=0.5, ask="Which one do you mean?", options=options)
    return _about(reading, meant[0], asks[0], asks[1]) if meant else None


def _about(reading: Reading, thing: Thing, changes: bool, metric: re.Match[str] | None) -> Route | None:
    since = _since(reading)
    if changes:
        return _read("oci_who_changed", {"resource": thing.name} | (since or {"since": _back(reading.norm)}))
    if metric and thing.kind in {"instance", "load balancer", "database"}:
        kind = {} if thing.kind == "instance" else {"kind": thing.kind}
        return _read("oci_metric", {"metric": metric[1], "resource": thing.name} | kind | since)
    return _read("oci_instance", {"resource": thing.name}) if thing.kind == "instance" else None


def _alarms(reading: Reading) -> Route:
    """Who changed a named alarm is a question to the audit."""
    match = _ALARM_NAME.search(reading.raw)
    name = (match["name"] or match["before"]) if match else ""
    if name and name.lower() not in _NO_NAME and _CHANGES.search(reading.norm):
        since = _since(reading) or {"since": _back(reading.norm)}
        return _read("oci_who_changed", {"resource": name} | since | _place(reading))
    return _read("oci_alarms", _place(reading))


def _back(norm: str) -> str:
    return LONG if _MADE.search(norm) else RECENT


def _since(reading: Reading) -> dict[str, Any]:
    return {"since": reading.window.since} if reading.window.since else {}


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
