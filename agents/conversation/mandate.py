"""What the requester's own words allow a model to propose. Text that anybody else wrote adds nothing to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agents.planner import Context, Kind, Route, Topic
from agents.planner import speech as planner_speech
from agents.planner.pasted.line import mentions
from agents.planner.reading import Reading, read
from agents.planner.saying.matching import wished
from agents.planner.saying.order import sentence
from agents.planner.speech import Act
from tools.registry import ACTIONS

TARGET_KEYS = ("service", "name", "resource")
PLACES = frozenset({*TARGET_KEYS, "namespace", "cluster", "compartment", "region", "kind", "container"})
WHERE = frozenset({"namespace", "compartment"})  # what is changed, where nothing else is named
# Instances of Oracle Cloud are ordered by these verbs, and by their own name in whole: no near one is meant.
INSTANCES = {
    "instance_stop": re.compile(r"(?:stop|shut\s?down|power\s+off|turn\s+off|halt)\b"),
    "instance_start": re.compile(r"(?:start|boot|power\s+on|turn\s+on)\b"),
    "instance_reset": re.compile(r"(?:reset|reboot|restart|power[\s-]?cycle)\b"),
}
ORDERS = {
    "rollout_undo": "roll back {name}",
    "rollout_restart": "restart {name}",
    "scale": "scale {name} to {value}",
    "set_resources": "set the {what} of {name} to {value}",
    "runbook": "run the runbook {name}",
    **{f"instance_{verb}": f"{verb} the instance {{name}}" for verb in ("stop", "start", "reset")},
}
CATALOGUE = {
    action.name: action for action in ACTIONS if action.says
}  # what they are ordered by, they say themselves
_NAME = re.compile(r"[\w.:-]*\w")
_AMOUNT = re.compile(r"\d+(?:\.\d+)?[a-z]{0,2}")
ORDERS_NOTHING = frozenset({Topic.APPROVAL, Topic.INJECTION, Topic.DECLINED, Topic.PASTED, Topic.QUOTED})
UNDO, REVISION = "rollout_undo", "revision"
_FIX = re.compile(
    r"\b(?:fix|solve|repair|remedy|mitigate|resolve)\b|\bdo something\b|\bmake it (?:work|healthy)\b|\bbring it back\b"
)
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Mandate:
    """`actions` may be proposed on `targets`, with values that occur in `said`. Empty actions mean: nothing may."""

    actions: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    said: str = ""
    any_value: bool = field(default=False)  # the person left the means to us: "fix it"

    def fitted(self, action: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """Without a revision that nobody said: left out it is the one before, which is what "roll it back" means."""
        unsaid = action == UNDO and not self.any_value and bool(self._unsaid({REVISION: args.get(REVISION)}))
        return {key: value for key, value in args.items() if not (unsaid and key == REVISION)}

    def refuses(self, action: str, args: Mapping[str, Any]) -> str:
        """Why this proposal is outside the requester's words; empty when it is within."""
        if not self.actions:
            return f"I read no order for a change in this message. Ask the person to name all of it in one sentence, e.g. {ordering(action, args)}"
        if action not in self.actions:
            return f"I read their message as asking for {', '.join(sorted(self.actions))}, not for {action}"
        named = {str(args[key]).lower() for key in TARGET_KEYS if args.get(key)}
        if named and not named <= self.targets:
            return f"the person did not name {', '.join(sorted(named - self.targets))}"
        if not named and action in CATALOGUE:
            return self._unsaid(args, but=PLACES - WHERE)
        if not named and len(self.targets) != 1:
            return f"the person named {' and '.join(sorted(self.targets)) or 'no service'}; name one service or workload that they named"
        return "" if self.any_value else self._unsaid(args)

    def _unsaid(self, args: Mapping[str, Any], but: frozenset[str] = PLACES) -> str:
        for key, value in args.items():
            if key not in but and value is not None and not self._said(key, value):
                return f"the person did not say {key} {value}; ask them for the value"
        return ""

    def _said(self, key: str, value: Any) -> bool:
        """Amounts by their numbers, since 512 MB is 512Mi; names, images and tags as they stand."""
        if isinstance(value, Mapping):
            return all(self._said(key, part) for pair in value.items() for part in pair)
        if isinstance(value, list | tuple):
            return all(self._said(key, part) for part in value)
        if value is True:
            return all(re.search(rf"\b{word}", self.said) for word in key.split("_"))
        text = str(value).lower()
        if isinstance(value, str) and not _AMOUNT.fullmatch(text):
            return re.search(rf"(?<![\w.-]){re.escape(text)}(?![\w-])", self.said) is not None
        return set(_NUMBER.findall(_whole(value))) <= set(_NUMBER.findall(self.said)) | _words(self.said)


