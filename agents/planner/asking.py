"""A question, to the tool or playbook that answers it, with its arguments."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agents.planner import arguments
from agents.planner.intents import CHANGED, DOWN, FAILING, PROBLEM, REMAINS, SLOW, WHY, WRONG_IN, score
from agents.planner.playbooks import (
    IS_PROBLEM,
    OVERVIEW,
    PLAYBOOKS,
    SAFE_TO_CHANGE,
    WHAT_CHANGED,
    WHY_DOWN,
    WHY_FAILING,
    WHY_SLOW,
    WIDE,
)
from agents.planner.reading import Reading
from agents.planner.route import Kind, Route, Topic
from agents.planner.samples import guesses
from agents.planner.speech import Act
from agents.planner.target import Target, clarify, for_read

ENOUGH = 2.0  # points below which a tool is a guess
STRONG = 4.5
NEEDS_TARGET = frozenset({"k8s_logs", "k8s_rollouts", "k8s_diagnose", "ops_service"})
_HEALTHY = re.compile(
    r"\b(?:healthy|okay|fine|alive|well|good|running|up|stable|green|normal|operational|working|back|recovered|better|fixed|solved|resolved|over)\b"
)
_IS = re.compile(r"^(?:so |and |hey |but |now )*(?:is|are|was|does|do|has|did|looks?)\b")
_NO_SUSPECT = frozenset(
    {
        "",
        "the",
        "a",
        "there",
        "any",
        "it",
        "this",
        "that",
        "what",
        "everything",
        "anything",
        "something",
        "he",
        "you",
    }
)
_HOW_IS = re.compile(
    r"^(?:and |so |hey |but |now )*how (?:is|are|does|do)\b(?! (?:it|that|this) (?:possible|work))"
)
_DATA = re.compile(
    r"\b(?:logs?|events?|memory|cpu|latency|rate|p9\d|p50|rollouts?|revisions?|history|usage|metrics?|traffic|who|owner|owns|dashboard|runbook|limit)\b"
)


def question(reading: Reading) -> Route:
    """The best reading of a text that orders nothing."""
    points = score(reading.norm)
    for attempt in (_wondering, _culprit, _changed, _wrong_there, _why):
        if (found := attempt(reading, points)) is not None:
            return found
    return _tool(reading, points)


def _wondering(reading: Reading, _points: dict[str, float]) -> Route | None:
    """Facts for the decision that a question about a change is after; never a proposal."""
    if reading.speech.act is not Act.WONDER or not (reading.speech.changes or reading.speech.setting):
        return None
    action = reading.speech.changes[0] if reading.speech.changes else "set_resources"
    return _playbook(reading, SAFE_TO_CHANGE, 0.85, {"change": action})


def _culprit(reading: Reading, points: dict[str, float]) -> Route | None:
    match = PROBLEM.search(reading.norm)
    if match is None or re.match(r"(?:and |so )?(?:what|which|who|where|why)\b", reading.norm):
        return None
    suspect = next((word for word in match.groupdict().values() if word), "")
    suspect = re.sub(r"^(?:the|a|our|there|any)\s+|\s+(?:the|a|is|be)$", "", suspect).strip()
    if suspect in _NO_SUSPECT or re.search(r"\b(?:is|are) there\b", reading.norm):
        return None
    strongest = max(points.values(), default=0.0)
    if strongest > 7:
        return None
    return _blamed(reading, suspect)


def _blamed(reading: Reading, suspect: str) -> Route:
    """The suspect may be a service itself; then the thread's focus, or the other one named, is what suffers."""
    named, focus = reading.found.services, reading.context.facts.focus
    accused = [name for name in named if name in suspect or suspect in name] or list(named[:1])
    if not named or not any(word in suspect for word in accused[0].split("-")):
        return _playbook(reading, IS_PROBLEM, 0.85, {"suspect": suspect})
    rest = [name for name in named if name != accused[0]]
    args: dict[str, Any] = (
        {"service": rest[0]} if rest else dict(focus.where() if focus else {"service": accused[0]})
    )
    tools = PLAYBOOKS[IS_PROBLEM]
    args |= {"suspect": accused[0]}
    return Route(Kind.PLAYBOOK, tool=tools[0], args=args, tools=tools, confidence=0.85, playbook=IS_PROBLEM)


def _changed(reading: Reading, points: dict[str, float]) -> Route | None:
    if (
        not CHANGED.search(reading.norm)
        or points.get("k8s_rollouts", 0) >= 4
        or points.get("k8s_who_can", 0) >= 4
    ):
        return None
    return _playbook(reading, WHAT_CHANGED, 0.88)


