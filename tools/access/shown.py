"""A parsed statement as JSON, for programs: what it says, without how it was written."""

from __future__ import annotations

from tools.access.syntax import (
    Association,
    ById,
    Comparison,
    Condition,
    Definition,
    Group,
    Listed,
    Name,
    Named,
    Permissions,
    Place,
    Presence,
    Sets,
    Statement,
    Subject,
    Values,
    Verb,
    is_variable,
)
from tools.access.tokens import Kind, Token
from tools.spec import Json


def statement(found: Statement) -> Json:
    if isinstance(found, Definition):
        return {"effect": "define", "kind": found.kind.low, "name": found.name.plain, "id": found.id.text}
    place = {"place": _place(found.place)} if found.place else {}
    where = {"where": condition(found.where.condition)} if found.where else {}
    return {"effect": found.kind, "subject": _subject(found.subject), **_ability(found.ability), **place, **where}  # fmt: skip


def _subject(found: Subject) -> Json:
    names = found.names.items if isinstance(found.names, Listed) else found.names or ()
    said: Json = {"kind": found.kind.low}
    if names:
        said["names"] = [one.plain if isinstance(one, Token) else _named(one) for one in names]
    if found.origin is not None:
        said["of"] = {"kind": found.origin.kind.low} | (
            {"name": found.origin.name.plain} if found.origin.name else {}
        )
    return said


def _named(found: Named) -> Json:
    if isinstance(found, ById):
        return {"id": found.id.text}
    return {"name": found.name.plain} | ({"domain": found.domain.plain} if found.domain else {})


def _ability(found: Verb | Permissions | Association) -> Json:
    if isinstance(found, Verb):
        return {"verb": found.verb.low, "resource": found.resource.low}
    if isinstance(found, Permissions):
        return {"permissions": [one.text.upper() for one in found.names.items]}
    return {
        "verb": found.verb.low,
        "resource": found.resource.low,
        "place": _place(found.place),
        "with": {"resource": found.other.low, "place": _place(found.there)},
    }


def _place(found: Place) -> Json:
    said: Json = {"kind": found.kind.low}
    if found.path:
        said["path"] = list(found.path)
    elif found.id:
        said["id"] = found.id
    elif isinstance(found.names, Name):
        said["name"] = found.names.plain
    return said


def condition(found: Condition) -> Json:
    if isinstance(found, Group):
        return {found.quantifier.low: [condition(one) for one in found.list.items]}
    if isinstance(found, Presence):
        return {"op": "absent" if found.absent else "present", "variable": found.variable.text}
    if isinstance(found, Sets):
        return {"op": found.function.low, "sets": [_value(found.one), _value(found.other)]}
    return {"op": found.sign, "variable": found.variable.text, "value": _compared(found)}


def _compared(found: Comparison) -> Json | list[Json]:
    if isinstance(found.value, tuple):
        low, _, high = found.value
        return [_one(low), _one(high)]
    return _value(found.value)


def _value(found: Token | Values) -> Json | list[Json]:
    return [_one(one) for one in found.list.items] if isinstance(found, Values) else _one(found)


def _one(found: Token) -> Json:
    if found.kind is Kind.PATTERN:
        return {"pattern": found.text[1:-1]}
    return {"variable": found.text} if is_variable(found) else {"text": found.plain}
