"""The tools as a model sees them: one fixed list a role, the same bytes every time."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic.fields import FieldInfo

from agents.ranking import fitting, ranked
from tools.plan import Action
from tools.spec import Tool

CORE = (
    "k8s_unhealthy", "k8s_diagnose", "k8s_logs", "k8s_rollouts", "k8s_events", "k8s_usage",
    "ops_service", "prom_query", "k8s_resources", "k8s_who_can",
)  # fmt: skip
MAX_CORE = 12
CORE_ACTIONS = (
    "rollout_undo", "rollout_restart", "scale", "set_resources", "instance_start", "instance_stop", "instance_reset",
)  # fmt: skip
WHOLE = 3  # tools that are found with their arguments
CHANGES = 3  # changes that are found beside them
VALUES = "; others: as find_tools says. revision: only if said, else the one before; replicas: in the end; cpu like 250m, memory like 512Mi"
NO_TOOL = "What none of the tools reads cannot be seen: then tell the person so."
FIND, CALL, PROPOSE = "find_tools", "call_tool", "propose_change"
_DROPPED = frozenset(
    {"title", "default", "maxLength", "pattern", "examples", "minLength", "minimum", "maximum"}
)
_PLAIN = frozenset({"service", "cluster", "namespace"})  # the system prompt explains these once
_UNSHOWN = frozenset({"limit"})  # what a model reads is cut to a budget anyway

Function = dict[str, Any]


@dataclass(frozen=True)
class Toolset:
    """`functions` in the form that providers take; `key` names their bytes; `more` are found by `find_tools`.

    `changes` are all actions: the core ones are listed with their arguments, the others are found too.
    """

    functions: tuple[Function, ...]
    key: str
    more: tuple[Tool[Any], ...]
    core: tuple[str, ...]
    changes: tuple[Action[Any], ...]

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(action.name for action in self.changes)

    def find(self, query: str, limit: int = 5) -> str:
        """Tools beyond the core that fit, with their arguments, for a model to read; and changes that do."""
        scored = ranked(query, self.more)
        found = [_told(tool, whole=at < WHOLE) for at, tool in enumerate(scored[:limit])]
        if not found:
            return "\n".join(
                [f"There are no tools beyond {', '.join(self.core)}. {NO_TOOL}", *self._found(query)]
            )
        which = "All further tools" if len(scored) <= limit else f"The nearest of {len(scored)} further tools"
        return "\n".join([f"{which}; they need not fit. {NO_TOOL}", *found, *self._found(query)])

    def _found(self, query: str) -> list[str]:
        near = fitting(query, self.changes)[:CHANGES]
        return [f"Changes, only for {PROPOSE}:", *map(_offered, near)] if near else []

    def nearest(self, name: str) -> tuple[str, ...]:
        """Changes whose names or words are like this one's."""
        return tuple(action.name for action in fitting(name.replace("_", " "), self.changes)[:CHANGES])


def _told(tool: Tool[Any], *, whole: bool) -> str:
    """Name and summary; with the arguments for the ones that fit best, a wrong call names those of the others."""
    text = f"{tool.name}: {tool.summary}"
    return f"{text} Arguments: {json.dumps(slim(tool.schema()), separators=(',', ':'))}" if whole else text


def _offered(action: Action[Any]) -> str:
    example = f" E.g. {action.examples[0]}." if action.examples else ""
    return f"{action.name}({_arguments(action)}): {action.summary}{example}"


def toolset_of(visible: Iterable[Tool[Any]], actions: Iterable[Action[Any]]) -> Toolset:
    """The fixed set for what a person may use. Equal permissions give equal bytes."""
    return _built(tuple(visible), tuple(actions))


@lru_cache(maxsize=64)
def _built(visible: tuple[Tool[Any], ...], actions: tuple[Action[Any], ...]) -> Toolset:
    by_name = {tool.name: tool for tool in visible}
    names = [name for name in CORE if name in by_name][:MAX_CORE]
    functions = [
        function(tool.name, tool.summary, slim(tool.schema())) for tool in (by_name[name] for name in names)
    ]
    functions += [_find(), _call(), _propose(actions)]
    key = hashlib.sha256(json.dumps(functions).encode()).hexdigest()[:16]
    more = tuple(tool for tool in visible if tool.name not in names)
    return Toolset(tuple(functions), key, more, tuple(names), actions)


