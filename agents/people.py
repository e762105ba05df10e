"""Who asks, and where: taken from the signed envelope alone, never from text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from tools.spec import Scope


@dataclass(frozen=True, slots=True)
class Actor:
    """A principal. `id` is `<team>:<user>`; people are ids, never names. `os_user` is set on the command line."""

    team: str
    user: str
    name: str = ""  # for display only
    os_user: str = ""
    standing: Literal["member", "guest", "outsider", "bot", "deactivated", "unknown"] = "unknown"

    @property
    def id(self) -> str:
        return f"{self.team}:{self.user}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the words were said. `thread` is the ts of the thread's parent; one thread is one memory."""

    workspace: str
    channel: str
    thread: str
    kind: Literal["channel", "dm", "cli", "home"] = "channel"
    shared_externally: bool = False

    @property
    def key(self) -> str:
        return f"{self.workspace}:{self.channel}:{self.thread}"


@dataclass(frozen=True, slots=True)
class Own:
    """What the person set for themselves. It grants nothing: the scope is where to look when neither they nor the channel
    name one.
    """

    scope: Scope = Scope()
    zone: str = ""
    verbosity: str = ""  # short | normal | full


@dataclass(frozen=True, slots=True)
class Request:
    """One thing a person wants. `id` is the inbox id, one a delivery; `correlation` is one a thread.

    `opens`: its thread began with it a moment ago, so that nobody remembers anything of it.
    """

    id: str
    correlation: str
    actor: Actor
    place: Place
    text: str
    at: datetime
    opens: bool = False
    own: Own = Own()

    @property
    def aside(self) -> Place:
        """The memory of what has no thread, one a person and channel: others do not read along."""
        return replace(self.place, thread=f"slash:{self.actor.user}")