def _whole(value: Any) -> str:
    """4.0 is what people call 4."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def ordering(action: str, args: Mapping[str, Any]) -> str:
    """Words that would order this."""
    if action in CATALOGUE:
        return sentence(CATALOGUE[action], {key: _pairs(value) for key, value in args.items()})
    name = next((str(args[key]) for key in TARGET_KEYS if args.get(key)), "checkout")
    values = [(key.replace("_", " "), value) for key, value in args.items() if key not in PLACES]
    what, value = values[0] if values else ("memory limit", "256Mi")
    return ORDERS.get(action, "roll back {name}").format(name=name, what=what, value=value)


def orderable(action: str) -> bool:
    """Whether there are words that order it."""
    return action in ORDERS or action in CATALOGUE


def _pairs(value: Any) -> str:
    return ", ".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, Mapping) else str(value)


def _words(said: str) -> set[str]:
    """Numbers that were written as words."""
    words = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return {str(number) for number, word in enumerate(words) if re.search(rf"\b{word}\b", said)}


def mandate_of(route: Route, context: Context, text: str) -> Mandate:
    """Read from the requester's message and the facts of the thread that came from people, plans and typed results."""
    if route.topic in ORDERS_NOTHING or (route.kind is not Kind.CHANGE and mentions(text)):
        return Mandate()
    reading = read(text, context)
    if route.kind is Kind.CHANGE and route.tool in CATALOGUE:
        return _ordered(route, context, reading)
    instances = _instances(reading.norm, text)
    if route.kind is Kind.CHANGE and route.tool in INSTANCES:
        return _powering(route, context, instances, reading.norm)
    if route.kind is not Kind.CHANGE and (loosely := _loosely(reading, instances)):
        return loosely
    targets = {name.lower() for name in reading.found.services}
    targets |= {reading.found.name} if reading.found.name else set()
    targets |= {name.lower() for _, near in reading.found.near for name in near[:1]}
    focus = context.facts.focus
    if not targets and focus is not None:
        targets = {name.lower() for name in (focus.service, focus.name) if name}
    low = reading.norm
    if route.kind is Kind.CHANGE:
        named = {str(route.args[key]).lower() for key in TARGET_KEYS if route.args.get(key)}
        said = f"{low} {' '.join(str(value) for value in route.args.values())}"
        actions = {route.tool} | (instances.actions if instances else set())
        return Mandate(frozenset(actions), frozenset(targets | named), said)
    if reading.speech.act is Act.ORDER:
        actions = set(planner_speech.actions(low)) | (
            {"set_resources", "scale"} if reading.speech.setting else set()
        )
        return Mandate(frozenset(actions), frozenset(targets), low)
    if _FIX.search(low) and reading.speech.act is Act.ASK:
        return Mandate(
            frozenset({"rollout_undo", "rollout_restart"}), frozenset(targets), low, any_value=True
        )
    return Mandate()


def _ordered(route: Route, context: Context, reading: Reading) -> Mandate:
    """What the action's own sentences said: on these names, with these values."""
    named = {str(route.args[key]).lower() for key in TARGET_KEYS if route.args.get(key)}
    idents = {thing.id.lower() for thing in context.facts.things if thing.id and thing.name.lower() in named}
    values = " ".join(f"{key.replace('_', ' ')} {_pairs(value)}" for key, value in route.args.items())
    services = {name.lower() for name in reading.found.services}
    said = f"{reading.norm} {reading.low} {values.lower()}"
    return Mandate(frozenset({route.tool}), frozenset(named | idents | services), said)


def _loosely(reading: Reading, instances: Mandate | None) -> Mandate | None:
    """An order in words that no sentence of an action reads whole: only on what is named in it, in whole."""
    actions = wished(reading.raw, reading.norm, tuple(CATALOGUE.values()))
    if not actions:
        return instances
    more = instances or Mandate()
    names = frozenset(_NAME.findall(reading.low))
    return Mandate(actions | more.actions, names | more.targets, f"{reading.norm} {reading.low}")


def _powering(route: Route, context: Context, instances: Mandate | None, norm: str) -> Mandate:
    """The instance that the words name, or that they refer back to: by its name, and by its OCID."""
    whole = str(route.args.get("resource", "")).lower()
    idents = {thing.id.lower() for thing in context.facts.things if thing.name.lower() == whole and thing.id}
    more = instances or Mandate()
    return Mandate(frozenset({route.tool}) | more.actions, frozenset({whole}) | idents | more.targets, norm)


def _instances(norm: str, text: str) -> Mandate | None:
    """An order about an instance; only one that is named in it, in whole."""
    if not re.search(r"\b(?:instance|vm|machine|server|host)\b|ocid1\.", norm):
        return None
    actions = {action for action, verbs in INSTANCES.items() if planner_speech.begins(norm, verbs)}
    if not actions:
        return None
    return Mandate(frozenset(actions), frozenset(_NAME.findall(text.lower())), norm)
