"""Runs a long suite and reads what came out."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from scripts.suites.lists import Suite


@dataclass(frozen=True, slots=True)
class Outcome:
    suite: Suite
    figures: tuple[str, ...]
    passed: int
    failed: tuple[str, ...]
    seconds: float


def run(root: Path, suite: Suite, options: Sequence[str]) -> Outcome:
    """Tests alone, without a limit of time that a busy machine would reach."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "junit.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--full",
            "-o",
            "timeout=3600",
        ]
        seen = ["-o", "junit_family=xunit1", f"--junitxml={page}"]
        started = time.monotonic()
        subprocess.run(
            [*command, *seen, *options, *suite.tests], cwd=root, env={**os.environ, "SOAK": "1"}, check=False
        )
        return read(suite, page, time.monotonic() - started)


def read(suite: Suite, page: Path, seconds: float) -> Outcome:
    cases = list(ET.parse(page).iter("testcase")) if page.exists() else []
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    figures = [
        p.get("value", "") for case in cases for p in case.iter("property") if p.get("name") == "figure"
    ]
    names = tuple(str(case.get("name")) for case in failed) if cases else ("no test ran",)
    return Outcome(suite, tuple(figures) or (suite.figure,), len(cases) - len(failed), names, seconds)
