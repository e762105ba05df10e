"""Names that a cluster makes up: random suffixes, template hashes, event names."""

import json
import random
from collections.abc import Mapping
from typing import Any, Final

ALPHABET: Final = "bcdfghjklmnpqrstvwxz2456789"  # no vowels: a suffix never spells a word


def suffix(rng: random.Random, length: int = 5) -> str:
    return "".join(rng.choice(ALPHABET) for _ in range(length))


def fnv32a(data: bytes) -> int:
    value = 0x811C9DC5
    for byte in data:
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def template_hash(template: Mapping[str, Any], collisions: int = 0) -> str:
    """The `pod-template-hash` of a template: stable for equal templates, different after a collision."""
    text = json.dumps(template, sort_keys=True, separators=(",", ":")) + (
        str(collisions) if collisions else ""
    )
    return "".join(ALPHABET[ord(digit) % len(ALPHABET)] for digit in str(fnv32a(text.encode())))


def event_name(involved: str, at: float) -> str:
    """`<object>.<hex of the nanoseconds>`, the form that every recorder uses."""
    return f"{involved}.{int(at * 1e9):x}"
