"""Where the arguments of a plan came from, and names that look like others."""

from __future__ import annotations

import enum
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from agents.changes.seal import Origin
from agents.gate.taint import Taint, leaves


def origins_of(model: type[BaseModel], raw: Mapping[str, Any], taint: Taint) -> tuple[Origin, ...]:
    """The arguments that somebody chose and that neither the requester nor inventory named.

    Filled-in scope is code's choice and closed lists (a kind, a flag) hold no foreign text: both are left out.
    """
    found: list[Origin] = []
    for name, value in raw.items():
        field = model.model_fields.get(name)
        if value is None or field is None or _closed(field.annotation):
            continue
        for leaf in leaves(value):
            came_from = taint.origin(leaf)
            if came_from:
                found.append(Origin(argument=name, value=leaf[:200], came_from=came_from))
    return tuple(found)


def _closed(annotation: Any) -> bool:
    if get_origin(annotation) in {Union, types.UnionType}:
        return all(part is type(None) or _closed(part) for part in get_args(annotation))
    if get_origin(annotation) is Literal or annotation is bool:
        return True
    return isinstance(annotation, type) and issubclass(annotation, enum.Enum)


def confusable_names(names: Mapping[str, str]) -> tuple[str, ...]:
    """A warning for each name with letters of several scripts, or that looks like plain letters and is not."""
    warnings: list[str] = []
    for what, name in names.items():
        if name.isascii():
            continue
        from confusable_homoglyphs import (
            confusables,
        )  # its tables take 50 ms to read, and nearly all names are plain

        odd = sorted({f"U+{ord(c):04X}" for c in name if not c.isascii()})
        mixed = confusables.is_dangerous(name) or confusables.is_confusable(name, preferred_aliases=["latin"])
        looks = "looks like another name" if mixed else "has letters outside plain ASCII"
        warnings.append(f"{what} {name!r} {looks}: {', '.join(odd[:8])}")
    return tuple(warnings)
