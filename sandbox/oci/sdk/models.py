"""The SDK's models: the fields of each on the wire, their types, what is required and which words are allowed."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sandbox.oci.sdk import source

_PARENT: Final = re.compile(r"^class \w+\((\w+)\):", re.MULTILINE)
_REQUIRED: Final = re.compile(r"\*\*\[Required\]\*\* Gets the (\w+) of this")
_ALLOWED: Final = re.compile(r"@(\w+)\.setter(?:(?!@property).)*?allowed_values = (\[[^\]]*\])", re.DOTALL)
_BRANCH: Final = re.compile(r"if type == '([^']+)':\s+return '(\w+)'")
_DISCRIMINATOR: Final = re.compile(r"type = object_dictionary\['(\w+)'\]")


@dataclass(frozen=True)
class Model:
    """`kinds` maps what stands in `discriminator` to the model that it means."""

    name: str
    fields: Mapping[str, str]
    required: frozenset[str]
    allowed: Mapping[str, frozenset[str]]
    discriminator: str
    kinds: Mapping[str, str]


@cache
def model(service: str, name: str) -> Model:
    text = source.model(service, name)
    wire = _literal(text, "attribute_map")
    types = _literal(text, "swagger_types")
    allowed = {wire[key]: frozenset(ast.literal_eval(words)) for key, words in _ALLOWED.findall(text)}
    discriminator = _DISCRIMINATOR.search(text)
    return Model(
        name=name,
        fields={wire[key]: kind for key, kind in types.items()},
        required=frozenset(wire[key] for key in _REQUIRED.findall(text) if key in wire),
        allowed=allowed,
        discriminator=discriminator[1] if discriminator else "",
        kinds=dict(_BRANCH.findall(text)),
    )


def is_model(service: str, kind: str) -> bool:
    return source.knows_model(service, kind)


def of(service: str, name: str, value: Mapping[str, Any]) -> Model:
    """The model that `value` is one of: `name`, or the one of its subtypes that the discriminator names."""
    found = model(service, name)
    kind = found.kinds.get(str(value.get(found.discriminator)))
    return found if kind is None or kind == name else of(service, kind, value)


def _literal(text: str, name: str) -> dict[str, str]:
    start = text.index(f"self.{name} = {{") + len(f"self.{name} = ")
    found: dict[str, str] = ast.literal_eval(text[start : text.index("}", start) + 1])
    return found
