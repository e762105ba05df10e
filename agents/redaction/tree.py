"""JSON-like values: keys decide as well as texts, and every text of the tree is looked through in one go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from agents.redaction.findings import placeholder
from agents.redaction.names import harmless, kind_of

Text = Callable[[str], str]
Seen = Callable[[str, str], None]
SECRET_MAPS = ("data", "stringData", "string_data")
NAME_KEYS = ("name", "Name", "key", "Key")
VALUE_KEYS = ("value", "Value")


class Walk:
    """`text` cleans one string, `seen` hears every value that a key gave away."""

    def __init__(self, text: Text, seen: Seen) -> None:
        self._text = text
        self._seen = seen

    def value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, list | tuple):
            return self._sequence(value)
        return value

    def _mapping(self, value: Mapping[Any, Any]) -> dict[Any, Any]:
        kinds = self._announced(value)
        return {
            self._text(key) if isinstance(key, str) else key: (
                self._gone(item, kinds[key]) if key in kinds else self.value(item)
            )
            for key, item in value.items()
        }

    def _announced(self, value: Mapping[Any, Any]) -> dict[Any, str]:
        """Which keys hold secrets, and of which kind."""
        kinds = {key: kind for key in value if isinstance(key, str) and (kind := kind_of(key))}
        if value.get("kind") == "Secret":
            kinds |= {key: "kubernetes-secret" for key in SECRET_MAPS if key in value}
        names = [value[key] for key in NAME_KEYS if isinstance(value.get(key), str)]
        if kind := next(filter(None, map(kind_of, names)), ""):
            kinds |= {key: kind for key in VALUE_KEYS if key in value}
        return kinds

    def _sequence(self, value: list[Any] | tuple[Any, ...]) -> Any:
        """Also arguments: the one after `--password`."""
        kinds = [
            "",
            *(kind_of(i) if isinstance(i, str) and i.startswith("-") and "=" not in i else "" for i in value),
        ]
        items = [
            self._gone(item, kind)
            if kind and isinstance(item, str) and not item.startswith("-")
            else self.value(item)
            for item, kind in zip(value, kinds, strict=False)
        ]
        return tuple(items) if isinstance(value, tuple) else items

    def _gone(self, value: Any, kind: str) -> Any:
        """Everything under a key that announced a secret. Structure stays, and so do switches and counts of tokens."""
        if isinstance(value, Mapping):
            inside = kind == "kubernetes-secret"
            return {
                key: self._gone(item, kind) if inside else self.value({key: item})[key]
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            items = [self._gone(item, kind) if isinstance(item, str) else self.value(item) for item in value]
            return tuple(items) if isinstance(value, tuple) else items
        if (
            value is None
            or isinstance(value, bool)
            or (isinstance(value, int | float) and kind != "password")
        ):
            return value
        if harmless(str(value)):
            return value
        self._seen(str(value), kind)
        return placeholder(kind)
