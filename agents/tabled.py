"""The tables of a result for people: the tool's own, and what its typed data holds beyond them, by its shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tools.spec import Result, Table

KEPT = 1_000  # rows
COLUMNS = 20
LOOKED_AT = 50  # rows whose keys make the columns
LEAST = 6  # things that are worth a table where the tool made none: fewer are told in words
Things = Sequence[Mapping[str, Any]]


def tables_of(result: Result) -> tuple[Table, ...]:
    """The first of the tool's tables is made anew from the data where that holds more of the same things."""
    own = result.tables
    key, things = _longest(result.data)
    if own and len(things) > len(own[0].rows) and _same(own[0], things):
        return (_by_shape(own[0].caption, things), *own[1:])
    if not own and len(things) >= LEAST:
        return (_by_shape(key.replace("_", " ").capitalize(), things),)
    return own


def _longest(data: Mapping[str, Any]) -> tuple[str, Things]:
    """The longest list of things in the data, by its name."""
    lists = {
        key: value
        for key, value in data.items()
        if isinstance(value, list | tuple) and value and all(isinstance(one, Mapping) for one in value)
    }
    key = max(lists, key=lambda name: len(lists[name]), default="")
    return key, lists.get(key, ())


def _same(table: Table, things: Things) -> bool:
    """Whether row after row is about the thing in the same place: one of its cells is one of its values."""
    pairs = list(zip(table.rows, things, strict=False))
    alike = sum(not {cell for cell in row if cell}.isdisjoint(_values(one)) for row, one in pairs)
    return bool(pairs) and alike == len(pairs)


def _values(thing: Mapping[str, Any]) -> set[str]:
    return {cell(value) for value in thing.values()}


def _by_shape(caption: str, things: Things) -> Table:
    """What identifies a thing comes last; what no thing has is no column."""
    keys = dict.fromkeys(key for one in things[:LOOKED_AT] for key in one)
    filled = [key for key in keys if any(cell(one.get(key)) for one in things[:LOOKED_AT])]
    order = sorted(filled, key=lambda key: key in {"id", "ocid", "ref", "tags"})[:COLUMNS]
    rows = tuple(tuple(cell(one.get(key)) for key in order) for one in things[:KEPT])
    return Table(caption, tuple(key.replace("_", " ") for key in order), rows, len(things))


def cell(value: Any) -> str:
    """`yes`, `a, b`, `key=value; key=value`; empty for what is not there."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{key}={cell(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(cell(inner) for inner in value)
    return str(value)
