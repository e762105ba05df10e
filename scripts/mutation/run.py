"""Draws mutants, writes each into a copy of the project and runs the tests that hold its package."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.mutation.mutate import Mutant, mutants

# The tests that most likely kill a package's mutant come first; whatever they leave alive meets all of ALL.
FIRST = {
    "agents/gate": ("unit/test_gate_*.py",),
    "agents/policy": ("unit/test_policy_[dflr]*.py",),
    "agents/changes": ("unit/test_changes_[elv]*.py", "unit/test_changes_clicks.py", "unit/test_changes_sealed.py"),
}  # fmt: skip
TIMED = "takes_less_than"  # a busy machine fails these without any mutant
SLOW = ("any_edit_of_the_sealed_body", "many_clicks_one_execution", "approve_and_cancel_races")
ALL = (
    "unit/test_gate_*.py", "unit/test_policy_*.py", "unit/test_changes_*.py", "chaos/test_kill_points.py",
    "unit/test_conversation_*.py",
)  # fmt: skip
COPIED = ("agents", "tools", "storage", "sandbox", "prompts", "bot", "tests", "deploy")
ENDLESS_S = 900


@dataclass(frozen=True, slots=True)
class Tried:
    """`killer` is the test that failed, "endless" if one never ended, or nothing: the mutant lives."""

    file: str
    mutant: Mutant
    killer: str


def sample(root: Path, seconds: float, seed: int, *, first: bool = False) -> list[Tried]:
    """As many as fit into the time, drawn evenly from the three packages. `first`: ALL is left out."""
    tried: list[Tried] = []
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(root, Path(folder))
        every = tuple(pattern for patterns in FIRST.values() for pattern in patterns) if first else ALL
        if failed := failing(copy, every, SLOW if first else ()):
            raise SystemExit(f"without any mutant there fails {failed}")
        ends = time.monotonic() + seconds
        for package, file, mutant in drawn(copy, random.Random(seed)):
            if time.monotonic() > ends:
                break
            tried.append(Tried(file, mutant, killer(copy, package, file, mutant, first=first)))
            told(tried[-1])
    return tried


def told(one: Tried) -> None:
    mutant = one.mutant
    sys.stderr.write(
        f"{one.killer or 'SURVIVED'}\t{one.file}:{mutant.line} {mutant.old!r} -> {mutant.new!r}\n"
    )
    sys.stderr.flush()


def drawn(copy: Path, rng: random.Random) -> Iterator[tuple[str, str, Mutant]]:
    piles = []
    for package in FIRST:
        pile = [
            (package, str(path.relative_to(copy)), mutant)
            for path in sorted((copy / package).glob("*.py"))
            for mutant in mutants(path.read_text())
        ]
        rng.shuffle(pile)
        piles.append(pile)
    for turn in zip(*piles, strict=False):
        yield from turn


def killer(copy: Path, package: str, file: str, mutant: Mutant, *, first: bool = False) -> str:
    path = copy / file
    whole = path.read_text()
    path.write_text(mutant.text)
    try:
        quick = failing(copy, FIRST[package], SLOW)
        return quick if quick or first else failing(copy, ALL)
    finally:
        path.write_text(whole)


def failing(copy: Path, patterns: tuple[str, ...], without: tuple[str, ...] = ()) -> str:
    """The first test that fails, if any; one that never ends has failed."""
    tests = [str(path) for pattern in patterns for path in sorted((copy / "tests").glob(pattern))]
    chosen = " and ".join(f"not {name}" for name in (TIMED, *without))
    options = ["-qx", "-m", "not chaos", "-k", chosen, "-p", "no:cacheprovider", "-o", "timeout=180"]
    quiet = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *tests], cwd=copy, env=quiet,
            capture_output=True, text=True, timeout=ENDLESS_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "endless"
    return "" if done.returncode == 0 else named(done.stdout)


def named(output: str) -> str:
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", output, re.MULTILINE)
    return found[1] if found else "pytest itself"


def copied(root: Path, to: Path) -> Path:
    for name in COPIED:
        shutil.copytree(root / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "policy.example.yaml"):
        shutil.copy(root / name, to / name)
    return to
