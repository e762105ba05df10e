"""Draws mutants, writes each into a copy of the project and runs the tests that reach its lines."""

from __future__ import annotations

import os
import queue
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scripts.mutation.map import Map
from scripts.mutation.mutate import Mutant, mutants

PACKAGES = ("agents/gate", "agents/policy", "agents/changes")
TESTS = ("tests/unit", "tests/contracts/actions", "tests/journeys/test_attacks.py")
TIMED = "not takes_less_than"  # a busy machine fails these without any mutant
COPIED = ("agents", "tools", "storage", "sandbox", "prompts", "bot", "tests", "deploy", "docs", "scripts")
FILES = ("pyproject.toml", "policy.example.yaml", ".env.example", "README.md", "CHANGELOG.md", "Makefile")
ENDLESS_S = 600


@dataclass(frozen=True, slots=True)
class Tried:
    """`killer` is the test that failed, "endless" if one never ended, or nothing: the mutant lives. `met`: so many tests."""

    file: str
    mutant: Mutant
    killer: str
    met: int


def sample(root: Path, seconds: float, seed: int) -> list[Tried]:
    """As many as fit into the time, drawn evenly from all places of the three packages; one a core at a time."""
    with tempfile.TemporaryDirectory() as folder:
        copies = [copied(root, Path(folder) / f"copy-{number}") for number in range(os.cpu_count() or 1)]
        reach = reached(copies[0], Path(folder))
        sys.stderr.write(f"{len(reach.seconds)} tests, left out: {sorted(reach.failed)}\n")
        free: queue.Queue[Path] = queue.Queue()
        for copy in copies:
            free.put(copy)
        ends = time.monotonic() + seconds
        with ThreadPoolExecutor(len(copies)) as pool:
            jobs = [pool.submit(tried, free, reach, *one, ends) for one in drawn(root, random.Random(seed))]
            return [one for job in jobs if (one := job.result()) is not None]


def tried(free: queue.Queue[Path], reach: Map, file: str, mutant: Mutant, ends: float) -> Tried | None:
    if time.monotonic() > ends:
        return None
    copy, tests = free.get(), reach.tests(file, mutant)
    try:
        one = Tried(file, mutant, killer(copy, file, mutant, tests), len(tests))
    finally:
        free.put(copy)
    told(one)
    return one


def told(one: Tried) -> None:
    mutant = one.mutant
    sys.stderr.write(
        f"{one.killer or 'SURVIVED'}\t{one.file}:{mutant.line} {mutant.old!r} -> {mutant.new!r}\n"
    )
    sys.stderr.flush()


def drawn(root: Path, rng: random.Random) -> list[tuple[str, Mutant]]:
    every = [
        (str(path.relative_to(root)), mutant)
        for package in PACKAGES
        for path in sorted((root / package).rglob("*.py"))
        for mutant in mutants(path.read_text())
    ]
    rng.shuffle(every)
    return every


def reached(copy: Path, folder: Path) -> Map:
    """All tests once, without any mutant. Those that fail even so are left out."""
    watched = {"REACH_FOLDER": str(folder), "REACH_OF": ",".join(PACKAGES)}
    options = ["-q", "-n", str(os.cpu_count() or 1), "-p", "scripts.mutation.reach", "-k", TIMED, *TESTS]
    pytest(copy, options, {**watched, "PYTHONPATH": str(copy)}, seconds=3600)
    found = Map()
    for told_by in folder.glob("reach-*.json"):
        found.add(told_by)
    return found


def killer(copy: Path, file: str, mutant: Mutant, tests: list[str]) -> str:
    path = copy / file
    whole = path.read_text()
    path.write_text(mutant.text)
    try:
        found = failing(copy, tests) if tests else ""
        return failing(copy, [found]) if "::" in found else found  # twice: not the machine
    finally:
        path.write_text(whole)


def failing(copy: Path, tests: list[str]) -> str:
    """The first test that fails, if any; one that never ends has failed."""
    listed = copy / "tests-to-run"
    listed.write_text("\n".join(tests))
    try:
        done = pytest(copy, ["-qx", f"@{listed}"], {}, seconds=ENDLESS_S)
    except subprocess.TimeoutExpired:
        return "endless"
    return "" if done.returncode == 0 else named(done.stdout)


def pytest(
    copy: Path, options: list[str], more: dict[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    quiet = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **more}
    own = ["-p", "no:cacheprovider", "-o", "timeout=180"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *own, *options], cwd=copy, env=quiet,
        capture_output=True, text=True, timeout=seconds, check=False,
    )  # fmt: skip


def named(output: str) -> str:
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", output, re.MULTILINE)
    return found[1] if found else "pytest itself"


def copied(root: Path, to: Path) -> Path:
    for name in COPIED:
        shutil.copytree(root / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(root / name, to / name)
    return to