def _wrong_there(reading: Reading, _points: dict[str, float]) -> Route | None:
    """What is wrong in a namespace is more than which pods are missing: a policy cuts off pods that run."""
    if reading.found.specific or not reading.found.namespace:
        return None
    if not WRONG_IN.search(reading.norm) and not REMAINS.search(reading.norm):
        return None
    return _called(reading, "k8s_diagnose", for_read(reading, needed=False), 0.9)


def _why(reading: Reading, points: dict[str, float]) -> Route | None:
    """Causes are for playbooks; a symptom that is only stated is a question for its cause."""
    norm, asked = reading.norm, bool(WHY.search(reading.norm))
    symptom = _symptom(norm)
    if not symptom:
        return _why_general(reading) if asked and reading.found.specific and not _DATA.search(norm) else None
    if not asked and (_strongest(points, {"k8s_diagnose", "k8s_unhealthy"}) >= 3.5 or _counting(norm)):
        return None
    if not reading.found.specific and not asked and not _states(reading):
        return None
    if asked and points.get("k8s_who_can", 0) >= 5:
        return None
    return _playbook(reading, symptom, 0.9 if asked else 0.8)


def _symptom(norm: str) -> str:
    if SLOW.search(norm) and not re.search(r"\bprogressing slowly\b", norm):
        return WHY_SLOW if not re.search(r"\bcrash|\bfail", norm) else WHY_FAILING
    if DOWN.search(norm):
        return WHY_DOWN
    if FAILING.search(norm):
        return WHY_FAILING
    return ""


def _why_general(reading: Reading) -> Route:
    return _playbook(reading, WHY_FAILING, 0.65)


def _strongest(points: dict[str, float], but: set[str]) -> float:
    return max((value for name, value in points.items() if name not in but), default=0.0)


def _counting(norm: str) -> bool:
    return bool(re.match(r"^(?:how many|how much|how often|list|show|which|count|any)\b", norm))


def _states(reading: Reading) -> bool:
    """A plain statement or yes/no question about what the thread is on, such as "it is slow"."""
    return reading.context.facts.focus is not None and reading.words <= 12 and not _counting(reading.norm)


def _playbook(reading: Reading, name: str, confidence: float, extra: dict[str, Any] | None = None) -> Route:
    wide_ok = name in WIDE and _wide(reading)
    target = for_read(reading, needed=not wide_ok)
    if target.question:
        return clarify(target, PLAYBOOKS[name][0], PLAYBOOKS[name])
    has_target = "service" in target.args or "name" in target.args
    tools = PLAYBOOKS[name] if has_target or not wide_ok else WIDE[name]
    args = {**target.args, **reading.window.as_args(), **(extra or {})}
    sure = round(confidence * target.sure, 2)
    return Route(
        Kind.PLAYBOOK,
        tool=tools[0],
        args=args,
        tools=tools,
        confidence=sure,
        playbook=name,
        notes=target.notes,
    )


def _wide(reading: Reading) -> bool:
    """Whether the text looks at more than one workload: everything, a namespace, a cluster."""
    if reading.found.specific or reading.found.near:
        return False
    return bool(
        reading.found.namespace
        or reading.found.listed_kind
        or reading.found.cluster
        or re.search(
            r"\b(?:everything|anything|something|all|cluster|shop|platform|production|namespace|pods|services|apps|we|things|stuff|users|customers|people|here|overnight|today|yesterday)\b",
            reading.norm,
        )
        or not reading.context.facts.focus
    )


def _tool(reading: Reading, points: dict[str, float]) -> Route:
    if _asks_health(reading, points):
        return _playbook(reading, OVERVIEW, 0.85)
    points = _adjusted(reading, points)
    if not points or max(points.values()) < ENOUGH:
        return _weak(reading, points)
    ranked = sorted(points, key=lambda name: (-points[name], name))
    best = ranked[0]
    margin = points[best] - (points[ranked[1]] if len(ranked) > 1 else 0)
    confidence = _confidence(points[best], margin)
    needed = best in NEEDS_TARGET or (
        best == "prom_query" and "query" not in arguments.FILLERS[best](reading)
    )
    target = for_read(reading, needed=needed)
    if target.question:
        return clarify(target, best, (best,))
    return _called(reading, best, target, confidence)


