"""Label selectors and field selectors, as lists and watches take them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.cluster import errors
from sandbox.cluster.fieldlabels import field_values
from sandbox.cluster.metadata import Obj
from sandbox.cluster.resources import Resource

Test = Callable[[Mapping[str, str]], bool]
_KEY = r"[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?"
_SET = re.compile(rf"^(?P<key>{_KEY})\s+(?P<op>in|notin)\s*\((?P<values>[^)]*)\)$")
_EQUAL = re.compile(rf"^(?P<key>{_KEY})\s*(?P<op>==|=|!=|>|<)\s*(?P<value>[-A-Za-z0-9_.]*)$")
_EXISTS = re.compile(rf"^(?P<not>!?)\s*(?P<key>{_KEY})$")


def _pieces(text: str) -> list[str]:
    """Split at the commas that stand outside parentheses."""
    return [piece.strip() for piece in re.split(r",(?![^(]*\))", text)] if text.strip() else []


def _in(key: str, values: set[str]) -> Test:
    return lambda have: have.get(key) in values


def _not_in(key: str, values: set[str]) -> Test:
    return lambda have: have.get(key) not in values


def _number(key: str, value: str, *, greater: bool) -> Test:
    bound = int(value)

    def test(have: Mapping[str, str]) -> bool:
        text = have.get(key, "")
        if not re.fullmatch(r"-?\d+", text):
            return False
        return int(text) > bound if greater else int(text) < bound

    return test


def _exists(key: str, *, wanted: bool) -> Test:
    return lambda have: (key in have) is wanted


def _requirement(piece: str) -> Test:
    if found := _SET.match(piece):
        values = {value.strip() for value in found["values"].split(",")}
        return _in(found["key"], values) if found["op"] == "in" else _not_in(found["key"], values)
    if found := _EQUAL.match(piece):
        return _comparison(piece, found["key"], found["op"], found["value"])
    if found := _EXISTS.match(piece):
        return _exists(found["key"], wanted=not found["not"])
    raise errors.bad_request(
        f"unable to parse requirement: found '{piece}', expected: label key, operator, value"
    )


def _comparison(piece: str, key: str, operator: str, value: str) -> Test:
    if operator in ("=", "=="):
        return _in(key, {value})
    if operator == "!=":
        return _not_in(key, {value})
    if not re.fullmatch(r"-?\d+", value):
        raise errors.bad_request(
            f"unable to parse requirement: for 'Gt', 'Lt' operators, the value must be an integer: {piece}"
        )
    return _number(key, value, greater=operator == ">")


def labels_test(text: str) -> Test:
    """Does an object with these labels match? Raises 400 for a selector that cannot be read."""
    tests = [_requirement(piece) for piece in _pieces(text)]
    return lambda have: all(test(have) for test in tests)


def _fields(text: str) -> list[tuple[str, bool, str]]:
    """(field, equal or not, value) of each part."""
    found = []
    for piece in filter(None, (part.strip() for part in text.split(","))):
        match = re.match(r"^([^=!]+?)\s*(==|=|!=)\s*(.*)$", piece)
        if match is None:
            raise errors.bad_request(f"invalid selector: '{text}'; can't understand '{piece}'")
        found.append((match[1], match[2] != "!=", match[3]))
    return found


@dataclass(frozen=True)
class Selection:
    """What a list or watch is limited to."""

    labels: str = ""
    fields: str = ""

    @property
    def everything(self) -> bool:
        return not self.labels and not self.fields

    def name(self) -> str:
        """The name when the fields ask for exactly one."""
        named = [value for field, equal, value in _fields(self.fields) if field == "metadata.name" and equal]
        return named[0] if len(named) == 1 else ""

    def test(self, kind: Resource) -> Callable[[Obj], bool]:
        """Raises 400 for a selector that the kind does not support."""
        if self.everything:
            return lambda _: True
        by_label = labels_test(self.labels)
        wanted = [(field_values(kind, field), equal, value) for field, equal, value in _fields(self.fields)]

        def test(obj: Obj) -> bool:
            have: dict[str, Any] = obj["metadata"].get("labels") or {}
            return by_label(have) and all((value in read(obj)) is equal for read, equal, value in wanted)

        return test


def matches(selector: Mapping[str, Any] | None, have: Mapping[str, str]) -> bool:
    """A LabelSelector inside an object: None matches nothing, an empty one everything."""
    if selector is None:
        return False
    plain = selector.get("matchLabels") or {}
    return all(have.get(key) == value for key, value in plain.items()) and all(
        _expression(item, have) for item in selector.get("matchExpressions") or []
    )


def _expression(item: Mapping[str, Any], have: Mapping[str, str]) -> bool:
    key, values = item["key"], item.get("values") or []
    match item["operator"]:
        case "In":
            return have.get(key) in values
        case "NotIn":
            return have.get(key) not in values
        case "Exists":
            return key in have
        case "DoesNotExist":
            return key not in have
        case "Gt":  # these two only where nodes are chosen
            return key in have and int(have[key]) > int(values[0])
        case "Lt":
            return key in have and int(have[key]) < int(values[0])
        case _:
            return False
