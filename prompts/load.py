"""`load(name, **values)`: the text of a prompt with its values filled in, and what it is called in the records."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

TEXTS = Path(__file__).parent / "texts"
_SLOT = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_KEYS = frozenset({"version", "variant"})


class PromptError(ValueError):
    """A prompt file is missing or malformed, or its values do not fit its slots. A bug, not bad input."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """`sha` is over the file's text before filling, 12 hex digits; `label` goes into answers and records."""

    text: str
    name: str
    version: int
    variant: str
    sha: str

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}/{self.variant}"


def load(name: str, variant: str = "a", **values: str) -> Prompt:
    """The prompt `texts/<name>.<variant>.md`; every slot needs a value and every value a slot.

    Raises:
        PromptError: no such file, bad front matter, or slots and values differ.
    """
    raw = _read(name, variant)
    slots = frozenset(_SLOT.findall(raw.text))
    if slots != values.keys():
        raise PromptError(f"{raw.label}: slots {sorted(slots)} but values {sorted(values)}")
    text = _SLOT.sub(lambda match: values[match.group(1)], raw.text)
    return Prompt(text, raw.name, raw.version, raw.variant, raw.sha)


def variants(name: str) -> tuple[str, ...]:
    """The variants of a prompt that exist, in order."""
    return tuple(sorted(path.name.split(".")[1] for path in TEXTS.glob(f"{name}.*.md")))


@lru_cache(maxsize=64)
def _read(name: str, variant: str) -> Prompt:
    if not (_NAME.fullmatch(name) and _NAME.fullmatch(variant)):
        raise PromptError(f"no prompt is called {name!r}/{variant!r}")
    path = TEXTS / f"{name}.{variant}.md"
    try:
        file = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PromptError(f"there is no prompt {name}/{variant}") from None
    head, body = _split(file, path.name)
    if head.get("variant") != variant or not isinstance(head.get("version"), int) or head.keys() != _KEYS:
        raise PromptError(f"{path.name}: front matter must be version (a number) and variant {variant!r}")
    sha = hashlib.sha256(file.encode()).hexdigest()[:12]
    return Prompt(body, name, int(str(head["version"])), variant, sha)


def _split(file: str, name: str) -> tuple[dict[str, object], str]:
    parts = file.split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        raise PromptError(f"{name}: a prompt starts with front matter between --- lines")
    head = yaml.safe_load(parts[1])
    if not isinstance(head, dict):
        raise PromptError(f"{name}: front matter is not a mapping")
    return head, parts[2].strip() + "\n"
