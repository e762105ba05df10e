"""Which fields a kind has and of which type; fields.json is written by scripts/kubernetes_fields.py."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sandbox.cluster.resources import Resource

FILE: Final = Path(__file__).parent / "fields.json"
Fields = dict[str, str]


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(FILE.read_text())
    return data


def model_of(kind: Resource) -> str | None:
    """The model of a kind; None for a custom one, which may hold anything."""
    return named(f"{kind.group_version}/{kind.kind}")


def named(full: str) -> str | None:
    """The model of `apps/v1/Deployment`."""
    found: str | None = _data()["kinds"].get(full)
    return found


def fields(model: str) -> Fields:
    """Types by field name: see the script for the letters."""
    found: Fields = _data()["models"][model]
    return found


def is_model(kind: str) -> bool:
    return kind in _data()["models"]


def inner(kind: str) -> str:
    """What a list, a mapping or a required field holds in the end."""
    return kind.rstrip("!").removeprefix("[]").removeprefix("{}")
