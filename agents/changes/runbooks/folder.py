"""The folder of runbooks beside the policy file. A file is read when it is asked for, so it never is an old one."""

from __future__ import annotations

import asyncio
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agents.changes.runbooks.file import Runbook, compile_runbook
from agents.policy.marks import DocumentError
from tools.errors import AskBack, GiveUp
from tools.plan import Action

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
MOST_BYTES = 100_000


@dataclass(eq=False)
class RunbookError(Exception):
    """A runbook that cannot be used; the text names file, line and key."""

    problem: str

    def __str__(self) -> str:
        return self.problem


def folder_beside(policy_file: Path | None) -> Path | None:
    """The folder `runbooks` beside the policy file, when there is one. Blocks on the disk."""
    folder = policy_file.parent / "runbooks" if policy_file is not None else None
    return folder if folder is not None and folder.is_dir() else None


@dataclass(frozen=True)
class Runbooks:
    """`folder` None, or one that is not there: no runbooks."""

    folder: Path | None
    actions: Mapping[str, Action[Any]]

    def names(self) -> tuple[str, ...]:
        if self.folder is None or not self.folder.is_dir():
            return ()
        return tuple(sorted(path.stem for path in self.folder.glob("*.yaml")))

    def read(self, name: str) -> Runbook:
        """Blocks on the disk. Raises RunbookError."""
        file = f"{name}.yaml"
        if self.folder is None or not NAME.fullmatch(name):
            raise RunbookError(f"{file[:80]}: a runbook's name is lower case letters, digits and dashes")
        try:
            text = (self.folder / file).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise RunbookError(f"{file}: not UTF-8 text") from error
        except OSError as error:
            raise RunbookError(f"{file}: cannot be read: {error.strerror}") from error
        if len(text) > MOST_BYTES:
            raise RunbookError(f"{file}: larger than {MOST_BYTES:,} characters")
        try:
            return compile_runbook(name, text, self.actions)
        except DocumentError as error:
            raise RunbookError(f"{file}: {error}") from error

    def checked(self) -> tuple[list[Runbook], list[str]]:
        """Every runbook that can be used, and a line for each that cannot. Blocks on the disk."""
        good: list[Runbook] = []
        problems: list[str] = []
        for name in self.names():
            try:
                good.append(self.read(name))
            except RunbookError as error:
                problems.append(str(error))
        return good, problems

    async def named(self, name: str) -> Runbook:
        """Raises AskBack for a name that is none, GiveUp for a file that cannot be used."""
        known = await asyncio.to_thread(self.names)
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
            raise AskBack(f"I know no runbook {name[:60]!r}. Which one?", tuple(near or known[:10]))
        try:
            return await asyncio.to_thread(self.read, name)
        except RunbookError as error:
            raise GiveUp(f"the runbook cannot be used: {error}") from error

    async def unchanged(self, name: str, digest: str) -> bool:
        """Whether the file is still the one whose hash was sealed."""
        try:
            return (await asyncio.to_thread(self.read, name)).hash == digest
        except RunbookError:
            return False
