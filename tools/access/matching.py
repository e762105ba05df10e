"""Does the rule of a dynamic group match a resource? As far as what is known of it decides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tools.access.syntax import Comparison, Condition, Group, Presence, Sets, Values, is_variable
from tools.access.tokens import Kind, Token

INSTANCE: Final = "instance"
_TAG: Final = re.compile(r"(?:instance\.|resource\.)?tag\.(?P<space>[^.]+)\.(?P<key>.+?)(?:\.value)?$")


@dataclass(frozen=True, slots=True)
class Thing:
    """A resource as a rule sees it. `tags` are defined tags by namespace and key, all in lower case but the values."""

    id: str
    type: str
    compartment: str
    name: str = ""
    tags: Mapping[tuple[str, str], str] = field(default_factory=dict)


def matches(condition: Condition, thing: Thing) -> bool | None:
    """None where it asks for what is not known here."""
    if isinstance(condition, Group):
        found = [matches(one, thing) for one in condition.list.items]
        if condition.quantifier.low == "any":
            return True if True in found else None if None in found else False
        return False if False in found else None if None in found else True
    if isinstance(condition, Sets):
        return None
    known, value = _value(condition.variable, thing)
    if not known:
        return None
    if isinstance(condition, Presence):
        return (value is None) == (condition.absent is not None)
    return _compared(condition, value)


def _value(variable: Token, thing: Thing) -> tuple[bool, str | None]:
    """Whether the variable is known here, and its value; None is a tag that is not there."""
    name = variable.low
    machine = thing.type == INSTANCE
    plain = {
        "instance.id": thing.id if machine else None,
        "instance.compartment.id": thing.compartment if machine else None,
        "resource.type": thing.type,
        "resource.id": thing.id,
        "resource.compartment.id": thing.compartment,
    }
    if name in plain:
        return True, plain[name]
    found = _TAG.match(name)
    return (True, thing.tags.get((found["space"], found["key"]))) if found else (False, None)


def _compared(condition: Comparison, value: str | None) -> bool | None:
    if condition.sign not in {"=", "!=", "in", "not in"}:
        return None
    values = condition.value.list.items if isinstance(condition.value, Values) else condition.value
    each = values if isinstance(values, tuple) else (values,)
    found = [_equal(one, value) for one in each]
    if True not in found and None in found:
        return None
    return (True in found) == (condition.sign in {"=", "in"})


def _equal(wanted: Token, value: str | None) -> bool | None:
    if is_variable(wanted):
        return None
    if value is None:
        return False
    if wanted.kind is Kind.PATTERN:
        parts = (re.escape(part) for part in wanted.text[1:-1].split("*"))
        return re.fullmatch(".*".join(parts), value, re.IGNORECASE) is not None
    return wanted.plain.casefold() == value.casefold()


def selectors(condition: Condition) -> Iterable[str]:
    """The variables that the rule asks for."""
    if isinstance(condition, Group):
        for one in condition.list.items:
            yield from selectors(one)
    elif not isinstance(condition, Sets):
        yield condition.variable.low


COMPARTMENTS: Final = frozenset({"instance.compartment.id", "resource.compartment.id"})


def whole_compartment(condition: Condition) -> bool:
    """Whether a resource is in the group for standing in a compartment alone: anybody who makes one there makes a member."""
    if isinstance(condition, Group):
        parts = [whole_compartment(one) for one in condition.list.items]
        types = [set(selectors(one)) <= {"resource.type"} for one in condition.list.items]
        if condition.quantifier.low == "any":
            return any(parts)
        return any(parts) and all(part or typed for part, typed in zip(parts, types, strict=True))
    return isinstance(condition, Comparison) and condition.sign in {"=", "in"} and condition.variable.low in COMPARTMENTS  # fmt: skip
