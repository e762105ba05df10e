"""Whether a value has the shape of a model, in both directions: what clients send and what is answered."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sandbox.oci.sdk import models

_LIST: Final = re.compile(r"list\[(.+)\]")
_DICT: Final = re.compile(r"dict\(str, (.+)\)")
_NUMBERS: Final = (int, float)
_PLAIN: Final[dict[str, tuple[type, ...]]] = {
    "str": (str,), "int": (int,), "float": _NUMBERS, "bool": (bool,), "object": (object,), "bytes": (str,),
}  # fmt: skip


def faults(service: str, kind: str, value: Any, where: str = "") -> Iterator[str]:
    """A sentence for everything in `value` that a `kind` does not have. Nothing is ever required to be null-free."""
    if value is None:
        return
    if listed := _LIST.fullmatch(kind):
        yield from _each(service, listed[1], value, where)
    elif mapped := _DICT.fullmatch(kind):
        yield from _mapped(service, mapped[1], value, where)
    elif models.is_model(service, kind):
        yield from _object(service, kind, value, where)
    elif kind in {"datetime", "date"}:
        if not _moment(value):
            yield f"{where or 'the value'} is no time: {value!r}"
    elif not _plain(kind, value):
        yield f"{where or 'the value'} is no {kind}: {value!r}"


def _each(service: str, kind: str, value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{where or 'the body'} is no list"
        return
    for number, item in enumerate(value):
        yield from faults(service, kind, item, f"{where}[{number}]")


def _mapped(service: str, kind: str, value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where or 'the body'} is no object"
        return
    for key, item in value.items():
        yield from faults(service, kind, item, f"{where}.{key}")


def _object(service: str, kind: str, value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where or 'the body'} is no {kind}"
        return
    found = models.of(service, kind, value)
    for key in found.required - value.keys():
        yield f"{_at(where, key)} is missing"
    for key, item in value.items():
        if key not in found.fields:
            yield f"{found.name} has no field {_at(where, key)}"
        elif item is not None and key in found.allowed:
            yield from _word(found.allowed[key], item, _at(where, key))
        else:
            yield from faults(service, found.fields[key], item, _at(where, key))


def _word(allowed: frozenset[str], value: Any, where: str) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if one not in allowed:
            yield f"{where} is none of {', '.join(sorted(allowed))}: {one!r}"


def _at(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _plain(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind in {"bool", "object"}
    return isinstance(value, _PLAIN.get(kind, (object,)))


def _moment(value: Any) -> bool:
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        return False
    return isinstance(value, str)