def function(name: str, description: str, parameters: Mapping[str, Any]) -> Function:
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": dict(parameters)},
    }


def _find() -> Function:
    query = {"query": {"type": "string"}}
    schema = {"type": "object", "properties": query, "required": ["query"]}
    return function(
        FIND,
        "Search further tools and changes by topic, e.g. node capacity, drain node; names them and their arguments.",
        schema,
    )


def _call() -> Function:
    properties = {"name": {"type": "string"}, "args": {"type": "object"}}
    schema = {"type": "object", "properties": properties, "required": ["name", "args"]}
    return function(CALL, "Run a tool that find_tools named, with the arguments it listed.", schema)


def _propose(actions: tuple[Action[Any], ...]) -> Function:
    by_name = {action.name: action for action in actions}
    alike: dict[str, list[str]] = {}
    for name in CORE_ACTIONS:
        if name in by_name:
            alike.setdefault(_arguments(by_name[name]), []).append(name)
    listed = "; ".join(f"{', '.join(names)}({takes})" for takes, names in alike.items()) + VALUES
    properties = {
        "action": {"type": "string"},
        "args": {"type": "object", "description": listed},
        "reason": {"type": "string", "description": "why, in one sentence"},
    }
    schema = {"type": "object", "properties": properties, "required": ["action", "args", "reason"]}
    return function(
        PROPOSE,
        "Propose a change that the person asked for. People approve it; nothing happens before.",
        schema,
    )


def _arguments(action: Action[Any], *, typed: bool = False) -> str:
    """Places that are filled in anyway are left out, but for one that is itself the target."""
    fields = action.args.model_fields
    either = {"service", "name"} <= set(fields) and not fields["name"].is_required()
    hidden = {"cluster", "kind"} | (
        {"service", "name"} if either else {"service"} if "name" in fields else set()
    )
    shown = sorted(
        (each for each in fields.items() if each[0] not in hidden), key=lambda each: not each[1].is_required()
    )
    rest = [
        f"{name}{_typed(field) if typed else '' if field.is_required() else '?'}" for name, field in shown
    ]
    return ", ".join([*(["service or name"] if either else []), *rest])


def misnamed(action: Action[Any], args: Mapping[str, Any]) -> str:
    """Which arguments the action does not take, and those that it does; empty where each name is one of its own."""
    wrong = [str(name)[:40] for name in args if name not in action.args.model_fields]
    return f"wrong arguments: {', '.join(wrong)}; it takes {_arguments(action, typed=True)}" if wrong else ""


def _typed(field: FieldInfo) -> str:
    return " (whole number)" if "int" in re.findall(r"[a-z]+", str(field.annotation)) else ""


def slim(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON schema with what a model needs: names, types, enums, descriptions; references written out."""
    defs = schema.get("$defs", {})
    found = _slim(schema, defs)
    return found if isinstance(found, dict) else {}


def _slim(node: Any, defs: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_slim(item, defs) for item in node]
    if not isinstance(node, Mapping):
        return node
    if "$ref" in node:
        return _slim(defs.get(str(node["$ref"]).rsplit("/", 1)[-1], {}), defs)
    if "anyOf" in node:
        some = [item for item in node["anyOf"] if item.get("type") != "null"]
        if len(some) == 1:
            return _slim({**some[0], **{k: v for k, v in node.items() if k != "anyOf"}}, defs)
    kept = {k: v for k, v in node.items() if k not in _DROPPED and k not in {"$defs", "additionalProperties"}}
    if "properties" in kept:
        kept["properties"] = {
            name: _property(name, item, defs)
            for name, item in kept["properties"].items()
            if name not in _UNSHOWN
        }
        return kept if node.get("type") else {**kept, "type": "object"}
    return {
        key: _slim(value, defs) if key in {"items", "anyOf", "allOf", "oneOf"} else value
        for key, value in kept.items()
    }


def _property(name: str, node: Any, defs: Mapping[str, Any]) -> Any:
    found = _slim(node, defs)
    if name in _PLAIN and isinstance(found, dict):
        found.pop("description", None)
    return found
