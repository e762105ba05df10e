"""Where a figure comes from: command, commit, day, machine."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def origin(command: str) -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    machine = f"{platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} shared cores"
    return f"`{command}` at {commit} on {datetime.now(UTC):%Y-%m-%d}, {machine}."
