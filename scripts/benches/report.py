"""The figures as a table with their goals, kept with command, commit, date and machine."""

from __future__ import annotations

import json
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from scripts.benches.goals import Figures, rows

FOLDER = Path(__file__).parents[2] / "docs/reports"
HOW_TO_READ = (
    "Judge by ratios within the run. HolmesGPT was not run here: its 67.4 ms and 12 questions a second were recorded where the "
    "floor took 4.5 ms and did 160 a second. On another machine only the rows in floors compare like with like; the others are "
    "shown as recorded. Questions come one after the other, without a pause; most of their reads are answered by the gate's cache."
)


def markdown(figures: Figures) -> str:
    lines = ["| goal | measure | figure | wanted | met |", "|---|---|---|---|---|"]
    lines += [
        f"| {one.goal} | {one.measure} | {one.figure} | {one.wanted} | {'yes' if one.met else '**no**'} |"
        for one in rows(figures)
    ]
    return "\n".join(lines)


def write(figures: Figures) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True, cwd=FOLDER
    ).stdout.strip()
    made = f"`make bench` at {commit} on {datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}"
    text = f"# Benchmarks\n\n{made}, 2 shared cores. {HOW_TO_READ}\n\n{markdown(figures)}\n"
    (FOLDER / "bench.md").write_text(text)
    table = [one._asdict() for one in rows(figures)]
    found = json.dumps({"made": made, "figures": figures, "goals": table}, indent=2)
    (FOLDER / "bench.json").write_text(found + "\n")
