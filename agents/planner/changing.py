"""An order to change something, to an action with its arguments. What is missing is asked, never invented."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from agents.planner import quantities
from agents.planner.reading import Reading
from agents.planner.route import Kind, Route, Topic
from agents.planner.target import MAX_OPTIONS, Target, clarify, for_change

_RESOURCE = re.compile(r"\b(?:memory|cpu|limits?|requests?|resources)\b")
_COUNTED = re.compile(r"\b(?:replicas?|pods?|instances?|copies|scale)\b")
_CONTAINER = re.compile(r"\bcontainer\s+[\"'`]?(?P<name>[a-z0-9][a-z0-9-]*)")
_UNDO_PLAN = re.compile(
    r"\bundo\s+(?:that|it|this|the\s+(?:change|plan|last\s+(?:change|one|plan)|restart|scal\w+))\b|\b(?:revert|reverse|take\s+back)\s+(?:that|this|the\s+(?:change|last\s+change))\b|\bput\s+it\s+back\s+(?:how|as|the\s+way)\b"
)
_IN_WORDS = {
    "rollout_undo": "roll back",
    "rollout_restart": "restart",
    "scale": "scale",
    "set_resources": "set",
}


def order(reading: Reading) -> Route | None:
    """The route of a text that orders a change, or None when it names none that an action makes."""
    if _UNDO_PLAN.search(reading.norm) and not reading.found.specific:
        return undo(reading)
    action = _action(reading)
    if not action:
        return None
    target = for_change(reading)
    if target.question:
        return clarify(_plainly(reading, target, action), action, (action,))
    if action == "scale":
        return (
            _scale(reading, target) if target.args.get("kind") != "node" else None
        )  # nodes have no replicas
    if action == "set_resources":
        return _set_resources(reading, target)
    if action == "rollout_undo":
        return _undo_rollout(reading, target)
    return _propose(action, target.args, target)


def _plainly(reading: Reading, target: Target, action: str) -> Target:
    """Options in plain words: where nothing was named, "restart everything for gateway" is no sentence."""
    if action not in {"rollout_undo", "rollout_restart"} or target.args or reading.found.near:
        return target
    names = reading.context.catalog.services()[:MAX_OPTIONS]
    return replace(target, options=tuple(f"{_IN_WORDS[action]} {name}" for name in names))


def undo(reading: Reading) -> Route:
    """Undo of the last plan in this thread; a rollout that no plan of ours made is rolled back instead."""
    plan = reading.context.facts.plan
    if plan is not None:
        return Route(Kind.CHANGE, tool="undo", args={"plan": plan.id}, tools=("undo",), confidence=0.9)
    target = for_change(reading)
    if target.question or not re.search(r"\b(?:rollout|deploy\w*|release)\b", reading.norm):
        return Route(
            Kind.CLARIFY,
            tool="undo",
            tools=("undo",),
            confidence=0.4,
            ask="No change of this thread waits to be undone. What shall be rolled back?",
            options=tuple(f"roll back {name}" for name in _candidates(reading)),
        )
    return _propose("rollout_undo", target.args, target)


def _candidates(reading: Reading) -> tuple[str, ...]:
    focus = reading.context.facts.focus
    return (focus.label,) if focus and focus.label else reading.context.catalog.services()[:8]


def _action(reading: Reading) -> str:
    """The one action that the words order; memory and CPU beat `scale`, numbers of pods beat `set`."""
    norm, changes = reading.norm, reading.speech.changes
    if _RESOURCE.search(norm) and (quantities.memory(norm) or quantities.cpu(norm)):
        return "set_resources"
    if changes:
        return changes[0] if changes[0] != "scale" or not _about_resources(norm) else "set_resources"
    if not reading.speech.setting:
        return ""
    return "scale" if _COUNTED.search(norm) and not _RESOURCE.search(norm) else "set_resources"


def _about_resources(norm: str) -> bool:
    return bool(re.search(r"\b(?:memory|cpu)\b", norm)) and not re.search(
        r"\b(?:replicas?|pods?|instances?|copies)\b", norm
    )


def _scale(reading: Reading, target: Target) -> Route:
    wanted = quantities.replicas(reading.norm)
    if wanted is None:
        name = target.args.get("service") or target.args.get("name", "it")
        options = (
            ()
            if quantities.is_relative(reading.norm)
            else tuple(f"scale {name} to {n}" for n in (2, 3, 4, 6))
        )
        return Route(
            Kind.CLARIFY,
            tool="scale",
            args=target.args,
            tools=("scale",),
            confidence=0.5,
            ask=f"To how many replicas shall {name} be scaled? Name the total, for example: scale {name} to 4.",
            options=options,
        )
    return _propose("scale", {**target.args, "replicas": wanted}, target)


def _set_resources(reading: Reading, target: Target) -> Route:
    args: dict[str, Any] = dict(target.args)
    args |= amounts(reading.norm)
    if container := _CONTAINER.search(reading.low):
        args["container"] = container["name"]
    if not any(key in args for key in ("memory_limit", "memory_request", "cpu_limit", "cpu_request")):
        name = target.args.get("service") or target.args.get("name", "it")
        what = "cpu" if "cpu" in reading.norm and "memory" not in reading.norm else "memory"
        example = "500m" if what == "cpu" else "512Mi"
        return Route(
            Kind.CLARIFY,
            tool="set_resources",
            args=target.args,
            tools=("set_resources",),
            confidence=0.5,
            ask=f"To what value? For example: set {name} {what} to {example}.",
        )
    return _propose("set_resources", args, target)


def amounts(norm: str) -> dict[str, str]:
    """Requests and limits that the words name; a bare "memory to 64Mi" is the limit."""
    found: dict[str, str] = {}
    asks_request, asks_limit = bool(re.search(r"\brequests?\b", norm)), bool(re.search(r"\blimits?\b", norm))
    for name, value in (("memory", quantities.memory(norm)), ("cpu", quantities.cpu(norm))):
        if value and asks_request:
            found[f"{name}_request"] = value
        if value and (asks_limit or not asks_request):
            found[f"{name}_limit"] = value
    return found


def _undo_rollout(reading: Reading, target: Target) -> Route:
    args: dict[str, Any] = dict(target.args)
    wanted = quantities.revision(reading.norm)
    if wanted is not None:
        args["revision"] = wanted
    return _propose("rollout_undo", args, target)


def _propose(action: str, args: dict[str, Any], target: Target) -> Route:
    return Route(
        Kind.CHANGE,
        tool=action,
        args=args,
        tools=(action,),
        confidence=round(0.95 * target.sure, 2),
        notes=target.notes,
    )


def instead_of_order(reading: Reading) -> Route:
    """What to say when a text only wonders how a change is made."""
    action = reading.speech.changes[0] if reading.speech.changes else _action(reading) or "rollout_undo"
    return Route(Kind.HELP, tool=action, topic=Topic.HOW_TO, confidence=0.85, args=_named(reading))


def _named(reading: Reading) -> dict[str, Any]:
    found = reading.found.where()
    focus = reading.context.facts.focus
    return found or (focus.where() if focus else {})
