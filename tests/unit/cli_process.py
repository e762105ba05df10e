"""The command line as a process, in a folder of its own and with no settings but those given."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
POLICY = ROOT / "deploy/demo/policy.yaml"
SERVICES = ROOT / "deploy/demo/services.yaml"


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def run(folder: Path, *words: str, stdin: str = "", **env: str) -> Ran:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **env},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
