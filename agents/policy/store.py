"""The policy in force, read again when its file changes. A bad reload keeps reads going and refuses changes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agents.policy.compile import compile_policy
from agents.policy.decision import UserGroups
from agents.policy.marks import DocumentError
from agents.policy.overlay import Granted, held
from agents.policy.policy import Policy
from agents.policy.teams import FOLDER, TeamError, with_teams
from storage.clock import Clock, SystemClock


@dataclass(eq=False)
class PolicyError(Exception):
    """The policy cannot be used; the text names file, line and key."""

    problem: str

    def __str__(self) -> str:
        return self.problem


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What a look at the file brought: a new policy in force, or the problem that keeps the old one."""

    hash: str
    problem: str = ""


def load_policy(path: Path | None, groups: UserGroups | None = None, actions: Collection[str] = ()) -> Policy:
    """Raises PolicyError. No path: the default roles and no bindings, so nobody may do anything.

    `actions` are the names that the file may speak of; empty: they are not looked at.
    """
    if path is None:
        return Policy(compile_policy(""), groups)
    try:
        base = compile_policy(path.read_text(encoding="utf-8"), actions)
        return Policy(with_teams(base, _team_texts(path)), groups)
    except DocumentError as error:
        raise PolicyError(f"{path.name}: {error}") from error
    except TeamError as error:
        raise PolicyError(str(error)) from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path.name}: not UTF-8 text") from error
    except OSError as error:
        raise PolicyError(f"{path.name}: cannot be read: {error.strerror}") from error


class PolicyStore:
    """`policy` is always the last valid one; while `problem` is not empty, changes are refused."""

    def __init__(
        self, path: Path | None, groups: UserGroups | None = None, clock: Clock | None = None, actions: Collection[str] = ()
    ) -> None:  # fmt: skip
        """Raises PolicyError when the file cannot be used: the process must not start."""
        self._clock = clock or SystemClock()
        self._lock = (
            threading.RLock()
        )  # a reload comes from a thread: what is held must not bring the old file back
        self._grants: tuple[Granted, ...] = ()
        self._ends: datetime | None = None
        self._path = path
        self._groups = groups
        self._seen = _stamp(path)
        self._actions = actions
        self._policy = load_policy(path, groups, actions)
        self.problem = ""

    @property
    def policy(self) -> Policy:
        """With what people hold at this moment: a grant ends by itself."""
        if self._ends is not None and self._clock.now() >= self._ends:
            self._held_now()
        return self._policy

    @policy.setter
    def policy(self, policy: Policy) -> None:
        with self._lock:
            self._policy = policy
            self._held_now()

    def hold(self, grants: Sequence[Granted]) -> None:
        """What was given beside the file; all of it, each time."""
        if tuple(grants) != self._grants:
            self._grants = tuple(grants)
            self._held_now()

    def _held_now(self) -> None:
        with self._lock:
            now = self._clock.now()
            compiled = self._policy.compiled
            self._policy = Policy(compiled, self._policy.groups, held(compiled, self._grants, now))
            self._ends = min((grant.until for grant in self._grants if grant.until > now), default=None)

    @property
    def changes_allowed(self) -> bool:
        return not self.problem

    def reload(self) -> Reloaded | None:
        """Look at the file; None when it has not changed since the last look. Blocks on the disk."""
        stamp = _stamp(self._path)
        if stamp == self._seen:
            return None
        self._seen = stamp
        try:
            fresh = load_policy(self._path, self._groups, self._actions)
        except PolicyError as error:
            self.problem = str(error)
            return Reloaded(self.policy.hash, self.problem)
        self.policy, self.problem = fresh, ""
        return Reloaded(fresh.hash)

    async def watch(self, changed: Callable[[Reloaded], Awaitable[None]], every_s: float = 2.0) -> None:
        """Runs until cancelled; tells `changed` of each new policy and of each problem, for audit and alarm."""
        while True:
            await asyncio.sleep(every_s)
            news = await asyncio.to_thread(self.reload)
            if news is not None:
                await changed(news)


def _team_files(path: Path) -> list[Path]:
    """In the folder beside the policy, when there is one."""
    return sorted((path.parent / FOLDER).glob("*.yaml"))


def _team_texts(path: Path) -> dict[str, str]:
    """Raises TeamError."""
    found = {}
    for file in _team_files(path):
        try:
            found[file.name] = file.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise TeamError(file.name, "not UTF-8 text") from error
        except OSError as error:
            raise TeamError(file.name, f"cannot be read: {error.strerror}") from error
    return found


def _stamp(path: Path | None) -> tuple[object, ...] | None:
    """What differs when the policy, or a team's file beside it, was written, added or removed."""
    if path is None:
        return None
    return tuple((file.name, _written(file)) for file in (path, *_team_files(path)))


def _written(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0, 0)
    return (status.st_mtime_ns, status.st_size, status.st_ino)
