"""A call's arguments, read as the kinds that they must be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sandbox.slack.core.errors import SlackError

Json = dict[str, Any]
TRUE: Final = frozenset({"1", "true", "True", "t", "yes"})


class Args:
    """Typed readers; what is missing or of another kind is Slack's `invalid_arguments`."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        found = self.values.get(name)
        if found is None:
            return default
        if isinstance(found, bool | int | float):
            return str(found)
        if not isinstance(found, str):
            raise _invalid(f"{name} must be a string")
        return found

    def need(self, name: str, error: str = "") -> str:
        found = self.text(name)
        if not found:
            raise SlackError(error) if error else _invalid(f"missing required field: {name}")
        return found

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")) in TRUE

    def number(self, name: str, default: int, most: int | None = None) -> int:
        found = self.text(name, str(default))
        if not found.lstrip("-").isdigit():
            raise _invalid(f"{name} must be a number")
        return min(int(found), most) if most is not None else int(found)

    def items(self, name: str, error: str = "invalid_arguments") -> list[Any] | None:
        found = self.values.get(name)
        if found is None or found == "":
            return None
        if not isinstance(found, list):
            raise SlackError(error)
        return found

    def object(self, name: str, error: str = "invalid_arguments") -> Json | None:
        found = self.values.get(name)
        if found is None or found == "":
            return None
        if not isinstance(found, dict):
            raise SlackError(error)
        return found


def _invalid(message: str) -> SlackError:
    return SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {message}"]})
