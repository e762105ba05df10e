"""One place in a payload: its value, its JSON pointer, and the list that problems are written to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Spot:
    value: Any
    pointer: str
    problems: list[str]

    def bad(self, text: str) -> None:
        self.problems.append(f"{text} [json-pointer:{self.pointer}]")

    def __getitem__(self, key: str | int) -> Spot:
        inside = self.value.get(key) if isinstance(self.value, dict) else self.value[key]
        return Spot(inside, f"{self.pointer}/{key}", self.problems)

    def has(self, key: str) -> bool:
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def get(self, key: str) -> Iterator[Spot]:
        """The part named `key`, when it is there."""
        if self.has(key):
            yield self[key]

    @property
    def kind(self) -> str:
        found = self.value.get("type") if isinstance(self.value, dict) else None
        return found if isinstance(found, str) else ""

    def fields(self, required: str, optional: str = "") -> bool:
        """An object with these parts and no others; False when there is no use in looking further."""
        if not isinstance(self.value, dict):
            self.bad("must be an object")
            return False
        wanted, allowed = required.split(), {"type", *required.split(), *optional.split()}
        for name in wanted:
            if not self.has(name):
                self.bad(f"missing required field: {name}")
        for name in self.value:
            if name not in allowed:
                self.bad(f"invalid additional property: {name}")
        return all(self.has(name) for name in wanted)

    def string(self, most: int | None = None, least: int = 1) -> None:
        if not isinstance(self.value, str):
            self.bad("must be a string")
            return
        if most is not None and len(self.value) > most:
            self.bad(f"must be less than {most + 1} characters")
        if len(self.value) < least:
            self.bad(f"must be more than {least - 1} characters")

    def flag(self) -> None:
        if not isinstance(self.value, bool):
            self.bad("must be a boolean")

    def number(self, least: float, most: float = float("inf")) -> None:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.bad("must be a number")
        elif not least <= self.value <= most:
            self.bad(f"must be between {least:g} and {most:g}")

    def one_of(self, *choices: str) -> bool:
        if self.value in choices and isinstance(self.value, str):
            return True
        self.bad(f"must be one of {', '.join(choices)}")
        return False

    def items(self, most: int | None = None, least: int = 1) -> list[Spot]:
        if not isinstance(self.value, list):
            self.bad("must be an array")
            return []
        if most is not None and len(self.value) > most:
            self.bad(f"no more than {most} items allowed")
        if len(self.value) < least:
            self.bad(f"no fewer than {least} items allowed")
        return [self[index] for index in range(len(self.value))]
