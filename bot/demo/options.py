"""What the command line said about the demo, and the files that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / "deploy/slack/manifest.json"
POLICY = ROOT / "deploy/demo/policy.yaml"
SERVICES = ROOT / "deploy/demo/services.yaml"


@dataclass(frozen=True, slots=True)
class Options:
    port: int
    state: Path
    scenario: str = "shop"
    policy: Path | None = None
    headless: bool = False
    play: bool = False

    @property
    def policy_file(self) -> Path:
        return (self.policy or POLICY).resolve()

    @property
    def folder(self) -> Path:
        return self.state.resolve()

    @property
    def database(self) -> Path:
        return self.folder / "bot" / "app.db"

    @property
    def database_url(self) -> str:
        return f"sqlite+aiosqlite:///{self.database}"

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def make_folders(self) -> None:
        """Raises OSError."""
        self.database.parent.mkdir(parents=True, exist_ok=True)
        self.log("bot").parent.mkdir(exist_ok=True)
