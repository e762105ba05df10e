"""The table of guards is true: each line exists, each test exists, and without the line the test fails."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.guards import GUARDS, STRUCTURE

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "safety-tests.md"
SAMPLE = ("A5", "A9", "U1")


def where(test: str) -> Path:
    return (ROOT / "tests" / "unit" / test.partition("::")[0]).resolve()


POSTGRESQL = "[postgresql]"


def short(test: str) -> str:
    return f"tests/{where(test).relative_to(ROOT / 'tests')}::{test.partition('::')[2]}"


@pytest.mark.parametrize("guard", GUARDS, ids=lambda g: f"{g.id} {g.says}")
def test_the_line_and_the_test_exist(guard):
    assert (ROOT / guard.file).read_text().count(guard.line) == 1
    assert f"def {guard.test.partition('::')[2].partition('[')[0]}(" in where(guard.test).read_text()


@pytest.mark.parametrize("row", STRUCTURE, ids=lambda r: r[0])
def test_the_test_exists(row):
    assert f"def {row[2].partition('::')[2]}(" in where(row[2]).read_text()


def page() -> str:
    rows = [(g.id, g.says, f"`{g.file}`: `{' '.join(g.line.split())}`", short(g.test)) for g in GUARDS]
    rows += [(name, says, "structure", short(test)) for name, says, test in STRUCTURE]
    rows.sort(key=lambda r: (re.sub(r"\d+", "", r[0]), int((re.findall(r"\d+", r[0]) or ["0"])[0])))
    lines = [
        "# Safety properties and the tests that hold them",
        "",
        "For each property the line that guards it and the test that fails when that line is deleted. The table is",
        "written from `tests/chaos/guards.py`; `pytest tests/chaos/test_guards.py --full` deletes every line in turn.",
        "",
        "| id | property | guard | test |",
        "|---|---|---|---|",
        *(f"| {i} | {s} | {g.replace('|', chr(92) + '|')} | `{t}` |" for i, s, g, t in rows),
    ]
    return "\n".join(lines) + "\n"


def test_the_page_is_written_from_the_list():
    assert PAGE.read_text() == page(), "run: python -m tests.chaos.test_guards"


def copied(to: Path) -> Path:
    for name in ("agents", "tools", "storage", "sandbox", "prompts", "bot", "tests", "deploy"):
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "policy.example.yaml"):
        shutil.copy(ROOT / name, to / name)
    return to


def fails_without(root: Path, guard) -> bool:
    """On SQLite, unless the guard is one that PostgreSQL alone needs and its test says so."""
    only = [] if guard.test.endswith(POSTGRESQL) else ["-k", "not postgresql"]
    path = root / guard.file
    text = path.read_text()
    path.write_text(text.replace(guard.line, guard.without))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-qx", *only, "-p", "no:cacheprovider", short(guard.test)],
            cwd=root, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    finally:
        path.write_text(text)
    # Exit 1 is a failed test; anything else would mean that the edit broke the program instead of its promise.
    return done.returncode == 1 and "failed" in done.stdout


@pytest.mark.chaos
@pytest.mark.timeout(3600)
def test_without_its_guard_each_test_fails(tmp_path, request):
    full = request.config.getoption("--full")
    root = copied(tmp_path)
    guards = [g for g in GUARDS if full or g.id in SAMPLE]
    survived = [f"{g.id} {g.says}" for g in guards if not fails_without(root, g)]
    assert survived == []


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