def _called(reading: Reading, tool: str, target: Target, confidence: float) -> Route:
    fill: Callable[[Reading], dict[str, Any]] = arguments.FILLERS.get(tool, lambda _: {})
    filled = fill(reading)
    where = _as_service(target.args) if tool in {"ops_service", "prom_query"} else target.args
    if "query" in filled:
        where = {}
    elif tool == "k8s_who_can" and ("who" in filled or not reading.found.known):
        where = {key: value for key, value in where.items() if key != "service"}
    args = {**where, **filled, **_when(reading, tool)}
    sure = round(confidence * target.sure, 2)
    return Route(Kind.TOOL, tool=tool, args=args, tools=(tool,), confidence=sure, notes=target.notes)


def _when(reading: Reading, tool: str) -> dict[str, str]:
    """As much of the time as the tool takes; what it does not take is said with the answer."""
    window = reading.window.as_args() if tool in arguments.TIMED else {}
    return window if tool in arguments.ENDING else {k: v for k, v in window.items() if k != "until"}


def _as_service(where: dict[str, str]) -> dict[str, str]:
    """These tools know services only: a workload stands for the service of its name."""
    name = where.get("service") or where.get("name", "")
    return {
        **{key: value for key, value in where.items() if key not in {"name", "kind"}},
        **({"service": name} if name else {}),
    }


def _asks_health(reading: Reading, points: dict[str, float]) -> bool:
    """Whether one service is asked about at a glance: is it okay, how is it doing."""
    if not (reading.found.specific or reading.context.facts.focus) or reading.found.listed_kind == "pod":
        return False
    if not reading.found.specific and (points.get("k8s_unhealthy", 0) >= 4.5 or reading.found.namespace):
        return False
    asked = (_IS.match(reading.norm) and _HEALTHY.search(reading.norm)) or _HOW_IS.match(reading.norm)
    others = {"k8s_unhealthy", "ops_service", "k8s_diagnose", "k8s_usage"}
    return bool(asked and not _DATA.search(reading.norm) and _strongest(points, others) < 3)


def _adjusted(reading: Reading, points: dict[str, float]) -> dict[str, float]:
    """Points after what the text names: one workload speaks for diagnosis, many for the list."""
    points = dict(points)
    unhealthy, diagnose = points.get("k8s_unhealthy", 0.0), points.get("k8s_diagnose", 0.0)
    if reading.found.specific and unhealthy >= ENOUGH and diagnose < unhealthy:
        points["k8s_diagnose"] = points.pop("k8s_unhealthy") + 0.1
    elif not reading.found.specific and diagnose >= ENOUGH and _names_many(reading):
        points["k8s_unhealthy"] = points.pop("k8s_diagnose") + unhealthy
    if reading.found.listed_kind in {"service", "secret"} and "k8s_usage" not in points:
        points.setdefault("k8s_resources", 0.5)
    return points


def _names_many(reading: Reading) -> bool:
    if not (reading.found.namespace or not reading.context.facts.focus) or not _wide(reading):
        return False
    many = re.search(r"\b(?:everything|anything|cluster|all|shop|platform)\b", reading.norm)
    return bool(reading.found.any or reading.found.listed_kind or many)


def _confidence(points: float, margin: float) -> float:
    """More points and a wider lead are surer; 0.95 is as sure as words get."""
    return min(0.95, 0.45 + min(points, 6.0) * 0.05 + min(margin, 4.0) * 0.05)


def _weak(reading: Reading, points: dict[str, float]) -> Route:
    """Too little to go on: a bare name is an overview, a known place its health; else say what can be asked."""
    if reading.found.specific and reading.found.known and reading.words <= 4:
        return _playbook(reading, OVERVIEW, 0.6)
    if reading.found.near and not reading.found.specific:
        return clarify(for_read(reading, needed=True))
    if reading.found.specific and (reading.found.known or points):
        name = reading.found.where().get("service") or reading.found.name
        options = (
            f"why is {name} failing?",
            f"show me {name}'s last errors",
            f"what changed in {name}?",
            f"overview of {name}",
        )
        return Route(
            Kind.CLARIFY,
            args=reading.found.where(),
            confidence=0.35,
            ask=f"What would you like to know about {name}?",
            options=options,
        )
    if reading.found.namespace and reading.words <= 5:
        return _playbook(reading, OVERVIEW, 0.55)
    if points:
        return Route(
            Kind.CLARIFY,
            confidence=0.3,
            ask="I am not sure what you mean. One of these?",
            options=guesses(points),
        )
    return Route(Kind.NONE, topic=Topic.OUTSIDE, confidence=0.4)
