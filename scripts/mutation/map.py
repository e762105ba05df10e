"""The tests that can tell a mutant from the original: those that reach its lines, quickest first."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from scripts.mutation.mutate import Mutant

ENOUGH_S = 150.0  # of tests for one mutant, by the time that each took without any


@dataclass
class Map:
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    failed: set[str] = field(default_factory=set)
    lines: dict[str, dict[int, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )

    def add(self, told: Path) -> None:
        """What one process saw."""
        seen = json.loads(told.read_text())
        self.failed |= set(seen["failed"])
        for test, seconds in seen["seconds"].items():
            self.seconds[test] = max(self.seconds[test], seconds)
        for file, lines in seen["lines"].items():
            for line, tests in lines.items():
                self.lines[file][int(line)] |= set(tests)

    def tests(self, file: str, mutant: Mutant) -> list[str]:
        """A line that runs while its module is imported is met by every test that reaches the module."""
        of = self.lines[file]
        near = set[str]().union(*(of[line] for line in range(mutant.line, mutant.last + 1) if line in of))
        if "" in near:
            near = set[str]().union(*of.values())
        return self._within(sorted(near - self.failed - {""}, key=lambda test: (self.seconds[test], test)))

    def _within(self, tests: list[str]) -> list[str]:
        taken, left = [], ENOUGH_S
        for test in tests:
            left -= self.seconds[test]
            if left < 0 and taken:
                break
            taken.append(test)
        return taken
