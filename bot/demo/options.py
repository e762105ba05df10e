"""What the command line said about the demo, and the files that follow from it."""

from __future__ import annotations

import os
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / "deploy/slack/manifest.json"
POLICY = ROOT / "deploy/demo/policy.yaml"
NOTE = "postgresql.at"
SERVICES = ROOT / "deploy/demo/services.yaml"


@dataclass(frozen=True, slots=True)
class Options:
    port: int
    state: Path
    scenario: str = "shop"
    policy: Path | None = None
    headless: bool = False
    play: bool = False
    replicas: int = 1

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

    @property
    def cluster(self) -> Path:
        """Of the PostgreSQL that several bots share: with the other files, unless `make_folders` put it elsewhere."""
        return elsewhere(self.folder) or self.folder / "postgresql"

    @property
    def used(self) -> bool:
        """Whether a demo before has left something here."""
        return self.database.exists() or self.cluster.exists()

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def make_folders(self) -> None:
        """Raises OSError."""
        self.log("bot").parent.mkdir(parents=True, exist_ok=True)
        if self.replicas == 1:
            self.database.parent.mkdir(exist_ok=True)
        elif os.geteuid() == 0 and not may_pass(self.folder) and elsewhere(self.folder) is None:
            # Whom PostgreSQL must run as cannot get here. The note goes with the folder: a new one has a new cluster.
            (self.folder / NOTE).write_text(tempfile.mkdtemp(prefix="cloudops-demo-"))


def elsewhere(folder: Path) -> Path | None:
    """Where the PostgreSQL of this state is, when that is not in it."""
    note = folder / NOTE
    return Path(note.read_text()) if note.exists() else None


def may_pass(folder: Path) -> bool:
    """Whether everybody may enter every folder on the way."""
    return all(place.stat().st_mode & 0o001 for place in (folder, *folder.parents) if place.exists())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
