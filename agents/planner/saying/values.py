"""What an argument's words look like and what they stand for: names, numbers, images, tags."""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping
from typing import Any

from pydantic.fields import FieldInfo

from agents.planner.quantities import COUNT_WORDS
from agents.planner.stopwords import words_of
from tools.plan import Action

WORKLOAD = "workload"  # an argument of templates that stands for service, name and kind
_KIND = r"deployments?|deploy|statefulsets?|sts|daemonsets?|ds|service|svc|app|application|workload"
_ONE = r"\"[^\"]+\"|'[^']+'|“[^”]+”|[^\s,;\"'?!“”]*[^\s,;\"'?!“”.:]"
_NUMBER = rf"\d+(?:\.\d+)?|{'|'.join(COUNT_WORDS)}"
_PAIR = r"[A-Za-z][\w./-]*\s?=\s?(?:\"[^\"]*\"|'[^']*'|[^\s,;\"'?!]*[^\s,;\"'?!.])"
_WORKLOAD = rf"(?:(?:{_KIND})(?:\s+|/))?(?:{_ONE})(?:\s+(?:{_KIND})\b)?"
# What stands where a name could stand and is none.
_NO_NAME = words_of(
    "the a an in on of to from for with and or all every any my our please now then again so as at by is are be its their"
    " there here nothing something everything anything one some both each more less up down out off over back between"
    " because since if when unless until after before while not no node nodes pod pods job jobs cronjob cronjobs cron"
    " instance instances pool pools database databases volume volumes backend backends deployment deployments rollout"
    " service workload namespace cluster load balancer lb image autoscaler hpa tags tag failed failing oldest newest old new"
    " last latest first broken stuck crashing other same whole current running pending evicted bad wrong next previous whatever"
    " alarm alarms alert alerts secret secrets replica replicas idle unused unhealthy slow slowest worst biggest"
)
PRONOUNS = frozenset({"it", "this", "that", "them", "these", "those"})


def fields_of(action: Action[Any]) -> Mapping[str, FieldInfo]:
    return dict(action.args.model_fields)


def shape_of(action: Action[Any], name: str) -> str:
    if name == WORKLOAD and WORKLOAD not in fields_of(action):
        return _WORKLOAD
    kinds = _kinds(fields_of(action)[name].annotation)
    if kinds & {int, float}:
        return rf"(?:{_NUMBER})%?" if int not in kinds else _NUMBER  # a share of something is no count
    return rf"(?:{_PAIR})(?:(?:\s*,\s*|\s+and\s+|\s+)(?:{_PAIR}))*" if dict in kinds else _ONE


def value_of(action: Action[Any], name: str, said: str) -> Any:
    """The value that the words stand for; None where they are no value, such as a pronoun or "the"."""
    value = converted(fields_of(action)[name], said)
    return None if isinstance(value, str) and is_no_name(value) else value


def converted(info: FieldInfo, said: str) -> Any:
    """Words as an argument's type wants them; None where they are none of it."""
    kinds = _kinds(info.annotation)
    if bool in kinds:
        return {"true": True, "false": False}.get(said.lower())
    if kinds & {int, float}:
        return number(said, whole=float not in kinds)
    if dict in kinds:
        found = (pair.partition("=") for pair in pairs(said))
        return {key.strip(): unquoted(value) for key, _, value in found} or None
    if list in kinds:
        return [unquoted(part) for part in said.split(",")]
    return unquoted(said)


def is_no_name(word: str) -> bool:
    return word.lower() in _NO_NAME | PRONOUNS


def number(said: str, *, whole: bool) -> int | float | None:
    """A whole number stays one where the argument takes both."""
    if said.lower() in COUNT_WORDS:
        return COUNT_WORDS[said.lower()]
    if said.isdecimal():
        return int(said)
    part = "" if whole else said.removesuffix("%")
    if part.isdecimal():
        return int(part)
    return float(part) if re.fullmatch(r"\d+\.\d+", part) else None


def pairs(said: str) -> list[str]:
    return re.findall(_PAIR, said)


def unquoted(said: str) -> str:
    return said.strip().strip("\"'“”").strip()


def _kinds(annotation: Any) -> set[type]:
    """The plain types that an annotation is made of, through unions, literals and `Annotated`."""
    origin = typing.get_origin(annotation)
    if annotation is None or origin is typing.Literal:
        return {str}
    if isinstance(annotation, type) and origin is None:
        return {annotation}
    if origin is dict or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return {dict}
    if origin in {list, tuple}:
        return {list}
    inner = typing.get_args(annotation)[:1] if origin is typing.Annotated else typing.get_args(annotation)
    return set().union(*(_kinds(item) for item in inner)) if inner else {str}
