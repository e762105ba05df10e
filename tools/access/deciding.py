"""Conditions as far as the question decides them: what they say of the permission. All else depends on the request."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tools.access.syntax import Comparison, Condition, Group, Values, is_variable
from tools.access.tokens import Kind, Token

VARIABLE = "request.permission"


def decided(condition: Condition, permission: str) -> bool | None:
    """True or False for a request that uses `permission`, whatever else it is; None where that is not enough to tell."""
    if isinstance(condition, Group):
        found = [decided(one, permission) for one in condition.list.items]
        return _any(found) if condition.quantifier.low == "any" else _all(found)
    if isinstance(condition, Comparison) and condition.variable.low == VARIABLE:
        return _compared(condition, permission)
    return None


def _any(found: Iterable[bool | None]) -> bool | None:
    kept = set(found)
    return True if True in kept else None if None in kept else False


def _all(found: Iterable[bool | None]) -> bool | None:
    kept = set(found)
    return False if False in kept else None if None in kept else True


def _compared(found: Comparison, permission: str) -> bool | None:
    if found.sign not in {"=", "!=", "in", "not in"}:
        return None
    values = found.value.list.items if isinstance(found.value, Values) else found.value
    same = _any(_equal(one, permission) for one in (values if isinstance(values, tuple) else (values,)))
    if same is None:
        return None
    return same == (found.sign in {"=", "in"})


def _equal(value: Token, permission: str) -> bool | None:
    """Without case; a quoted text with stars or slashes may be meant as a pattern, so nothing is concluded from it."""
    if value.kind is Kind.PATTERN:
        parts = (re.escape(part) for part in value.text[1:-1].split("*"))
        return re.fullmatch(".*".join(parts), permission, re.IGNORECASE) is not None
    if is_variable(value) or set("*/") & set(value.plain):
        return None
    return value.plain.casefold() == permission.casefold()
