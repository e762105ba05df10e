"""Parameters into arguments: `{name}` and nothing else. No expressions, no defaults, no nesting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

WHOLE = re.compile(r"\{([a-z][a-z0-9_]{0,30})\}")


def named_in(value: Any) -> set[str]:
    """Parameters that `value` names. Raises ValueError for a brace that is no `{name}`."""
    if isinstance(value, str):
        rest = WHOLE.sub("", value)
        if "{" in rest or "}" in rest:
            raise ValueError("braces hold the name of a parameter and nothing else")
        return set(WHOLE.findall(value))
    if isinstance(value, Mapping):
        return {name for item in value.values() for name in named_in(item)}
    if isinstance(value, list | tuple):
        return {name for item in value for name in named_in(item)}
    return set()


def filled(value: Any, params: Mapping[str, Any]) -> Any:
    """`value` with its parameters put in: alone one keeps its type, within a text it is text."""
    if isinstance(value, str):
        alone = WHOLE.fullmatch(value)
        return params[alone[1]] if alone else WHOLE.sub(lambda found: _text(params[found[1]]), value)
    if isinstance(value, Mapping):
        return {key: filled(item, params) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [filled(item, params) for item in value]
    return value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
